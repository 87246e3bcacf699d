//! journald's own protocol: each field of an event is one of the journal's, and all of them stand in the message too,
//! since that is what `systemctl status` and `journalctl` show.
//!
//! Format: systemd.io/JOURNAL_NATIVE_PROTOCOL. A line that cannot be handed over is lost: there is nowhere to say so.

use std::{
    fmt::{self, Write as _},
    io,
    os::unix::net::UnixDatagram,
    path::Path,
    time::Duration,
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::layer::{Context, Layer};

/// Where journald listens.
pub(super) const SOCKET: &str = "/run/systemd/journal/socket";

/// Bytes kept of one value: a line must fit into one datagram.
const LONGEST: usize = 8 * 1024;

/// Hands every event to journald.
pub(super) struct Journal(UnixDatagram);

impl Journal {
    /// # Errors
    /// When nobody listens at `socket`.
    pub fn open(socket: &Path) -> io::Result<Self> {
        let datagram = UnixDatagram::unbound()?;
        datagram.connect(socket)?;
        // A journal that has fallen behind must not hold polling and sending up for long.
        datagram.set_write_timeout(Some(Duration::from_secs(1)))?;
        Ok(Self(datagram))
    }
}

impl<S: Subscriber> Layer<S> for Journal {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        let mut bytes = Vec::with_capacity(512);
        put(&mut bytes, "PRIORITY", priority(event.metadata().level()));
        put(&mut bytes, "SYSLOG_IDENTIFIER", "storywatch");
        put(&mut bytes, "TARGET", event.metadata().target());
        put(&mut bytes, "MESSAGE", &line.message());
        for (name, value) in &line.fields {
            put(&mut bytes, &format!("F_{}", name.to_uppercase()), value);
        }
        let _ = self.0.send(&bytes);
    }
}

/// As in syslog(3).
fn priority(level: &Level) -> &'static str {
    match *level {
        Level::ERROR => "3",
        Level::WARN => "4",
        Level::INFO => "6",
        Level::DEBUG | Level::TRACE => "7",
    }
}

/// The form for values of any content: name, length, value.
fn put(bytes: &mut Vec<u8>, name: &str, value: &str) {
    let value = &value[..value.floor_char_boundary(LONGEST)];
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(b'\n');
    bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
    bytes.extend_from_slice(value.as_bytes());
    bytes.push(b'\n');
}

#[derive(Default)]
struct Line {
    text: String,
    fields: Vec<(&'static str, String)>,
}

impl Line {
    /// "feed fails (feed=bbc-world, error=connection refused)"
    fn message(&self) -> String {
        let mut message = self.text.clone();
        for (at, (name, value)) in self.fields.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(message, "{}{name}={value}", if at == 0 { " (" } else { ", " });
        }
        if !self.fields.is_empty() {
            message.push(')');
        }
        message
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        // With one control character in it, `journalctl` shows a line as a blob.
        let value = value.replace(char::is_control, " ");
        match field.name() {
            "message" => self.text = value,
            name => self.fields.push((name, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn a_line_says_all_that_its_fields_say() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("socket");
        let socket = UnixDatagram::bind(&path).unwrap();
        let subscriber = tracing_subscriber::registry().with(Journal::open(&path).unwrap());
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(feed = "bbc", error = %"line\nbreak", tries = 3, "feed fails");
        });
        let mut bytes = [0; 2048];
        let length = socket.recv(&mut bytes).unwrap();
        let mut expected = Vec::new();
        put(&mut expected, "PRIORITY", "4");
        put(&mut expected, "SYSLOG_IDENTIFIER", "storywatch");
        put(&mut expected, "TARGET", module_path!());
        put(&mut expected, "MESSAGE", "feed fails (feed=bbc, error=line break, tries=3)");
        put(&mut expected, "F_FEED", "bbc");
        put(&mut expected, "F_ERROR", "line break");
        put(&mut expected, "F_TRIES", "3");
        assert_eq!(String::from_utf8_lossy(&bytes[..length]), String::from_utf8_lossy(&expected));
        assert!(expected.windows(9).any(|bytes| bytes == b"F_TRIES\n\x01"));
    }
}
