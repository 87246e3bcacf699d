//! What only shows when everything has been read: names given twice, names that lead nowhere, things nobody uses.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Recipient, Webhook,
    channels::Placed,
    diagnostic::{Faults, did_you_mean, quote},
    feeds::{PlacedFeed, PlacedOutlet},
    place::Place,
    watches::PlacedWatch,
    written::At,
};

/// Tells of each value that stood before; `what` as in "the watch `x` is defined twice".
fn check_once<'a>(what: &str, named: impl Iterator<Item = (&'a str, Place)>, faults: &mut Faults, help: Option<&str>) {
    let mut first: BTreeMap<&str, Place> = BTreeMap::new();
    for (name, place) in named {
        match first.get(name) {
            Some(before) => {
                let message = format!("{what} {} is defined twice", quote(name));
                faults.error(place, message).other("first here", *before).help(help.map(str::to_owned));
            }
            None => {
                first.insert(name, place);
            }
        }
    }
}

pub(super) fn check_watch_names(watches: &[PlacedWatch], faults: &mut Faults) {
    let named = watches.iter().map(|watch| (watch.watch.query.name.as_str(), watch.places.whole));
    check_once("the watch", named.filter(|(name, _)| !name.is_empty()), faults, None);
}

pub(super) fn check_feeds_once(feeds: &[PlacedFeed], faults: &mut Faults) {
    let mut first: BTreeMap<&str, Place> = BTreeMap::new();
    let mut again = BTreeSet::new();
    for feed in feeds {
        match first.get(feed.feed.url.as_str()) {
            Some(before) => {
                faults.error(feed.url, "this URL is polled already").other("first here", *before);
                again.insert(feed.name);
            }
            None => {
                first.insert(feed.feed.url.as_str(), feed.url);
            }
        }
    }
    // Two feeds without names and with one URL have made one mistake, not two.
    let others = feeds.iter().filter(|feed| !(again.contains(&feed.name) && feed.name == feed.url));
    let named = others.map(|feed| (feed.feed.name.as_str(), feed.name));
    check_once("the feed", named, faults, Some("each needs a `name` of its own"));
}

/// Gives each feed its outlet: the one it names, else the one whose domain its URL is in, else the registrable domain
/// of the URL. Without the second step two feeds of one paper would count as two outlets.
pub(super) fn assign_outlets(
    feeds: &mut [PlacedFeed],
    outlets: &BTreeMap<String, PlacedOutlet>,
    is_incomplete: bool,
    faults: &mut Faults,
) {
    let domains = by_domain(outlets, faults);
    for feed in feeds {
        let named = &feed.feed.outlet;
        if let Some(place) = feed.outlet {
            if !is_incomplete && !outlets.contains_key(named) {
                let help = did_you_mean(named, outlets.keys().map(String::as_str))
                    .unwrap_or_else(|| format!("declare it: [outlet.{}]", quote(named).trim_matches('`')));
                faults.error(place, format!("there is no outlet {}", quote(named))).help(help);
            }
            continue;
        }
        let host = feed.feed.url.host_str().unwrap_or("").trim_end_matches('.').to_lowercase();
        feed.feed.outlet = outlet_of(&host, &domains);
    }
}

/// Domain to key of the outlet; a domain of two outlets is refused.
fn by_domain<'a>(outlets: &'a BTreeMap<String, PlacedOutlet>, faults: &mut Faults) -> BTreeMap<&'a str, &'a str> {
    let mut domains: BTreeMap<&str, (&str, Place)> = BTreeMap::new();
    for (key, outlet) in outlets {
        for (domain, place) in outlet.outlet.domains.iter().zip(&outlet.domains) {
            match domains.get(domain.as_str()) {
                Some((_, before)) => {
                    faults
                        .error(*place, format!("{} has an outlet already", quote(domain)))
                        .other("first here", *before);
                }
                None => {
                    domains.insert(domain, (key, *place));
                }
            }
        }
    }
    domains.into_iter().map(|(domain, (key, _))| (domain, key)).collect()
}

fn outlet_of(host: &str, domains: &BTreeMap<&str, &str>) -> String {
    let mut rest = Some(host);
    while let Some(domain) = rest {
        if let Some(key) = domains.get(domain) {
            return (*key).to_owned();
        }
        rest = domain.split_once('.').map(|(_, parent)| parent);
    }
    let is_address = host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok();
    let registrable = psl::domain_str(host).filter(|_| !is_address);
    registrable.unwrap_or(host).to_owned()
}

/// Every name under `notify` must be a recipient, or a webhook behind `hook:`.
pub(super) fn check_notify(
    watches: &[PlacedWatch],
    operator: &[At<String>],
    recipients: &Placed<Recipient>,
    webhooks: &Placed<Option<Webhook>>,
    faults: &mut Faults,
) {
    let hooks: Vec<String> = webhooks.keys().map(|name| format!("hook:{name}")).collect();
    let known: BTreeSet<&str> = recipients.keys().map(String::as_str).chain(hooks.iter().map(String::as_str)).collect();
    let of_watches = watches
        .iter()
        .flat_map(|watch| watch.watch.notify.iter().map(|id| id.0.as_str()).zip(watch.places.notify.iter().copied()));
    for (name, place) in of_watches.chain(operator.iter().map(|name| (name.value.as_str(), name.place))) {
        if !known.contains(name) {
            let what = if name.starts_with("hook:") { "webhook" } else { "recipient" };
            let help = hook_meant(name, &known).or_else(|| did_you_mean(name, known.iter().copied()));
            faults.error(place, format!("there is no {what} {}", quote(name))).help(help);
        }
    }
}

fn hook_meant(name: &str, known: &BTreeSet<&str>) -> Option<String> {
    let hook = format!("hook:{name}");
    known.contains(hook.as_str()).then(|| format!("did you mean {}?", quote(&hook)))
}

/// Every name under `scope.feeds` must be a feed, or a group that a feed is in.
pub(super) fn check_scopes(watches: &[PlacedWatch], feeds: &[PlacedFeed], faults: &mut Faults) {
    let groups = feeds.iter().flat_map(|feed| &feed.feed.groups).map(|group| format!("group:{group}"));
    let groups: BTreeSet<String> = groups.collect();
    let names = feeds.iter().map(|feed| feed.feed.name.as_str());
    let known: BTreeSet<&str> = names.chain(groups.iter().map(String::as_str)).collect();
    for watch in watches {
        for (name, place) in watch.watch.query.feeds.iter().zip(&watch.places.feeds) {
            if known.contains(name.as_str()) {
                continue;
            }
            let message = match name.strip_prefix("group:") {
                Some(group) => format!("no feed is in the group {}", quote(group)),
                None => format!("there is no feed {}", quote(name)),
            };
            let as_group = format!("group:{name}");
            let help = known.get(as_group.as_str()).map(|group| format!("did you mean {}?", quote(group)));
            faults.error(*place, message).help(help.or_else(|| did_you_mean(name, known.iter().copied())));
        }
    }
}

/// Who has an address needs a way to send to it; `place` is where `[mail]` would be looked for.
pub(super) fn require_mail(recipients: &Placed<Recipient>, place: Place, faults: &mut Faults) {
    let mut with_address = recipients.iter().filter(|(_, (_, recipient))| !recipient.email.is_empty());
    if let Some((name, (recipient, _))) = with_address.next() {
        faults
            .error(place, format!("[mail] is missing, but the recipient {} has an address", quote(name)))
            .other("the recipient is here", *recipient)
            .help("add [mail] with `from` and `smtp`".to_owned());
    }
}

/// A configuration that does nothing is allowed, but hardly meant.
pub(super) fn warn_idle(feeds: &[PlacedFeed], watches: &[PlacedWatch], faults: &mut Faults) {
    let main_file = Place::default();
    if feeds.iter().all(|feed| !feed.feed.enabled) {
        faults.warning(main_file, "there is no feed to poll").help("add [[feed]] here or in feeds/".to_owned());
    }
    if watches.is_empty() {
        faults.warning(main_file, "there is no watch").help("add [[watch]] here or in watchlists/".to_owned());
    }
}

/// Recipients, webhooks, outlets and feeds that nothing leads to.
pub(super) fn warn_unused(
    feeds: &[PlacedFeed],
    outlets: &BTreeMap<String, PlacedOutlet>,
    watches: &[PlacedWatch],
    operator: &[At<String>],
    (recipients, webhooks): (&Placed<Recipient>, &Placed<Option<Webhook>>),
    faults: &mut Faults,
) {
    let of_watches = watches.iter().flat_map(|watch| &watch.watch.notify).map(|id| id.0.as_str());
    let notified: BTreeSet<&str> = of_watches.chain(operator.iter().map(|name| name.value.as_str())).collect();
    for (name, (place, _)) in recipients.iter().filter(|(name, _)| !notified.contains(name.as_str())) {
        faults.warning(*place, format!("no watch notifies the recipient {}", quote(name)));
    }
    for (name, (place, _)) in webhooks.iter().filter(|(name, _)| !notified.contains(format!("hook:{name}").as_str())) {
        faults.warning(*place, format!("no watch notifies the webhook {}", quote(name)));
    }
    let publishing: BTreeSet<&str> = feeds.iter().map(|feed| feed.feed.outlet.as_str()).collect();
    for (key, outlet) in outlets {
        // Outlets with names are of use without feeds: others cite them.
        if !publishing.contains(key.as_str()) && outlet.outlet.names.is_empty() {
            faults.warning(outlet.name, format!("no feed belongs to the outlet {}", quote(key)));
        }
    }
    warn_unwatched(feeds, watches, faults);
}

fn warn_unwatched(feeds: &[PlacedFeed], watches: &[PlacedWatch], faults: &mut Faults) {
    let scopes: Vec<&Vec<String>> = watches.iter().map(|watch| &watch.watch.query.feeds).collect();
    if scopes.is_empty() || scopes.iter().any(|scope| scope.is_empty()) {
        return;
    }
    let watched: BTreeSet<&str> = scopes.into_iter().flatten().map(String::as_str).collect();
    let in_group =
        |feed: &PlacedFeed| feed.feed.groups.iter().any(|group| watched.contains(format!("group:{group}").as_str()));
    for feed in feeds.iter().filter(|feed| feed.feed.enabled) {
        if !watched.contains(feed.feed.name.as_str()) && !in_group(feed) {
            faults.warning(feed.name, format!("no watch looks at the feed {}", quote(&feed.feed.name)));
        }
    }
}
