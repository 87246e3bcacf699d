//! From the configuration as written to the configuration as meant: every value read, every reference followed.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Config, Recipient, Watch, Webhook, alerting, channels,
    diagnostic::Faults,
    feeds,
    files::Written,
    layers::Settings,
    mail,
    origins::Origins,
    place::{Place, Sources},
    references,
    secrets::Surroundings,
    settings,
    watches::{self, Notify, PlacedWatch, Terms},
    written::At,
};
use crate::{
    alert,
    watch::{Problem, Query},
};

/// Judges all queries at once: problems, each with the index of its query.
pub(super) type Compile<'a> = &'a mut dyn FnMut(&[&Query], &BTreeMap<String, Vec<String>>) -> Vec<(usize, Problem)>;

/// Everything but the scalar sections, each with the places that messages need.
struct Parts {
    feeds: Vec<feeds::PlacedFeed>,
    outlets: BTreeMap<String, feeds::PlacedOutlet>,
    watches: Vec<watches::PlacedWatch>,
    recipients: channels::Placed<Recipient>,
    webhooks: channels::Placed<Option<Webhook>>,
    terms: watches::Terms,
}

/// Reads everything; the configuration is of use only if no fault is an error.
pub(super) fn read(
    written: Written,
    merged: &Settings,
    surroundings: &Surroundings,
    mut sources: Sources,
    faults: &mut Faults,
    compile: Compile<'_>,
) -> (Option<Config>, Origins) {
    let is_incomplete = written.is_incomplete;
    let storage = settings::storage(merged, surroundings, faults);
    let polling = settings::polling(merged, surroundings, &mut sources, faults);
    let stories = settings::stories(merged, faults);
    let mail = mail::mail(merged, surroundings, &mut sources, faults);
    let web = settings::web(merged, faults);
    let operator = settings::operator(merged, faults);
    let mut parts = read_parts(written, surroundings, &mut sources, faults);
    check(&mut parts, &operator, is_incomplete, faults);
    if !is_incomplete && merged.section("mail").is_none() {
        references::require_mail(&parts.recipients, Place::default(), faults);
    }
    let Parts { feeds, outlets, watches, recipients, webhooks, terms } = parts;
    let operator = operator.into_iter().map(|name| alert::RecipientId(name.value)).collect();
    let (watches, terms, origins) = match is_incomplete {
        // A term that is missing may stand in the file that could not be read.
        true => judge(watches, terms, sources, faults, |_, _| Vec::new()),
        false => judge(watches, terms, sources, faults, compile),
    };
    let config = assemble(storage.zip(web), polling, stories, |(storage, web), polling, stories| Config {
        storage,
        polling,
        stories,
        mail,
        web,
        feeds: feeds.into_iter().map(|feed| feed.feed).collect(),
        outlets: outlets.into_iter().map(|(key, outlet)| (key, outlet.outlet)).collect(),
        watches,
        recipients: recipients.into_iter().map(|(name, (_, recipient))| (name, recipient)).collect(),
        webhooks: webhooks.into_iter().filter_map(|(name, (_, webhook))| Some((name, webhook?))).collect(),
        operator,
        terms,
    });
    (config, origins)
}

fn read_parts(written: Written, surroundings: &Surroundings, sources: &mut Sources, faults: &mut Faults) -> Parts {
    let mut feeds = Vec::new();
    for table in written.feeds {
        feeds.extend(feeds::feed(table, surroundings, sources, faults));
    }
    Parts {
        feeds,
        outlets: feeds::outlets(written.outlets, faults),
        watches: written.watches.into_iter().map(|table| watches::watch(table, Notify::Required, faults)).collect(),
        recipients: channels::recipients(written.recipients, faults),
        webhooks: channels::webhooks(written.webhooks, surroundings, sources, faults),
        terms: watches::terms(written.terms, faults),
    }
}

/// What seems to be missing may stand in a file that could not be read: then only what is there is judged.
fn check(parts: &mut Parts, operator: &[At<String>], is_incomplete: bool, faults: &mut Faults) {
    references::check_feeds_once(&parts.feeds, faults);
    references::check_watch_names(&parts.watches, faults);
    references::assign_outlets(&mut parts.feeds, &parts.outlets, is_incomplete, faults);
    if is_incomplete {
        return;
    }
    let Parts { feeds, outlets, watches, recipients, webhooks, .. } = parts;
    references::check_notify(watches, operator, recipients, webhooks, faults);
    let mutes: Vec<_> =
        watches.iter().map(|watch| (watch.watch.query.name.clone(), watch.places.mutes.clone())).collect();
    alerting::check_mutes(&mutes, faults);
    references::check_scopes(watches, feeds, faults);
    references::warn_idle(feeds, watches, faults);
    references::warn_unused(feeds, outlets, watches, operator, (recipients, webhooks), faults);
}

/// Has the queries judged; a watch without any is told here and left out.
pub(super) fn judge(
    watches: Vec<PlacedWatch>,
    terms: Terms,
    sources: Sources,
    faults: &mut Faults,
    compile: impl FnOnce(&[&Query], &BTreeMap<String, Vec<String>>) -> Vec<(usize, Problem)>,
) -> (Vec<Arc<Watch>>, BTreeMap<String, Vec<String>>, Origins) {
    for watch in watches.iter().filter(|watch| !watches::has_query(watch)) {
        faults
            .error(watch.places.whole, "this watch has nothing to look for")
            .help("add `any`, `all` or `query`".to_owned());
    }
    let (mut watches, places): (Vec<_>, Vec<_>) =
        watches.into_iter().filter(watches::has_query).map(|watch| (Arc::new(watch.watch), watch.places)).unzip();
    watches.shrink_to_fit();
    let (terms, term_places) = split_terms(terms);
    let origins = Origins::new(sources, places, term_places);
    let queries: Vec<&Query> = watches.iter().map(|watch| &watch.query).collect();
    origins.note(compile(&queries, &terms), faults);
    (watches, terms, origins)
}

fn assemble<A, B, C>(
    a: Option<A>,
    b: Option<B>,
    c: Option<C>,
    build: impl FnOnce(A, B, C) -> Config,
) -> Option<Config> {
    Some(build(a?, b?, c?))
}

fn split_terms(terms: watches::Terms) -> (BTreeMap<String, Vec<String>>, BTreeMap<String, Vec<Place>>) {
    terms.into_iter().map(|(name, (texts, places))| ((name.clone(), texts), (name, places))).unzip()
}
