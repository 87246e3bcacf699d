//! Stories that turn out to be one: which goes on, in whose thread, and what is told of it afterwards.

use serde_json::{Value, json};

use crate::harness::{Item, Live, World, at, binary::run_with, item};

/// The first report has no word in common with the second; only who watches for the rescue is told before the third.
const AGROUND: &str = "Ferry Aurora runs aground off Skerry";
const LIFTED: &str = "Coastguard helicopters lift 214 passengers to safety at night";
const BOTH_TOLD: &str = "Coastguard helicopters lift 214 passengers from ferry Aurora aground off Skerry";

fn watching(words: &str) -> String {
    format!(
        "[[watch]]\nname = \"sea\"\nany = [{words}]\nnotify = [\"desk\"]\n\n[recipient.desk]\nemail = \
         [\"desk@desk.example\"]\n"
    )
}

fn headline(outlet: &str, title: &str, minute: i64) -> Item {
    item(outlet, "wreck", title, "", minute)
}

/// The two reports and the one that holds both, each polled in its minute.
async fn wreck(world: &World) -> Live<'_> {
    let mut live = world.baseline().await;
    for (minute, outlet, title) in [(2, "times", AGROUND), (4, "post", LIFTED), (7, "herald", BOTH_TOLD)] {
        world.publish(outlet, headline(outlet, title, minute));
        live.step(minute).await;
    }
    live.step(120).await;
    live
}

/// The name of the story that an entry founded, by what it is called in the database.
fn name_of(world: &World, headline: &str) -> String {
    let listed = world.texts(&format!("SELECT CAST(id AS TEXT) FROM story WHERE headline = '{headline}'"));
    storywatch::story::StoryId(listed[0].parse().unwrap()).to_string()
}

#[tokio::test]
async fn the_older_story_goes_on_and_the_reader_stays_in_the_thread_of_the_mail_he_got() {
    let world = World::new(&["times", "post", "herald"], &watching("\"coastguard\""));
    let live = wreck(&world).await;
    let (older, younger) = (name_of(&world, AGROUND), name_of(&world, LIFTED));
    assert_eq!(world.texts("SELECT DISTINCT story FROM entry").len(), 1);
    let shown = world.ok(&["story", &younger]).out;
    assert!(shown.starts_with(&format!("{older}  {AGROUND}")), "{shown}");
    assert!(shown.contains(&format!("{younger} was merged into {older}")), "{shown}");
    assert_eq!(
        world.texts("SELECT title || ' ' || relation FROM entry WHERE relation = 'first'"),
        [format!("{AGROUND} first")]
    );

    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 2, "the news of the rescue, and that more have it");
    assert_eq!(mails[0].subject(), format!("[sea] {LIFTED}"));
    assert_eq!(mails[1].subject(), format!("Re: [sea] {LIFTED}"), "mail programs thread by equal subjects too");
    assert_eq!(mails[1].header("In-Reply-To").unwrap(), mails[0].id());
    assert_eq!(mails[1].header("Storywatch-Story").unwrap(), older);
    live.finish().await;
}

#[tokio::test]
async fn who_was_told_of_both_reads_on_in_the_thread_of_the_older() {
    let world = World::new(&["times", "post", "herald"], &watching("\"coastguard\", \"Aurora\""));
    let live = wreck(&world).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 3);
    assert_eq!(mails[0].subject(), format!("[sea] {AGROUND}"));
    assert_eq!(mails[2].subject(), format!("Re: [sea] {AGROUND}"));
    assert_eq!(mails[2].header("In-Reply-To").unwrap(), mails[0].id());
    let references = mails[2].header("References").unwrap();
    assert!(references.contains(&mails[1].id()), "{references}");
    live.finish().await;
}

#[tokio::test]
async fn nothing_is_told_because_of_the_back_catalogue_when_its_stories_are_merged() {
    let world = World::new(&["times", "post", "herald"], &watching("\"coastguard\", \"Aurora\""));
    world.publish("times", headline("times", AGROUND, 0));
    world.publish("post", headline("post", LIFTED, 0));
    let mut live = world.baseline().await;
    assert_eq!(world.texts("SELECT DISTINCT story FROM entry").len(), 2);
    world.publish("herald", headline("herald", BOTH_TOLD, 7));
    live.step(7).await;
    live.step(120).await;
    assert_eq!(world.texts("SELECT DISTINCT story FROM entry").len(), 1);
    let because = "SELECT DISTINCT title FROM decision JOIN entry ON entry.id = decision.entry ORDER BY entry.id";
    assert_eq!(world.texts(because), [BOTH_TOLD]);
    live.finish().await;
}

#[tokio::test]
async fn explain_tells_merges_and_splits_in_their_order_for_the_entry_and_its_story() {
    let world = World::new(&["times", "post", "herald"], &watching("\"coastguard\""));
    let live = wreck(&world).await;
    let (older, younger) = (name_of(&world, AGROUND), name_of(&world, LIFTED));
    let link = "https://capitalpost.example/wreck";
    world.ok(&["story", "split", &older, link, "--note", "two ships"]);
    let split = world.texts("SELECT CAST(max(id) AS TEXT) FROM story");
    let split = storywatch::story::StoryId(split[0].parse().unwrap()).to_string();
    world.ok(&["story", "merge", &older, &split, "--note", "one ship"]);

    let told = world.ok(&["explain", link]).out;
    let lines: Vec<&str> = told.lines().filter(|line| line.starts_with("regrouped ")).collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(lines[0].contains(&format!("{younger} was merged into {older} (")), "{told}");
    assert!(lines[0].contains("this one among them): a second look: "), "{told}");
    assert!(lines[1].ends_with(&format!("{split} was split from {older} (1 entries, this one among them): two ships")));
    assert!(lines[2].ends_with(&format!("{split} was merged into {older} (1 entries, this one among them): one ship")));
    let because = told.lines().find(|line| line.contains("because: ")).unwrap();
    assert!(because.contains("because: merged by hand (one ship); before that: nothing like it"), "{because}");

    // The story's other members were not moved, but their story was; an old name leads to it.
    let first = world.ok(&["explain", "https://harbourtimes.example/wreck"]).out;
    assert_eq!(first.matches("regrouped ").count(), 3, "{first}");
    assert!(!first.lines().next_back().unwrap().contains("this one among them"), "{first}");
    assert!(first.contains("because: nothing like it"), "the founder stays what it was: {first}");
    for name in [&older, &younger, &split] {
        let story = world.ok(&["explain", name, "--json"]).json().remove(0);
        assert_eq!(story["story"].as_str(), Some(older.as_str()));
        let kinds: Vec<&str> =
            story["regrouped"].as_array().unwrap().iter().map(|done| done["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["merge", "split", "merge"]);
    }
    live.finish().await;
}

#[tokio::test]
async fn a_silence_of_a_story_goes_with_it_into_the_other() {
    let world = World::new(&["times", "post", "herald", "echo"], &watching("\"coastguard\", \"Aurora\""));
    let mut live = world.baseline().await;
    for (minute, outlet, title) in [(2, "times", AGROUND), (4, "post", LIFTED)] {
        world.publish(outlet, headline(outlet, title, minute));
        live.step(minute).await;
    }
    let older = name_of(&world, AGROUND);
    let silenced = "INSERT INTO silence (kind, value, starts, ends) SELECT 'story', max(id), 0, 4000000000 FROM story";
    world.sql().execute(silenced, []).unwrap();
    world.publish("herald", headline("herald", BOTH_TOLD, 7));
    live.step(7).await;
    live.step(120).await;
    assert_eq!(world.texts("SELECT DISTINCT story FROM entry").len(), 1);
    assert_eq!(world.smtp.mails().len(), 2, "no follow-up of what was silenced");
    assert!(world.ok(&["silence", "list"]).out.contains(&older));
    live.finish().await;
}

/// One entry as the database has it, and as `group` answers it, with stories by the order of their founding.
fn told(rows: Vec<Value>) -> Vec<Value> {
    let mut names: Vec<String> = rows.iter().map(|row| row["story"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names.dedup();
    rows.into_iter()
        .map(|mut row| {
            let number = names.iter().position(|name| row["story"] == **name).unwrap();
            row["story"] = json!(number);
            row
        })
        .collect()
}

#[tokio::test]
async fn group_and_the_database_agree_on_what_is_merged_and_how_each_stands_afterwards() {
    let stream = [
        ("times", "a", AGROUND),
        ("post", "b", LIFTED),
        ("times", "c", "Helicopters lift 214 passengers off a ferry to safety at night"),
        ("bugle", "d", "Council votes on a new harbour wall for the fishing port"),
        ("herald", "e", BOTH_TOLD),
        ("mirror", "f", LIFTED),
        ("echo", "g", "Ferry Aurora aground off Skerry: 214 passengers lifted, the Harbour Times reports"),
    ];
    let outlets = ["times", "post", "herald", "echo", "mirror", "bugle"];
    let world = World::new(&outlets, &watching("\"coastguard\""));
    let mut live = world.baseline().await;
    let mut lines = String::new();
    for (minute, (outlet, slug, title)) in (2..).step_by(3).zip(stream) {
        let item = item(outlet, slug, title, "", minute);
        let line = json!({
            "id": slug, "outlet": outlet, "feed": world.origin.url(&crate::harness::path(outlet)), "title": title,
            "url": item.link, "published": at(minute),
        });
        lines.push_str(&format!("{line}\n"));
        world.publish(outlet, item);
        live.step(minute).await;
    }
    let stored: Vec<Value> = world
        .texts(
            "SELECT json_object('id', substr(entry.guid, -1), 'story', printf('%020d', entry.story), 'relation', \
             entry.relation, 'of', substr(related.guid, -1), 'reason', entry.reason)
             FROM entry LEFT JOIN entry AS related ON related.id = entry.related_to ORDER BY entry.id",
        )
        .iter()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect();
    let grouped = run_with(world.command(&["group"]), &lines).json();
    let grouped: Vec<Value> = grouped
        .into_iter()
        .map(|row| json!({ "id": row["id"], "story": row["story"], "relation": row["relation"], "of": row["of"], "reason": row["reason"] }))
        .collect();
    // Names of stories are random in the database.
    let unnamed = |rows: Vec<Value>| -> Vec<Value> {
        let mut rows = told(rows);
        for row in &mut rows {
            let words = row["reason"].as_str().unwrap().split(' ').map(|word| {
                let is_name = word.trim_end_matches([',', ';']).parse::<storywatch::story::StoryId>().is_ok();
                if is_name { "S" } else { word }
            });
            row["reason"] = json!(words.collect::<Vec<_>>().join(" "));
        }
        rows
    };
    let (stored, grouped) = (unnamed(stored), unnamed(grouped));
    assert_eq!(stored, grouped);
    assert_eq!(world.count("SELECT count(*) FROM regrouping"), 1);
    let stands = |id: &str| {
        let row = stored.iter().find(|row| row["id"] == *id).unwrap();
        (row["relation"].as_str().unwrap().to_owned(), row["of"].as_str().map(str::to_owned))
    };
    assert_eq!(stands("b"), ("independent".to_owned(), None), "it was the first of its own");
    assert_eq!(stands("c"), ("same-outlet".to_owned(), Some("a".to_owned())), "no outlet confirms itself");
    for story in stored.iter().map(|row| &row["story"]) {
        let of_story: Vec<&Value> = stored.iter().filter(|row| row["story"] == *story).collect();
        let firsts = of_story.iter().filter(|row| row["relation"] == "first").count();
        assert!(firsts == 1 && of_story[0]["relation"] == "first", "{of_story:?}");
    }
    live.finish().await;
}
