//! `storywatch demo`: one story from nine items, through the real pipeline, with the hours of an evening played in a
//! moment.
//!
//! Only the outlets (served on loopback) and the time are the demo's own; configuration, fetching, storing, grouping,
//! matching and delivery are what `run` does.

mod origin;
mod script;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{block_on, lookup::Place, out::Out, stories::story_lines};
use crate::{
    app::Engine,
    clock::Clock,
    poller::Pass,
    store::{alerts, stories},
};
use origin::Origin;
use script::{Item, OUTLETS};

/// Long enough after an item for everything that waits for more outlets.
const LATER: SignedDuration = SignedDuration::from_mins(3);

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Keep database, maildir and configuration in this folder; a new one under the system's temporary folder when left
    /// out.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Demo {
    pub(super) fn run(&self) -> Result<ExitCode> {
        let folder = match &self.dir {
            Some(folder) => make_folder(folder.clone(), true)?,
            None => make_folder(std::env::temp_dir().join(format!("storywatch-demo-{}", std::process::id())), false)?,
        };
        block_on(play(&folder))
    }
}

/// A folder for this user alone. One in the system's temporary folder must be new: what others put there is not ours.
fn make_folder(folder: PathBuf, may_exist: bool) -> Result<PathBuf> {
    fs::DirBuilder::new()
        .mode(0o700)
        .recursive(may_exist)
        .create(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder.canonicalize()?)
}

async fn play(folder: &Path) -> Result<ExitCode> {
    let (database, file) = (folder.join("storywatch.db"), folder.join("storywatch.toml"));
    for ours in [&database, &file] {
        ensure!(!ours.exists(), "{} exists already: name another folder with --dir", ours.display());
    }
    let origin = Origin::start().await?;
    fs::write(&file, configuration(&origin)).with_context(|| format!("cannot write {}", file.display()))?;
    // What the environment says of the real database and the real mail server is not meant for this.
    let config = Place { config: file.clone(), database: None }.load_in(&BTreeMap::new())?;
    let mut out = Out::new();
    out.line("One evening, one story, eight outlets. A watch on `Musk AND Iran` has just been set up.")?;
    out.line("")?;
    let mut engine = Engine::open(Arc::new(config), Clock::At(script::at(17, 55))).await?;
    step(&mut engine, &origin, script::at(17, 55)).await?;
    out.line("17:55  The eight feeds are read for the first time: a baseline, nobody is told of old news.")?;
    for item in script::day().iter().filter(|item| !item.told.is_empty()) {
        let before = sent(folder)?.len();
        step(&mut engine, &origin, script::at(item.hour, item.minute)).await?;
        out.line(item_line(item))?;
        let mails = sent(folder)?.len() - before;
        if mails > 0 {
            out.line(format!("       → {mails} mail to the desk"))?;
        }
    }
    out.line("")?;
    finish(&engine, folder, &mut out).await?;
    engine.close().await?;
    for line in [
        String::new(),
        format!("Database       {}", database.display()),
        format!("Maildir        {}", folder.join("mail").display()),
        format!("Configuration  {}", file.display()),
        format!("Look around:   {} -c {} stories --since 3650d", program(), file.display()),
    ] {
        out.line(line)?;
    }
    out.end()?;
    Ok(ExitCode::SUCCESS)
}

/// This program as a shell finds it: the name alone may be another one, or none.
fn program() -> String {
    std::env::current_exe().map_or_else(|_| "storywatch".to_owned(), |path| path.display().to_string())
}

/// Everything that happens at `time`, and what waits for a little later.
async fn step(engine: &mut Engine, origin: &Origin, time: Timestamp) -> Result<()> {
    origin.set_time(time);
    engine.clock = Clock::At(time);
    let mut poller = engine.poller().await?;
    for polled in poller.pass(&Pass::All).await? {
        ensure!(polled.error.is_none(), "{polled}");
    }
    for clock in [time, time + LATER].map(Clock::At) {
        engine.clock = clock;
        engine.courier().deliver_all_due().await?;
    }
    Ok(())
}

fn item_line(item: &Item) -> String {
    let name = OUTLETS.iter().find(|outlet| outlet.key == item.outlet).map_or(item.outlet, |outlet| outlet.name);
    format!("{:02}:{:02}  {name} {}: {}", item.hour, item.minute, item.told, item.title)
}

/// The time line of the one story that alerted, and the mails.
async fn finish(engine: &Engine, folder: &Path, out: &mut Out) -> Result<()> {
    let rules = Arc::clone(&engine.round.rules);
    let told = engine
        .store
        .read(move |connection| {
            let mut told = Vec::new();
            for summary in stories::list(connection, Timestamp::MIN, Some("musk-iran"), 100)? {
                let alerts = alerts::of_story(connection, summary.story)?;
                let timeline = stories::timeline(connection, summary.story, &|key| rules.outlet_name(key))?;
                told.extend(timeline.filter(|_| !alerts.is_empty()).map(|timeline| (timeline, alerts)));
            }
            Ok(told)
        })
        .await?;
    for (timeline, alerts) in &told {
        for line in story_lines(timeline, alerts, &zone()) {
            out.line(line)?;
        }
    }
    for mail in sent(folder)? {
        out.line("")?;
        out.line(format!("──── {} ────", mail.display()))?;
        for line in readable(&fs::read_to_string(&mail)?).lines() {
            out.line(line)?;
        }
    }
    Ok(())
}

fn zone() -> TimeZone {
    TimeZone::get("America/New_York").unwrap_or(TimeZone::UTC)
}

/// The mails delivered so far, in the order in which they were.
fn sent(folder: &Path) -> Result<Vec<PathBuf>> {
    let new = folder.join("mail/new");
    if !new.exists() {
        return Ok(Vec::new());
    }
    let mut mails: Vec<PathBuf> = fs::read_dir(new)?.map(|file| Ok(file?.path())).collect::<std::io::Result<_>>()?;
    mails.sort_by_key(|mail| fs::metadata(mail).and_then(|meta| meta.modified()).ok());
    Ok(mails)
}

/// The mail as it was sent, as far as the end of its text part; the HTML part says the same.
fn readable(mail: &str) -> String {
    let html = mail.find("Content-Type: text/html").unwrap_or(mail.len());
    let end = mail[..html].rfind("\r\n--").unwrap_or(html);
    mail[..end].to_owned()
}

fn configuration(origin: &Origin) -> String {
    let mut toml = String::from(
        "[storage]\npath = \"storywatch.db\"\n\n[polling]\nallow_networks = [\"127.0.0.0/8\"]  # the outlets of the \
         demo are on this machine\n\n[mail]\nfrom = \"Storywatch <alerts@storywatch.example>\"\nsmtp = \
         \"maildir:mail\"\n\n[recipient.desk]\nemail = [\"desk@storywatch.example\"]\ntimezone = \
         \"America/New_York\"\n\n[[watch]]\nname = \"musk-iran\"\nnote = \"The watch of the demo.\"\nquery = \"Musk AND \
         Iran\"\nnotify = [\"desk\"]\n",
    );
    for outlet in OUTLETS {
        // Writing to a string cannot fail.
        let _ = write!(
            toml,
            "\n[[feed]]\nurl = \"http://{}/{}.xml\"\nname = \"{}\"\noutlet = \"{}\"\n\n[outlet.{}]\nname = \
             \"{}\"\ndomains = [\"{}\"]\n",
            origin.address, outlet.key, outlet.key, outlet.key, outlet.key, outlet.name, outlet.domain
        );
        if !outlet.names.is_empty() {
            let _ = writeln!(toml, "names = {:?}", outlet.names);
        }
    }
    toml
}
