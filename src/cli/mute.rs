//! `storywatch mute`: does what a mail to the unsubscribe address asks for.

use std::{
    io::{self, Read},
    process::ExitCode,
};

use anyhow::{Result, bail};
use clap::Args;

use super::{
    lookup::{Place, open_beside},
    out::Out,
};
use crate::{
    clock::Clock,
    message::Ticket,
    store::{self, silences},
};

/// Bytes of a mail that are looked at.
const MAX_MAIL: u64 = 256 * 1024;

#[derive(Debug, Args)]
pub(super) struct Mute {
    /// The ticket that stands in the mail's subject, after "mute".
    #[arg(required_unless_present = "mail")]
    ticket: Option<String>,
    /// Read a mail from standard input and look for the ticket there: for an alias of the mail server.
    #[arg(long, conflicts_with = "ticket")]
    mail: bool,
}

impl Mute {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let text = match &self.ticket {
            Some(ticket) => ticket.clone(),
            None => {
                let mut mail = Vec::new();
                io::stdin().take(MAX_MAIL).read_to_end(&mut mail)?;
                String::from_utf8_lossy(&mail).into_owned()
            }
        };
        let connection = open_beside(place)?;
        let (key, now) = (store::signing_key(&connection)?, Clock::Machine.now());
        let mut problem = None;
        for word in text.split(|c: char| c.is_whitespace() || "<>\"".contains(c)).filter(|word| word.contains('.')) {
            match Ticket::open(word, &key, now) {
                Ok(ticket) => {
                    silences::add_once(&connection, &ticket.silence(now), now)?;
                    let mut out = Out::new();
                    out.line(format!("ended for {}: {}", ticket.recipient, ticket.silence(now).what))?;
                    out.end()?;
                    return Ok(ExitCode::SUCCESS);
                }
                Err(error) => problem = Some(error),
            }
        }
        match problem {
            Some(error) => bail!("{error}"),
            None => bail!("there is no ticket in this"),
        }
    }
}
