//! (room)

pub mod matching;
