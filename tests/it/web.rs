//! The web pages of the running daemon: where they listen, and that a reload moves or ends them.

use std::net::{SocketAddr, TcpListener, TcpStream};

use crate::harness::{ONE_WATCH, World, binary::Daemon, eventually, http};

fn world(listen: &str) -> World {
    let mut world = World::new(&["times"], ONE_WATCH);
    world.listen = listen.to_owned();
    world.write();
    world
}

/// Where the log says that the pages are.
fn address(daemon: &Daemon) -> SocketAddr {
    daemon.wait_for("the web pages listen");
    let log = daemon.log();
    let line = log.lines().rfind(|line| line.contains("the web pages listen")).unwrap();
    let address = line.split("127.0.0.1:").nth(1).unwrap();
    let port: String = address.chars().take_while(char::is_ascii_digit).collect();
    SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()))
}

#[test]
fn a_reload_turns_the_pages_off_and_the_daemon_goes_on() {
    let mut world = world("127.0.0.1:0");
    let daemon = world.daemon();
    let address = address(&daemon);
    assert_eq!(http::get(address, "/healthz").0, 200);
    assert_eq!(http::get(address, "/readyz").0, 200);
    world.listen = String::new();
    world.write();
    daemon.signal("HUP");
    daemon.wait_for("reloaded: settings: changed web");
    eventually("the port is closed", || TcpStream::connect(address).is_err());
    daemon.stop();
}

#[test]
fn a_port_that_is_taken_stops_neither_polling_nor_sending() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let world = world(&taken.local_addr().unwrap().to_string());
    let daemon = world.daemon();
    daemon.wait_for("the web pages cannot listen");
    eventually("the baseline", || world.count("SELECT count(*) FROM feed WHERE baselined = 1") == 1);
    daemon.stop();
}
