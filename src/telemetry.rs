//! Where log lines go: a person at a terminal, journald's own fields under systemd, JSON on request.

mod journal;

use std::{io::IsTerminal, os::unix::fs::MetadataExt, path::Path};

use tracing_subscriber::{EnvFilter, Registry, layer::SubscriberExt, util::SubscriberInitExt};

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// journald under systemd, text elsewhere.
    #[default]
    Auto,
    Text,
    Json,
    Journald,
}

/// Starts logging; once a process. `quiet` raises the level below which nothing is shown to warnings, for commands whose
/// output is their own.
pub fn init(format: LogFormat, quiet: bool) {
    let level = if quiet { "warn" } else { "info" };
    let filter = EnvFilter::try_from_env("STORYWATCH_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let registry = tracing_subscriber::registry().with(filter);
    let started = match format {
        LogFormat::Json => {
            registry.with(tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr)).try_init()
        }
        LogFormat::Journald => journald(registry),
        LogFormat::Auto if is_read_by_journald() => journald(registry),
        LogFormat::Auto | LogFormat::Text => registry.with(text()).try_init(),
    };
    // Only tests start logging twice, and they do not look at it.
    drop(started);
}

type Filtered = tracing_subscriber::layer::Layered<EnvFilter, Registry>;

fn journald(registry: Filtered) -> Result<(), tracing_subscriber::util::TryInitError> {
    match journal::Journal::open(Path::new(journal::SOCKET)) {
        Ok(journal) => registry.with(journal).try_init(),
        // No journal socket in this name space: the same lines as text.
        Err(_) => registry.with(text()).try_init(),
    }
}

/// Whether standard error is the stream that systemd has connected to the journal: one that was redirected since is
/// meant for somebody else (systemd.exec(5), `$JOURNAL_STREAM`).
fn is_read_by_journald() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    std::fs::metadata("/proc/self/fd/2").is_ok_and(|file| stream == format!("{}:{}", file.dev(), file.ino()))
}

fn text() -> tracing_subscriber::fmt::Layer<
    Filtered,
    tracing_subscriber::fmt::format::DefaultFields,
    tracing_subscriber::fmt::format::Format<tracing_subscriber::fmt::format::Compact>,
    fn() -> std::io::Stderr,
> {
    tracing_subscriber::fmt::layer()
        .compact()
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr as fn() -> std::io::Stderr)
}
