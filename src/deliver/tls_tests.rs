//! TLS to mail servers that cannot be trusted, and to those that can be: a sink with certificates made for these tests.
//! Their keys lie beside them and are worth nothing.

use std::{sync::Arc, time::Duration};

use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::{Outcome, smtp::Smtp};
use crate::config::{Mail, MailTransport, SecretBytes, Security, Tls};

const AUTHORITY: &[u8] = include_bytes!("tests/authority.pem");
const SERVER: &[u8] = include_bytes!("tests/server.pem");
const EXPIRED: &[u8] = include_bytes!("tests/expired.pem");
const OTHER: &[u8] = include_bytes!("tests/other.pem");
const KEY: &[u8] = include_bytes!("tests/server.key");

/// What the server shows and wants.
#[derive(Clone, Copy)]
struct Shown {
    certificate: &'static [u8],
    wants_ours: bool,
}

fn acceptor(shown: Shown) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(shown.certificate).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let builder = ServerConfig::builder();
    let builder = if shown.wants_ours {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(AUTHORITY).expect("a certificate")).expect("an authority");
        builder.with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build().expect("roots"))
    } else {
        builder.with_no_client_auth()
    };
    TlsAcceptor::from(Arc::new(builder.with_single_cert(vec![certificate], key).expect("they belong together")))
}

/// A server that speaks TLS from the start, or after STARTTLS; takes everything.
async fn server(shown: Shown, is_immediate: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move { drop(serve(stream, shown, is_immediate).await) });
        }
    });
    port
}

async fn serve(mut stream: TcpStream, shown: Shown, is_immediate: bool) -> std::io::Result<()> {
    if !is_immediate {
        stream.write_all(b"220 sink\r\n").await?;
        for reply in ["250-sink\r\n250 STARTTLS\r\n", "220 go on\r\n"] {
            read_line(&mut stream).await?;
            stream.write_all(reply.as_bytes()).await?;
        }
    }
    let mut lines = BufReader::new(acceptor(shown).accept(stream).await?);
    if is_immediate {
        lines.write_all(b"220 sink\r\n").await?;
    }
    let mut line = String::new();
    let mut in_message = false;
    loop {
        line.clear();
        if lines.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        match (in_message, line.as_str()) {
            (true, ".\r\n") => in_message = false,
            (true, _) => continue,
            (false, "DATA\r\n") => {
                in_message = true;
                lines.write_all(b"354 go on\r\n").await?;
                continue;
            }
            (false, _) => {}
        }
        lines.write_all(b"250 fine\r\n").await?;
        lines.flush().await?;
    }
}

async fn read_line(stream: &mut TcpStream) -> std::io::Result<()> {
    while stream.read_u8().await? != b'\n' {}
    Ok(())
}

async fn send(shown: Shown, security: Security, tls: Tls) -> Outcome {
    send_to(server(shown, security == Security::Tls).await, security, tls).await
}

async fn send_to(port: u16, security: Security, tls: Tls) -> Outcome {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mail = Mail {
        from_name: String::new(),
        from_address: "alerts@example.org".to_owned(),
        transport: MailTransport::Smtp {
            host: "localhost".to_owned(),
            port,
            security,
            user: None,
            password: None,
            tls,
        },
        max_per_minute: None,
        templates: None,
        unsubscribe: None,
    };
    Smtp::new(&mail, Duration::from_secs(20)).deliver("desk@example.net", b"Subject: x\r\n\r\nx\r\n").await
}

fn trusting(identity: Option<&[u8]>) -> Tls {
    let identity = identity.map(|certificate| (certificate.to_vec(), SecretBytes::new(KEY.to_vec())));
    Tls { authorities: Some(AUTHORITY.to_vec()), identity }
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_is_never_gone_along_with() {
    for security in [Security::Tls, Security::StartTls, Security::Opportunistic] {
        for (certificate, tls, words) in [
            (SERVER, Tls::default(), "UnknownIssuer"),
            (EXPIRED, trusting(None), "expired"),
            (OTHER, trusting(None), "not valid for name"),
        ] {
            let outcome = send(Shown { certificate, wants_ours: false }, security, tls).await;
            assert_eq!(outcome.word(), "transient", "{outcome:?}");
            assert!(outcome.reason().contains(words), "{words}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn an_authority_of_our_own_and_a_client_certificate_open_the_door() {
    for security in [Security::Tls, Security::StartTls] {
        let open = Shown { certificate: SERVER, wants_ours: false };
        assert_eq!(send(open, security, trusting(None)).await.word(), "sent");
        let closed = Shown { certificate: SERVER, wants_ours: true };
        assert_eq!(send(closed, security, trusting(Some(SERVER))).await.word(), "sent");
        assert_ne!(send(closed, security, trusting(None)).await.word(), "sent", "without ours");
    }
}

/// A server that knows nothing newer than TLS 1.0: whatever it is offered, it chooses that.
async fn ancient_server() -> u16 {
    /// A record of TLS 1.0 with a ServerHello: version, 32 octets of chance, no session, AES128-SHA, no compression.
    const HEAD: &[u8] = b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01";
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let hello = [HEAD, &[7; 32], b"\x00\x00\x2f\x00"].concat();
            drop(stream.read(&mut [0; 4096]).await);
            drop(stream.write_all(&hello).await);
            drop(stream.read(&mut [0; 4096]).await);
        }
    });
    port
}

#[tokio::test]
async fn a_server_that_knows_only_tls_1_0_is_told_no_word() {
    let outcome = send_to(ancient_server().await, Security::Tls, trusting(None)).await;
    assert_eq!(outcome.word(), "transient", "{outcome:?}");
    assert!(outcome.reason().contains("no TLS newer than 1.1"), "{outcome:?}");
}
