//! What recurs: the template of a site, generic headlines, and one headline or text that is printed again and again.

use super::*;

#[test]
fn site_template_makes_no_story() {
    let template = "You are reading the free edition of the Harbour Messenger, printed since 1911 in Port Anders. \
        Our reporters work for you day and night. Ask your newsagent about the weekend magazine with puzzles and a \
        guide to the week on television.";
    let news = [
        "A ferry with forty tourists aboard ran aground off the coast of Crete.",
        "Parliament in Lima voted to remove the finance minister after a dispute.",
        "The price of cocoa reached a record in London for a third day.",
        "Engineers found cracks in the main bridge over the Vistula.",
        "A court in Nairobi stopped the sale of the national airline.",
    ];
    let first = Relation::First;
    let documents: Vec<Document> = (0..)
        .zip(news)
        .map(|(at, text)| document(at, "harbour", at * 30, text, &format!("{text}\n{template}")))
        .collect();
    check(&documents, &[(1, first, None), (2, first, None), (3, first, None), (4, first, None), (5, first, None)]);
}

#[test]
fn template_is_learned_from_two_stories_of_a_feed() {
    let line = "Ask your newsagent about the weekend magazine with puzzles.";
    let text = format!("A ferry ran aground off the coast of Crete.\n{line}");
    let entry = document(1, "harbour", 0, "Ferry aground off Crete", &text);
    let mut units = junk::Units::default();
    let first = profile::profile(&entry, &words::split(&entry.text), &units);
    let stories = [StoryId(1), StoryId(1), StoryId(2)];
    let story_of = |slot: u32| stories.get(slot as usize).copied();
    let length = |units: &junk::Units| profile::profile(&entry, &words::split(&entry.text), units).length;
    for (slot, expected) in [(0, 18), (1, 18), (2, 0)] {
        first.units.iter().for_each(|unit| units.learn(*unit, slot, story_of));
        assert_eq!(length(&units), expected, "after {slot}");
    }
    // What an entry of another story taught is forgotten with it, and so is what the first taught.
    let forget = |units: &mut junk::Units, slot: u32| {
        first.units.iter().for_each(|unit| units.forget(*unit, slot, stories[slot as usize]));
        length(units)
    };
    assert_eq!([2, 1, 0].map(|slot| forget(&mut units, slot)), [18, 18, 18]);
    first.units.iter().for_each(|unit| units.learn(*unit, 2, story_of));
    assert_eq!(length(&units), 18);
    first.units.iter().for_each(|unit| units.learn(*unit, 0, story_of));
    assert_eq!(length(&units), 0);
    let elsewhere = document(2, "messenger", 0, "Ferry aground off Crete", &text);
    assert_eq!(profile::profile(&elsewhere, &words::split(&elsewhere.text), &units).length, 18);
}

#[test]
fn template_longer_than_the_texts_does_not_hold_a_feed_together() {
    let template = "The Harbour Channel has been the most watched broadcaster of the northern islands for eleven years \
                    and brings weather, ferries, markets, fishing and island politics around the clock, while a survey \
                    of the coastal institute named it the most trusted source among lighthouse keepers, pilots, \
                    trawler crews, teachers and shopkeepers, and a second survey by the maritime college found that \
                    nobody is heard more often in kitchens, wheelhouses and waiting rooms between Skerry and Holm";
    let topics =
        ["cheese prices fall", "bridge reopens", "choir wins medal", "lighthouse sold", "whale sighted", "mayor quits"];
    let mut stream = Stream::new(WINDOW, outlets());
    let stories: Vec<StoryId> = (0i64..)
        .zip(topics)
        .map(|(n, topic)| stream.push(&document(n, "harbour", n, topic, &format!("{topic}.\n{template}"))).story)
        .collect();
    assert!(stories[3..].iter().all(|story| *story != stories[0]), "{stories:?}");
}

#[test]
fn one_headline_at_many_outlets_is_one_story() {
    let mut stream = Stream::new(WINDOW, outlets());
    let headline = "Prime minister to visit Skerry in surprise trip";
    let stories = (0..12).map(|n| stream.push(&document(n, &format!("house{n}"), n * 10, headline, "")).story);
    assert!(stories.collect::<Vec<_>>().iter().all(|story| *story == StoryId(1)));
}

#[test]
fn one_headline_again_and_again_in_one_feed_is_one_story() {
    let mut stream = Stream::new(WINDOW, outlets());
    for n in 0..12 {
        let text =
            if n < 6 { "Helicopters took off all passengers." } else { "Thick fog held up the rescue for an hour." };
        let pushed = stream.push(&document(n, "harbour", n * 10, "Ferry runs aground off Holm in a storm", text));
        assert_eq!(pushed.story, StoryId(1), "{n}: {}", pushed.grouping.reason);
    }
}

#[test]
fn one_text_again_and_again_in_one_feed_is_one_story() {
    let mut stream = Stream::new(WINDOW, outlets());
    let text = "The ferry Aurora ran aground off Holm in a storm on Monday night.\n\
                All passengers were taken off by helicopters before dawn, the coastguard said.";
    for n in 0..12 {
        let pushed = stream.push(&document(n, "harbour", n * 10, "Breaking news", text));
        assert_eq!(pushed.story, StoryId(1), "{n}: {}", pushed.grouping.reason);
    }
}

#[test]
fn generic_headlines_join_nothing() {
    for title in ["Breaking News", "Here's the latest", "Morning update", "The top photos of the day"] {
        let documents = [
            document(1, "nyt", 0, title, "A ferry with forty tourists aboard ran aground off the coast of Crete."),
            document(2, "wapo", 9, title, "Parliament in Lima voted to remove the finance minister after a dispute."),
            document(3, "rt", 12, title, ""),
        ];
        let first = Relation::First;
        check(&documents, &[(1, first, None), (2, first, None), (3, first, None)]);
    }
}
