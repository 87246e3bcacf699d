//! What holds where nothing is written: the one place for defaults.

use std::time::Duration;

use jiff::civil::{Time, time};

use crate::alert::{Burst, Event};

/// The scalar sections, as the lowest layer; read like any file.
pub(super) const SECTIONS: &str = r#"
[storage]
path = "/var/lib/storywatch/storywatch.db"
retention = "180d"

[polling]
concurrency = 64
per_host = 1
min_interval = "5m"
max_interval = "12h"
timeout = "20s"
max_body = "15MiB"
allow_networks = []
websub = true
full_text = false

[stories]
window = "5d"

[web]
listen = "127.0.0.1:8750"
"#;

/// `include`, relative to the main file.
pub(super) const INCLUDE: [&str; 2] = ["feeds/*.toml", "watchlists/*.toml"];

/// `[watch.alert] wait`; a critical watch waits for nobody.
pub(super) const WAIT: Duration = Duration::from_secs(2 * 60);

/// `[watch.scope] max_age`.
pub(super) const MAX_AGE: Duration = Duration::from_secs(7 * 86_400);

/// `[watch.story] burst`, where it is asked for.
pub(super) const BURST: Burst =
    Burst { factor: 4, window: Duration::from_secs(3_600), baseline: Duration::from_secs(14 * 86_400), at_least: 5 };

/// `[watch.alert] follow_up`.
pub(super) const FOLLOW_UP: [Event; 3] = [Event::Correction, Event::Escalated, Event::Confirmed];

/// `[watch.alert] max_followups`.
pub(super) const MAX_FOLLOWUPS: u32 = 3;

/// `[recipient.NAME] catch_up_after`.
pub(super) const CATCH_UP_AFTER: Duration = Duration::from_secs(6 * 3600);

/// When what cannot be told at once comes to who has asked for no `digest`.
pub const DIGEST_AT: Time = time(8, 0, 0, 0);

/// Ports of `smtps://`, of `smtp://`, and of `smtp://` on the machine itself.
pub(super) const SMTPS_PORT: u16 = 465;
pub(super) const SUBMISSION_PORT: u16 = 587;
pub(super) const LOCAL_PORT: u16 = 25;
