//! `[recipient.NAME]` and `[webhook.NAME]` as meant.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{
    Recipient, Webhook, alerting,
    diagnostic::{Faults, quote},
    files::Named,
    place::{Place, Sources},
    secrets::Surroundings,
    values, webhooks,
    written::{At, Reader, Table, as_table},
};

/// Something with a name, and where the name stands.
pub(super) type Placed<T> = BTreeMap<String, (Place, T)>;

pub(super) fn recipients(written: Named, faults: &mut Faults) -> Placed<Recipient> {
    read_all(written, faults, recipient)
}

pub(super) fn webhooks(
    written: Named,
    surroundings: &Surroundings,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Placed<Option<Webhook>> {
    read_all(written, faults, |name, place, table, faults| {
        webhooks::webhook(name, place, table, surroundings, sources, faults)
    })
}

/// Those that are bad keep their name, so that it does not seem to be missing as well.
fn read_all<T>(
    written: Named,
    faults: &mut Faults,
    mut read: impl FnMut(&str, Place, Table, &mut Faults) -> T,
) -> Placed<T> {
    let mut all = BTreeMap::new();
    for (name, (place, node)) in written {
        if let Err(wrong) = values::check_name(&name, "") {
            wrong.tell(place, faults);
        }
        let table = as_table(&node).unwrap_or_else(|wrong| {
            wrong.tell(node.place, faults);
            Table { place: node.place, entries: Vec::new() }
        });
        let value = read(&name, place, table, faults);
        all.insert(name, (place, value));
    }
    all
}

fn recipient(name: &str, place: Place, table: Table, faults: &mut Faults) -> Recipient {
    let label = format!("[recipient.{name}]");
    let mut reader = Reader::new(table, &label, faults);
    let email = reader.list_or_none("email", values::email);
    let timezone = reader.optional("timezone", values::timezone);
    let telling = alerting::telling(&mut reader);
    reader.finish();
    if email.as_ref().is_none_or(Vec::is_empty) {
        faults
            .error(place, format!("the recipient {} has no address", quote(name)))
            .help("add `email = [\"someone@example.org\"]`".to_owned());
    }
    let email = each_once(email.unwrap_or_default(), faults);
    Recipient { email, timezone: timezone.map_or(TimeZone::UTC, |timezone| timezone.value), telling }
}

/// An address that is written twice would be told twice.
fn each_once(written: Vec<At<String>>, faults: &mut Faults) -> Vec<String> {
    let mut first: BTreeMap<String, Place> = BTreeMap::new();
    for address in &written {
        match first.get(&address.value.to_lowercase()) {
            Some(place) => {
                faults.error(address.place, "this address is written twice").other("first here", *place);
            }
            None => {
                first.insert(address.value.to_lowercase(), address.place);
            }
        }
    }
    written.into_iter().map(|address| address.value).collect()
}
