//! Tests of the watch language.
