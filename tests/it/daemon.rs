//! The daemon as systemd sees it: ready, alive, reloaded, stopped; and the database it must not touch.

use std::{
    fs,
    os::unix::net::UnixDatagram,
    time::{Duration, Instant},
};

use crate::harness::{Answer, Item, ONE_WATCH, World, binary::Daemon, eventually, item, now, path};

/// Feeds polled every second.
fn busy(outlets: &[&'static str]) -> World {
    let mut world = World::new(outlets, ONE_WATCH);
    world.feed = "every = \"1s\"\n".to_owned();
    world.write();
    world
}

fn polls(world: &World, outlet: &str) -> usize {
    world.origin.requests(&path(outlet)).len()
}

#[test]
fn a_second_instance_ends_at_once_and_names_the_first() {
    let world = busy(&["times"]);
    let daemon = world.daemon();
    let started = Instant::now();
    let second = world.run(&["run"]);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(second.code, Some(1));
    assert!(second.err.contains(&format!("process {}", daemon.pid())), "{}", second.err);
    daemon.stop();
}

#[test]
fn a_broken_configuration_changes_nothing_and_a_good_one_adds_a_feed() {
    let world = busy(&["times"]);
    let daemon = world.daemon();
    let good = world.toml();
    world.write_raw(&good.replace("[polling]", "[poling]"));
    daemon.signal("HUP");
    daemon.wait_for("the old configuration stays");
    assert!(daemon.log().contains("poling"), "{}", daemon.log());
    let before = polls(&world, "times");
    eventually("polling goes on", || polls(&world, "times") >= before + 2);

    world.origin.set("/more.xml", Answer::Feed(Vec::new()));
    world.write_raw(&format!("{good}[[feed]]\nurl = \"{}\"\n", world.origin.url("/more.xml")));
    daemon.signal("HUP");
    daemon.wait_for("reloaded: ");
    eventually("the new feed is polled", || !world.origin.requests("/more.xml").is_empty());
    let before = polls(&world, "times");
    eventually("the old feed too", || polls(&world, "times") > before);
    daemon.stop();
}

#[test]
fn a_reload_says_what_mails_are_to_be_expected_before_and_after() {
    let world = busy(&["times"]);
    let daemon = world.daemon();
    eventually("the first poll is over", || polls(&world, "times") > 1);
    for (minute, title) in [(1, "Halloran in Geneva"), (2, "Harbour lock closed"), (3, "Harbour lock still closed")] {
        world.publish("times", Item { published: now(), ..item("times", &format!("s{minute}"), title, "", minute) });
    }
    eventually("all are stored", || world.count("SELECT count(*) FROM entry WHERE NOT baseline") == 3);
    let good = world.toml();
    world.write_raw(&format!("{good}[[watch]]\nname = \"lock\"\nall = [\"lock\"]\nnotify = [\"desk\"]\n"));
    daemon.signal("HUP");
    daemon.wait_for("reloaded: watches: added lock");
    daemon.wait_for("expected: 1.0 mails a day before, 2.0 now, by 3 entries");
    daemon.stop();
}

#[test]
fn it_stops_while_a_feed_hangs() {
    let mut world = busy(&["times"]);
    world.polling = "timeout = \"60s\"\n".to_owned();
    world.write();
    world.origin.set(&path("times"), Answer::Hang);
    let daemon = world.daemon();
    eventually("the feed is asked", || polls(&world, "times") > 0);
    let asked = Instant::now();
    daemon.stop();
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert_eq!(world.texts("PRAGMA integrity_check"), ["ok"]);
}

#[test]
fn systemd_is_told_when_it_is_ready_that_it_lives_and_when_it_stops() {
    let world = busy(&["times"]);
    let name = world.dir.path().join("notify");
    let socket = UnixDatagram::bind(&name).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
    let mut command = world.command(&["run"]);
    command.env("NOTIFY_SOCKET", &name).env("WATCHDOG_USEC", "4500000");
    let daemon = Daemon::start(command);
    let next = || {
        let mut bytes = [0u8; 4096];
        let length = socket.recv(&mut bytes).expect("a message within 15 seconds");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    let first = next();
    assert!(first.contains("READY=1") && first.contains("STATUS=watching 1 feeds"), "{first}");
    assert!(next().contains("WATCHDOG=1"));
    assert!(next().contains("WATCHDOG=1"));
    daemon.signal("TERM");
    while !next().contains("STOPPING=1") {}
    daemon.stopped();
}

#[test]
fn a_database_taken_away_under_it_ends_it_with_an_error() {
    let world = busy(&["times"]);
    let mut daemon = world.daemon();
    fs::rename(world.database(), world.dir.path().join("elsewhere.db")).unwrap();
    daemon.wait_for("has been removed or replaced");
    assert_eq!(daemon.wait().code(), Some(1));
    assert!(!world.database().exists(), "nothing is made in its place");
}

#[test]
fn a_foreign_database_is_refused_and_left_as_it_was() {
    let world = busy(&["times"]);
    for content in [b"Dear diary, this is no database at all.".to_vec(), foreign()] {
        fs::write(world.database(), &content).unwrap();
        for arguments in [&["run"][..], &["poll"], &["stories"], &["status"]] {
            let ran = world.run(arguments);
            assert_eq!(ran.code, Some(65), "{arguments:?}: {ran:?}");
        }
        assert_eq!(fs::read(world.database()).unwrap(), content);
    }
}

/// Another program's SQLite file.
fn foreign() -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let connection = rusqlite::Connection::open(file.path()).unwrap();
    connection.execute_batch("CREATE TABLE recipe (name TEXT)").unwrap();
    drop(connection);
    fs::read(file.path()).unwrap()
}

#[test]
fn a_database_of_a_later_version_is_refused_with_both_numbers() {
    let world = busy(&["times"]);
    world.ok(&["poll", "--all"]);
    world.sql().execute_batch("PRAGMA user_version = 99").unwrap();
    for arguments in [&["run"][..], &["poll"], &["stories"]] {
        let ran = world.run(arguments);
        assert_eq!(ran.code, Some(78), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("99") && ran.err.contains("knows version"), "{}", ran.err);
    }
}

#[test]
fn a_damaged_database_is_refused_and_left_as_it_was() {
    let world = busy(&["times"]);
    world.ok(&["poll", "--all"]);
    let mut content = fs::read(world.database()).unwrap();
    let middle = content.len() / 2;
    content[4096..middle].fill(0xA5);
    fs::write(world.database(), &content).unwrap();
    let ran = world.run(&["run"]);
    assert_eq!(ran.code, Some(65), "{ran:?}");
    assert_eq!(fs::read(world.database()).unwrap(), content);
}
