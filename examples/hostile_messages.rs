//! Messages made from hostile text, for checkers that are not ours: `tests/mail_form.sh`, `tests/smtp_injection.sh`,
//! `tests/webhook_signature.sh`.
//!
//! `… -- mails N` writes N mails to standard output, each behind its length in octets on a line of its own and its kind
//! as JSON on the next: alerts, follow-ups, digests, notices by turns. `… -- send N ADDRESS` sends N mails to an SMTP sink on this machine and
//! writes the Message-ID and the SHA-256 of each. `… -- hooks N URL` posts N signed webhooks to such a sink.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    sync::Arc,
};

use anyhow::{Result, bail, ensure};
use sha2::{Digest as _, Sha256};
use storywatch::{
    alert::{ChannelId, Event, HeadlineChange, Kind},
    app,
    config::{self, Overrides},
    courier::Round,
    message::{self, Alert, Bulletin, Digest, Message, Payload, Sender, sample_digest, sample_notice, samples},
    story::headline::difference,
    watch,
};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["mails", count] => write_mails(count.parse()?),
        ["send", count, address] => runtime.block_on(send_mails(count.parse()?, address)),
        ["hooks", count, url] => runtime.block_on(post_hooks(count.parse()?, url)),
        _ => bail!("mails N, send N ADDRESS, or hooks N URL"),
    }
}

fn write_mails(count: usize) -> Result<()> {
    let mut chance = Chance(0x5EED);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let sender = Sender::new("Störywatch \"Test\"", "alerts@storywatch.test")?;
    for number in 0..count {
        let (mail, kind) = hostile_mail(&mut chance, number, &sender)?;
        writeln!(out, "{}\n{}", mail.bytes.len(), serde_json::to_string(kind)?)?;
        out.write_all(&mail.bytes)?;
    }
    out.flush()?;
    Ok(())
}

/// What the product sends by, with these channels.
fn round(channels: &str) -> Result<Round> {
    let folder = std::env::temp_dir().join(format!("storywatch-hostile-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let file = folder.join("storywatch.toml");
    let head = "[storage]\npath = \"storywatch.db\"\n[polling]\nallow_networks = [\"127.0.0.0/8\"]\n";
    fs::write(&file, format!("{head}{channels}"))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    let compile = |queries: &[&watch::Query], terms: &_| watch::compile(queries, terms).problems;
    let loaded = config::load(&file, &Overrides::default(), &config::environment(), compile);
    fs::remove_dir_all(&folder)?;
    let loaded = loaded.map_err(|faults| anyhow::anyhow!("{}", config::render(&faults, false)))?;
    Ok(app::wire(Arc::new(loaded.config))?.0)
}

/// Over as many connections as the courier uses.
const CONNECTIONS: usize = 4;

async fn send_mails(count: usize, address: &str) -> Result<()> {
    let round = round(&format!("[mail]\nfrom = \"alerts@storywatch.test\"\nsmtp = \"smtp://{address}\"\n"))?;
    let mut tasks = tokio::task::JoinSet::new();
    for part in 0..CONNECTIONS {
        let deliverer = Arc::clone(&round.deliverer);
        tasks.spawn(async move {
            let mut chance = Chance(0x5EED + part as u64);
            let sender = Sender::new("Störywatch \"Test\"", "alerts@storywatch.test")?;
            let channel = ChannelId("mail:desk@storywatch.test".to_owned());
            for number in (part..count).step_by(CONNECTIONS) {
                let mail = hostile_mail(&mut chance, number, &sender)?.0;
                let now = storywatch::clock::Clock::Machine.now();
                let outcome = deliverer.deliver(&channel, &mail.id, &mail.bytes, now).await;
                ensure!(outcome.is_sent(), "mail {number}: {}", outcome.reason());
                let digits: String = Sha256::digest(&mail.bytes).iter().map(|octet| format!("{octet:02x}")).collect();
                writeln!(io::stdout().lock(), "{} {digits}", mail.id)?;
            }
            Ok(())
        });
    }
    tasks.join_all().await.into_iter().collect()
}

async fn post_hooks(count: usize, url: &str) -> Result<()> {
    // Two keys: one is being rotated out.
    let round = round(&format!(
        "[webhook.bell]\nurl = \"{url}\"\nsecret = \"whsec_TkVXLUtFWS1ORVctS0VZLU5FVy1LRVktTkVX \
         whsec_T0xELUtFWS1PTEQtS0VZLU9MRC1LRVktT0xE\"\n"
    ))?;
    let mut chance = Chance(0xB0B);
    for number in 0..count {
        let message = Payload::Standard.alert(&hostile(&mut chance, number)).map_err(anyhow::Error::msg)?;
        let channel = ChannelId("hook:bell".to_owned());
        let now = storywatch::clock::Clock::Machine.now();
        let outcome = round.deliverer.deliver(&channel, &message.id, &message.bytes, now).await;
        ensure!(outcome.is_sent(), "webhook {number}: {}", outcome.reason());
    }
    Ok(())
}

/// A mail of hostile text: a first alert, a follow-up, a digest, a notice by turns; and its kind.
fn hostile_mail(chance: &mut Chance, number: usize, sender: &Sender) -> Result<(Message, &'static str)> {
    Ok(match number % 4 {
        0 => (message::mail(&hostile(chance, number), sender, READER)?, "alert"),
        1 => (message::mail(&hostile(chance, number), sender, READER)?, "follow-up"),
        2 => (message::digest_mail(&hostile_digest(chance, number), sender, READER)?, "digest"),
        _ => (message::bulletin_mail(&hostile_notice(chance, number), sender, READER)?, "notice"),
    })
}

const READER: &str = "desk@storywatch.test";

fn hostile_digest(chance: &mut Chance, number: usize) -> Digest {
    let kinds = [Kind::Digest, Kind::Quiet, Kind::CatchUp, Kind::Flood];
    let mut digest = sample_digest(kinds[number / 4 % kinds.len()]);
    digest.number = 1_000_000 + number as i64;
    digest.recipient.0 = chance.text();
    digest.coverage.worst = Some((chance.text(), None));
    digest.silences = vec![chance.text()];
    for story in digest.stories.iter_mut().chain(&mut digest.developing) {
        story.headline = chance.text();
        story.outlet = chance.text();
        story.watch = chance.text();
        story.url = Some(format!("https://example.org/{}", chance.text()));
        // The hit stays where it is found.
        story.text = format!("{}{}", story.text, chance.text());
    }
    digest
}

/// Of feeds with hostile names; one trouble alone is the subject too.
fn hostile_notice(chance: &mut Chance, number: usize) -> Bulletin {
    let mut notice = sample_notice();
    notice.number = 1_000_000 + number as i64;
    for (_, line) in &mut notice.lines {
        *line = format!("The feed {} cannot be read: {}.", chance.text(), chance.text());
    }
    if (number / 4).is_multiple_of(2) {
        notice.lines.truncate(1);
        notice.title = notice.lines[0].1.clone();
    }
    notice.ways = samples()[0].links.watch.clone();
    notice
}

/// A sample alert in which every text of a feed is hostile.
fn hostile(chance: &mut Chance, number: usize) -> Alert {
    let [first, confirmed] = samples();
    let mut alert = if number.is_multiple_of(2) { first } else { confirmed };
    alert.story.story = storywatch::story::StoryId(1_000_000 + number as i64);
    alert.headline = chance.text();
    for member in &mut alert.story.members {
        member.title = chance.text();
        member.outlet_name = chance.text();
        member.url = Some(format!("https://example.org/{}", chance.text()));
        member.evidence = Some(chance.text());
        for citation in &mut member.cites {
            citation.sentence = chance.text();
        }
    }
    let happened = &mut alert.happened;
    if !number.is_multiple_of(2) {
        happened.events = vec![Event::Correction, Event::HeadlineChanged, Event::Confirmed];
        happened.corrections = vec![(chance.text(), chance.text())];
        let (before, after) = (chance.text(), chance.text());
        happened.changes = vec![HeadlineChange {
            outlet: chance.text(),
            outlet_name: chance.text(),
            difference: difference(&before, &after),
        }];
    }
    for watch in &mut alert.watches {
        watch.name = chance.text();
        watch.note = Some(chance.text());
        watch.title = chance.text();
        watch.text = chance.text();
        watch.evidence.truncate(1);
    }
    alert
}

/// Random numbers, the same in every run.
struct Chance(u64);

const PIECES: &[&str] = &[
    "\r\n",
    "\r\nBcc: victim@example.net",
    "\n\n<html>",
    "=?utf-8?q?=42cc?=",
    "=?",
    "?=",
    "\0",
    "\u{7}",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
    "👩‍👩‍👧‍👦",
    "e\u{301}\u{301}\u{301}",
    "漢字",
    "שלום",
    "مرحبا",
    "Ünïcödé",
    "<script>alert(1)</script>",
    "\"quoted\"",
    "<b>",
    "&amp;",
    "&#x0;",
    "javascript:alert(1)",
    ".",
    "..",
    "\r\n.\r\n",
    "\t",
    ",",
    ";",
    ":",
    "@",
    "(comment",
    ")",
    "\\",
    "'",
    "From ",
    "--",
    "-- \n",
    "100%",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.below(12) {
            match self.below(3) {
                0 => text.push_str(PIECES[self.below(PIECES.len())]),
                1 => text.extend(char::from_u32(self.below(0x11_0000) as u32)),
                _ => text.extend((0..=self.below(9)).map(|_| char::from(b' ' + self.below(95) as u8))),
            }
            text.push_str(if self.below(2) == 0 { " " } else { "" });
        }
        if self.below(40) == 0 { text.repeat(200) } else { text }
    }
}
