//! The address guard: which addresses feeds and webhooks may not lie at.
//!
//! It stands twice in the way of every request. As the client's resolver it checks what the name resolved to, and the
//! very addresses it checked are those connected to, so a second DNS answer cannot slip in behind it. And because
//! the HTTP client never asks a resolver about an address literal, [`Guard::check_url`] is called before every hop.
//!
//! Must not know what is fetched or sent, nor why.

use std::{
    error::Error as StdError,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// An address, or a name with such an address among its answers, that must not be connected to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host}: {address} is {what}; `allow_networks` does not list it")]
pub struct Refused {
    /// As in the URL, after parsing.
    pub host: String,
    pub address: IpAddr,
    /// "a loopback address", "a private address", …
    pub what: &'static str,
}

/// Which addresses may be connected to: public unicast ones, and whatever the operator's `allow_networks` lists.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    allow: Vec<IpNet>,
    /// A host that may lie anywhere: the operator's own proxy.
    but: Option<String>,
}

impl Guard {
    /// `allow` are the networks that may be connected to although they are not public. An entry means the family it is
    /// written in: `127.0.0.0/8` does not allow `::ffff:127.0.0.1`.
    pub fn new(allow: Vec<IpNet>) -> Self {
        Self { allow, but: None }
    }

    /// The same, but for one host's name.
    pub(super) fn but_for(&self, host: Option<&str>) -> Self {
        Self { but: host.map(str::to_owned), ..self.clone() }
    }

    /// `Err` says in words what kind of address it is ("a loopback address").
    pub fn check(&self, address: IpAddr) -> Result<(), &'static str> {
        match not_public(address) {
            Some(what) if !self.allow.iter().any(|net| net.contains(&address)) => Err(what),
            _ => Ok(()),
        }
    }

    /// Checks the host of a URL if it is an address, in whatever spelling: the URL parser has already made
    /// `0x7f.1`, `2130706433`, `0177.0.0.1` and full-width digits into 127.0.0.1. A name passes here; its addresses
    /// are checked when it is resolved.
    pub fn check_url(&self, url: &Url) -> Result<(), Refused> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        self.check_answer(url.host_str().unwrap_or_default(), address)
    }

    /// One refused answer refuses the name: a public name that also points inside is a trap, not a feed.
    fn check_answers(&self, host: &str, answers: &[SocketAddr]) -> Result<(), Refused> {
        answers.iter().try_for_each(|answer| self.check_answer(host, answer.ip()))
    }

    fn check_answer(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        self.check(address).map_err(|what| Refused { host: host.to_owned(), address, what })
    }

    async fn resolve_checked(&self, host: &str) -> Result<Vec<SocketAddr>, Box<dyn StdError + Send + Sync>> {
        let answers: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
        if self.but.as_deref() != Some(host) {
            self.check_answers(host, &answers)?;
        }
        Ok(answers)
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let answers = guard.resolve_checked(name.as_str()).await?;
            Ok(Box::new(answers.into_iter()) as Addrs)
        })
    }
}

/// What an address is, if it is not a public unicast one.
fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => V4.iter().find(|(net, _)| net.contains(&address)).map(|(_, what)| *what),
        IpAddr::V6(address) => V6.iter().find(|(net, _)| net.contains(&address)).map_or_else(
            || (!GLOBAL_UNICAST.contains(&address)).then_some("outside the public IPv6 space"),
            |(_, what)| Some(*what),
        ),
    }
}

/// IANA's IPv4 special-purpose registry (RFC 6890 and updates), without the blocks that are globally reachable.
const V4: [(Ipv4Net, &str); 15] = [
    (v4(0, 0, 0, 0, 8), "an unspecified address"),
    (v4(10, 0, 0, 0, 8), "a private address"),
    (v4(100, 64, 0, 0, 10), "a carrier-grade NAT address"),
    (v4(127, 0, 0, 0, 8), "a loopback address"),
    (v4(169, 254, 0, 0, 16), "a link-local address"),
    (v4(172, 16, 0, 0, 12), "a private address"),
    (v4(192, 0, 0, 0, 24), "a protocol assignment"),
    (v4(192, 0, 2, 0, 24), "a documentation address"),
    (v4(192, 88, 99, 0, 24), "a 6to4 relay"),
    (v4(192, 168, 0, 0, 16), "a private address"),
    (v4(198, 18, 0, 0, 15), "a benchmarking address"),
    (v4(198, 51, 100, 0, 24), "a documentation address"),
    (v4(203, 0, 113, 0, 24), "a documentation address"),
    (v4(224, 0, 0, 0, 4), "a multicast address"),
    (v4(240, 0, 0, 0, 4), "a reserved or broadcast address"),
];

/// Everything IANA has given out as global unicast lies in 2000::/3; what is outside is refused even without a name.
const GLOBAL_UNICAST: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// IANA's IPv6 special-purpose registry. The forms that wrap an IPv4 address are refused whole, whatever they wrap:
/// on a network that really needs one (NAT64), `allow_networks` can say so. Special cases stand before their block.
const V6: [(Ipv6Net, &str); 17] = [
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), "an unspecified address"),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "a loopback address"),
    (v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96), "an IPv4-mapped address"),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), "an IPv4-compatible address"),
    (v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96), "an IPv4-translated address"),
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), "a NAT64 address"),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), "a local NAT64 address"),
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), "a discard address"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), "a Teredo address"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), "a protocol assignment"),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), "a documentation address"),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), "a 6to4 address"),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), "a documentation address"),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), "a private (unique local) address"),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), "a link-local address"),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), "a site-local address"),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), "a multicast address"),
];

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(s: [u16; 8], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]), prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: Option<&str>) {
        let parsed: IpAddr = address.parse().unwrap();
        let found = Guard::default().check(parsed).err();
        match expected {
            Some(word) => assert!(found.is_some_and(|what| what.contains(word)), "{address}: {found:?}, not {word}"),
            None => assert_eq!(found, None, "{address}"),
        }
    }

    #[test]
    fn ipv4_blocks_end_where_their_neighbours_begin() {
        for (address, expected) in [
            ("0.0.0.0", Some("unspecified")),
            ("0.255.255.255", Some("unspecified")),
            ("1.0.0.0", None),
            ("9.255.255.255", None),
            ("10.0.0.0", Some("private")),
            ("10.255.255.255", Some("private")),
            ("11.0.0.0", None),
            ("100.63.255.255", None),
            ("100.64.0.0", Some("carrier")),
            ("100.127.255.255", Some("carrier")),
            ("100.128.0.0", None),
            ("126.255.255.255", None),
            ("127.0.0.0", Some("loopback")),
            ("127.0.0.1", Some("loopback")),
            ("127.255.255.255", Some("loopback")),
            ("128.0.0.0", None),
            ("169.253.255.255", None),
            ("169.254.0.0", Some("link-local")),
            ("169.254.169.254", Some("link-local")),
            ("169.254.255.255", Some("link-local")),
            ("169.255.0.0", None),
            ("172.15.255.255", None),
            ("172.16.0.0", Some("private")),
            ("172.31.255.255", Some("private")),
            ("172.32.0.0", None),
            ("191.255.255.255", None),
            ("192.0.0.0", Some("protocol")),
            ("192.0.0.255", Some("protocol")),
            ("192.0.1.0", None),
            ("192.0.2.0", Some("documentation")),
            ("192.0.2.255", Some("documentation")),
            ("192.0.3.0", None),
            ("192.88.98.255", None),
            ("192.88.99.1", Some("6to4")),
            ("192.88.100.0", None),
            ("192.167.255.255", None),
            ("192.168.0.0", Some("private")),
            ("192.168.255.255", Some("private")),
            ("192.169.0.0", None),
            ("198.17.255.255", None),
            ("198.18.0.0", Some("benchmarking")),
            ("198.19.255.255", Some("benchmarking")),
            ("198.20.0.0", None),
            ("198.51.99.255", None),
            ("198.51.100.7", Some("documentation")),
            ("198.51.101.0", None),
            ("203.0.112.255", None),
            ("203.0.113.9", Some("documentation")),
            ("203.0.114.0", None),
            ("223.255.255.255", None),
            ("224.0.0.0", Some("multicast")),
            ("239.255.255.255", Some("multicast")),
            ("240.0.0.0", Some("reserved")),
            ("255.255.255.255", Some("broadcast")),
            ("8.8.8.8", None),
        ] {
            check(address, expected);
        }
    }

    #[test]
    fn ipv6_blocks_end_where_their_neighbours_begin() {
        for (address, expected) in [
            ("::", Some("unspecified")),
            ("::1", Some("loopback")),
            ("::2", Some("compatible")),
            ("::127.0.0.1", Some("compatible")),
            ("::8.8.8.8", Some("compatible")),
            ("::ffff:127.0.0.1", Some("mapped")),
            ("::ffff:8.8.8.8", Some("mapped")),
            ("::ffff:0:7f00:1", Some("translated")),
            ("64:ff9b::7f00:1", Some("NAT64")),
            ("64:ff9b::a9fe:a9fe", Some("NAT64")),
            ("64:ff9b:1::a00:1", Some("local NAT64")),
            ("64:ff9b:2::1", Some("outside")),
            ("100::1", Some("discard")),
            ("1fff:ffff::1", Some("outside")),
            ("2000::1", None),
            ("2001::7f00:1", Some("Teredo")),
            ("2001:2::1", Some("protocol")),
            ("2001:10::1", Some("protocol")),
            ("2001:1ff:ffff::1", Some("protocol")),
            ("2001:200::1", None),
            ("2001:db7:ffff::1", None),
            ("2001:db8::1", Some("documentation")),
            ("2001:db9::1", None),
            ("2001:4860:4860::8888", None),
            ("2002:7f00:1::1", Some("6to4")),
            ("2002:ffff::1", Some("6to4")),
            ("2003::1", None),
            ("2606:4700::1111", None),
            ("3ffe:ffff::1", None),
            ("3fff::1", Some("documentation")),
            ("3fff:fff:ffff::1", Some("documentation")),
            ("3fff:1000::1", None),
            ("4000::1", Some("outside")),
            ("5f00::1", Some("outside")),
            ("fbff::1", Some("outside")),
            ("fc00::1", Some("unique local")),
            ("fd00:ec2::254", Some("unique local")),
            ("fdff:ffff::1", Some("unique local")),
            ("fe00::1", Some("outside")),
            ("fe80::1", Some("link-local")),
            ("febf::1", Some("link-local")),
            ("fec0::1", Some("site-local")),
            ("ff02::1", Some("multicast")),
        ] {
            check(address, expected);
        }
    }

    #[test]
    fn every_spelling_of_a_loopback_literal_is_refused() {
        for host in [
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f.1",
            "0x7f000001",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "127.0.0.1",
            "①②⑦.⓪.⓪.①",
            "127。0。0。1",
            "%31%32%37.0.0.1",
            "user:pw@127.0.0.1",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "0",
            "0.0.0.0",
        ] {
            let url = Url::parse(&format!("http://{host}:8080/feed")).unwrap();
            assert!(Guard::default().check_url(&url).is_err(), "{host} became {url}");
        }
    }

    #[test]
    fn an_allowed_network_opens_itself_and_nothing_else() {
        let guard = Guard::new(vec!["10.1.0.0/16".parse().unwrap(), "fd00:1::/32".parse().unwrap()]);
        for (address, allowed) in [
            ("10.1.0.0", true),
            ("10.1.255.255", true),
            ("10.0.255.255", false),
            ("10.2.0.0", false),
            ("::ffff:10.1.0.1", false),
            ("fd00:1::7", true),
            ("fd00:2::7", false),
            ("127.0.0.1", false),
            ("8.8.8.8", true),
        ] {
            assert_eq!(guard.check(address.parse().unwrap()).is_ok(), allowed, "{address}");
        }
    }

    #[test]
    fn one_refused_answer_refuses_the_name() {
        let answers = ["8.8.8.8:0", "[2606:4700::1111]:0", "10.0.0.1:0"].map(|text| text.parse().unwrap());
        let guard = Guard::default();
        assert!(guard.check_answers("feeds.example", &answers[..2]).is_ok());
        let refused = guard.check_answers("feeds.example", &answers).unwrap_err();
        assert_eq!(refused.address.to_string(), "10.0.0.1");
    }

    #[tokio::test]
    async fn the_resolver_hands_out_no_refused_address() {
        let error = Guard::default().resolve_checked("localhost").await.unwrap_err();
        assert!(error.downcast_ref::<Refused>().is_some_and(|refused| refused.what.contains("loopback")), "{error}");
        let open = Guard::new(vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        assert!(!open.resolve_checked("localhost").await.unwrap().is_empty());
    }
}
