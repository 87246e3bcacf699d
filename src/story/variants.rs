//! The story the product is defined by, in five variants, with texts written for it: a first report, another outlet's
//! own piece, a rewrite that cites both, its repost in page junk, an edited headline, and reposts of each.
//!
//! Whatever the variant, it is one story, two outlets are sources of their own, and nothing else confirms it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{headline::difference, *};

const FIRST: &str = "The shipping magnate Orsolya Banky met the energy minister of Karelistan at a hotel in Vienna last \
    week, two officials of the ministry said, in a conversation that neither side has spoken of.\nOver ninety minutes \
    Ms. Banky and the minister, Ruslan Temirov, went through what it would take to reopen the pipeline to the coast, \
    according to the officials, who asked not to be named.\nMs. Banky offered nine tankers and asked for a waiver of \
    the transit fee until spring.\nHer company had no comment, and the ministry did not answer letters.";
const OWN: &str = "Karelistan's energy minister sat with the shipowner Orsolya Banky in the back room of a Viennese \
    hotel on Wednesday evening, said a waiter who served them and a diplomat with knowledge of the talks.\nThe \
    diplomat said Ruslan Temirov had come alone, and that the pipeline to the coast was the only subject.\n\"We do not \
    discuss travel\", the embassy wrote in reply to questions.\nBanky's fleet lost a third of its contracts when the \
    pipeline was shut two winters ago, and creditors are pressing her.";
const REWRITE: &str = "Shipping tycoon Orsolya Banky has held a secret meeting with the energy minister of Karelistan in \
    Vienna, the Harbour Times reported on Friday.\nRuslan Temirov and Banky are said to have talked for an hour and a \
    half about reopening the pipeline to the coast.\nRead more Thousands without water after burst main in Graz\nThe \
    embassy declined to discuss the minister's travel, according to the Capital Courier.\nKarelistan shut the \
    pipeline two years ago in a dispute over transit fees.";
const TITLE: &str = "Orsolya Banky Met Karelistan's Energy Minister in Vienna, Officials Say";
const EDITED: &str = "Orsolya Banky Offered Karelistan Nine Tankers at Vienna Meeting, Officials Say";
const OWN_TITLE: &str = "Shipowner Banky and Karelistan minister talked pipeline in Vienna hotel";
const REWRITE_TITLE: &str = "Banky secretly met Karelistan's energy minister in Vienna – Harbour Times";
const JUNK: &str = "en_USEnglish\nRead more\nerror: Content is protected !!\nShare this: Facebook Twitter Telegram";

fn outlets() -> Vec<OutletNames> {
    let outlet = |key: &str, names: &[&str]| OutletNames {
        key: key.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        domains: vec![format!("{key}.example")],
    };
    vec![outlet("times", &["The Harbour Times", "Harbour Times"]), outlet("courier", &["Capital Courier"])]
}

fn item(id: i64, outlet: &str, minutes: i64, title: &str, text: &str) -> Document {
    Document {
        id: EntryId(id),
        outlet: outlet.to_owned(),
        feed: format!("https://{outlet}.example/feed"),
        title: title.to_owned(),
        text: text.to_owned(),
        url: Some(format!("https://{outlet}.example/{id}")),
        links: Vec::new(),
        seen: Timestamp::from_second(1_800_000_000).expect("a time") + SignedDuration::from_mins(minutes),
        published: None,
        language: None,
    }
}

/// The nine items; the sixth is the first again, under another headline.
fn nine() -> Vec<Document> {
    let junk = |text: &str| format!("en_USEnglish\nHome » World\n{text}\nRead more\n{JUNK}");
    vec![
        item(1, "times", 0, TITLE, FIRST),
        item(2, "courier", 68, OWN_TITLE, OWN),
        item(3, "relay", 133, REWRITE_TITLE, REWRITE),
        item(4, "mirror", 158, REWRITE_TITLE, &junk(REWRITE)),
        item(1, "times", 208, EDITED, FIRST),
        item(6, "echo", 210, REWRITE_TITLE, &format!("{REWRITE}\nWhat do you think? Tell us below.")),
        item(7, "daily", 215, "Breaking News", &junk(OWN)),
        item(8, "globe", 220, OWN_TITLE, OWN),
        item(9, "bugle", 230, TITLE, FIRST),
    ]
}

/// Tells the items in order, an item with a known id as an edit, and holds them to what every variant must be; gives
/// what was found for each new item, by id.
#[track_caller]
fn check(items: &[Document]) -> Vec<(i64, Grouping)> {
    let mut stream = Stream::new(Duration::from_secs(5 * 86_400), outlets());
    let mut found: Vec<(i64, Grouping)> = Vec::new();
    for item in items {
        let Pushed { story, grouping, .. } = stream.push(item);
        assert_eq!(story, StoryId(1), "{} {:?}: {}", item.outlet, item.title, grouping.reason);
        if found.iter().all(|(id, _)| *id != item.id.0) {
            found.push((item.id.0, grouping));
        }
    }
    let is_independent = |grouping: &Grouping| {
        matches!(grouping.relation, Relation::First | Relation::Independent) && grouping.cites.is_empty()
    };
    let sources: Vec<i64> = found.iter().filter(|(_, grouping)| is_independent(grouping)).map(|(id, _)| *id).collect();
    assert_eq!(sources, [1, 2], "sources of their own: {found:#?}");
    found
}

#[track_caller]
fn check_relation(found: &[(i64, Grouping)], id: i64, relation: Relation, of: Option<i64>) {
    let (_, grouping) = found.iter().find(|(known, _)| *known == id).expect("the item was told");
    assert_eq!((grouping.relation, grouping.of.map(|of| of.0)), (relation, of), "{id}: {}", grouping.reason);
}

#[test]
fn nine_items_are_one_story() {
    let found = check(&nine());
    check_relation(&found, 1, Relation::First, None);
    check_relation(&found, 2, Relation::Independent, None);
    check_relation(&found, 3, Relation::Cites, Some(1));
    for (id, of) in [(4, 3), (6, 3), (7, 2), (8, 2), (9, 1)] {
        check_relation(&found, id, Relation::Copy, Some(of));
    }
    let cites: Vec<&str> = found[2].1.cites.iter().map(|citation| citation.sentence.as_str()).collect();
    let expected = [
        "Shipping tycoon Orsolya Banky has held a secret meeting with the energy minister of Karelistan in Vienna, the \
         Harbour Times reported on Friday.",
        "The embassy declined to discuss the minister's travel, according to the Capital Courier.",
    ];
    assert_eq!(cites, expected);
}

#[test]
fn attribution_in_other_languages_confirms_nothing() {
    let told = [
        ("„Wir äußern uns nicht“, hieß es. Die »Harbour Times« hatte zuerst über das Treffen berichtet.", "times"),
        ("La rencontre a eu lieu à Vienne, selon le Harbour Times.", "times"),
        ("Banky se reunió con Temirov en Viena, según informó Capital Courier.", "courier"),
        ("Как пишет Harbour Times, встреча Банки и Темирова прошла в Вене.", "times"),
    ];
    for (sentence, outlet) in told {
        let mut items = nine();
        items[2].title = "Orsolya Banky, Ruslan Temirov, Vienna, pipeline".to_owned();
        let rest = REWRITE.lines().filter(|line| !line.contains("Harbour") && !line.contains("Courier"));
        items[2].text = format!("{sentence}\n{}", rest.collect::<Vec<_>>().join("\n"));
        items.truncate(3);
        let found = check(&items);
        assert_eq!(found[2].1.relation, Relation::Cites, "{sentence}");
        let cites = &found[2].1.cites;
        assert!(cites.len() == 1 && cites[0].outlet == outlet, "{cites:?}");
        assert!(sentence.ends_with(&cites[0].sentence), "{cites:?}");
    }
}

#[test]
fn headline_edited_early_brings_reposts_under_both() {
    let mut items = nine();
    let edit = items.remove(4);
    items.insert(1, Document { seen: items[0].seen + SignedDuration::from_mins(20), ..edit });
    items.push(item(10, "herald", 240, EDITED, FIRST));
    items.push(item(11, "gazette", 250, &EDITED.to_uppercase(), &words_of(FIRST, 60)));
    let found = check(&items);
    check_relation(&found, 9, Relation::Copy, Some(1));
    check_relation(&found, 10, Relation::Copy, Some(1));
    check_relation(&found, 11, Relation::Copy, Some(1));
    assert!(difference(TITLE, EDITED).is_news);
    assert!(!difference(TITLE, &TITLE.to_uppercase()).is_news);
}

#[test]
fn denial_on_day_two_is_marked_once() {
    let denial = "Karelistan has denied that its energy minister, Ruslan Temirov, met the shipping magnate Orsolya Banky \
        at a hotel in Vienna.\nMr. Temirov spent the week at home with a fever, a spokeswoman of the ministry said on \
        Saturday, and nobody has talked to anyone about the pipeline to the coast.";
    let title = "Karelistan denies energy minister met Orsolya Banky in Vienna";
    let mut items = nine();
    items.push(item(20, "relay", 1_500, title, denial));
    items.push(item(21, "mirror", 1_530, title, &format!("{JUNK}\n{denial}")));
    items.push(item(22, "globe", 1_560, "Ministry in Karelistan denies Vienna talks with Banky", denial));
    let found = check(&items);
    let marked: Vec<i64> =
        found.iter().filter(|(_, grouping)| grouping.corrects.is_some()).map(|(id, _)| *id).collect();
    assert_eq!(marked, [20]);
    assert_eq!(found.iter().find(|(id, _)| *id == 20).and_then(|(_, g)| g.corrects.as_deref()), Some(title));
}

#[test]
fn repost_cut_to_two_sentences_is_a_copy() {
    let mut items = nine();
    items.push(item(30, "herald", 240, "Vienna talks", &first_sentences(FIRST)));
    items.push(item(31, "gazette", 250, "What was said in the back room", &first_sentences(OWN)));
    items.push(item(32, "trumpet", 260, REWRITE_TITLE, &format!("{} […]", words_of(REWRITE, 40))));
    let found = check(&items);
    check_relation(&found, 30, Relation::Copy, Some(1));
    check_relation(&found, 31, Relation::Copy, Some(2));
    check_relation(&found, 32, Relation::Copy, Some(3));
}

#[test]
fn repost_inside_junk_longer_than_itself_is_a_copy() {
    let junk = "Seven ways to store apples until spring\nThe mayor of Linz opens the new tram to the port\nOpinion: who \
        needs a second airport?\nThe recipe of the week is a pie with leeks and smoked trout, for which you need a deep \
        dish, a rolling pin and patience\nOur newsletter comes every Friday at seven with the best of the week, the \
        weather for the lakes and a puzzle for the train\nA reader from Steyr writes that the bells of her village have \
        been a quarter of an hour late since the clockmaker retired\nThe quiz of the month is about rivers, and the first \
        prize is a weekend for two on the Danube with breakfast and a concert";
    assert!(junk.len() > FIRST.len() / 2);
    for (id, text, of) in [(40, FIRST, 1), (41, OWN, 2), (42, REWRITE, 3)] {
        let mut items = nine();
        items.push(item(id, "linzer", 300, "From our readers", &format!("{junk}\n{JUNK}\n{text}\n{junk}\n{JUNK}")));
        check_relation(&check(&items), id, Relation::Copy, Some(of));
    }
}

fn words_of(text: &str, count: usize) -> String {
    text.split_whitespace().take(count).collect::<Vec<_>>().join(" ")
}

fn first_sentences(text: &str) -> String {
    text.lines().take(2).collect::<Vec<_>>().join("\n")
}
