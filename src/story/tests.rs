//! The stories the product is defined by, told with texts of our own.

mod claims;
mod clocks;
mod laws;
mod recurring;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

pub(super) const WINDOW: Duration = Duration::from_secs(5 * 86_400);

pub(super) fn outlets() -> Vec<OutletNames> {
    let outlet = |key: &str, names: &[&str], domain: &str| OutletNames {
        key: key.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        domains: vec![domain.to_owned()],
    };
    vec![
        outlet("nyt", &["The New York Times", "NYT", "the Times"], "nytimes.com"),
        outlet("wapo", &["The Washington Post", "the Post"], "washingtonpost.com"),
        outlet("rt", &["RT", "Russia Today"], "rt.com"),
        outlet("spiegel", &["Der Spiegel", "Spiegel"], "spiegel.de"),
    ]
}

pub(super) fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap() + SignedDuration::from_mins(minutes)
}

pub(super) fn document(id: i64, outlet: &str, minutes: i64, title: &str, text: &str) -> Document {
    Document {
        id: EntryId(id),
        outlet: outlet.to_owned(),
        feed: format!("https://{outlet}.example/feed"),
        title: title.to_owned(),
        text: text.to_owned(),
        url: Some(format!("https://{outlet}.example/{id}")),
        links: Vec::new(),
        seen: at(minutes),
        published: None,
        language: Some("en".to_owned()),
    }
}

const NYT: &str = "Elon Musk, an adviser to the president-elect, sat down with Iran's ambassador to the United Nations \
    in New York this week, two Iranian officials said.\nThe officials described a talk of more than an hour at a place \
    kept secret, on how tension between Tehran and Washington might be eased.\nMr. Musk had asked for the meeting and \
    the ambassador, Amir Saeid Iravani, picked the place, they said.\nThe envoy urged the billionaire to seek \
    exemptions from American sanctions and to bring some of his companies to Tehran.\nA spokesman of the transition \
    team would not comment on private meetings that did or did not take place.";

const POST: &str = "The richest man in the world spoke with Tehran's envoy at the United Nations on Monday, said a \
    diplomat from the region and a second person who was briefed on the conversation.\nElon Musk and Amir Saeid Iravani \
    talked about Iran's nuclear programme and the threat of new sanctions, the diplomat told us, asking not to be named \
    in order to speak of a private meeting.\n\"We have no statement to make on this\", the Iranian mission to the U.N. \
    wrote in an email.\nAdvisers to Mr. Trump have been divided over how hard to press Iran once he takes office.";

const RT: &str = "Elon Musk has secretly met with Iran's envoy to the UN, the New York Times reported on Thursday.\nThe \
    billionaire and ambassador Amir Saeid Iravani are said to have spoken for over an hour in New York about lowering \
    tension between Iran and the US.\nRead more Moscow comments on the outlook for talks on grain exports\nThe mission \
    declined to make a statement, according to the Washington Post.\nTrump withdrew from the nuclear deal with Tehran \
    in 2018 and put sanctions back in place.";

const JUNK: &str = "en_USEnglish\nRead more\nerror: Content is protected !!\nShare this: Facebook Twitter Telegram";

fn wrapped(text: &str) -> String {
    format!(
        "en_USEnglish\nHome » World » News\n{text}\nRead more\n{JUNK}\nThe post appeared first on Mirror of the World."
    )
}

fn words_of(text: &str, from: usize, count: usize) -> String {
    text.split_whitespace().skip(from).take(count).collect::<Vec<_>>().join(" ")
}

fn defining_story() -> Vec<Document> {
    let wire = "Musk secretly met with Iran's UN envoy";
    vec![
        document(1, "nyt", 0, "Elon Musk Met With Iran's U.N. Ambassador, Iranian Officials Say", NYT),
        document(2, "wapo", 68, "Musk spoke with Iranian ambassador to U.N., diplomat says", POST),
        document(3, "rt", 133, "Musk secretly met with Iran's UN envoy – NYT", RT),
        document(4, "mirror", 158, "Musk secretly met with Iran's UN envoy – NYT", &wrapped(RT)),
        document(5, "echo", 210, "MUSK SECRETLY MET WITH IRAN'S UN ENVOY", &words_of(RT, 0, 70)),
        document(6, "daily", 215, "Breaking News", &format!("{JUNK}\n{}\n{JUNK}", words_of(POST, 4, 60))),
        document(7, "globe", 220, "What they talked about in New York", &words_of(POST, 0, 48)),
        document(8, "trumpet", 240, wire, &format!("{RT}\nWhat do you think? Tell us below.")),
    ]
}

#[track_caller]
fn check(documents: &[Document], expected: &[(i64, Relation, Option<i64>)]) -> Vec<Grouping> {
    let mut stream = Stream::new(WINDOW, outlets());
    let mut found = Vec::new();
    for (document, (story, relation, of)) in documents.iter().zip(expected) {
        let Pushed { story: id, grouping, .. } = stream.push(document);
        let got = (id.0, grouping.relation, grouping.of.map(|entry| entry.0));
        assert_eq!(got, (*story, *relation, *of), "{}: {}", document.title, grouping.reason);
        found.push(grouping);
    }
    assert_eq!(documents.len(), expected.len());
    found
}

#[test]
fn defining_story_is_one_story_with_its_relations() {
    use Relation::*;
    let found = check(
        &defining_story(),
        &[
            (1, First, None),
            (1, Independent, None),
            (1, Cites, Some(1)),
            (1, Copy, Some(3)),
            (1, Copy, Some(3)),
            (1, Copy, Some(2)),
            (1, Copy, Some(2)),
            (1, Copy, Some(3)),
        ],
    );
    let cited: Vec<&str> = found[2].cites.iter().map(|citation| citation.outlet.as_str()).collect();
    assert_eq!(cited, ["nyt", "wapo"]);
    // The headline ends in "– NYT" too; the sentence proves more.
    assert_eq!(
        found[2].cites[0].sentence,
        "Elon Musk has secretly met with Iran's envoy to the UN, the New York Times reported on Thursday."
    );
    assert_eq!(
        found[2].cites[1].sentence,
        "The mission declined to make a statement, according to the Washington Post."
    );
    assert!(found[1].cites.is_empty(), "{:?}", found[1].cites);
}

#[test]
fn edited_headline_keeps_its_story() {
    let mut index = Index::new(WINDOW, outlets());
    let mut story = defining_story();
    let first = index.prepare(&story[0]);
    index.insert(first, StoryId(7));
    story[0].title = "Musk, Trump's Ally, Is Said to Have Talked With an Envoy of Tehran".to_owned();
    let edited = index.prepare(&story[0]);
    index.replace(edited);
    assert_eq!((index.len(), index.story_of(EntryId(1))), (1, Some(StoryId(7))));
    let second = index.prepare(&story[1]);
    assert_eq!(index.group(&second).verdict, Verdict::Joins(StoryId(7)));
}

/// As after a restart, when members come in the order in which they were seen.
#[test]
fn edited_member_stays_the_first_of_its_outlet() {
    let mut index = Index::new(WINDOW, outlets());
    let title = |number: i64| format!("Ferry Aurora aground off Crete, {number} passengers lifted");
    for id in 1..4 {
        index.insert(index.prepare(&document(id, "nyt", id, &title(id), "")), StoryId(1));
    }
    index.replace(index.prepare(&document(1, "nyt", 1, &title(9), "")));
    let grouping =
        index.group(&index.prepare(&document(5, "nyt", 5, "Crete: passengers of the ferry Aurora lifted", "")));
    assert_eq!((grouping.relation, grouping.of), (Relation::SameOutlet, Some(EntryId(1))), "{}", grouping.reason);
}

#[test]
fn denial_is_not_folded_in_silently() {
    let mut documents = defining_story();
    documents.truncate(3);
    let text = "Tehran has denied that its envoy to the UN met Elon Musk in New York.\nThe foreign ministry said no such \
        meeting with ambassador Amir Saeid Iravani took place.";
    documents.push(document(9, "spiegel", 2_000, "Iran denies envoy met Musk", text));
    documents.push(document(10, "tribune", 2_060, "Iran denies its envoy met Elon Musk", text));
    let found = check(
        &documents,
        &[
            (1, Relation::First, None),
            (1, Relation::Independent, None),
            (1, Relation::Cites, Some(1)),
            (1, Relation::Independent, None),
            (1, Relation::Copy, Some(9)),
        ],
    );
    assert_eq!(found[3].corrects.as_deref(), Some("Iran denies envoy met Musk"));
    assert!(found[3].reason.starts_with("denies what the story says"), "{}", found[3].reason);
    let silent: Vec<_> = found.iter().enumerate().filter(|(at, _)| *at != 3).map(|(_, g)| &g.corrects).collect();
    assert!(silent.iter().all(|corrects| corrects.is_none()), "{silent:?}");
}

#[test]
fn two_matches_of_one_club_are_two_stories() {
    let documents = [
        document(
            1,
            "nyt",
            0,
            "Rovers beat Albion 2-0 to go top",
            "Rovers went top of the league with a 2-0 win over \
            Albion on Saturday. Marek Dolan scored both goals before half-time at Mill Lane.",
        ),
        document(
            2,
            "wapo",
            4_400,
            "Rovers lose 3-1 at City",
            "Rovers lost the lead of the league on Tuesday with a 3-1 \
            defeat at City, whose striker Ivo Brandt scored twice from corners after the break.",
        ),
    ];
    check(&documents, &[(1, Relation::First, None), (2, Relation::First, None)]);
}

#[test]
fn two_sentences_in_more_junk_than_text_are_a_copy() {
    let excerpt = words_of(POST, 20, 42);
    let page = format!(
        "en_USEnglish\nSkip to content\nHome » World » Americas\n{excerpt}\nRead more\nREAD MORE: Ten beaches for the \
         cold season\nShare this: Facebook Twitter WhatsApp Telegram Email Print\nerror: Content is protected !!\nLeave \
         a Reply Your email address will not be published. Required fields are marked *\nCopyright © Daily Mirror of \
         the World. All rights reserved. Nothing here may be printed elsewhere."
    );
    let documents = [
        document(1, "wapo", 0, "Musk spoke with Iranian ambassador to U.N., diplomat says", POST),
        document(2, "mirror", 50, "Latest headlines", &page),
    ];
    let found = check(&documents, &[(1, Relation::First, None), (1, Relation::Copy, Some(1))]);
    assert!(found[1].reason.contains("% of the shorter text is the same"), "{}", found[1].reason);
}

#[test]
fn documents_without_time_feed_and_outlet_are_grouped() {
    let mut documents = defining_story();
    documents.truncate(3);
    for document in &mut documents {
        (document.seen, document.url) = (Timestamp::UNIX_EPOCH, None);
        document.outlet.clear();
        document.feed.clear();
    }
    use Relation::*;
    check(&documents, &[(1, First, None), (1, Independent, None), (1, Cites, None)]);
}

#[test]
fn link_to_a_member_helps_a_short_note() {
    let first = document(1, "nyt", 0, "Elon Musk Met With Iran's U.N. Ambassador, Iranian Officials Say", NYT);
    let mut note =
        document(2, "echo", 30, "Musk and the ambassador: a meeting to think about", "Iran and Musk in one room.");
    note.links = vec!["https://nyt.example/1".to_owned()];
    let found = check(&[first, note], &[(1, Relation::First, None), (1, Relation::Independent, None)]);
    assert!(found[1].reason.starts_with("links to a member"), "{}", found[1].reason);
}

#[test]
fn index_rebuilt_from_entries_and_stories_decides_alike() {
    let mut stream = Stream::new(WINDOW, outlets());
    let mut documents = defining_story();
    let last = documents.pop().expect("the story has members");
    let stories: Vec<StoryId> = documents.iter().map(|document| stream.push(document).story).collect();
    let mut rebuilt = Index::new(WINDOW, outlets());
    for (document, story) in documents.iter().zip(stories) {
        let prepared = rebuilt.prepare(document);
        rebuilt.insert(prepared, story);
    }
    let index = stream.into_index();
    assert_eq!(index.knowledge(), rebuilt.knowledge());
    assert_eq!(index.group(&index.prepare(&last)), rebuilt.group(&rebuilt.prepare(&last)));
}

#[test]
fn regrouped_index_is_as_one_rebuilt() {
    let documents = defining_story();
    let build = |stories: &[i64]| {
        let mut index = Index::new(WINDOW, outlets());
        for (document, story) in documents.iter().zip(stories) {
            let prepared = index.prepare(document);
            index.insert(prepared, StoryId(*story));
        }
        index
    };
    let (before, after) = ([1, 1, 1, 2, 1, 3, 3, 1], [1, 4, 1, 1, 1, 4, 3, 1]);
    let mut index = build(&before);
    for ((document, from), to) in documents.iter().zip(before).zip(after) {
        if from != to {
            index.regroup(document.id, StoryId(to));
        }
    }
    assert_eq!(index.knowledge(), build(&after).knowledge());
    assert_eq!(index.story_of(EntryId(2)), Some(StoryId(4)));
    let probe = document(90, "herald", 300, "Musk spoke with Iranian ambassador", POST);
    let found = |index: &Index| index.group(&index.prepare(&probe)).verdict;
    assert_eq!((found(&index), found(&build(&after))), (Verdict::Joins(StoryId(4)), Verdict::Joins(StoryId(4))));
}

#[test]
fn agency_text_is_wire() {
    let text = "OSLO (Reuters) - Norway's central bank raised its key interest rate to 4.5 percent on Thursday, the highest in \
        fifteen years, and said another rise was likely before the summer.\nThe crown gained one percent against the euro.";
    let documents = [
        document(1, "nyt", 0, "Norway's central bank raises key rate to 4.5 percent", text),
        document(2, "wapo", 20, "Norway raises interest rate to 15-year high", text),
        document(3, "wapo", 60, "Norway raises interest rate to 15-year high", text),
    ];
    let found = check(
        &documents,
        &[(1, Relation::First, None), (1, Relation::Wire, Some(1)), (1, Relation::SameOutlet, Some(2))],
    );
    assert_eq!(found[1].cites[0].outlet, "Reuters");
}

#[track_caller]
fn check_cites(title: &str, text: &str, expected: &[&str]) {
    let names = outlets::Names::new(&self::outlets());
    let own = names.own("nyt", None);
    let found = cite::sources(&names, &own, title, text, &words::split(text));
    let keys: Vec<&str> = found.cites.iter().map(|citation| citation.outlet.as_str()).collect();
    assert_eq!(keys, expected, "{title:?} {text:?}");
}

#[test]
fn citations_need_words_of_attribution() {
    check_cites("Minister to resign – Spiegel", "", &["spiegel"]);
    check_cites("Minister to resign, Washington Post reports", "", &["wapo"]);
    check_cites("", "The deal was first reported by the Washington Post.", &["wapo"]);
    check_cites("", "He told Reuters that he would go. She agreed.", &["Reuters"]);
    check_cites("", "The bank will close, Bloomberg reported, citing two people.", &["Bloomberg"]);
    check_cites("", "Wie der Spiegel berichtet, tritt der Minister ab.", &["spiegel"]);
    check_cites("", "Laut Handelsblatt wird die Bank verkauft.", &["Handelsblatt"]);
    check_cites("", "Selon Le Monde, le ministre va partir.", &["Le Monde"]);
    check_cites("", "El ministro dimite, informó El País.", &["El País"]);
    check_cites("", "Об этом сообщает Интерфакс.", &["Interfax"]);
    check_cites("", "По данным Reuters, банк закроется.", &["Reuters"]);
}

#[test]
fn mentions_are_no_citations() {
    check_cites("", "A Washington Post reporter was arrested in Cairo.", &[]);
    check_cites("", "According to the Post, rain is likely.", &[]);
    check_cites("", "The New York Times reported on Monday that its editor will leave.", &[]);
    check_cites("", "He reads the Washington Post every morning in his garden.", &[]);
    check_cites("", "Read more: Washington Post reports on taxes", &[]);
}

#[test]
fn same_stream_twice_gives_the_same_stories() {
    let run = || {
        let mut stream = Stream::new(WINDOW, outlets());
        defining_story().iter().map(|document| stream.push(document)).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}

#[test]
fn entry_delivered_again_keeps_its_story() {
    let mut stream = Stream::new(WINDOW, outlets());
    let documents = defining_story();
    let first: Vec<StoryId> = documents.iter().map(|document| stream.push(document).story).collect();
    let again: Vec<StoryId> = documents.iter().map(|document| stream.push(document).story).collect();
    assert_eq!((first, stream.index().len()), (again, documents.len()));
}

#[test]
fn window_forgets() {
    let mut stream = Stream::new(WINDOW, outlets());
    let documents = defining_story();
    documents.iter().for_each(|document| drop(stream.push(document)));
    let late = document(50, "rt", 60 * 24 * 30, &documents[0].title, NYT);
    assert_eq!(stream.push(&late).story, StoryId(2));
    assert_eq!(stream.index().len(), 1);
}

#[test]
fn hostile_text_is_survived() {
    let long = "<".repeat(200_000) + &"a".repeat(200_000) + &"\u{202e}\u{0301}é ".repeat(50_000) + &"?! ".repeat(9_000);
    let mut stream = Stream::new(WINDOW, outlets());
    for (id, text) in (0..).zip([long.as_str(), "", " ", "\u{0301}", ". . . .", "漢字漢字漢字漢", long.as_str()])
    {
        stream.push(&document(id, "rt", id, text, text));
    }
}

fn any_document() -> impl Strategy<Value = Document> {
    let word = prop::sample::select(vec![
        "musk", "iran", "envoy", "Trump", "talks", "bank", "rate", "4", "17", "storm", "ferry", "Crete", "denies",
        "court",
    ]);
    let text = prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "));
    (0..30i64, prop::sample::select(vec!["", "nyt", "rt"]), 0..9_000i64, text.clone(), text)
        .prop_map(|(id, outlet, minutes, title, text)| document(id, outlet, minutes, &title, &text))
}

proptest! {
    #[test]
    fn removing_what_was_inserted_restores(
        before in prop::collection::vec(any_document(), 0..12),
        mut added in any_document(),
        probe in any_document(),
        story in 0..4i64,
    ) {
        let mut stream = Stream::new(WINDOW, outlets());
        for document in &before {
            stream.push(document);
        }
        added.id = EntryId(1_000);
        let mut index = stream.into_index();
        let (kept, found) = (index.knowledge(), index.candidates(&index.prepare(&probe)));
        let prepared = index.prepare(&added);
        index.insert(prepared, StoryId(story));
        index.remove(added.id);
        prop_assert_eq!(kept, index.knowledge());
        let again = index.candidates(&index.prepare(&probe));
        prop_assert_eq!(found, again);
    }

    #[test]
    fn scores_stay_between_nothing_and_the_same(documents in prop::collection::vec(any_document(), 1..20)) {
        let mut stream = Stream::new(WINDOW, outlets());
        for document in &documents {
            let grouping = stream.push(document).grouping;
            prop_assert!((0.0..=1.0).contains(&grouping.score), "{}", grouping.score);
        }
    }
}

#[test]
fn a_no_denies_only_what_was_told() {
    let mut stream = Stream::new(WINDOW, outlets());
    let mut corrects = |id, title: &str| {
        let pushed = stream.push(&document(id, &format!("house{id}"), id * 10, title, ""));
        (pushed.story, pushed.grouping.corrects)
    };
    let (meeting, _) = corrects(1, "Musk met with Karelistan envoy in Holm, officials say");
    let denial = "Musk did not meet Karelistan envoy in Holm, ministry says";
    assert_eq!(corrects(2, denial), (meeting, Some(denial.to_owned())));
    let (fire, _) = corrects(3, "Lighthouse keeper killed in Skerry ferry fire");
    let mother = "Coastguard did not send helicopters to Skerry ferry fire for two hours, says mother of dead girl";
    assert_eq!(corrects(4, mother), (fire, None));
}

#[test]
fn one_name_in_common_makes_no_story_of_two_headlines() {
    let mut stream = Stream::new(WINDOW, outlets());
    for n in 0..60 {
        stream.push(&document(100 + n, "rt", n, &format!("Alpha{n} wins beta{n} against gamma{n} delta{n}"), ""));
    }
    let story = |id, outlet, title, stream: &mut Stream| stream.push(&document(id, outlet, 90 + id, title, "")).story;
    let chess = story(1, "nyt", "Skerry hosts chess final", &mut stream);
    assert_ne!(story(2, "wapo", "Skerry opera strikes over pay", &mut stream), chess);
    assert_eq!(story(3, "wapo", "Chess final begins in Skerry", &mut stream), chess);
}

#[test]
fn one_page_listed_by_two_outlets_is_a_copy() {
    let first = document(1, "nyt", 0, "Ferry runs aground off Crete in a storm", "Click for the article.");
    let second = Document { id: EntryId(2), outlet: "wapo".to_owned(), feed: "w".to_owned(), ..first.clone() };
    let mut stream = Stream::new(WINDOW, outlets());
    let story = stream.push(&first).story;
    let Pushed { story: joined, grouping, .. } = stream.push(&second);
    assert_eq!((joined, grouping.relation, grouping.of), (story, Relation::Copy, Some(EntryId(1))));
}

/// Entries one a minute, each of which founds a story.
fn told_by_the_minute(ids: impl Iterator<Item = i64>) -> impl Iterator<Item = Document> {
    let word = |id: i64| format!("alpha{id} beta{id} gamma{id} delta{id}");
    ids.map(move |id| document(id, "rt", id, &word(id), &format!("{}.\nOwn{id} line{id}.", word(id))))
}

#[test]
fn swept_index_is_as_one_rebuilt_of_the_living() {
    let mut stream = Stream::new(Duration::from_secs(3_600), outlets());
    let stories: Vec<StoryId> = told_by_the_minute(0..1_500).map(|document| stream.push(&document).story).collect();
    let mut swept = stream.into_index();
    swept.sweep();
    let mut rebuilt = Index::new(Duration::from_secs(3_600), outlets());
    for (document, story) in told_by_the_minute(0..1_500).zip(stories).skip(1_439) {
        let prepared = rebuilt.prepare(&document);
        rebuilt.insert(prepared, story);
    }
    assert_eq!(rebuilt.len(), swept.len());
    assert_eq!(rebuilt.knowledge(), swept.knowledge());
    let probe = document(9_000, "nyt", 1_500, "alpha1480 beta1480 gamma1480 delta1480", "Own1480 line1480.");
    let found = rebuilt.candidates(&rebuilt.prepare(&probe));
    assert_eq!((found.len(), &found), (1, &swept.candidates(&swept.prepare(&probe))));
}

#[test]
fn sweeping_the_expired_keeps_the_living_findable() {
    let mut stream = Stream::new(Duration::from_secs(3_600), outlets());
    for id in 0..1_500 {
        let text = format!("alpha{id} beta{id} gamma{id} delta{id}");
        stream.push(&document(id, "rt", id, &text, ""));
    }
    assert_eq!(stream.index().len(), 61);
    let Pushed { story, grouping, .. } =
        stream.push(&document(9_000, "nyt", 1_499, "alpha1480 beta1480 gamma1480 delta1480", ""));
    assert_eq!((story, grouping.of), (StoryId(1_481), None), "{}", grouping.reason);
}
