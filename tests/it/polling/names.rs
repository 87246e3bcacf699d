//! F59, F60: names that lead inside, all of the time, in part, or every other time. A name server of the test's own
//! answers, in a mount namespace in which it is the machine's; that takes root, and without it this says that it is
//! skipped. 127.0.9.1 stands for the public net, 127.0.10.1 for what must not be reached.

use std::{
    fs,
    net::{TcpListener, UdpSocket},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::harness::{
    World,
    binary::run_with,
    script::{Script, feed, reply},
};

const PUBLIC: [u8; 4] = [127, 0, 9, 1];
const INSIDE: [u8; 4] = [127, 0, 10, 1];
const KINDS: [&str; 5] = ["public", "private", "mixed", "flips", "six"];
/// Names of each kind; each is asked for `ROUNDS` times.
const NAMES: usize = 20;
const ROUNDS: usize = 10;

/// What a name leads to: addresses of four or of sixteen bytes.
fn addresses(kind: &str, is_six: bool, turn: usize) -> Vec<Vec<u8>> {
    match (kind, is_six) {
        ("public", false) => vec![PUBLIC.to_vec()],
        ("private", false) => vec![INSIDE.to_vec()],
        ("mixed", false) => vec![PUBLIC.to_vec(), INSIDE.to_vec()],
        ("flips", false) => vec![if turn.is_multiple_of(2) { PUBLIC.to_vec() } else { INSIDE.to_vec() }],
        ("six", true) => vec![std::net::Ipv6Addr::LOCALHOST.octets().to_vec()],
        _ => Vec::new(),
    }
}

/// Answers one query; lives no longer than it is asked for (TTL 0).
fn answer(query: &[u8], turn: impl FnOnce() -> usize) -> Option<Vec<u8>> {
    let length = usize::from(*query.get(12)?);
    let label = std::str::from_utf8(query.get(13..13 + length)?).ok()?;
    let kind = label.split('-').next()?.to_owned();
    let end = 12 + query[12..].iter().position(|byte| *byte == 0)? + 1;
    let is_six = query.get(end..end + 2)? == [0, 28];
    let found = addresses(&kind, is_six, if kind == "flips" && !is_six { turn() } else { 0 });
    let mut reply = query[..2].to_vec();
    reply.extend([0x81, 0x80, 0, 1, 0, u8::try_from(found.len()).ok()?, 0, 0, 0, 0]);
    reply.extend(&query[12..end + 4]);
    for address in found {
        reply.extend([0xC0, 0x0C, 0, if is_six { 28 } else { 1 }, 0, 1, 0, 0, 0, 0]);
        reply.extend([0, u8::try_from(address.len()).ok()?]);
        reply.extend(address);
    }
    Some(reply)
}

fn can_unshare() -> bool {
    let made = Command::new("unshare").args(["-m", "mount", "--bind", "/etc/resolv.conf", "/etc/resolv.conf"]).output();
    made.is_ok_and(|made| made.status.success()) && UdpSocket::bind("127.0.53.53:53").is_ok()
}

#[test]
fn no_name_leads_inside_whatever_it_says_the_next_time() {
    if !can_unshare() {
        eprintln!("SKIPPED: a name server of one's own takes root and a mount namespace");
        return;
    }
    let names = UdpSocket::bind("127.0.53.53:53").unwrap();
    thread::spawn(move || {
        let (mut query, mut turn) = ([0u8; 512], 0);
        while let Ok((length, from)) = names.recv_from(&mut query) {
            let next = || {
                turn += 1;
                turn
            };
            if let Some(reply) = answer(&query[..length], next) {
                drop(names.send_to(&reply, from));
            }
        }
    });
    let public = Script::start("127.0.9.1", |_, _| reply("200 OK", feed(&["one"])));
    let port = public.address.port();
    let hits: Arc<AtomicUsize> = Arc::default();
    for address in [format!("127.0.10.1:{port}"), format!("[::1]:{port}")] {
        let (inside, hits) = (TcpListener::bind(address), Arc::clone(&hits));
        let Ok(inside) = inside else { continue };
        thread::spawn(move || {
            for _ in inside.incoming() {
                hits.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    let url = |kind: &str, number| format!("http://{kind}-{number}.test:{port}/feed");
    let urls: Vec<String> = KINDS.iter().flat_map(|kind| (0..NAMES).map(move |number| url(kind, number))).collect();
    let world = World::of_feeds(&urls, "every = \"1s\"");
    let toml = world.toml().replace("127.0.0.0/8", "127.0.9.1/32");
    world.write_raw(&format!("{}\n", toml.replace("[polling]\n", "[polling]\nper_host = 16\n")));
    let resolver = world.dir.path().join("resolv.conf");
    fs::write(&resolver, "nameserver 127.0.53.53\noptions timeout:2 attempts:2\n").unwrap();
    for _ in 0..ROUNDS {
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\""]).arg(&resolver);
        let poll = world.command(&["poll", "--all"]);
        command.arg(poll.get_program()).args(poll.get_args());
        let ran = run_with(command, "");
        assert!(ran.out.contains(&format!("{} feeds polled", urls.len())), "{ran:?}");
    }
    assert_eq!(hits.load(Ordering::SeqCst), 0, "something inside was reached");
    let count = |kind: &str, what: &str| {
        world.count(&format!("SELECT count(*) FROM feed WHERE url LIKE 'http://{kind}-%' AND {what}"))
    };
    for kind in ["private", "mixed", "six"] {
        let refused = "last_error LIKE '%refused: %is a loopback address%'";
        assert_eq!(count(kind, refused), NAMES as i64, "{kind}: {:?}", world.texts("SELECT last_error FROM feed"));
        assert_eq!(count(kind, "last_success IS NOT NULL"), 0, "{kind}");
    }
    assert_eq!(count("public", "failures = 0"), NAMES as i64);
    let (read, refused) = (count("flips", "last_success IS NOT NULL"), count("flips", "failures > 0"));
    assert!(read > 0 && refused > 0, "{read} read, {refused} refused");
}
