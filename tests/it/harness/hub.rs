//! A WebSub hub on loopback: it keeps every request, verifies or refuses as the test says, and pushes what it is given.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use hmac::{Hmac, KeyInit, Mac};

use super::http::{self, Request};

/// What the hub makes of a request to subscribe or to leave.
#[derive(Clone, Debug, PartialEq)]
pub enum Manner {
    /// 202, and then verified with this lease.
    Verify { lease: u64 },
    /// Verified before the 202.
    VerifyFirst { lease: u64 },
    /// 202, and nothing more.
    Forget,
    /// 202, and then `hub.mode=denied`.
    Deny,
    /// This status and these header lines, for ever.
    Answer(u16, Vec<(&'static str, String)>),
    /// The connection is closed without an answer.
    Hang,
}

/// A request as it came, and what came of its verification.
#[derive(Clone, Debug)]
pub struct Asked {
    pub fields: HashMap<String, String>,
    pub headers: Vec<(String, String)>,
    /// Status and body of the answer to our challenge.
    pub confirmed: Option<(u16, String)>,
}

impl Asked {
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

#[derive(Clone)]
pub struct Hub {
    pub address: SocketAddr,
    manner: Arc<Mutex<Manner>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

pub const CHALLENGE: &str = "tide & <turn> 42";

impl Hub {
    pub fn start(ip: &str, manner: Manner) -> Self {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let hub = Self {
            address: listener.local_addr().unwrap(),
            manner: Arc::new(Mutex::new(manner)),
            asked: Arc::default(),
        };
        let served = hub.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let hub = served.clone();
                thread::spawn(move || drop(hub.serve(stream)));
            }
        });
        hub
    }

    pub fn url(&self) -> String {
        format!("http://{}/hub", self.address)
    }

    pub fn set(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Requests of one mode whose verification was answered with this status.
    pub fn confirmed(&self, mode: &str, status: u16) -> usize {
        let is = |asked: &&Asked| {
            asked.field("hub.mode") == mode && asked.confirmed.as_ref().is_some_and(|(found, _)| *found == status)
        };
        self.asked().iter().filter(is).count()
    }

    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let Some(request) = http::read_request(&mut stream)? else { return Ok(()) };
        let Request { headers, body, .. } = request;
        let fields: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
        let asked = Asked { fields, headers, confirmed: None };
        let place = {
            let mut all = self.asked.lock().unwrap();
            all.push(asked.clone());
            all.len() - 1
        };
        let manner = self.manner.lock().unwrap().clone();
        let accept = |stream: &mut TcpStream| http::answer(stream, 202, &[], b"");
        match manner {
            Manner::Verify { lease } => {
                accept(&mut stream)?;
                self.verify(place, &asked, lease);
            }
            Manner::VerifyFirst { lease } => {
                self.verify(place, &asked, lease);
                accept(&mut stream)?;
            }
            Manner::Forget => accept(&mut stream)?,
            Manner::Deny => {
                accept(&mut stream)?;
                let query =
                    [("hub.mode", "denied"), ("hub.topic", asked.field("hub.topic")), ("hub.reason", "no room")];
                self.keep(place, visit(asked.field("hub.callback"), &query));
            }
            Manner::Answer(status, headers) => {
                let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                http::answer(&mut stream, status, &headers, b"no, thank you")?;
            }
            Manner::Hang => {}
        }
        Ok(())
    }

    fn verify(&self, place: usize, asked: &Asked, lease: u64) {
        let lease = lease.to_string();
        let query = [
            ("hub.mode", asked.field("hub.mode")),
            ("hub.topic", asked.field("hub.topic")),
            ("hub.challenge", CHALLENGE),
            ("hub.lease_seconds", &lease),
        ];
        self.keep(place, visit(asked.field("hub.callback"), &query));
    }

    fn keep(&self, place: usize, answer: (u16, String)) {
        self.asked.lock().unwrap()[place].confirmed = Some(answer);
    }

    /// The last request to subscribe.
    #[track_caller]
    pub fn last(&self) -> Asked {
        self.asked().into_iter().rfind(|asked| asked.field("hub.mode") == "subscribe").expect("never asked")
    }

    /// Pushes to the callback of the last subscription, signed with its secret.
    pub fn push(&self, body: &str) -> u16 {
        let asked = self.last();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(asked.field("hub.secret").as_bytes()).unwrap();
        mac.update(body.as_bytes());
        let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        self.push_with(&[("X-Hub-Signature", &format!("sha256={digits}"))], body)
    }

    /// Pushes with these headers, whatever they say.
    pub fn push_with(&self, headers: &[(&str, &str)], body: &str) -> u16 {
        post(self.last().field("hub.callback"), headers, body)
    }
}

/// GET of a callback with a query; status and body.
pub fn visit(callback: &str, query: &[(&str, &str)]) -> (u16, String) {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let (address, path) = parts(callback);
    speak(&address, &format!("GET {path}?{query} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"))
}

pub fn post(callback: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    let (address, path) = parts(callback);
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/rss+xml\r\n\
         Content-Length: {}\r\n{lines}\r\n",
        body.len()
    );
    speak(&address, &format!("{head}{body}")).0
}

fn parts(callback: &str) -> (String, String) {
    let url = url::Url::parse(callback).unwrap();
    (format!("{}:{}", url.host_str().unwrap(), url.port().unwrap()), url.path().to_owned())
}

fn speak(address: &str, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    drop(stream.write_all(request.as_bytes()));
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}
