//! `storywatch explain`: every stage an item went through, and why it stopped where it did. All from the database; the
//! trees of the watches are of the configuration as it stands.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::{
    lookup::Place,
    out::Out,
    stories::{clock_time, regrouping_json, regrouping_line, story_lines},
};
use crate::{
    alert::RecipientId,
    archive::Archive,
    entry::{EntryId, url::canonical},
    store::{
        alerts::{self, AlertRow, DecisionRow, MatchRow},
        entries::{self, Stored},
        inquiry::{self, DeliveryFact},
        pages::{self, Page},
        regrouping::{self, Regrouping},
        stories, watches,
    },
    story::{StoryId, Timeline},
    watch::{Branch, explain},
};

/// Show every stage an item went through, and why it stopped where it did: when it was seen, why it is in its story,
/// what each watch makes of it (with ✓ and ✗ at every node of its tree), and why each recipient was told or was not.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The address of an article, a story (S8F3K2), or words of a headline.
    item: String,
    /// Show what this watch makes of the entry, whether it matches or not.
    #[arg(long, value_name = "NAME")]
    watch: Option<String>,
    /// One JSON value.
    #[arg(long)]
    json: bool,
}

/// All that is known of what was asked for.
struct Known<'a> {
    archive: &'a Archive,
    timeline: Timeline,
    /// `None` where a whole story was asked for.
    entry: Option<Stored>,
    /// What became of its page, where that was asked for.
    page: Option<Page>,
    /// What was merged and split on the way.
    regrouped: Vec<Regrouping>,
    matches: Vec<MatchRow>,
    trees: Vec<Branch>,
    decisions: Vec<DecisionRow>,
    alerts: Vec<AlertRow>,
    deliveries: Vec<DeliveryFact>,
    /// Other entries that the words fit.
    others: usize,
}

impl Explain {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let archive = place.archive()?;
        let (story, entry, others) = find(&archive, &self.item)?;
        let known = self.gather(&archive, story, entry, others)?;
        let mut out = Out::new();
        if self.json {
            out.json(&known.to_json())?;
        } else {
            known.to_lines().into_iter().try_for_each(|line| out.line(line))?;
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }

    fn gather<'a>(
        &self,
        archive: &'a Archive,
        story: StoryId,
        entry: Option<EntryId>,
        others: usize,
    ) -> Result<Known<'a>> {
        let connection = &archive.connection;
        let timeline = stories::timeline(connection, story, &|key| archive.outlet_name(key))?
            .with_context(|| format!("there is no story {story}"))?;
        let stored = entry.map(|entry| entries::load(connection, entry)).transpose()?.flatten();
        let at = stored.as_ref().and_then(|stored| Some((stored.feed, stored.entry.canonical_url.as_deref()?)));
        let page = at.map(|(feed, url)| pages::by_url(connection, feed, url)).transpose()?.flatten();
        let mut matches = alerts::matches_of_story(connection, story)?;
        matches.retain(|row| entry.is_none_or(|entry| row.entry == entry));
        let regrouped = match entry {
            Some(entry) => regrouping::of_entry(connection, entry, story)?,
            None => regrouping::of_story(connection, story)?,
        };
        let trees = self.trees(archive, stored.as_ref(), &timeline, &matches)?;
        Ok(Known {
            archive,
            timeline,
            entry: stored,
            page,
            regrouped,
            matches,
            trees,
            decisions: alerts::decisions(connection, story)?,
            alerts: alerts::of_story(connection, story)?,
            deliveries: inquiry::deliveries(connection, story)?,
            others,
        })
    }

    /// Of the watch that was named, or of those that match.
    fn trees(
        &self,
        archive: &Archive,
        entry: Option<&Stored>,
        timeline: &Timeline,
        matches: &[MatchRow],
    ) -> Result<Vec<Branch>> {
        let first = || timeline.members.first().map(|member| entries::load(&archive.connection, member.entry));
        let founder = if entry.is_none() { first().transpose()?.flatten() } else { None };
        let Some(stored) = entry.or(founder.as_ref()) else { return Ok(Vec::new()) };
        if let Some(name) = &self.watch
            && !archive.watches().iter().any(|watch| watch.query.name == *name)
        {
            bail!("there is no watch {name:?} in the configuration");
        }
        let matching = |name: &str| matches.iter().any(|row| row.watch == name && row.entry == stored.id);
        let asked = archive.watches().iter().filter(|watch| match &self.watch {
            Some(name) => watch.query.name == *name,
            None => matching(&watch.query.name),
        });
        let tree = |subject: &crate::watch::Subject<'_>| {
            asked.filter_map(|watch| explain(&watch.query, archive.terms(), subject)).collect()
        };
        Ok(archive.with_subject(stored, tree))
    }
}

/// The story that is meant, the entry unless the story itself is, and how many other entries the words fit.
fn find(archive: &Archive, item: &str) -> Result<(StoryId, Option<EntryId>, usize)> {
    let connection = &archive.connection;
    if let Ok(story) = item.parse::<StoryId>()
        && stories::exists(connection, story)?
    {
        // The name of a story that was merged stands in mails that were sent.
        return Ok((regrouping::merged_into(connection, story)?.unwrap_or(story), None, 0));
    }
    if item.contains("://") {
        let canonical = canonical(item).unwrap_or_else(|| item.to_owned());
        let found = stories::by_url(connection, &canonical)?.or(inquiry::by_address(connection, item)?);
        if let Some((story, entry)) = found {
            return Ok((story, Some(entry), 0));
        }
        if let Some(listed) = inquiry::removed(connection, &canonical)? {
            bail!(
                "this article was known and is removed by retention; a feed last listed it on {}",
                clock_time(listed)
            );
        }
        bail!(
            "no entry has this address: no feed has listed it since it is polled (see `storywatch feeds list` for \
             feeds that fail), or its publisher gives it another one; try words of its headline"
        );
    }
    let found = inquiry::by_headline(connection, item, 100)?;
    let (story, entry) = *found.first().with_context(|| format!("no headline has {item:?} in it"))?;
    Ok((story, Some(entry), found.len() - 1))
}

impl Known<'_> {
    fn to_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match &self.entry {
            Some(entry) => lines.extend(self.entry_lines(entry)),
            None => lines.extend(story_lines(&self.timeline, &self.alerts, &jiff::tz::TimeZone::UTC)),
        }
        lines.extend(self.regrouped.iter().map(|done| self.regrouped_line(done)));
        lines.extend(self.match_lines());
        for decision in self.decisions_here() {
            let DecisionRow { recipient, outcome, reason, decided, .. } = decision;
            lines.push(format!("decided   {}  {recipient}: {outcome} ({reason})", clock_time(*decided)));
        }
        for alert in &self.alerts {
            let state = match alert.route {
                Some(route) => format!("left to a digest ({})", route.as_str()),
                None if alert.is_waiting => format!("waits until {}", clock_time(alert.due)),
                None => "told by itself".to_owned(),
            };
            let event = alert.event.as_str();
            let of = alert.watches.join(", ");
            let when = clock_time(alert.raised);
            lines.push(format!("alert     {when}  {} to {}: {event} of {of}, {state}", alert.seq + 1, alert.recipient));
        }
        lines.extend(self.deliveries.iter().map(|delivery| format!("delivery  {}", delivery_line(delivery))));
        lines.push(format!("stopped   {}", self.stopped()));
        if self.others > 0 {
            lines.push(format!(
                "{} other entries have these words in their headline; give the address of one",
                self.others
            ));
        }
        lines
    }

    fn entry_lines(&self, entry: &Stored) -> Vec<String> {
        let Stored { seen, outlet, relation, reason, score, related_to, .. } = entry;
        let mut lines = vec![entry.entry.title.clone()];
        lines.extend(entry.entry.url.iter().map(|url| format!("  {url}")));
        let feed = self.archive.feed_url(entry.feed);
        lines.push(format!("seen      {}  {} in {feed}", clock_time(*seen), self.archive.outlet_name(outlet)));
        if entry.baseline {
            lines.push("          of the feed's first poll: its back catalogue, which alerts nobody".to_owned());
        }
        let words = entry.entry.text.split_whitespace().count();
        let language = entry.entry.language.as_deref().unwrap_or("unknown");
        let published = entry.entry.published.map_or_else(|| "no date".to_owned(), clock_time);
        lines.push(format!("read      {words} words of text, language {language}, published {published}"));
        lines.extend(self.page.as_ref().map(|page| format!("page      {}", page_line(page))));
        let of = related_to.and_then(|id| self.timeline.members.iter().find(|member| member.entry == id));
        let of = of.map(|member| format!(" {}: {}", member.outlet_name, member.title)).unwrap_or_default();
        lines.push(format!("grouped   {} as {}{of}", entry.story, relation.as_str()));
        lines.push(format!("          because: {reason} (score {score:.2})"));
        if let Some(member) = self.timeline.members.iter().find(|member| member.entry == entry.id) {
            lines.extend(
                member.cites.iter().map(|cites| format!("          cites {}: {}", cites.outlet, cites.sentence)),
            );
            let earlier = member.earlier_titles.iter();
            lines
                .extend(earlier.map(|(from, title)| format!("          headline from {}: {title}", clock_time(*from))));
        }
        lines
    }

    fn regrouped_line(&self, done: &Regrouping) -> String {
        let entry = self.entry.as_ref().map(|entry| entry.id);
        format!("regrouped {}  {}", clock_time(done.done), regrouping_line(done, entry))
    }

    fn match_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for row in &self.matches {
            let hits: Vec<String> = row
                .evidence
                .iter()
                .map(|hit| format!("{} in the {} ({:?})", hit.clause, hit.field, hit.text))
                .collect();
            lines.push(format!("matched   {}: {}", row.watch, hits.join(", ")));
        }
        if self.matches.is_empty() {
            lines.push("matched   no watch".to_owned());
        }
        for tree in &self.trees {
            lines.extend(tree.to_string().lines().map(|line| format!("          {line}")));
        }
        lines
    }

    fn decisions_here(&self) -> impl Iterator<Item = &DecisionRow> {
        let entry = self.entry.as_ref().map(|entry| entry.id);
        self.decisions.iter().filter(move |row| entry.is_none_or(|entry| row.entry == entry))
    }

    /// In one sentence, how far it came and why no farther.
    fn stopped(&self) -> String {
        let told = match self.alerts.is_empty() {
            true => String::new(),
            false => "; its story was told because of other members".to_owned(),
        };
        if self.entry.as_ref().is_some_and(|entry| entry.baseline) {
            return format!("at grouping: it is of its feed's first poll, and a back catalogue alerts nobody{told}");
        }
        if self.matches.is_empty() {
            return format!("at matching: no watch matches it{told}");
        }
        let mut recipients: Vec<&RecipientId> = self.decisions_here().map(|row| &row.recipient).collect();
        recipients.sort_unstable();
        recipients.dedup();
        if recipients.is_empty() {
            return self.undecided();
        }
        recipients.into_iter().map(|recipient| self.stopped_for(recipient)).collect::<Vec<_>>().join("; ")
    }

    /// It matches, and nothing was decided.
    fn undecided(&self) -> String {
        let seen = self.entry.as_ref().map_or(self.timeline.first_seen, |entry| entry.seen);
        for row in &self.matches {
            if let Ok(since) = watches::since(&self.archive.connection, &row.watch)
                && seen < since
            {
                return format!(
                    "at deciding: {} asks what it asks since {}, and this is older",
                    row.watch,
                    clock_time(since)
                );
            }
        }
        "at deciding: the watches that match it notify nobody that is configured".to_owned()
    }

    fn stopped_for(&self, recipient: &RecipientId) -> String {
        let mut alerts = self.alerts.iter().filter(|alert| alert.recipient == *recipient).peekable();
        if alerts.peek().is_none() {
            let last = self.decisions_here().filter(|row| row.recipient == *recipient).last();
            let (outcome, reason) = last.map(|row| (row.outcome.as_str(), row.reason.as_str())).unwrap_or_default();
            return format!("{recipient} was not told: {outcome}, {reason}");
        }
        if let Some(waiting) = alerts.find(|alert| alert.is_waiting && alert.route.is_none()) {
            return format!("{recipient} will be told at {}", clock_time(waiting.due));
        }
        let deliveries: Vec<String> =
            self.deliveries.iter().filter(|delivery| delivery.recipient == *recipient).map(delivery_line).collect();
        let digested = self.alerts.iter().filter(|alert| alert.recipient == *recipient).find_map(|alert| alert.route);
        match (deliveries.is_empty(), digested) {
            (true, Some(route)) => format!("{recipient} is told by a digest ({})", route.as_str()),
            (true, None) => format!("{recipient} has no channel any more"),
            (false, _) => format!("{recipient} was told: {}", deliveries.join(", ")),
        }
    }

    fn to_json(&self) -> Value {
        let entry = self.entry.as_ref().map(|entry| {
            json!({
                "title": entry.entry.title,
                "url": entry.entry.url,
                "outlet": entry.outlet,
                "feed": self.archive.feed_url(entry.feed),
                "seen": entry.seen,
                "published": entry.entry.published,
                "language": entry.entry.language,
                "baseline": entry.baseline,
                "page": self.page.as_ref().map(page_line),
                "relation": entry.relation,
                "reason": entry.reason,
                "score": entry.score,
            })
        });
        let matches = self.matches.iter().map(|row| json!({ "watch": row.watch, "evidence": row.evidence }));
        let decisions = self.decisions_here().map(|row| {
            json!({ "recipient": row.recipient, "outcome": row.outcome, "reason": row.reason, "decided": row.decided })
        });
        let alerts = self.alerts.iter().map(|alert| {
            json!({
                "recipient": alert.recipient,
                "seq": alert.seq,
                "event": alert.event.as_str(),
                "watches": alert.watches,
                "raised": alert.raised,
                "due": alert.due,
                "waiting": alert.is_waiting,
                "digest": alert.route.map(|route| route.as_str()),
                "reason": alert.reason,
            })
        });
        let deliveries = self.deliveries.iter().map(|delivery| {
            json!({
                "recipient": delivery.recipient,
                "seq": delivery.seq,
                "channel": delivery.channel,
                "state": delivery.state,
                "attempts": delivery.attempts,
                "sent": delivery.sent,
                "error": delivery.last_error,
            })
        });
        json!({
            "story": self.timeline.story.to_string(),
            "headline": self.timeline.headline,
            "entry": entry,
            "members": self.timeline.members,
            "regrouped": self.regrouped.iter().map(regrouping_json).collect::<Vec<_>>(),
            "matches": matches.collect::<Vec<_>>(),
            "trees": self.trees,
            "decisions": decisions.collect::<Vec<_>>(),
            "alerts": alerts.collect::<Vec<_>>(),
            "deliveries": deliveries.collect::<Vec<_>>(),
            "stopped": self.stopped(),
        })
    }
}

fn page_line(page: &Page) -> String {
    match (&page.text, &page.error) {
        (Some(text), _) => format!("{} words of its full text", text.split_whitespace().count()),
        (None, Some(error)) => format!("no full text: {error}"),
        (None, None) => "no full text: asked for, and the process ended before the answer".to_owned(),
    }
}

fn delivery_line(delivery: &DeliveryFact) -> String {
    let DeliveryFact { channel, state, attempts, next_at, sent, last_error, seq, .. } = delivery;
    let what = match (state.as_str(), sent) {
        (_, Some(sent)) => format!("sent {}", clock_time(*sent)),
        ("failed", None) => format!("failed {attempts} times, again at {}", clock_time(*next_at)),
        ("waiting" | "queued", None) => format!("{state} for {}", clock_time(*next_at)),
        _ => format!("{state} after {attempts} attempts"),
    };
    let error = last_error.as_deref().filter(|_| sent.is_none()).map(|error| format!(" ({error})")).unwrap_or_default();
    format!("{} to {channel}: {what}{error}", seq + 1)
}
