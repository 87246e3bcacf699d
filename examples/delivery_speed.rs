//! How fast the outbox drains: alerts worded, recorded and sent to sinks in this process; and how long a digest of five
//! hundred long stories takes.
//!
//! `cargo run --release --example delivery_speed -- [MAILS] [WEBHOOKS]`

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use anyhow::{Context as _, Result};
use rusqlite::Connection;
use storywatch::{
    alert::{Event, Kind, Priority},
    app::Engine,
    clock::Clock,
    config::{self, Overrides},
    message::{Coverage, Digest, DigestStory, Payload, Sender, Ways, digest_mail, samples},
    story::StoryId,
    watch::{self, Hit},
};

const QUEUED: i64 = 1_700_000_000;

fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<usize>());
    let mails = numbers.next().transpose()?.unwrap_or(10_000);
    let hooks = numbers.next().transpose()?.unwrap_or(20_000);
    word_digest()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        measure("mails", mails, serve_smtp, write_mails).await?;
        measure("webhooks", hooks, serve_http, write_hooks).await
    })
}

/// Five hundred stories of five thousand characters, of as many watches.
fn word_digest() -> Result<()> {
    let [alert, _] = samples();
    let long = "Harbour <authority> & minister \"quarrel\" over locks, ".repeat(100);
    let story = |number: i64| DigestStory {
        story: StoryId(number),
        headline: long.clone(),
        url: Some("https://www.gazette.example/news/lock?from=feed".to_owned()),
        outlet: "The Nordhaven Gazette".to_owned(),
        outlets: 4,
        independent: 2,
        first_seen: alert.queued,
        watch: format!("watch-{number}"),
        priority: Priority::Normal,
        events: vec![Event::New],
        route: None,
        evidence: vec![Hit {
            field: "text".into(),
            start: 0,
            end: 7,
            text: "Harbour".into(),
            clause: "harbour".into(),
        }],
        text: long.clone(),
    };
    let digest = Digest {
        recipient: alert.recipient.clone(),
        channel: alert.channel.clone(),
        number: 1,
        kind: Kind::Digest,
        since: alert.queued,
        until: alert.queued,
        timezone: alert.timezone.clone(),
        is_text_only: false,
        instance: alert.instance.clone(),
        stories: (0..500).map(story).collect(),
        total: 500,
        routes: Vec::new(),
        developing: Vec::new(),
        coverage: Coverage::default(),
        silences: Vec::new(),
        next: None,
        ways: Ways::default(),
    };
    let sender = Sender::new("Speed", "alerts@desk.example")?;
    let started = Instant::now();
    let mail = digest_mail(&digest, &sender, "desk@desk.example")?;
    println!("digest of 500 stories: {} bytes in {:.1} ms", mail.bytes.len(), started.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}

/// Fills an outbox and has it drained.
async fn measure(
    what: &str,
    count: usize,
    serve: fn(TcpStream, &AtomicUsize) -> std::io::Result<()>,
    fill: fn(&Connection, usize) -> Result<()>,
) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("storywatch-speed-{}-{what}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let taken = Arc::new(AtomicUsize::new(0));
    let address = listen(serve, &taken)?;
    let file = folder.join("storywatch.toml");
    fs::write(&file, configuration(address, count, what == "mails"))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    let clock = Clock::At(jiff::Timestamp::from_second(QUEUED + 60)?);
    let engine = Engine::open(Arc::new(load(&file)?), clock).await?;
    fill(&Connection::open(folder.join("storywatch.db"))?, count)?;
    let started = Instant::now();
    engine.courier().deliver_all_due().await?;
    let seconds = started.elapsed().as_secs_f64();
    let sent: i64 = Connection::open(folder.join("storywatch.db"))?.query_row(
        "SELECT count(*) FROM delivery WHERE state = 'sent'",
        [],
        |row| row.get(0),
    )?;
    println!(
        "{what}: {sent} sent and recorded, {} arrived, in {seconds:.2} s: {:.0} a second",
        taken.load(Ordering::Relaxed),
        sent as f64 / seconds
    );
    engine.close().await?;
    fs::remove_dir_all(&folder)?;
    Ok(())
}

fn load(file: &Path) -> Result<config::Config> {
    let compile = |queries: &[&watch::Query], terms: &_| watch::compile(queries, terms).problems;
    match config::load(file, &Overrides::default(), &config::environment(), compile) {
        Ok(loaded) => Ok(loaded.config),
        Err(faults) => anyhow::bail!("{}", config::render(&faults, false)),
    }
}

/// For mails so many recipients of one watch, each of whom is told; for webhooks one of them.
fn configuration(address: SocketAddr, count: usize, is_mail: bool) -> String {
    let names: Vec<String> = (0..if is_mail { count } else { 0 }).map(|number| format!("\"r{number}\"")).collect();
    let mut text = format!(
        "[storage]\npath = \"storywatch.db\"\n[polling]\nallow_networks = [\"127.0.0.0/8\"]\n[web]\nlisten = \"\"\n\
         [mail]\nfrom = \"Speed <alerts@desk.example>\"\nsmtp = \"smtp://{address}\"\n[webhook.bell]\nurl = \
         \"http://{address}/\"\nsecret = \"whsec_QkVMTC1DQU5BUlktMDEyMzQ1Njc4OWFiY2RlZmdoaWo=\"\n[[feed]]\nurl = \
         \"https://f.example/feed\"\n[[watch]]\nname = \"locks\"\nany = [\"lock\"]\nnotify = [{}]\n",
        if is_mail { names.join(", ") } else { "\"hook:bell\"".to_owned() }
    );
    for number in 0..names.len() {
        let _ = writeln!(text, "[recipient.r{number}]\nemail = [\"r{number}@desk.example\"]");
    }
    text
}

/// One story of one entry that matches.
const STORY: &str = r#"
    INSERT INTO feed (id, url, baselined, next_poll, next_reason, failures) VALUES (1, 'https://f.example/feed', 1, 0, '', 0);
    INSERT INTO story (id, headline, founded, last_member) VALUES (1, 'Sea lock closed', 1700000000, 1700000000);
    INSERT INTO entry (id, feed, outlet, url, title, text, links, tags, seen, published, baseline, story, relation, reason, score)
    VALUES (1, 1, 'f.example', 'https://f.example/lock', 'Sea lock closed after cracks are found',
        'The harbour authority closed its sea lock on Monday evening. Divers had found cracks in the lower gate.',
        '[]', '[]', 1700000000, 1700000000, 0, 1, 'first', 'founds', 0);
    INSERT INTO match (entry, watch, evidence, matched)
    VALUES (1, 'locks', '[{"field":"title","start":4,"end":8,"text":"lock","clause":"lock"}]', 1700000000);
"#;

fn write_mails(connection: &Connection, count: usize) -> Result<()> {
    connection.execute_batch("BEGIN")?;
    connection.execute_batch(STORY)?;
    for number in 0..count {
        connection.execute(
            "INSERT INTO alert (recipient, story, seq, event, events, watches, priority, state, due, raised, reason)
             VALUES ('r' || ?1, 1, 0, 'new', '[\"new\"]', '[\"locks\"]', 1, 'waiting', ?2, ?2, 'speed')",
            (number, QUEUED),
        )?;
        connection.execute(
            "INSERT INTO delivery (alert, channel, priority, state, attempts, next_at)
             VALUES (?1, 'mail:r' || ?2 || '@desk.example', 1, 'waiting', 0, ?3)",
            (connection.last_insert_rowid(), number, QUEUED),
        )?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

fn write_hooks(connection: &Connection, count: usize) -> Result<()> {
    let [alert, _] = samples();
    let message = Payload::Standard.alert(&alert).map_err(anyhow::Error::msg).context("a sample")?;
    connection.execute_batch("BEGIN")?;
    connection.execute_batch(STORY)?;
    for number in 0..count {
        connection.execute(
            "INSERT INTO alert (recipient, story, seq, event, events, watches, priority, state, due, raised, queued, reason)
             VALUES ('hook:bell', 1, ?1, 'new', '[\"new\"]', '[\"locks\"]', 1, 'queued', ?2, ?2, ?2, 'speed')",
            (number, QUEUED),
        )?;
        connection.execute(
            "INSERT INTO delivery (alert, channel, priority, state, message_id, payload, attempts, next_at)
             VALUES (?1, 'hook:bell', 1, 'queued', ?2, ?3, 0, ?4)",
            (connection.last_insert_rowid(), format!("msg_{number}"), &message.bytes, QUEUED),
        )?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

fn listen(serve: fn(TcpStream, &AtomicUsize) -> std::io::Result<()>, taken: &Arc<AtomicUsize>) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let taken = Arc::clone(taken);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let taken = Arc::clone(&taken);
            let _ = stream.set_nodelay(true);
            thread::spawn(move || drop(serve(stream, &taken)));
        }
    });
    Ok(address)
}

fn serve_smtp(mut stream: TcpStream, taken: &AtomicUsize) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?);
    stream.write_all(b"220 sink\r\n")?;
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.starts_with(b"DATA") {
            stream.write_all(b"354 go on\r\n")?;
            while line != b".\r\n" {
                line.clear();
                lines.read_until(b'\n', &mut line)?;
            }
            taken.fetch_add(1, Ordering::Relaxed);
        }
        stream.write_all(b"250 ok\r\n")?;
    }
}

fn serve_http(mut stream: TcpStream, taken: &AtomicUsize) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        lines.read_exact(&mut vec![0; length])?;
        taken.fetch_add(1, Ordering::Relaxed);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    }
}
