//! What a digest shows, worked out once for both of its parts.

use jiff::Timestamp;
use serde::Serialize;

use super::{Digest, DigestStory};
use crate::{
    alert::{Event, Kind, Route},
    message::{
        excerpt::{Excerpt, excerpts},
        line::clipped,
        view::{Link, MAX_HEADLINE, MAX_NAME, MAX_SENTENCE, Mute, Times, link, plural},
        words::{ENGLISH, Words},
    },
};

/// Stories still developing that are listed.
const MOST_DEVELOPING: usize = 10;
const MOST_SILENCES: usize = 5;

/// All facts of one digest.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub title: String,
    pub totals: Vec<String>,
    /// By watch, then what is still developing.
    pub sections: Vec<Section>,
    pub coverage: Vec<String>,
    pub notes: Vec<String>,
    pub mute: Vec<Mute>,
    /// The line that mail clients show beside the subject.
    pub state: String,
    pub words: &'static Words,
}

/// The stories of one watch.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub title: String,
    pub rows: Vec<Row>,
    /// How many more there are.
    pub not_listed: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub number: usize,
    pub headline: String,
    pub link: Option<Link>,
    /// "The Gazette and 3 more outlets (2 independent), first seen 14:02".
    pub source: String,
    pub sentence: Option<Excerpt>,
    /// "new, moved here by your budget".
    pub status: String,
}

/// The subject, and the heading of both parts.
pub fn digest_headline(digest: &Digest) -> String {
    let stories = plural(digest.total, "story");
    match digest.kind {
        Kind::Digest => {
            let local = digest.until.to_zoned_datetime(digest.timezone.clone());
            format!("Digest, {}: {stories}", local.strftime("%a %-d %b %H:%M"))
        }
        Kind::Quiet => format!("After quiet hours: {stories}"),
        Kind::CatchUp => format!("Catch-up: {stories} from while Storywatch was not running"),
        Kind::Flood => format!("{stories} at once"),
    }
}

pub(super) fn view(digest: &Digest, most: usize) -> View {
    let times = Times { zone: &digest.timezone, now: digest.until };
    let listed = digest.stories.len().min(most);
    let unlisted = digest.total.saturating_sub(listed);
    let mut sections = sections(&digest.stories[..listed], &times);
    if let Some(last) = sections.last_mut().filter(|_| unlisted > 0) {
        let more = plural(unlisted, "more story");
        last.not_listed = Some(format!("{more}, not listed: `storywatch stories --since 24h` has them all."));
    }
    let rows = developing(digest, listed, &times);
    if !rows.is_empty() {
        sections.push(Section { title: "Still developing".to_owned(), rows, not_listed: None });
    }
    View {
        title: digest_headline(digest),
        totals: totals(digest, &times),
        sections,
        coverage: coverage(digest, &times),
        notes: notes(digest, &times),
        mute: Mute::new(ENGLISH.mute_digests.to_owned(), digest.ways.link.as_deref()).into_iter().collect(),
        state: state(&digest.stories[..listed]),
        words: &ENGLISH,
    }
}

/// The subject says how many: what stands beside it says what they are.
fn state(stories: &[DigestStory]) -> String {
    stories.iter().take(3).map(|story| clipped(&story.headline, MAX_HEADLINE)).collect::<Vec<_>>().join(" · ")
}

fn totals(digest: &Digest, times: &Times<'_>) -> Vec<String> {
    let mut totals = vec![format!(
        "{} between {} and {}, for {}.",
        plural(digest.total, "story"),
        times.show(digest.since, false),
        times.show(digest.until, true),
        clipped(&digest.recipient.0, MAX_NAME)
    )];
    let count = |route: Route| digest.routes.iter().filter(|(known, _)| *known == route).map(|(_, n)| n).sum::<usize>();
    let moved = [
        (Route::Budget, "moved here because your budget of immediate alerts was used up"),
        (Route::Quiet, "came in your quiet hours"),
        (Route::CatchUp, "came while Storywatch was not running and may be late"),
        (Route::Flood, "came at once, too many to be sent one by one"),
        (Route::Old, "told of articles older than the watch wants"),
        (Route::Cap, "had their follow-ups already"),
    ];
    totals.extend(
        moved
            .into_iter()
            .map(|(route, why)| (count(route), why))
            .filter(|(n, _)| *n > 0)
            .map(|(n, why)| format!("{n} {why}.")),
    );
    if let (Kind::CatchUp, Some((began, ended))) = (digest.kind, digest.coverage.downtime) {
        totals.push(format!(
            "Storywatch was not running from {} to {}.",
            times.show(began, true),
            times.show(ended, true)
        ));
    }
    totals
}

/// The stories by watch, in the order of each watch's best story; the numbers go through.
fn sections(stories: &[DigestStory], times: &Times<'_>) -> Vec<Section> {
    let mut watches: Vec<&str> = Vec::new();
    for story in stories {
        if !watches.contains(&story.watch.as_str()) {
            watches.push(&story.watch);
        }
    }
    let mut number = 0;
    let mut section = |watch: &str| {
        let of_watch = stories.iter().filter(|story| story.watch == watch);
        let rows = of_watch.map(|story| {
            number += 1;
            row(story, number, times)
        });
        Section { rows: rows.collect(), title: clipped(watch, MAX_NAME), not_listed: None }
    };
    watches.into_iter().map(&mut section).collect()
}

fn row(story: &DigestStory, number: usize, times: &Times<'_>) -> Row {
    let headline = clipped(&story.headline, MAX_HEADLINE);
    let others = match story.outlets.saturating_sub(1) {
        0 => String::new(),
        more => format!(" and {} ({} independent)", plural(more, "more outlet"), story.independent),
    };
    Row {
        number,
        headline: if headline.is_empty() { "(no headline)".to_owned() } else { headline },
        link: link(story.url.as_deref()),
        source: format!(
            "{}{others}, first seen {}",
            clipped(&story.outlet, MAX_NAME),
            times.show(story.first_seen, false)
        ),
        sentence: excerpts(&story.text, &story.evidence).into_iter().next(),
        status: status(story),
    }
}

fn status(story: &DigestStory) -> String {
    let event = |event: &Event| match event {
        Event::New => "new",
        Event::Correction => "corrected",
        Event::Escalated => "more urgent",
        Event::Confirmed => "confirmed",
        Event::HeadlineChanged => "headline changed",
        Event::Resurfaced => "back again",
    };
    let mut tags: Vec<String> = story.events.iter().map(|known| event(known).to_owned()).collect();
    if story.priority > crate::alert::Priority::Normal {
        tags.push(format!("priority {}", story.priority.as_str()));
    }
    let moved = match story.route {
        Some(Route::Budget) => Some("moved here by your budget"),
        Some(Route::Quiet) => Some("moved here by quiet hours"),
        Some(Route::CatchUp) => Some("late: Storywatch was not running"),
        Some(Route::Flood) => Some("too many at once"),
        Some(Route::Old) => Some("old"),
        Some(Route::Cap) => Some("no more follow-ups"),
        Some(Route::Watch) | None => None,
    };
    tags.extend(moved.map(str::to_owned));
    tags.push(story.story.to_string());
    tags.join(", ")
}

fn developing(digest: &Digest, listed: usize, times: &Times<'_>) -> Vec<Row> {
    let shown = digest.developing.iter().take(MOST_DEVELOPING.min(listed.max(3)));
    shown.enumerate().map(|(index, story)| Row { sentence: None, ..row(story, index + 1, times) }).collect()
}

fn coverage(digest: &Digest, times: &Times<'_>) -> Vec<String> {
    let coverage = &digest.coverage;
    let mut lines = vec![format!(
        "{} read from {}.",
        plural(usize::try_from(coverage.entries).unwrap_or(usize::MAX), "entry"),
        plural(coverage.healthy + coverage.failing + coverage.silent + coverage.retired, "feed")
    )];
    lines.push(format!(
        "Feeds: {} healthy, {} failing, {} silent, {} given up.",
        coverage.healthy, coverage.failing, coverage.silent, coverage.retired
    ));
    if let Some((feed, last)) = &coverage.worst {
        let since =
            last.map_or_else(|| "never read".to_owned(), |last| format!("last read {}", times.show(last, true)));
        lines.push(format!("Longest outage: {}, {since}.", clipped(feed, 200)));
    }
    if let Some((began, ended)) = coverage.downtime.filter(|_| digest.kind != Kind::CatchUp) {
        lines.push(format!(
            "Storywatch was not running from {} to {}.",
            times.show(began, true),
            times.show(ended, true)
        ));
    }
    lines
}

fn notes(digest: &Digest, times: &Times<'_>) -> Vec<String> {
    let silences = digest.silences.iter().take(MOST_SILENCES).map(|silence| clipped(silence, MAX_SENTENCE));
    let next = digest.next.map(|next: Timestamp| format!("Next digest: {}.", times.show(next, true)));
    silences.chain(next).collect()
}
