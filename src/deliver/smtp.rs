//! One mail to one mailbox over SMTP (RFC 5321), by lettre's connection and our own deadline and stages.
//!
//! lettre's pool is not used: a send given up at the deadline would be put back with its answer still to come, and the
//! next mail would take that answer for its own. Here a connection is owned by the attempt, and dropped with it.

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, Identity, TlsParameters},
        commands::{Data, Mail as MailFrom, Rcpt},
        extension::ClientId,
    },
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio::{net::TcpStream, time::Instant};

use super::outcome::Outcome;
use crate::{
    config::{Mail, MailTransport, Secret, Security, Tls},
    message::parse_address,
};

/// Connections kept for the next mail, and how long. Servers close idle ones after about five minutes.
/// As many as are in use at the same time.
const MAX_IDLE: usize = 4;
const IDLE: Duration = Duration::from_secs(60);
/// One that was used so lately is taken to be alive.
const FRESH: Duration = Duration::from_secs(5);
/// How long a kept connection may take to show that it is alive.
const NOOP: Duration = Duration::from_secs(5);

/// A mail server as configured, with the connections kept open to it.
pub(super) struct Smtp {
    host: String,
    port: u16,
    security: Security,
    login: Option<(String, Secret)>,
    from: String,
    deadline: Duration,
    idle: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
    trust: Tls,
    tls: OnceLock<TlsParameters>,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Smtp({}:{}, {:?})", self.host, self.port, self.security)
    }
}

/// How far an attempt has come: decides what a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Connect,
    Auth,
    MailFrom,
    RcptTo,
    Data,
    Message,
}

impl Stage {
    fn words(self) -> &'static str {
        match self {
            Self::Connect => "connecting",
            Self::Auth => "AUTH",
            Self::MailFrom => "MAIL FROM",
            Self::RcptTo => "RCPT TO",
            Self::Data => "DATA",
            Self::Message => "the end of the message",
        }
    }
}

impl Smtp {
    /// `mail.transport` must be SMTP; `deadline` is for one mail, all stages together.
    pub(super) fn new(mail: &Mail, deadline: Duration) -> Self {
        let MailTransport::Smtp { host, port, security, user, password, tls } = &mail.transport else {
            unreachable!("the caller has looked at the transport");
        };
        Self {
            host: host.clone(),
            port: *port,
            security: *security,
            login: user.clone().zip(password.clone()),
            from: mail.from_address.clone(),
            deadline,
            idle: Mutex::new(Vec::new()),
            trust: tls.clone(),
            tls: OnceLock::new(),
        }
    }

    /// Sends the stored bytes to one address.
    pub(super) async fn deliver(&self, address: &str, bytes: &[u8]) -> Outcome {
        let mut stage = Stage::Connect;
        match tokio::time::timeout(self.deadline, self.attempt(address, bytes, &mut stage)).await {
            Ok(outcome) => outcome,
            Err(_) => self.gave_up(stage),
        }
    }

    fn gave_up(&self, stage: Stage) -> Outcome {
        let reason = format!("no answer from {} within {} s, at {}", self.host, self.deadline.as_secs(), stage.words());
        match stage {
            Stage::Message => Outcome::ambiguous(reason),
            _ => Outcome::transient(reason),
        }
    }

    async fn attempt(&self, address: &str, bytes: &[u8], stage: &mut Stage) -> Outcome {
        let (Ok(from), Ok(to)) = (parse_address(&self.from), parse_address(address)) else {
            return Outcome::permanent("sender or recipient is not a mail address");
        };
        if let Some(mut kept) = self.kept().await {
            match send(&mut kept, from.clone(), to.clone(), bytes, stage).await {
                Ok(reply) => return self.taken(kept, &reply),
                // A server that ends a dialogue after so many mails or minutes says so here, and nothing has been said.
                Err(error) if *stage == Stage::MailFrom && !has_code(&error, 500..) => {}
                Err(error) => return self.judge(*stage, &error),
            }
        }
        *stage = Stage::Connect;
        let mut connection = match self.connection(stage).await {
            Ok(connection) => connection,
            Err(outcome) => return outcome,
        };
        match send(&mut connection, from, to, bytes, stage).await {
            Ok(reply) => self.taken(connection, &reply),
            // A refusal leaves the dialogue in order, but a new connection is surer than RSET and costs little.
            Err(error) => self.judge(*stage, &error),
        }
    }

    fn taken(&self, connection: AsyncSmtpConnection, reply: &str) -> Outcome {
        self.park(connection);
        Outcome::sent(self.without_login(reply))
    }

    /// A connection from before that is still good.
    async fn kept(&self) -> Option<AsyncSmtpConnection> {
        while let Some((since, mut idle)) = self.take_idle() {
            if since.elapsed() < FRESH || tokio::time::timeout(NOOP, idle.test_connected()).await.unwrap_or(false) {
                return Some(idle);
            }
        }
        None
    }

    async fn connection(&self, stage: &mut Stage) -> Result<AsyncSmtpConnection, Outcome> {
        let mut connection = self.connect().await?;
        if let Some((user, password)) = &self.login {
            *stage = Stage::Auth;
            let login = Credentials::new(user.clone(), password.expose().to_owned());
            let answer = connection.auth(DEFAULT_MECHANISMS, &login).await;
            answer.map_err(|error| self.judge(Stage::Auth, &error))?;
        }
        Ok(connection)
    }

    fn take_idle(&self) -> Option<(Instant, AsyncSmtpConnection)> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(since, _)| since.elapsed() < IDLE);
        idle.pop()
    }

    fn park(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE && !connection.has_broken() {
            idle.push((Instant::now(), connection));
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Outcome> {
        let judge = |error: Error| self.judge(Stage::Connect, &error);
        let hello = ClientId::default();
        let address = (self.host.as_str(), self.port);
        if self.security == Security::Tls {
            let tls = Some(self.tls().map_err(judge)?);
            return AsyncSmtpConnection::connect_tokio1(address, None, &hello, tls, None).await.map_err(judge);
        }
        let stream = TcpStream::connect(address).await.map_err(|error| {
            Outcome::transient(format!("cannot connect to {}, port {}: {error}", self.host, self.port))
        })?;
        // lettre writes the message and its end apart; without this the end waits for a delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let plain = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await;
        let mut connection = plain.map_err(judge)?;
        if self.security == Security::StartTls || connection.can_starttls() {
            connection.starttls(self.tls().map_err(judge)?, &hello).await.map_err(judge)?;
        }
        Ok(connection)
    }

    fn tls(&self) -> Result<TlsParameters, Error> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls.clone());
        }
        let mut builder = TlsParameters::builder(self.host.clone());
        if let Some(authorities) = &self.trust.authorities {
            builder = builder.add_root_certificate(Certificate::from_pem(authorities)?);
        }
        if let Some((certificate, key)) = &self.trust.identity {
            builder = builder.identify_with(Identity::from_pem(&leaf(certificate), key.expose())?);
        }
        let tls = builder.build()?;
        Ok(self.tls.get_or_init(|| tls).clone())
    }

    /// By reply code and stage. lettre's own classes do not serve: refused connections, TLS faults and drops are neither
    /// transient nor permanent to it.
    fn judge(&self, stage: Stage, error: &Error) -> Outcome {
        let code = error.status().map(u16::from);
        let reason = self.without_login(&format!("{}, at {}", words(error), stage.words()));
        match (stage, code) {
            // Another configuration heals these, and the mails must still be there then: a login or a sender refused,
            // 530 (login or TLS wanted) wherever it comes.
            (Stage::Auth, Some(code @ 500..)) => {
                Outcome::broken(format!("login refused ({code}): the channel is broken"))
            }
            (Stage::MailFrom, Some(500..)) | (_, Some(530)) => {
                Outcome::broken(format!("{reason}: the channel is broken"))
            }
            (Stage::RcptTo | Stage::Data | Stage::Message, Some(500..)) => Outcome::permanent(reason),
            // The server goes on, only this mail has to wait (greylisting, a full mailbox); 421 is about the server.
            (Stage::RcptTo | Stage::Data | Stage::Message, Some(code)) if code != 421 => Outcome::deferred(reason),
            (Stage::Message, None) => Outcome::ambiguous(reason),
            _ => Outcome::transient(reason),
        }
    }

    /// Some servers repeat the user's name in their replies.
    fn without_login(&self, reason: &str) -> String {
        match &self.login {
            Some((user, password)) if !user.is_empty() && !password.expose().is_empty() => {
                reason.replace(password.expose(), "…").replace(user.as_str(), "…")
            }
            _ => reason.to_owned(),
        }
    }
}

async fn send(
    connection: &mut AsyncSmtpConnection,
    from: Address,
    to: Address,
    bytes: &[u8],
    stage: &mut Stage,
) -> Result<String, Error> {
    *stage = Stage::MailFrom;
    connection.command(MailFrom::new(Some(from), Vec::new())).await?;
    *stage = Stage::RcptTo;
    connection.command(Rcpt::new(to, Vec::new())).await?;
    *stage = Stage::Data;
    connection.command(Data).await?;
    *stage = Stage::Message;
    // lettre ends the last line itself.
    let reply = connection.message(bytes.strip_suffix(b"\r\n").unwrap_or(bytes)).await?;
    Ok(format!("{} {}", reply.code(), reply.message().collect::<Vec<_>>().join(" ")))
}

fn has_code(error: &Error, codes: std::ops::RangeFrom<u16>) -> bool {
    error.status().is_some_and(|status| codes.contains(&u16::from(status)))
}

/// The first certificate in DER: lettre takes the bytes it is given as one certificate as they stand, PEM or not.
fn leaf(pem: &[u8]) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem).map(|certificate| certificate.as_ref().to_vec()).unwrap_or_default()
}

/// lettre's words with the cause that it keeps apart ("Connection error" alone helps nobody).
fn words(error: &Error) -> String {
    let mut words = error.to_string().replace("Connection error: Connection error:", "Connection error:");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words = format!("{words}: {cause_words}");
        }
        source = cause.source();
    }
    match TOO_OLD.iter().any(|sign| words.contains(sign)) {
        true => format!("{words} (the server knows no TLS newer than 1.1)"),
        false => words,
    }
}

/// What rustls says of a server without TLS 1.2, and what such a server says of it.
const TOO_OLD: [&str; 2] = ["ServerDoesNotSupportTls12Or13", "ProtocolVersion"];
