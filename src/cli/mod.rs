//! Commands: one file each. Reads arguments, prints, and gives exit codes (0 fine, 1 failed, 2 usage, 65 unusable
//! database, 78 configuration refused).
//!
//! Must not decide anything that the daemon would have to decide too.

mod backtest;
mod check;
mod demo;
mod discover;
mod explain;
mod feeds;
mod group;
mod input;
mod lookup;
mod matching;
mod mute;
mod opml;
mod out;
mod outbox;
mod paper;
mod parse;
mod poll;
mod preview;
mod regroup;
mod run;
mod search;
mod send_test;
mod silence;
mod status;
mod stories;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    store,
    telemetry::{self, LogFormat},
};

/// Polls feeds, recognises when several outlets tell the same story, and alerts once per story.
#[derive(Debug, Parser)]
#[command(name = "storywatch", version, max_term_width = 100, after_long_help = EXIT_CODES)]
struct Arguments {
    /// The main configuration file.
    #[arg(
        short,
        long,
        value_name = "FILE",
        global = true,
        env = "STORYWATCH_CONFIG",
        default_value = "/etc/storywatch/storywatch.toml"
    )]
    config: PathBuf,
    /// The database, instead of the one the configuration names.
    #[arg(long, value_name = "FILE", global = true)]
    database: Option<PathBuf>,
    /// The form of log lines (on standard error).
    #[arg(long, value_enum, global = true, default_value_t)]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 fine, 1 failed, 2 usage, 65 the database cannot be used, 78 the configuration (or the version of the \
database) is refused.

Settings can also be made by environment variables: STORYWATCH__POLLING__CONCURRENCY=16. STORYWATCH_LOG sets which log \
lines are shown: STORYWATCH_LOG=debug.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon.
    Run,
    /// Load everything as `run` would and show all errors and warnings at once.
    Check(check::Check),
    /// Poll once what is due (or the feeds named), alert and deliver, and exit.
    Poll(poll::Poll),
    /// Play a story through the real pipeline on this machine alone; needs no network and no configuration.
    Demo(demo::Demo),
    /// Read one feed document and print it as JSON.
    Parse(parse::Parse),
    /// Match entries given as JSON lines against watches.
    Match(matching::Match),
    /// Group entries given as JSON lines into stories.
    Group(group::Group),
    /// The feeds and their health; find, import and export them.
    #[command(subcommand)]
    Feeds(feeds::Feeds),
    /// List the stories.
    Stories(stories::Stories),
    /// Show one story's time line, or put stories right.
    Story(stories::Story),
    /// Show what watches would have brought, from the archive; touches no state.
    Backtest(backtest::Backtest),
    /// Show every stage an item went through, and why it stopped where it did.
    Explain(explain::Explain),
    /// Search the stored entries with the language of watches.
    Search(search::Search),
    /// The deliveries that wait, failed or were given up.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// What is not told for a while.
    #[command(subcommand)]
    Silence(silence::Silence),
    /// End alerts as a mail to the unsubscribe address asks for.
    Mute(mute::Mute),
    /// Show a sample message in the configured form and templates; nothing is sent.
    Preview(preview::Preview),
    /// Send a clearly marked test alert through a real channel.
    SendTest(send_test::SendTest),
    /// What the database holds and how the feeds and deliveries stand.
    Status(status::Status),
    /// Print completions for a shell.
    Completions(paper::Completions),
    /// Write the man pages into a folder.
    Man(paper::Man),
}

/// Refused configuration; the diagnostics have been shown.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is refused")]
pub struct Refused;

/// The process: arguments in, exit code out.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let quiet = !matches!(arguments.command, Command::Run);
    telemetry::init(arguments.log_format, quiet);
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &anyhow::Error) -> ExitCode {
    if out::is_broken_pipe(failure) {
        return ExitCode::SUCCESS;
    }
    eprintln!("storywatch: {failure:#}");
    if failure.is::<Refused>() {
        return ExitCode::from(78);
    }
    match failure.downcast_ref::<store::Error>() {
        Some(store::Error::Corrupt { .. } | store::Error::Foreign(_)) => ExitCode::from(65),
        Some(store::Error::Newer { .. }) => ExitCode::from(78),
        _ => ExitCode::FAILURE,
    }
}

fn dispatch(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let place = lookup::Place { config: arguments.config.clone(), database: arguments.database.clone() };
    match &arguments.command {
        Command::Run => run::run(place),
        Command::Check(command) => command.run(&place),
        Command::Poll(command) => command.run(&place),
        Command::Demo(command) => command.run(),
        Command::Parse(command) => command.run(),
        Command::Match(command) => command.run(),
        Command::Group(command) => command.run(&place),
        Command::Feeds(command) => command.run(&place),
        Command::Stories(command) => command.run(&place),
        Command::Story(command) => command.run(&place),
        Command::Backtest(command) => command.run(&place),
        Command::Explain(command) => command.run(&place),
        Command::Search(command) => command.run(&place),
        Command::Outbox(command) => command.run(&place),
        Command::Silence(command) => command.run(&place),
        Command::Mute(command) => command.run(&place),
        Command::Preview(command) => command.run(&place),
        Command::SendTest(command) => command.run(&place),
        Command::Status(command) => command.run(&place),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
    }
}

/// The runtime that every command with a network or a store works in.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
