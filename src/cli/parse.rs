//! `storywatch parse`: one feed document in, one JSON value out.
