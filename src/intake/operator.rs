//! What the operator is told: troubles of feeds and channels, once when they begin and once when they are over, and
//! what a reload changed.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::{collect::send_bulletin, rules::Rules};
use crate::{
    alert::ChannelId,
    message::BulletinKind,
    store::{
        Error,
        notices::{self, Untold},
        outbox,
    },
};

/// Notices wait so long for others, so that an outage is one message.
const GATHER: SignedDuration = SignedDuration::from_mins(1);

/// Whether [`tell`] would do anything.
pub(super) fn is_anything_to_tell(connection: &Connection, rules: &Rules, now: Timestamp) -> Result<bool, Error> {
    Ok(is_due(rules, &notices::untold(connection)?, now))
}

fn is_due(rules: &Rules, untold: &[Untold], now: Timestamp) -> bool {
    let oldest = untold.iter().map(|notice| notice.at).min();
    !rules.config.operator.is_empty()
        && oldest.is_some_and(|oldest| now.duration_since(oldest) >= GATHER || oldest > now)
}

/// Queues one message about everything that is to be told.
pub(super) fn tell(connection: &Connection, rules: &Rules, now: Timestamp) -> Result<usize, Error> {
    let untold = notices::untold(connection)?;
    if !is_due(rules, &untold, now) {
        return Ok(0);
    }
    let mut queued = 0;
    let ways = ways_around(rules, &untold);
    for recipient in &rules.config.operator {
        let mut channels = rules.channels(recipient);
        channels.retain(|channel| ways.contains(channel));
        if channels.is_empty() {
            continue;
        }
        let title = title(&untold);
        let lines = untold.iter().map(|notice| (Some(notice.at), notice.text.clone())).collect();
        queued += send_bulletin(connection, rules, recipient, &channels, (BulletinKind::Notice, title, lines), now)?;
    }
    notices::mark_told(connection, now)?;
    Ok(queued)
}

fn title(untold: &[Untold]) -> String {
    let over = untold.iter().filter(|notice| notice.is_closing).count();
    match (untold.len() - over, over) {
        (1, 0) | (0, 1) => untold[0].text.clone(),
        (new, 0) => format!("{new} notices"),
        (0, over) => format!("{over} troubles are over"),
        (new, over) => format!("{new} notices, {over} troubles are over"),
    }
}

/// Which channels may tell of the trouble: none that shares a server with one in trouble, else none in trouble itself,
/// else all.
fn ways_around(rules: &Rules, untold: &[Untold]) -> Vec<ChannelId> {
    let all: Vec<ChannelId> = rules.config.operator.iter().flat_map(|recipient| rules.channels(recipient)).collect();
    let open = untold.iter().filter(|notice| !notice.is_closing);
    let broken: Vec<ChannelId> =
        open.filter_map(|notice| Some(ChannelId(notice.subject.strip_prefix("channel:")?.to_owned()))).collect();
    let shares_server = |way: &ChannelId| broken.iter().any(|it| outbox::lane(it) == outbox::lane(way));
    let elsewhere: Vec<ChannelId> = all.iter().filter(|way| !shares_server(way)).cloned().collect();
    let others: Vec<ChannelId> = all.iter().filter(|way| !broken.contains(way)).cloned().collect();
    [elsewhere, others, all].into_iter().find(|ways| !ways.is_empty()).unwrap_or_default()
}
