//! A SOCKS5 proxy and a host that speaks TLS, as little of each as tests need.

use std::{
    io::{Read, Result, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// The authority that vouches for [`TlsHost`]; made for these tests and used nowhere else.
pub const AUTHORITY: &str = include_str!("tls/authority.pem");
const HOST: &[u8] = include_bytes!("tls/host.pem");
const HOST_KEY: &[u8] = include_bytes!("tls/host.key.pem");

/// Everything it is asked for by name it finds on 127.0.0.1.
#[derive(Clone)]
pub struct Socks {
    pub address: SocketAddr,
    /// "user:password host:port" of each connection.
    seen: Arc<Mutex<Vec<String>>>,
}

impl Socks {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socks = Self { address: listener.local_addr().unwrap(), seen: Arc::default() };
        let served = socks.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let socks = served.clone();
                thread::spawn(move || drop(socks.serve(stream)));
            }
        });
        socks
    }

    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn serve(&self, mut client: TcpStream) -> Result<()> {
        let [_, methods] = take(&mut client)?;
        let methods = take_some(&mut client, methods)?;
        let login = if methods.contains(&2) {
            client.write_all(&[5, 2])?;
            let [_, length] = take(&mut client)?;
            let user = take_some(&mut client, length)?;
            let [length] = take(&mut client)?;
            let password = take_some(&mut client, length)?;
            client.write_all(&[1, 0])?;
            format!("{}:{}", String::from_utf8_lossy(&user), String::from_utf8_lossy(&password))
        } else {
            client.write_all(&[5, 0])?;
            String::new()
        };
        let [_, _, _, kind] = take(&mut client)?;
        let host = match kind {
            3 => {
                let [length] = take(&mut client)?;
                String::from_utf8_lossy(&take_some(&mut client, length)?).into_owned()
            }
            _ => Ipv4Addr::from(take::<4>(&mut client)?).to_string(),
        };
        let port = u16::from_be_bytes(take(&mut client)?);
        self.seen.lock().unwrap().push(format!("{login} {host}:{port}"));
        let server = TcpStream::connect(("127.0.0.1", port))?;
        client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0])?;
        let (mut up, mut down) = (client.try_clone()?, server.try_clone()?);
        thread::spawn(move || std::io::copy(&mut up, &mut { server }));
        std::io::copy(&mut down, &mut client).map(drop)
    }
}

fn take<const N: usize>(stream: &mut TcpStream) -> Result<[u8; N]> {
    let mut bytes = [0u8; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn take_some(stream: &mut TcpStream, length: u8) -> Result<Vec<u8>> {
    let mut bytes = vec![0u8; length.into()];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// A host on 127.0.0.1 that gives every request the same answer, over TLS.
pub fn tls_host(answer: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let certificate = CertificateDer::from_pem_slice(HOST).unwrap();
    let key = PrivateKeyDer::from_pem_slice(HOST_KEY).unwrap();
    let config = Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            // A client that does not trust us breaks off.
            drop(speak(StreamOwned::new(session, stream), &answer));
        }
    });
    address
}

fn speak(mut stream: StreamOwned<ServerConnection, TcpStream>, answer: &[u8]) -> Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0u8; 1];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    stream.write_all(answer)?;
    stream.conn.send_close_notify();
    stream.flush()
}
