//! `storywatch match`
