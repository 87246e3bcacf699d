//! The day that the demo plays: who publishes what, and when. All texts are made up for it.

use jiff::{Timestamp, civil};

/// A site that publishes a feed in the demo.
pub(super) struct Outlet {
    pub key: &'static str,
    pub name: &'static str,
    pub names: &'static [&'static str],
    pub domain: &'static str,
}

/// Something an outlet publishes, or (under a link it has used before) publishes anew.
pub(super) struct Item {
    /// Time of day in New York.
    pub hour: i8,
    pub minute: i8,
    pub outlet: &'static str,
    /// The part of the link that names the item.
    pub slug: &'static str,
    pub title: &'static str,
    /// Visible text and markup, as a site would serve it.
    pub body: String,
    /// What happens, for the person who watches.
    pub told: &'static str,
}

pub(super) const OUTLETS: &[Outlet] = &[
    Outlet { key: "nyt", name: "The New York Times", names: &["New York Times", "NYT"], domain: "nytimes.com" },
    Outlet {
        key: "wapo",
        name: "The Washington Post",
        names: &["Washington Post", "WaPo"],
        domain: "washingtonpost.com",
    },
    Outlet { key: "rt", name: "RT", names: &["Russia Today"], domain: "rt.com" },
    Outlet { key: "daily-relay", name: "Daily Relay", names: &[], domain: "dailyrelay.example" },
    Outlet { key: "eastern-wire", name: "Eastern Wire", names: &[], domain: "easternwire.example" },
    Outlet { key: "capital-mirror", name: "Capital Mirror", names: &[], domain: "capitalmirror.example" },
    Outlet { key: "newsroom-24", name: "Newsroom 24", names: &[], domain: "newsroom24.example" },
    Outlet { key: "the-digest", name: "The Evening Digest", names: &[], domain: "eveningdigest.example" },
];

/// A moment of the day, in New York.
pub(super) fn at(hour: i8, minute: i8) -> Timestamp {
    let day = civil::date(2024, 11, 14).at(hour, minute, 0, 0);
    day.in_tz("America/New_York").map_or(Timestamp::UNIX_EPOCH, |time| time.timestamp())
}

const NYT_TITLE: &str = "Musk Held Quiet Talks With Iran's Envoy to the U.N., Two Officials Say";
const NYT_EDITED: &str = "Musk Discussed Easing Tensions With Iran's Envoy to the U.N., Two Officials Say";
const POST_TITLE: &str = "Elon Musk and Iran's U.N. ambassador talked for an hour, diplomats confirm";
const RT_TITLE: &str = "Musk secretly met Iran's UN envoy – NYT";

const NYT: &[&str] = &[
    "Elon Musk sat down this week with Iran's ambassador to the United Nations, two Iranian officials with knowledge \
     of the conversation said on Thursday, in what they described as a first soundings about how to lower the tension \
     between Tehran and the incoming American administration.",
    "The two men spoke for more than an hour on Monday at a private address in Manhattan that neither side wanted to \
     name, according to the officials, who asked not to be identified because they had no authority to discuss the \
     matter in public.",
    "Both officials called the exchange hopeful. The ambassador is said to have urged Mr. Musk to ask Washington for \
     relief from sanctions and to bring some of his companies' business to Tehran.",
    "A spokesman for the transition team would neither confirm nor deny that the conversation took place. Mr. Musk did \
     not answer a request for comment.",
];

const POST: &[&str] = &[
    "Iran's ambassador to the United Nations received Elon Musk at the start of the week for a conversation that lasted \
     about an hour, three Western diplomats and one person close to the billionaire told The Washington Post.",
    "It was Musk who asked for the appointment, the person said, and the ambassador who chose the place: the residence \
     of the mission on the Upper East Side, reached through a side entrance shortly after dark.",
    "In a one-line reply late on Thursday, the mission to the U.N. said it does not comment on the ambassador's private \
     calendar. A diplomat briefed afterwards described the tone as cautious and said no promise was made.",
    "The visit worries some European governments, which fear being left out of any early arrangement on the nuclear \
     file, two of the diplomats said. One of them called it diplomacy by group chat.",
];

const RT: &[&str] = &[
    "US billionaire Elon Musk has met in secret with Tehran's envoy to the United Nations in an effort to defuse \
     hostilities between the two countries, the New York Times reported on Thursday, citing two Iranian officials.",
    "The hour-long encounter is said to have taken place on Monday at an undisclosed location in Manhattan, and was \
     described by the newspaper's sources as promising.",
    "Read more: Five things the next White House will do first",
    "The envoy suggested that Musk obtain exemptions from US sanctions and open offices in the Iranian capital. \
     According to the Washington Post, it was the entrepreneur who had requested the appointment.",
    "Tehran and Washington have had no diplomatic relations since 1980, and contacts at this level are unusual.",
];

/// Everything published before the watch began, then the day, in order of time.
pub(super) fn day() -> Vec<Item> {
    let mut items = back_catalogue();
    items.push(Item {
        hour: 18,
        minute: 2,
        outlet: "nyt",
        slug: "musk-iran-envoy",
        title: NYT_TITLE,
        body: paragraphs(NYT),
        told: "has the story first",
    });
    items.push(Item {
        hour: 19,
        minute: 10,
        outlet: "wapo",
        slug: "musk-iran-ambassador",
        title: POST_TITLE,
        body: paragraphs(POST),
        told: "has its own piece, from its own sources",
    });
    items.push(Item {
        hour: 20,
        minute: 15,
        outlet: "rt",
        slug: "607001-musk-iran-envoy",
        title: RT_TITLE,
        body: paragraphs(RT),
        told: "rewrites it and says where it has it from",
    });
    items.extend(reposts());
    items.push(Item {
        hour: 21,
        minute: 30,
        outlet: "nyt",
        slug: "musk-iran-envoy",
        title: NYT_EDITED,
        body: paragraphs(NYT),
        told: "changes its headline under the same link",
    });
    items.sort_by_key(|item| (item.hour, item.minute));
    items
}

fn reposts() -> Vec<Item> {
    let wordpress = format!(
        "<div class=\"lang\">en_USEnglish</div>{}<p>error: Content is protected !!</p>\
         <p>Read more</p><ul><li>Ten gadgets our readers love</li><li>Markets close higher</li></ul>\
         <p>The post {RT_TITLE} appeared first on Daily Relay.</p>",
        paragraphs(RT)
    );
    let excerpt = format!("{}<p>Continue reading on our partner site</p>", paragraphs(&POST[..2]));
    let shared = format!("<p>Share this: Facebook Twitter WhatsApp Telegram</p>{}", paragraphs(POST));
    let repost = |hour, minute, outlet, slug, title, body, told| Item { hour, minute, outlet, slug, title, body, told };
    vec![
        repost(20, 40, "daily-relay", "musk-envoy", RT_TITLE, wordpress, "reposts RT's text whole, inside page junk"),
        repost(
            21,
            5,
            "eastern-wire",
            "8841",
            "Billionaire in secret talks with Tehran",
            paragraphs(RT),
            "reposts RT's text under a headline of its own",
        ),
        repost(21, 40, "capital-mirror", "post-report", POST_TITLE, shared, "reposts the Post"),
        repost(
            22,
            5,
            "newsroom-24",
            "an-hour-with-the-ambassador",
            "Diplomats: Musk spent an hour with Iran's man in New York",
            excerpt,
            "reposts the Post, cut to two paragraphs",
        ),
        repost(22, 20, "the-digest", "evening", NYT_TITLE, paragraphs(NYT), "reposts the Times"),
    ]
}

/// What the feeds list when they are first polled; none of it may alert anybody.
fn back_catalogue() -> Vec<Item> {
    let old = |outlet, slug, title, body: &str| Item {
        hour: 9,
        minute: 0,
        outlet,
        slug,
        title,
        body: paragraphs(&[body]),
        told: "",
    };
    vec![
        old(
            "nyt",
            "ferry-line",
            "City Council Votes to Extend the Ferry Line",
            "The extension adds four stops along the river and opens in spring, the council said.",
        ),
        old(
            "nyt",
            "musk-iran-last-year",
            "Musk's Satellites and Iran: A Look Back",
            "A year ago the question was whether receivers could be brought across the border at all.",
        ),
        old(
            "wapo",
            "school-roofs",
            "School roofs to be checked after the storm",
            "Inspectors begin with the oldest buildings on Monday, the district said.",
        ),
        old(
            "rt",
            "606100-harvest",
            "Record wheat harvest expected in the south",
            "Growers speak of the best season in a decade, the regional ministry said.",
        ),
        old(
            "daily-relay",
            "gadgets",
            "Ten gadgets our readers love",
            "From the pocket lamp to the folding kettle: what you have ordered most this autumn.",
        ),
        old(
            "eastern-wire",
            "8800",
            "Port workers agree to a new contract",
            "The agreement runs for three years and raises the basic wage by four per cent.",
        ),
        old(
            "capital-mirror",
            "marathon",
            "Road closures for Sunday's marathon",
            "Drivers should avoid the centre between seven in the morning and two in the afternoon.",
        ),
        old(
            "newsroom-24",
            "bakery",
            "A bakery that never closes",
            "For forty years the ovens in the harbour quarter have not gone cold, not even on holidays.",
        ),
        old(
            "the-digest",
            "chess",
            "Chess club wins its first title",
            "The final went to the last board and was decided by a rook ending shortly before midnight.",
        ),
    ]
}

fn paragraphs(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("<p>{text}</p>")).collect()
}
