//! A mail server and a webhook that take everything down and do what a test tells them to.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    io::{BufRead, BufReader, Result, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use mail_parser::MessageParser;

use super::http::{self, Request};

/// A message that the mail server has taken.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Of the envelope.
    pub to: Vec<String>,
    pub raw: String,
}

impl Mail {
    pub fn subject(&self) -> String {
        MessageParser::default().parse(&self.raw).unwrap().subject().unwrap_or_default().to_owned()
    }

    /// The text part.
    pub fn text(&self) -> String {
        MessageParser::default().parse(&self.raw).unwrap().body_text(0).unwrap().into_owned()
    }

    /// A header as it stands in the message, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.raw.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    }

    pub fn id(&self) -> String {
        self.header("Message-ID").unwrap()
    }
}

#[derive(Default)]
struct Post {
    taken: Vec<Mail>,
    refused: HashSet<String>,
    /// Connections are turned away.
    is_down: bool,
    /// So many messages are taken and the connection dropped before the reply.
    unanswered: usize,
    /// Between taking a message and saying so.
    delay: Duration,
    /// What is answered to a verb instead of its usual reply.
    scripted: HashMap<String, &'static str>,
    connections: usize,
}

#[derive(Clone)]
pub struct SmtpSink {
    pub address: SocketAddr,
    post: Arc<Mutex<Post>>,
}

impl SmtpSink {
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let sink = Self { address: listener.local_addr().unwrap(), post: Arc::default() };
        let served = sink.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = served.clone();
                thread::spawn(move || drop(sink.serve(stream)));
            }
        });
        sink
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.post.lock().unwrap().taken.clone()
    }

    /// The mails whose envelope names this address.
    pub fn to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to.iter().any(|to| to == address)).collect()
    }

    pub fn refuse(&self, address: &str) {
        self.post.lock().unwrap().refused.insert(address.to_owned());
    }

    pub fn accept_all(&self) {
        self.post.lock().unwrap().refused.clear();
    }

    pub fn set_down(&self, is_down: bool) {
        self.post.lock().unwrap().is_down = is_down;
    }

    /// The server thinks for so long about each message it has taken.
    pub fn set_slow(&self, delay: Duration) {
        self.post.lock().unwrap().delay = delay;
    }

    /// Answers a verb (`MAIL`, `RCPT`, `DATA`) with this from now on; `None`: as usual again.
    pub fn script(&self, verb: &str, reply: Option<&'static str>) {
        let mut post = self.post.lock().unwrap();
        match reply {
            Some(reply) => post.scripted.insert(verb.to_owned(), reply),
            None => post.scripted.remove(verb),
        };
    }

    /// Connections so far, those that were turned away among them.
    pub fn connections(&self) -> usize {
        self.post.lock().unwrap().connections
    }

    pub fn leave_unanswered(&self, messages: usize) {
        self.post.lock().unwrap().unanswered = messages;
    }

    fn serve(&self, mut stream: TcpStream) -> Result<()> {
        self.post.lock().unwrap().connections += 1;
        if self.post.lock().unwrap().is_down {
            return stream.write_all(b"421 closed for the night\r\n");
        }
        let mut lines = BufReader::new(stream.try_clone()?);
        let mut to = Vec::new();
        stream.write_all(b"220 sink\r\n")?;
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            let scripted = self.post.lock().unwrap().scripted.get(&verb).copied();
            if let Some(reply) = scripted {
                stream.write_all(reply.as_bytes())?;
                continue;
            }
            let reply = match verb.as_str() {
                "EHLO" | "HELO" => "250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
                "MAIL" => {
                    to.clear();
                    "250 ok\r\n"
                }
                "RCPT" => self.recipient(&line, &mut to),
                "DATA" => {
                    stream.write_all(b"354 go on\r\n")?;
                    let raw = read_message(&mut lines)?;
                    if self.take(Mail { to: std::mem::take(&mut to), raw }) {
                        "250 taken\r\n"
                    } else {
                        return stream.shutdown(std::net::Shutdown::Both);
                    }
                }
                "QUIT" => return stream.write_all(b"221 bye\r\n"),
                _ => "250 ok\r\n",
            };
            stream.write_all(reply.as_bytes())?;
        }
    }

    fn recipient(&self, line: &str, to: &mut Vec<String>) -> &'static str {
        let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        if self.post.lock().unwrap().refused.contains(&address) {
            return "550 5.1.1 no such mailbox\r\n";
        }
        to.push(address);
        "250 ok\r\n"
    }

    /// Takes a message; `false` when its sender is to be left without the reply.
    fn take(&self, mail: Mail) -> bool {
        let mut post = self.post.lock().unwrap();
        post.taken.push(mail);
        let is_answered = post.unanswered == 0;
        post.unanswered = post.unanswered.saturating_sub(1);
        let delay = post.delay;
        drop(post);
        thread::sleep(delay);
        is_answered
    }
}

fn read_message(lines: &mut impl BufRead) -> Result<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n.\r\n") {
        if lines.read_until(b'\n', &mut bytes)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(String::from_utf8_lossy(&bytes[..bytes.len() - 3]).replace("\r\n..", "\r\n."))
}

#[derive(Default)]
struct Bell {
    calls: Vec<(Request, u16)>,
    statuses: VecDeque<u16>,
    /// Stands in every answer that is no success.
    header: Option<(&'static str, String)>,
    /// Between taking a call and answering it.
    delay: Duration,
}

/// Instead of a status: the connection is closed without an answer.
pub const DROP: u16 = 0;
/// Instead of a status: no answer, ever.
pub const HANG: u16 = 1;

/// A webhook; answers 200 unless told otherwise.
#[derive(Clone)]
pub struct HookSink {
    pub address: SocketAddr,
    bell: Arc<Mutex<Bell>>,
}

impl HookSink {
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let sink = Self { address: listener.local_addr().unwrap(), bell: Arc::default() };
        let served = sink.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = served.clone();
                thread::spawn(move || drop(sink.serve(stream)));
            }
        });
        sink
    }

    /// The statuses of the next answers.
    pub fn answer_with(&self, statuses: &[u16]) {
        self.bell.lock().unwrap().statuses.extend(statuses);
    }

    /// A header of every answer that is no success.
    pub fn set_header(&self, name: &'static str, value: &str) {
        self.bell.lock().unwrap().header = Some((name, value.to_owned()));
    }

    /// The server thinks for so long about each call it has taken.
    pub fn set_slow(&self, delay: Duration) {
        self.bell.lock().unwrap().delay = delay;
    }

    /// Every call with the status it was answered.
    pub fn calls(&self) -> Vec<(Request, u16)> {
        self.bell.lock().unwrap().calls.clone()
    }

    fn serve(&self, mut stream: TcpStream) -> Result<()> {
        while let Some(request) = http::read_request(&mut stream)? {
            let (status, header, delay) = {
                let mut bell = self.bell.lock().unwrap();
                let status = bell.statuses.pop_front().unwrap_or(200);
                bell.calls.push((request, status));
                (status, bell.header.clone(), bell.delay)
            };
            thread::sleep(delay);
            match status {
                DROP => return stream.shutdown(std::net::Shutdown::Both),
                HANG => {
                    // Held open until the client gives up.
                    let _ = http::read_request(&mut stream);
                    return Ok(());
                }
                200..300 => http::answer(&mut stream, status, &[], b"")?,
                _ => {
                    let header = header.as_ref().map(|(name, value)| (*name, value.as_str()));
                    http::answer(&mut stream, status, header.as_slice(), b"")?;
                }
            }
        }
        Ok(())
    }
}
