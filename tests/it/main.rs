//! Stories told through the whole product: outlets, a mail server and a webhook on loopback, real configuration files,
//! a real database, and where it matters the compiled binary.
//!
//! One binary, so that everything links once. No test reaches beyond this machine and none sleeps to wait for something.

#![allow(clippy::unwrap_used, reason = "in a test a failure may panic where it stands")]
#![allow(clippy::disallowed_methods, reason = "deadlines of tests are read from the machine's clock")]

mod harness;

mod channels;
mod clock;
mod commands;
mod daemon;
mod delivery;
mod feeds;
mod floods;
mod follow_ups;
mod hours;
mod kill;
mod merges;
mod news;
mod operator;
mod polling;
mod regroup;
mod secrets;
mod story;
mod tidy;
mod traps;
mod web;
mod workbench;
