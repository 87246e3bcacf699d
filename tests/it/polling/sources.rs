//! Sources of the real world: proxies, extra certificates, another User-Agent; and C36 with F61 for them.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::harness::{
    World, at,
    binary::{Ran, run_with},
    proxies::{AUTHORITY, Socks, tls_host},
    script::{Script, bytes, feed, reply},
};

/// Polls once by the binary with all that it can log, and looks for what it must not show.
fn poll(world: &World) -> Ran {
    let mut command = world.command(&["poll", "--all"]);
    command.env("STORYWATCH_LOG", "trace");
    let ran = run_with(command, "");
    assert!(!format!("{ran:?}").contains("canary"), "{ran:?}");
    ran
}

fn secret_file(world: &World, name: &str, content: &str) {
    let path = world.dir.path().join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn an_http_proxy_is_asked_and_the_host_is_not() {
    let proxy = Script::start("127.0.6.1", |_, _| reply("200 OK\nETag: \"p\"", feed(&["one"])));
    let origin = Script::start("127.0.6.2", |_, _| reply("200 OK", feed(&["one"])));
    let straight = format!("[[feed]]\nurl = \"{}\"\nproxy = \"none\"\n", origin.url("/straight"));
    let mut world = World::of_feeds(
        &[origin.url("/feed?x=1"), "http://nowhere.invalid/feed".to_owned()],
        "user = \"me\"\npassword = \"canary-host\"",
    );
    world.rules.push_str(&straight);
    world.polling =
        format!("proxy = \"http://us@{}\"\nproxy_password_file = \"proxy-word\"\ntimeout = \"5s\"\n", proxy.address);
    world.write();
    secret_file(&world, "proxy-word", "canary-proxy\n");
    let ran = poll(&world);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mut targets: Vec<String> = proxy.paths();
    targets.sort();
    assert_eq!(targets, [origin.url("/feed?x=1"), "http://nowhere.invalid/feed".to_owned()]);
    for asked in proxy.asked() {
        assert_eq!(asked.header("proxy-authorization"), Some("Basic dXM6Y2FuYXJ5LXByb3h5"));
        assert_eq!(asked.header("authorization"), Some("Basic bWU6Y2FuYXJ5LWhvc3Q="));
    }
    assert_eq!(origin.paths(), ["/straight"]);
    assert_eq!(origin.last().header("proxy-authorization"), None);
}

#[test]
fn a_socks_proxy_is_asked_by_name_or_by_address() {
    let origin = Script::start("127.0.0.1", |_, _| reply("200 OK", feed(&["one"])));
    let (by_name, by_address) = (Socks::start(), Socks::start());
    let port = origin.address.port();
    let mut world = World::of_feeds(
        &[format!("http://hidden.invalid:{port}/feed")],
        &format!("proxy = \"socks5h://us@{}\"\nproxy_password = \"canary-proxy\"", by_name.address),
    );
    world.rules.push_str(&format!(
        "[[feed]]\nurl = \"{}\"\nproxy = \"socks5://{}\"\n",
        origin.url("/other"),
        by_address.address
    ));
    world.write();
    let ran = poll(&world);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(by_name.seen(), [format!("us:canary-proxy hidden.invalid:{port}")]);
    assert_eq!(by_address.seen(), [format!(" 127.0.0.1:{port}")]);
    assert_eq!(origin.asked().len(), 2);
}

/// The guard looks at what may be looked at: addresses, also where a redirect leads.
#[test]
fn a_proxy_is_no_way_around_the_guard() {
    let proxy = Script::start("127.0.6.3", |asked, _| match asked.path().ends_with("/away") {
        true => reply("302 On\nLocation: http://169.254.169.254/latest", ""),
        false => reply("200 OK", feed(&["one"])),
    });
    let mut world = World::of_feeds(&["http://10.0.0.1/feed".to_owned(), "http://nowhere.invalid/away".to_owned()], "");
    world.polling = format!("proxy = \"http://{}\"\n", proxy.address);
    world.write();
    let ran = poll(&world);
    assert_eq!(ran.out.matches("allow_networks").count(), 2, "{ran:?}");
    assert_eq!(proxy.paths(), ["http://nowhere.invalid/away"]);
}

/// C36.
#[test]
fn an_authority_is_trusted_by_the_feeds_that_say_so_and_by_no_other() {
    let host = tls_host(bytes("200 OK", feed(&["one"])));
    let (own, other) = (format!("https://{host}/own"), format!("https://{host}/other"));
    let world = World::of_feeds(&[&own], "name = \"own\"\nca_file = \"authority.pem\"");
    let more = format!("[[feed]]\nurl = \"{other}\"\nname = \"other\"\n");
    world.write_raw(&(world.toml() + &more));
    fs::write(world.dir.path().join("authority.pem"), AUTHORITY).unwrap();
    let ran = poll(&world);
    assert!(ran.out.contains("own: 1 entries, 1 new") && ran.out.contains("other: no trusted TLS"), "{ran:?}");
    let everywhere = world.toml().replace("ca_file", "language = \"en\"\n#") + &more;
    world.write_raw(&everywhere.replace("[polling]", "[polling]\nca_file = \"authority.pem\""));
    let ran = poll(&world);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[tokio::test]
async fn a_feed_can_be_asked_under_another_name() {
    let script = Script::start("127.0.0.1", |_, _| reply("200 OK", feed(&["one"])));
    let world = World::of_feeds(&[script.url("/feed")], "user_agent = \"Reader of the Desk/2.0 (desk@desk.example)\"");
    let mut live = world.open(0).await;
    live.due(at(0)).await;
    assert_eq!(script.last().header("user-agent"), Some("Reader of the Desk/2.0 (desk@desk.example)"));
    assert_eq!(script.last().head.matches("Agent:").count() + script.last().head.matches("agent:").count(), 1);
    live.finish().await;
}
