//! What polling costs: many feeds on loopback, polled by the product in a process of its own.
//!
//! `polling_load [FEEDS] [LATENCY_MS]` (1000 and 0) serves so many feeds, each on an address of its own, of 30 items and
//! about 28 kB, gzip, with ETag and Last-Modified. They are polled four times with everything on (stories, matching,
//! outbox): for the first time, unchanged, with three new items each, and unchanged again. Each answer waits LATENCY_MS.
//! Shown for each pass: wall time, CPU seconds of the product (user and system), its memory at the peak so far,
//! requests, bytes sent, size of the database; and what else the machine has to do.

mod origin;
mod texts;

use std::{
    error::Error,
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Instant,
};

use storywatch::{
    app::Engine,
    clock::Clock,
    config::{self, Overrides},
    poller::Pass,
    watch,
};

use origin::Origin;

pub type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("--product") => product(Path::new(&arguments[1])),
        feeds => {
            let feeds = feeds.map_or(Ok(1000), str::parse)?;
            let latency = arguments.get(1).map_or(Ok(0), |latency| latency.parse())?;
            measure(feeds, latency)
        }
    }
}

fn measure(feeds: usize, latency: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let origin = Origin::start(feeds, latency)?;
    let file = folder.path().join("storywatch.toml");
    fs::write(&file, configuration(&origin, feeds))?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--product")
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let result = passes(&mut child, &origin, &folder.path().join("storywatch.db"));
    drop(child.stdin.take());
    child.wait()?;
    result
}

fn passes(child: &mut Child, origin: &Origin, database: &Path) -> Result<()> {
    let mut input = child.stdin.take().ok_or("no way to the product")?;
    let mut output = BufReader::new(child.stdout.take().ok_or("no way from the product")?).lines();
    let mut line = || output.next().ok_or("the product ended")?.map_err(Box::<dyn Error>::from);
    println!("{}  load {}", origin.described(), load());
    println!("start            {}", line()?);
    for (name, generation) in [("first poll", 0), ("all 304", 0), ("3 new items each", 1), ("all 304", 1)] {
        origin.set_generation(generation);
        let before = origin.served();
        writeln!(input, "poll")?;
        let told = line()?;
        let after = origin.served();
        let bytes: u64 = ["", "-wal"].iter().map(|end| size(database, end)).sum();
        println!(
            "{name:<16} {told}  requests {} ({} bodies, {} MB)  database {} MB",
            after.requests - before.requests,
            after.bodies - before.bodies,
            (after.bytes - before.bytes) >> 20,
            bytes >> 20
        );
    }
    println!("load at the end  {}", load());
    Ok(())
}

/// What else the machine has to do: a figure says little without.
fn load() -> String {
    let averages = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    averages.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

fn size(database: &Path, end: &str) -> u64 {
    fs::metadata(format!("{}{end}", database.display())).map_or(0, |meta| meta.len())
}

fn configuration(origin: &Origin, feeds: usize) -> String {
    let mut toml = "[storage]\npath = \"storywatch.db\"\n[polling]\nallow_networks = [\"127.0.0.0/8\"]\nconcurrency = \
                    256\n[mail]\nfrom = \"Storywatch <alerts@desk.example>\"\nsmtp = \"maildir:mail\"\n[[watch]]\nname = \
                    \"rare\"\nany = [\"zzyzx\"]\nnotify = [\"desk\"]\n[recipient.desk]\nemail = \
                    [\"desk@desk.example\"]\n"
        .to_owned();
    for feed in 0..feeds {
        toml.push_str(&format!(
            "[[feed]]\nurl = \"{}\"\noutlet = \"outlet{feed}\"\n[outlet.outlet{feed}]\n",
            origin.url(feed)
        ));
    }
    toml
}

/// The product: takes one pass over all feeds for each line it is given.
fn product(file: &Path) -> Result<()> {
    let started = now();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let compile = |queries: &[&watch::Query], terms: &_| watch::compile(queries, terms).problems;
        let loaded = config::load(file, &Overrides::default(), &Default::default(), compile);
        let loaded = loaded.map_err(|faults| config::render(&faults, false))?;
        let engine = Engine::open(Arc::new(loaded.config), Clock::Machine).await?;
        let mut poller = engine.poller().await?;
        println!("{}", told(started, 0.0));
        for line in std::io::stdin().lines() {
            line?;
            let (started, cpu) = (now(), cpu());
            let polled = poller.pass(&Pass::All).await?;
            if let Some(failed) = polled.iter().find(|polled| polled.error.is_some()) {
                return Err(format!("{failed}").into());
            }
            let new: usize = polled.iter().map(|polled| polled.counts.new).sum();
            println!("{}  new {new}", told(started, cpu));
        }
        drop(poller);
        engine.close().await?;
        Ok(())
    })
}

fn told(started: Instant, cpu_before: f64) -> String {
    let wall = started.elapsed().as_secs_f64();
    format!("wall {wall:.2} s  CPU {:.2} s  peak {} MB", cpu() - cpu_before, peak_memory() / 1024)
}

/// CPU seconds of this process so far, by the kernel's account in hundredths.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

#[allow(clippy::disallowed_methods, reason = "a developer's stop watch")]
fn now() -> Instant {
    Instant::now()
}
