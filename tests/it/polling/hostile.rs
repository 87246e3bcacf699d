//! Servers that hang, drip, flood and lie: C31 to C36, F37 to F40. The daemon itself is asked, so that what is shown of
//! others that are not delayed, and of memory, is true of it.

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};

use crate::harness::{
    World, at, eventually,
    script::{Reply, Script, feed, reply},
};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `times` copies of a mebibyte of spaces, packed.
fn bomb(times: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let spaces = vec![b' '; 1 << 20];
    (0..times).for_each(|_| encoder.write_all(&spaces).unwrap());
    encoder.finish().unwrap()
}

/// The same in zstd's format (RFC 8878): a frame of blocks that each say "this byte, 128 KiB of it".
fn zstd_bomb(times: u8) -> Vec<u8> {
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38];
    let blocks = u32::from(times) * 8;
    for number in 1..=blocks {
        let header = (128 << 10) << 3 | 1 << 1 | u32::from(number == blocks);
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(b' ');
    }
    frame
}

/// The same in brotli's.
fn brotli_bomb(times: usize) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 9, 22);
    let spaces = vec![b' '; 1 << 20];
    (0..times).for_each(|_| encoder.write_all(&spaces).unwrap());
    encoder.into_inner()
}

/// C31, C32, C33, C34, C35, F38, F39, F40: each a host of its own, beside one that is well.
#[test]
fn hosts_that_hang_drip_and_flood_are_given_up_and_delay_nobody() {
    let well = Script::start("127.0.1.1", |_, before| reply("200 OK", feed(&[&format!("item-{before}")])));
    let packed = bomb(24);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(&vec![b' '; 20 << 20]).unwrap();
    let deflated = zlib.finish().unwrap();
    let head = b"HTTP/1.1 200 OK\r\n\r\n<rss>".to_vec();
    let twice = gzip(&packed);
    let hosts: Vec<Script> = [
        Reply::Stall(Vec::new()),
        Reply::Stall(b"HTTP/1.1 200 OK\r\nX-Slow: ".to_vec()),
        Reply::Stall(head.clone()),
        Reply::Drip(b"HTTP/1.1 200 OK\r\n\r\n".iter().copied().chain([b' '; 10_000]).collect()),
        Reply::Endless(head.clone(), vec![b' '; 1 << 16]),
        Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"X-More: and more\r\n".repeat(100)),
        reply("200 OK\nContent-Encoding: gzip", &packed),
        reply("200 OK\nContent-Encoding: deflate", &deflated),
        reply("200 OK\nContent-Encoding: gzip, gzip", &twice),
        reply("200 OK\nContent-Encoding: gzip", "this is not packed"),
        reply("200 OK\nContent-Encoding: br", brotli_bomb(24)),
        reply("200 OK\nContent-Encoding: zstd", zstd_bomb(24)),
        reply("200 OK\nContent-Encoding: br", "this is not packed"),
        reply("200 OK\nContent-Encoding: zstd", "this is not packed"),
    ]
    .into_iter()
    .enumerate()
    .map(|(number, answer)| Script::start(&format!("127.0.2.{}", number + 1), move |_, _| answer.clone()))
    .collect();
    let mut urls: Vec<String> = hosts.iter().map(|host| host.url("/feed")).collect();
    urls.push(well.url("/feed"));
    let mut world = World::of_feeds(&urls, "every = \"1s\"");
    world.polling = "timeout = \"2s\"\n".to_owned();
    world.write();
    let daemon = world.daemon();
    eventually("every host was asked twice, but for those that are slow", || {
        hosts.iter().all(|host| !host.asked().is_empty()) && well.asked().len() >= 8
    });
    let gaps: Vec<Duration> = well.asked().windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert!(gaps.iter().all(|gap| *gap < Duration::from_secs(6)), "{gaps:?}");
    eventually("all but one have failed", || {
        world.count("SELECT count(*) FROM feed WHERE failures > 0") == hosts.len() as i64
    });
    let memory = peak_memory(daemon.pid());
    assert!(memory < 120 << 10, "{memory} kB at its peak");
    let errors = world.texts("SELECT last_error FROM feed WHERE failures > 0 ORDER BY id");
    let count = |words: &str| errors.iter().filter(|error| error.contains(words)).count();
    assert_eq!((count("no complete answer within 2 s"), count("the body is larger")), (4, 5), "{errors:#?}");
    assert_eq!(count("the body is broken"), 3, "{errors:#?}");
    daemon.stop();
}

/// What the process has taken of memory at most, in kB.
fn peak_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// C35: more hosts hang than there are slots, and once that is known they take no more than their share.
#[test]
fn more_hanging_hosts_than_slots_leave_room_for_the_others() {
    let hosts: Vec<Script> =
        (1..=12).map(|number| Script::start(&format!("127.0.3.{number}"), |_, _| Reply::Stall(Vec::new()))).collect();
    let well = Script::start("127.0.1.2", |_, _| reply("200 OK", feed(&["one"])));
    let mut urls: Vec<String> = hosts.iter().map(|host| host.url("/feed")).collect();
    urls.push(well.url("/feed"));
    let mut world = World::of_feeds(&urls, "every = \"1s\"");
    world.polling = "timeout = \"3s\"\nconcurrency = 4\n".to_owned();
    world.write();
    let daemon = world.daemon();
    eventually("all have hung once", || hosts.iter().all(|host| !host.asked().is_empty()));
    let (before, started) = (well.asked().len(), Instant::now());
    eventually("four more polls", || well.asked().len() >= before + 4);
    // One poll may still wait for the last of the newcomers.
    assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
    daemon.stop();
}

/// F37.
#[tokio::test]
async fn thousands_of_entries_at_once_are_taken_in() {
    let slugs: Vec<String> = (0..2_000).map(|number| format!("item-{number}")).collect();
    let all: Vec<&str> = slugs.iter().map(String::as_str).collect();
    let body = feed(&all);
    let script = Script::start("127.0.0.1", move |_, _| reply("200 OK", &body));
    let world = World::of_feeds(&[script.url("/feed")], "every = \"1m\"");
    let mut live = world.open(0).await;
    let polled = live.due(at(0)).await;
    assert_eq!((polled[0].counts.listed, polled[0].counts.new), (2_000, 2_000));
    assert_eq!(world.count("SELECT count(*) FROM entry"), 2_000);
    live.finish().await;
}
