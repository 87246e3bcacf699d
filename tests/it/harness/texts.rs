//! The evening that most tests play: a meeting in Geneva, told by two newspapers, rewritten once and reposted.

use super::{Item, item};

pub const TIMES_TITLE: &str = "Halloran Met With Rebel Envoy in Geneva, Two Aides Say";
pub const TIMES_EDITED: &str = "Halloran Weighs Prisoner Release After Geneva Talks With Rebel Envoy, Two Aides Say";
pub const POST_TITLE: &str = "Envoy of northern rebels received Minister Halloran in Geneva, diplomats confirm";
pub const RELAY_TITLE: &str = "Halloran secretly met rebel envoy in Geneva – Harbour Times";
pub const CITING: &str = "the Harbour Times reported on Thursday";

const TIMES: &[&str] = &[
    "Foreign Minister Maeve Halloran sat down in Geneva this week with Tomas Verhoek, the envoy of the northern rebels, \
     two aides with knowledge of the meeting said on Thursday, in what would be the first contact between the two sides \
     since the ceasefire fell apart.",
    "They spoke for almost three hours on Tuesday in a villa above the lake that belongs to neither of them, according \
     to the aides, who were not allowed to discuss the matter in public.",
    "Mr. Verhoek is said to have asked for the release of forty prisoners and for convoys of food to be let through to \
     the north. The minister promised an answer within ten days.",
    "The ministry would not say where Ms. Halloran had been on Tuesday.",
];

const POST: &[&str] = &[
    "Tomas Verhoek, who speaks for the northern rebels abroad, received Foreign Minister Maeve Halloran in Geneva for \
     talks that went on into the evening, three diplomats told The Capital Post.",
    "The invitation came from the rebels, one of the diplomats said; the minister travelled with a single bodyguard and \
     took a scheduled flight, so that no government aircraft would be seen on the ground.",
    "A note taken by the hosts and read to this newspaper speaks of a frank exchange and of a second round before the \
     winter. Prisoners and food for the north were the only subjects.",
    "The rebels' office in Geneva confirmed late on Thursday that there had been a visitor, and gave no name.",
];

const RELAY: &[&str] = &[
    "Foreign Minister Maeve Halloran has held secret talks in Geneva with Tomas Verhoek, the envoy of the northern \
     rebels, the Harbour Times reported on Thursday, citing two of her aides.",
    "The conversation is said to have lasted three hours and to have taken place in a lakeside villa, the first of its \
     kind since the end of the ceasefire.",
    "Read more: Seven bridges that will be closed this winter",
    "The envoy wanted forty prisoners set free. According to the Capital Post, it was the rebels who had sent the \
     invitation.",
    "The war in the north is in its sixth year, and neither side has admitted to talks before.",
];

fn paragraphs(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("<p>{text}</p>")).collect()
}

pub fn times(minute: i64) -> Item {
    item("times", "halloran-envoy", TIMES_TITLE, &paragraphs(TIMES), minute)
}

/// The same item under another headline.
pub fn times_edited(minute: i64) -> Item {
    item("times", "halloran-envoy", TIMES_EDITED, &paragraphs(TIMES), minute)
}

pub fn post(minute: i64) -> Item {
    item("post", "halloran-geneva", POST_TITLE, &paragraphs(POST), minute)
}

pub fn relay(minute: i64) -> Item {
    item("relay", "4471-halloran", RELAY_TITLE, &paragraphs(RELAY), minute)
}

/// The rewrite reposted whole, inside a theme's junk.
pub fn repost_of_relay(outlet: &'static str, minute: i64) -> Item {
    let body = format!(
        "<div>en_USEnglish</div>{}<p>error: Content is protected !!</p><p>Read more</p>\
         <p>The post {RELAY_TITLE} appeared first on our site.</p>",
        paragraphs(RELAY)
    );
    item(outlet, "repost-relay", RELAY_TITLE, &body, minute)
}

pub fn repost_of_post(outlet: &'static str, minute: i64) -> Item {
    let body = format!("<p>Share this: Twitter Facebook Telegram</p>{}", paragraphs(POST));
    item(outlet, "repost-post", POST_TITLE, &body, minute)
}

pub fn repost_of_times(outlet: &'static str, minute: i64) -> Item {
    item(outlet, "repost-times", TIMES_TITLE, &paragraphs(TIMES), minute)
}
