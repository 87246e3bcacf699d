//! Mail servers and webhooks for tests: raw sockets on loopback that misbehave on command.

use std::{
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What a sink does at a step instead of going on.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// Answers this (without CR LF).
    Say(&'static str),
    /// Answers this and then holds the connection open.
    SayAndHold(&'static str),
    /// Closes the connection without a word.
    Drop,
    /// Never answers.
    Hang,
    /// Answers one octet after the other and never comes to the end of a line.
    Drip,
    /// Answers this, and then octets for as long as anybody reads them.
    Flood(&'static str),
}

const DRIP: Duration = Duration::from_millis(5);

/// What a sink has seen, over all connections.
#[derive(Debug, Default)]
pub struct Seen {
    pub connections: usize,
    pub commands: Vec<String>,
    /// Mails as sent, dots still doubled; or webhook requests, headers and body.
    pub messages: Vec<Vec<u8>>,
    /// Octets of endless answers that the other side has let in.
    pub flooded: usize,
}

/// A listening sink.
#[derive(Debug)]
pub struct Sink {
    pub port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Sink {
    /// An SMTP server that takes everything but does `act` when a command begins with `step`; `CONNECT` is the greeting,
    /// `.` the end of the message. `extensions` are named in its answer to EHLO.
    pub async fn smtp(step: &'static str, act: Option<Act>, extensions: &'static [&'static str]) -> Self {
        Self::listen(move |stream, seen| async move {
            let _ = smtp_dialogue(stream, &seen, step, act, extensions).await;
        })
        .await
    }

    /// A webhook that reads one request a connection and then does `act`; [`Act::Say`] is a whole response head.
    pub async fn webhook(act: Act) -> Self {
        Self::listen(move |stream, seen| async move {
            let _ = webhook_exchange(stream, &seen, act).await;
        })
        .await
    }

    async fn listen<F>(serve: impl Fn(TcpStream, Arc<Mutex<Seen>>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
        let port = listener.local_addr().expect("bound").port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().expect("no panic while locked").connections += 1;
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { port, seen }
    }

    /// A port where nobody may be listening.
    pub fn at(port: u16) -> Self {
        Self { port, seen: Arc::default() }
    }

    /// Looks at what has been seen so far.
    pub fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().expect("no panic while locked"))
    }
}

/// Ends the dialogue with an error where the script says so.
async fn perform(stream: &mut BufReader<TcpStream>, seen: &Mutex<Seen>, act: Act) -> std::io::Result<()> {
    match act {
        Act::Say(text) => stream.write_all(format!("{text}\r\n").as_bytes()).await,
        Act::SayAndHold(text) => {
            stream.write_all(format!("{text}\r\n\r\n").as_bytes()).await?;
            pending().await
        }
        Act::Drop => Err(std::io::ErrorKind::ConnectionAborted.into()),
        Act::Hang => pending().await,
        Act::Drip => loop {
            stream.write_all(b"2").await?;
            stream.flush().await?;
            tokio::time::sleep(DRIP).await;
        },
        Act::Flood(head) => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(&[b'x'; 4096]).await?;
                seen.lock().expect("no panic while locked").flooded += 4096;
            }
        }
    }
}

async fn smtp_dialogue(
    stream: TcpStream,
    seen: &Mutex<Seen>,
    step: &str,
    act: Option<Act>,
    extensions: &[&str],
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let scripted = |name: &str| act.filter(|_| !step.is_empty() && name.to_ascii_uppercase().starts_with(step));
    perform(&mut stream, seen, scripted("CONNECT").unwrap_or(Act::Say("220 sink ESMTP"))).await?;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.trim_end().to_owned();
        seen.lock().expect("no panic while locked").commands.push(command.clone());
        let scripted_act = scripted(&command);
        match (command.split(' ').next().unwrap_or_default().to_ascii_uppercase().as_str(), scripted_act) {
            (_, Some(act)) => perform(&mut stream, seen, act).await?,
            ("EHLO", None) => stream.write_all(ehlo(extensions).as_bytes()).await?,
            ("DATA", None) => {
                perform(&mut stream, seen, Act::Say("354 go on")).await?;
                let mail = read_mail(&mut stream).await?;
                seen.lock().expect("no panic while locked").messages.push(mail);
                perform(&mut stream, seen, scripted(".").unwrap_or(Act::Say("250 2.0.0 queued as 1A2B"))).await?;
            }
            _ => perform(&mut stream, seen, Act::Say("250 2.0.0 fine")).await?,
        }
    }
}

fn ehlo(extensions: &[&str]) -> String {
    let mut lines: Vec<String> = extensions.iter().map(|extension| format!("250-{extension}\r\n")).collect();
    lines.insert(0, "250-sink\r\n".to_owned());
    lines.push("250 PIPELINING\r\n".to_owned());
    lines.concat()
}

async fn read_mail(stream: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    loop {
        let start = mail.len();
        if stream.read_until(b'\n', &mut mail).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if &mail[start..] == b".\r\n" {
            mail.truncate(start);
            return Ok(mail);
        }
    }
}

async fn webhook_exchange(stream: TcpStream, seen: &Mutex<Seen>, act: Act) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut request = Vec::new();
    let mut length = 0;
    loop {
        let start = request.len();
        stream.read_until(b'\n', &mut request).await?;
        let line = String::from_utf8_lossy(&request[start..]).to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let start = request.len();
    request.resize(start + length, 0);
    stream.read_exact(&mut request[start..]).await?;
    seen.lock().expect("no panic while locked").messages.push(request);
    perform(&mut stream, seen, act).await?;
    stream.write_all(b"\r\n").await?;
    stream.shutdown().await
}
