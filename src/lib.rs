//! Storywatch: who is telling the same story, and who should be told of it, once.
//!
//! The rooms, in reading order. The pure ones (entry, story, watch, alert, backtest, message, schedule) know no clock, no
//! network and no database: time is always a parameter. See ARCHITECTURE.md for the map and for what may not be.

pub mod alert;
pub mod backtest;
pub mod entry;
pub mod message;
pub mod schedule;
pub mod story;
pub mod watch;

pub mod deliver;
pub mod fetch;
pub mod parse;
pub mod store;

pub mod courier;
pub mod intake;
pub mod poller;
pub mod web;
pub mod websub;

pub mod chance;
pub mod clock;
pub mod config;
pub mod systemd;
pub mod telemetry;

pub mod archive;

pub mod app;
pub mod cli;
