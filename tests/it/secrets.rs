//! Six secrets that must never be seen: not in what commands print, not in the log, whatever goes wrong.

use crate::harness::{Answer, World, binary::Ran, eventually, path};

/// Password of the mail account, key of the webhook, token in a URL, password of a feed, value of a header, path of a
/// webhook.
const CANARIES: [&str; 6] = [
    "canary-mail-5f1e",
    "Q0FOQVJZLVdFQkhPT0stMDEyMzQ1Njc4OWFiY2RlZg==",
    "canary-token-77ab",
    "canary-basic-19cd",
    "canary-header-e0e0",
    "canary-path-31aa",
];

const RULES: &str = r#"
[[watch]]
name = "halloran"
query = "Halloran"
notify = ["desk", "hook:alarm"]

[recipient.desk]
email = ["desk@desk.example"]
"#;

fn world() -> World {
    let mut world = World::new(&["times", "post"], RULES);
    let url = |path: &str| world.origin.url(path);
    let [mail, hook, token, basic, header, way] = CANARIES;
    let more = format!(
        "[[feed]]\nurl = \"{}?token={token}\"\n[[feed]]\nurl = \"{}\"\nuser = \"me\"\npassword = \"{basic}\"\n[[feed]]\nurl \
         = \"{}\"\nheaders = {{ X-Api-Key = \"{header}\" }}\n[webhook.alarm]\nurl = \"http://{}/{way}/alarm?k7={token}\"\nsecret \
         = \"whsec_{hook}\"\n",
        url("/token.xml"),
        url("/basic.xml"),
        url("/header.xml"),
        world.hook.address,
    );
    world.rules.push_str(&more);
    world.write();
    let toml = world.toml().replace("smtp = \"smtp://", "smtp = \"smtp://me@");
    world.write_raw(&toml.replace("[webhook.bell]", &format!("password = \"{mail}\"\n[webhook.bell]")));
    world
}

#[track_caller]
fn check(name: &str, text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{canary} in {name}:\n{text}");
    }
}

fn check_run(world: &World, arguments: &[&str]) -> Ran {
    let mut command = world.command(arguments);
    command.env("STORYWATCH_LOG", "trace");
    let ran = crate::harness::binary::run_with(command, "");
    check(&format!("{arguments:?}"), &format!("{}{}", ran.out, ran.err));
    ran
}

#[test]
fn no_secret_is_ever_shown() {
    let world = world();
    check_run(&world, &["check"]);
    check_run(&world, &["check", "--json"]);
    for path in ["/token.xml", "/basic.xml", "/header.xml"] {
        world.origin.set(path, Answer::Page { status: 500, content_type: "text/html", body: String::new() });
    }
    world.hook.answer_with(&[500, 500]);
    check_run(&world, &["poll", "--all"]);
    for arguments in [
        &["feeds", "list"][..],
        &["feeds", "list", "--json"],
        &["status"],
        &["outbox", "list", "--all"],
        &["send-test", "desk"],
        &["send-test", "hook:alarm"],
    ] {
        check_run(&world, arguments);
    }
    let asked = world.origin.requests("/header.xml");
    assert_eq!(asked[0].0.header("x-api-key"), Some(CANARIES[4]), "the header is sent, and only sent");
}

#[test]
fn no_secret_is_in_the_log_of_the_daemon() {
    let world = world();
    let mut command = world.command(&["run"]);
    command.env("STORYWATCH_LOG", "trace");
    let daemon = crate::harness::binary::Daemon::start(command);
    eventually("feeds are polled", || !world.origin.requests(&path("times")).is_empty());
    daemon.signal("HUP");
    daemon.wait_for("reloaded");
    check("the log", &daemon.stop());
}

#[test]
fn no_secret_is_in_a_diagnostic() {
    let world = world();
    let good = std::fs::read_to_string(world.config()).unwrap();
    for (from, to) in [
        ("[polling]", "[poling]"),
        ("password = ", "pasword = "),
        ("secret = ", "secrett = "),
        ("headers", "header"),
        ("url = \"http", "urll = \"http"),
        ("\"http", "\"ftp"),
    ] {
        world.write_raw(&good.replace(from, to));
        assert_eq!(check_run(&world, &["check"]).code, Some(78), "{from}");
    }
}
