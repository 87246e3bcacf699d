//! F45: the clock on the wall is set while the daemon runs. Needs libfaketime; without it this says that it is skipped
//! (`tests/clock_polls.sh` installs it where it may).

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::harness::{
    World,
    binary::Daemon,
    eventually,
    script::{Script, feed, reply},
};

const EVERY: Duration = Duration::from_secs(2);
const HOSTS: usize = 3;

fn library() -> Option<PathBuf> {
    let names = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"];
    let at = |folder: &&str| Path::new(folder).join("faketime/libfaketimeMT.so.1");
    names.iter().map(at).find(|path| path.exists())
}

#[test]
fn a_clock_that_is_set_brings_neither_a_storm_nor_a_stall() {
    let Some(library) = library() else {
        eprintln!("SKIPPED: no libfaketime on this machine; apt-get install libfaketime, or tests/clock_polls.sh");
        return;
    };
    let host = |number| {
        Script::start(&format!("127.0.8.{number}"), |_, before| match before {
            0 => reply("200 OK\nETag: \"one\"", feed(&["one"])),
            _ => reply("304 Not Modified", ""),
        })
    };
    let hosts: Vec<Script> = (1..=HOSTS).map(host).collect();
    let urls: Vec<String> = hosts.iter().map(|host| host.url("/feed")).collect();
    let world = World::of_feeds(&urls, &format!("every = \"{}s\"", EVERY.as_secs()));
    let clock = world.dir.path().join("clock");
    let set = |to: &str| {
        // In one step: half a file would be half a time.
        fs::write(clock.with_extension("new"), to).unwrap();
        fs::rename(clock.with_extension("new"), &clock).unwrap();
    };
    set("+0d");
    let mut command = world.command(&["run"]);
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &clock);
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let daemon = Daemon::start(command);
    daemon.wait_for("watching ");
    let polled = |more: usize| {
        let before: Vec<usize> = hosts.iter().map(|host| host.asked().len()).collect();
        eventually("all feeds are polled on", || {
            hosts.iter().zip(&before).all(|(host, before)| host.asked().len() >= before + more)
        });
    };
    polled(2);
    let jumps = ["+365d", "+0d", "-365d", "-364d"];
    for to in jumps {
        set(to);
        polled(2);
    }
    let log = daemon.stop();
    assert_eq!(log.matches("the clock was set").count(), jumps.len(), "{log}");
    for host in &hosts {
        let asked = host.asked();
        let short = asked.windows(2).filter(|pair| pair[1].at - pair[0].at < EVERY).count();
        assert!(short <= jumps.len(), "{short} polls too early in {} jumps", jumps.len());
    }
}
