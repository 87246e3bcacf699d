//! Commands, one file each.

pub mod parse;
