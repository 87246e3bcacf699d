//! A host of its own that answers word for word what a test says, also what no server should, and keeps every request.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// What a connection is given.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The bytes, then the end.
    Send(Vec<u8>),
    /// The bytes, then nothing more until the client gives up.
    Stall(Vec<u8>),
    /// The bytes, one every 50 milliseconds.
    Drip(Vec<u8>),
    /// The first bytes once, the second again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// The answer, after a while.
    Late(Duration, Vec<u8>),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub at: Instant,
    /// Bytes as latin-1, so that what was sent is told exactly.
    pub head: String,
}

impl Asked {
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

#[derive(Clone)]
pub struct Script {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    now_open: Arc<AtomicUsize>,
    most_open: Arc<AtomicUsize>,
}

impl Script {
    /// `answer` is given the request and how many came before it.
    pub fn start(ip: &str, answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let script = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            now_open: Arc::default(),
            most_open: Arc::default(),
        };
        let (served, answer) = (script.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (served, answer) = (served.clone(), Arc::clone(&answer));
                // A client that goes away is what some tests are about.
                thread::spawn(move || drop(served.serve(stream, &*answer)));
            }
        });
        script
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The paths asked for, in order.
    pub fn paths(&self) -> Vec<String> {
        self.asked().iter().map(|asked| asked.path().to_owned()).collect()
    }

    pub fn last(&self) -> Asked {
        self.asked().pop().expect("nothing was asked")
    }

    /// Requests at the same time, at most.
    pub fn most_open(&self) -> usize {
        self.most_open.load(Ordering::SeqCst)
    }

    fn serve(&self, mut stream: TcpStream, answer: &dyn Fn(&Asked, usize) -> Reply) -> std::io::Result<()> {
        let mut head = Vec::new();
        let mut byte = [0u8; 1];
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte)? == 0 {
                return Ok(());
            }
            head.push(byte[0]);
        }
        let head = head.iter().map(|byte| char::from(*byte)).collect();
        let asked = Asked { at: Instant::now(), head };
        let before = {
            let mut all = self.asked.lock().unwrap();
            all.push(asked.clone());
            all.len() - 1
        };
        let open = self.now_open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_open.fetch_max(open, Ordering::SeqCst);
        let reply = match answer(&asked, before) {
            Reply::Late(pause, bytes) => {
                thread::sleep(pause);
                Reply::Send(bytes)
            }
            other => other,
        };
        // Before the client can know that it is answered.
        self.now_open.fetch_sub(1, Ordering::SeqCst);
        write(stream, reply)
    }
}

fn write(mut stream: TcpStream, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Send(bytes) | Reply::Late(_, bytes) => stream.write_all(&bytes),
        Reply::Stall(bytes) => {
            stream.write_all(&bytes)?;
            stream.read(&mut [0u8; 1]).map(drop)
        }
        Reply::Drip(bytes) => bytes.iter().try_for_each(|byte| {
            thread::sleep(Duration::from_millis(50));
            stream.write_all(&[*byte])
        }),
        Reply::Endless(first, again) => {
            stream.write_all(&first)?;
            loop {
                stream.write_all(&again)?;
            }
        }
    }
}

/// A whole answer. `head` is the status and further lines; letters are bytes (latin-1).
pub fn reply(head: &str, body: impl AsRef<[u8]>) -> Reply {
    Reply::Send(bytes(head, body))
}

pub fn bytes(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let (status, lines) = head.split_once('\n').unwrap_or((head, ""));
    let lines: String = lines.lines().map(|line| format!("{line}\r\n")).collect();
    let length = body.as_ref().len();
    let head = format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    head.chars().map(|letter| u8::try_from(letter).unwrap()).chain(body.as_ref().iter().copied()).collect()
}

/// A feed whose items have these slugs, the first listed first.
pub fn feed(slugs: &[&str]) -> String {
    let item = |slug: &&str| {
        format!(
            "<item><guid isPermaLink=\"false\">{slug}</guid><link>https://tides.example/{slug}</link><title>Tide table \
             {slug}</title><description>High water of {slug}.</description></item>"
        )
    };
    let items: String = slugs.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>Tides</title>{items}</channel></rss>")
}
