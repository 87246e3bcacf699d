//! The scalar sections as meant: `[storage]`, `[polling]`, `[stories]`, `[web]`.

use super::{
    Polling, Route, Storage, Stories, Web,
    diagnostic::Faults,
    layers::Settings,
    place::Sources,
    secrets::Surroundings,
    values, ways,
    written::{At, Reader, boolean},
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// What the defaults guarantee to be there; `None` only beside a fault.
pub(super) fn storage(settings: &Settings, surroundings: &Surroundings, faults: &mut Faults) -> Option<Storage> {
    let mut reader = Reader::new(settings.table("storage"), "[storage]", faults);
    let path = reader.optional("path", values::line);
    let retention = reader.optional("retention", values::duration(7 * DAY..=36_500 * DAY));
    Some(Storage { path: surroundings.path(&path?.value), retention: retention?.value })
}

pub(super) fn polling(
    settings: &Settings,
    surroundings: &Surroundings,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<Polling> {
    let mut reader = Reader::new(settings.table("polling"), "[polling]", faults);
    let concurrency = reader.optional("concurrency", values::number(1..=1024));
    let per_host = reader.optional("per_host", values::number(1..=16));
    let min_interval = reader.optional("min_interval", values::duration(1..=7 * DAY));
    let max_interval = reader.optional("max_interval", values::duration(1..=30 * DAY));
    let timeout = reader.optional("timeout", values::duration(1..=10 * MINUTE));
    let max_body = reader.optional("max_body", values::size(1 << 10..=1 << 30));
    let contact = reader.optional("contact", values::contact).map(|contact| contact.value);
    let networks = reader.list_or_none("allow_networks", values::network).unwrap_or_default();
    let proxy = match ways::route(&mut reader, surroundings, sources) {
        Some(Route::Through(proxy)) => Some(proxy),
        Some(Route::Straight) | None => None,
    };
    let trusted = ways::trusted(&mut reader, surroundings);
    let websub = reader.optional("websub", boolean);
    let full_text = reader.optional("full_text", boolean);
    let (min_interval, max_interval) = (min_interval?, max_interval?);
    if min_interval.value > max_interval.value {
        let message = "`min_interval` is longer than `max_interval`";
        faults.error(min_interval.place, message).other("`max_interval` is here", max_interval.place);
    }
    Some(Polling {
        concurrency: concurrency?.value,
        per_host: per_host?.value,
        min_interval: min_interval.value,
        max_interval: max_interval.value,
        timeout: timeout?.value,
        max_body: max_body?.value,
        contact,
        allow_networks: networks.into_iter().map(|network| network.value).collect(),
        proxy,
        trusted,
        websub: websub?.value,
        full_text: full_text?.value,
    })
}

pub(super) fn stories(settings: &Settings, faults: &mut Faults) -> Option<Stories> {
    let mut reader = Reader::new(settings.table("stories"), "[stories]", faults);
    let window = reader.optional("window", values::duration(HOUR..=60 * DAY))?.value;
    Some(Stories { window })
}

pub(super) fn web(settings: &Settings, faults: &mut Faults) -> Option<Web> {
    let mut reader = Reader::new(settings.table("web"), "[web]", faults);
    let listen = reader.optional("listen", values::listener);
    let public_url = reader.optional("public_url", values::public_address).map(|url| url.value);
    Some(Web { listen: listen?.value, public_url })
}

/// `[operator] notify`: who is told of troubles.
pub(super) fn operator(settings: &Settings, faults: &mut Faults) -> Vec<At<String>> {
    let mut reader = Reader::new(settings.table("operator"), "[operator]", faults);
    reader.list_or_none("notify", values::line).unwrap_or_default()
}
