//! Plays recorded feed documents to the compiled daemon and tells what it made of them.
//!
//! `replay FOLDER INDEX.jsonl OUT [STORYWATCH]` serves every feed on loopback as it stood at each recorded time, one
//! time after the other, to `storywatch run` with the outlets and watches of `desk.toml`; database, maildir, log and
//! configuration stay in OUT, which must be new. STORYWATCH is the program; the one built beside this tool otherwise.
//! Each line of the index describes one file below FOLDER: `path`, `outlet`, `captured_at`. The folder in which a file
//! lies is its feed.
//!
//! It fails when an entry was lost or stored twice, or an alert or a delivery doubled. Stories that were merged after each
//! was told are counted apart.
//!
//! Not as recorded: `<ttl>` is set to zero, for the days pass in a minute; a feed that was first recorded later than
//! the others stands from the beginning.

mod doubled;
mod origin;
mod report;

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command},
    thread::sleep,
    time::{Duration, Instant},
};

use origin::Origin;

pub type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// Longer than any back-off that a broken document brings about here.
const STEP_LIMIT: Duration = Duration::from_secs(120);
const GLANCE: Duration = Duration::from_millis(20);

/// One recorded document.
pub struct Capture {
    pub feed: String,
    pub outlet: String,
    pub at: String,
    pub body: Vec<u8>,
}

impl Capture {
    /// An error page in place of a feed, or nothing at all.
    pub fn is_no_feed(&self) -> bool {
        let start = String::from_utf8_lossy(&self.body[..self.body.len().min(600)]).to_lowercase();
        start.trim().is_empty() || start.contains("<html") || start.contains("<!doctype html")
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, index, out, program @ ..] = arguments.as_slice() else {
        return Err("usage: replay FOLDER INDEX.jsonl OUT [STORYWATCH]".into());
    };
    let program = program.first().map_or_else(beside, |path| Ok(PathBuf::from(path)))?;
    let captures = read(Path::new(folder), Path::new(index))?;
    fs::create_dir(out).map_err(|error| format!("{out}: {error}"))?;
    let out = Path::new(out).canonicalize()?;
    let origin = Origin::start(&captures)?;
    let file = out.join("storywatch.toml");
    fs::write(&file, configuration(&captures, &origin.address.to_string()))?;
    let log = fs::File::create(out.join("storywatch.log"))?;
    let mut daemon =
        Command::new(program).args(["-c".as_ref(), file.as_os_str(), "run".as_ref()]).stderr(log).spawn()?;
    let played = play(&mut daemon, &captures, &origin, &out.join("storywatch.db"));
    let memory = peak_memory(daemon.id());
    let stopped = stop(&mut daemon);
    let took = played?;
    println!("time                {:.1} s for {} recorded times", took.as_secs_f64(), times(&captures).len());
    println!("peak memory         {memory}");
    println!("stopped             {}", stopped?);
    report::print(&captures, &origin, &out)
}

/// The program that cargo has built into the folder above the examples.
fn beside() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::parent).ok_or("no folder above this program")?;
    Ok(folder.join("storywatch"))
}

fn read(folder: &Path, index: &Path) -> Result<Vec<Capture>> {
    let mut captures = Vec::new();
    for line in fs::read_to_string(index)?.lines() {
        let row: serde_json::Value = serde_json::from_str(line)?;
        let text = |key: &str| row[key].as_str().ok_or_else(|| format!("no `{key}`: {line}"));
        let path = Path::new(text("path")?);
        let feed = path.parent().and_then(Path::file_name).ok_or("a path without a folder")?;
        captures.push(Capture {
            feed: feed.to_string_lossy().into_owned(),
            outlet: text("outlet")?.to_owned(),
            at: text("captured_at")?.to_owned(),
            body: without_ttl(fs::read(folder.join(path))?),
        });
    }
    // Times are written alike, so their texts sort as they do.
    captures.sort_by(|a, b| (&a.at, &a.feed).cmp(&(&b.at, &b.feed)));
    Ok(captures)
}

fn without_ttl(mut body: Vec<u8>) -> Vec<u8> {
    const TAG: &[u8] = b"<ttl>";
    let places: Vec<usize> = (0..body.len()).filter(|place| body[*place..].starts_with(TAG)).collect();
    for place in places {
        body[place + TAG.len()..].iter_mut().take_while(|byte| byte.is_ascii_digit()).for_each(|byte| *byte = b'0');
    }
    body
}

fn times(captures: &[Capture]) -> Vec<&str> {
    let mut times: Vec<&str> = captures.iter().map(|capture| capture.at.as_str()).collect();
    times.dedup();
    times
}

fn configuration(captures: &[Capture], address: &str) -> String {
    let mut toml = format!(
        "[storage]\npath = \"storywatch.db\"\n\n[polling]\nper_host = 16\nallow_networks = [\"127.0.0.0/8\"]\n\n\
         [mail]\nfrom = \"Storywatch <alerts@example.org>\"\nsmtp = \"maildir:mail\"\n\n{}",
        include_str!("desk.toml").replace("SINK", address)
    );
    let feeds: BTreeMap<&str, &str> =
        captures.iter().map(|capture| (capture.feed.as_str(), capture.outlet.as_str())).collect();
    for (feed, name) in &feeds {
        let outlet = outlet(name, &feeds);
        // Writing to a string cannot fail.
        let _ = write!(
            toml,
            "\n[[feed]]\nurl = \"http://{address}/{feed}\"\nname = \"{feed}\"\noutlet = \"{outlet}\"\nevery = \"1s\"\n"
        );
        if !toml.contains(&format!("[outlet.{outlet}]")) {
            let _ = write!(toml, "\n[outlet.{outlet}]\nname = {:?}\n", bare(name));
        }
    }
    toml
}

/// Sections and channels of an outlet are the outlet: "X (Sport)", and "X Sport" where there is an X.
fn outlet(name: &str, feeds: &BTreeMap<&str, &str>) -> String {
    let whole = feeds.values().map(|other| bare(other)).filter(|other| bare(name).starts_with(&format!("{other} ")));
    let name = whole.min_by_key(|other| other.len()).unwrap_or_else(|| bare(name)).to_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

fn bare(name: &str) -> &str {
    name.split(" (").next().unwrap_or(name)
}

/// Steps through the recorded times; the time it took until nothing was left to send.
fn play(daemon: &mut Child, captures: &[Capture], origin: &Origin, database: &Path) -> Result<Duration> {
    let started = now();
    for time in times(captures) {
        origin.advance(captures, time);
        wait(daemon, time, || Ok(origin.is_caught_up()))?;
    }
    // A feed that is asked for once more has had its last document taken in.
    origin.ask_all();
    wait(daemon, "the end", || Ok(origin.is_caught_up()))?;
    wait(daemon, "the deliveries", || report::is_drained(database))?;
    Ok(started.elapsed())
}

fn wait(daemon: &mut Child, what: &str, mut is_done: impl FnMut() -> Result<bool>) -> Result<()> {
    let started = now();
    while !is_done()? {
        if let Some(status) = daemon.try_wait()? {
            return Err(format!("the daemon ended: {status}").into());
        }
        if started.elapsed() > STEP_LIMIT {
            return Err(format!("{what}: not reached within {STEP_LIMIT:?}").into());
        }
        sleep(GLANCE);
    }
    Ok(())
}

fn peak_memory(process: u32) -> String {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}

/// Asks the daemon to end, as a service manager does.
fn stop(daemon: &mut Child) -> Result<String> {
    let started = now();
    Command::new("kill").args(["-TERM", &daemon.id().to_string()]).status()?;
    let status = daemon.wait()?;
    Ok(format!("{status} after {} ms", started.elapsed().as_millis()))
}

#[allow(clippy::disallowed_methods, reason = "a developer's stop watch")]
fn now() -> Instant {
    Instant::now()
}
