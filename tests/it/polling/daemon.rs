//! The daemon over time: C13, C20, C21, C54, over a graceful restart and a kill, by the machine's own clock.

use std::time::{Duration, Instant};

use crate::harness::{
    World, eventually,
    script::{Script, feed, reply},
};

const HOSTS: usize = 24;
const EVERY: Duration = Duration::from_secs(4);

fn hosts() -> Vec<Script> {
    let host = |number| {
        Script::start(&format!("127.0.5.{number}"), move |asked, before| match asked.header("if-none-match") {
            Some("\"kept\"") => reply("304 Not Modified", ""),
            _ if before == 0 => reply("200 OK\nETag: \"kept\"", feed(&["one"])),
            _ => reply("200 OK\nETag: \"lost\"", feed(&["one"])),
        })
    };
    (1..=HOSTS).map(host).collect()
}

fn times(hosts: &[Script]) -> Vec<Instant> {
    let mut times: Vec<Instant> = hosts.iter().flat_map(|host| host.asked()).map(|asked| asked.at).collect();
    times.sort();
    times
}

/// The most requests within any second.
fn burst(times: &[Instant]) -> usize {
    let within =
        |from: &Instant| times.iter().filter(|time| *time >= from && **time - *from < Duration::from_secs(1)).count();
    times.iter().map(within).max().unwrap_or(0)
}

fn shortest_gap(hosts: &[Script]) -> Duration {
    let gaps = |host: &Script| host.asked().windows(2).map(|pair| pair[1].at - pair[0].at).collect::<Vec<_>>();
    hosts.iter().flat_map(gaps).min().unwrap()
}

#[test]
fn polls_are_spread_keep_their_interval_and_a_restart_or_a_kill_brings_no_storm() {
    let hosts = hosts();
    let urls: Vec<String> = hosts.iter().map(|host| host.url("/feed")).collect();
    let world = World::of_feeds(&urls, "every = \"4s\"");
    let daemon = world.daemon();
    let all = |polls| hosts.iter().all(|host| host.asked().len() >= polls);
    eventually("all have been polled twice", || all(2));
    daemon.kill();
    let killed = Instant::now();
    let daemon = world.daemon();
    eventually("all are polled again", || all(3));
    daemon.stop();
    let daemon = world.daemon();
    eventually("and again", || all(4));
    daemon.stop();

    let times = times(&hosts);
    // Six a second on average; a burst would be all of them, or what the slots allow.
    assert!(burst(&times) <= HOSTS * 2 / 3, "{} within a second", burst(&times));
    let after: Vec<Instant> = times.iter().filter(|time| **time > killed).copied().collect();
    assert!(burst(&after) <= HOSTS * 2 / 3, "{} within a second of the restart", burst(&after));
    assert!(shortest_gap(&hosts) >= EVERY, "{:?}", shortest_gap(&hosts));
    for host in &hosts {
        let asked = host.asked();
        assert!(asked[1..].iter().all(|asked| asked.header("if-none-match") == Some("\"kept\"")));
    }
}
