//! Networks in CIDR notation, and the address of a client behind proxies.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;
use kernel::{ErrorCode, Refusal};

/// Some networks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Networks(Vec<IpNet>);

impl Networks {
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or a single address; `setting` is where they are from.
    pub(crate) fn read(setting: &str, list: &[String]) -> Result<Self, Refusal> {
        let read = |text: &String| {
            let text = text.trim();
            let network = text.parse::<IpNet>();
            let network = network.or_else(|_| {
                text.parse::<IpAddr>()
                    .map(|address| IpNet::from(address.to_canonical()))
            });
            network.map_err(|_| {
                let message = format!("{setting}: {text:?} is neither an address nor a network like 10.0.0.0/8");
                Refusal::new(ErrorCode::BadInput, message).with("field", setting)
            })
        };
        list.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the address is in one of them.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The header in which proxies tell whom they speak for. Only one is read: a proxy that sets one lets the other through
/// as the client sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forwarded {
    /// `X-Forwarded-For`, with `X-Forwarded-Proto`.
    Common,
    /// `Forwarded` (RFC 7239).
    Standard,
}

impl Forwarded {
    /// The header of this name.
    pub(crate) fn read(name: &str) -> Result<Self, Refusal> {
        match name.to_ascii_lowercase().as_str() {
            "x-forwarded-for" => Ok(Self::Common),
            "forwarded" => Ok(Self::Standard),
            _ => {
                let message = format!("web.forwarded_header: {name:?} is neither x-forwarded-for nor forwarded");
                Err(Refusal::new(ErrorCode::BadInput, message))
            }
        }
    }

    /// Who really asks: the nearest hop that is no proxy of ours. What a stranger says of itself is not believed.
    pub(crate) fn client(self, peer: IpAddr, headers: &HeaderMap, proxies: &Networks) -> IpAddr {
        let mut client = peer.to_canonical();
        if !proxies.contains(client) {
            return client;
        }
        for hop in self.hops(headers).into_iter().rev() {
            // What cannot be read is the end of what can be believed.
            let Some(address) = hop else { break };
            client = address;
            if !proxies.contains(client) {
                break;
            }
        }
        client
    }

    /// How the nearest proxy was asked, `http` or `https`; only for headers of a proxy of ours.
    pub(crate) fn proto(self, headers: &HeaderMap) -> Option<String> {
        let last = match self {
            Self::Common => lines(headers, "x-forwarded-proto").next_back().map(str::to_owned),
            Self::Standard => lines(headers, "forwarded")
                .next_back()
                .and_then(|hop| parameter(hop, "proto")),
        };
        last.map(|proto| proto.trim().to_ascii_lowercase())
    }

    /// The hops, the nearest last; `None` for one that hides its address.
    fn hops(self, headers: &HeaderMap) -> Vec<Option<IpAddr>> {
        match self {
            Self::Common => lines(headers, "x-forwarded-for").map(node).collect(),
            Self::Standard => lines(headers, "forwarded")
                .map(|hop| parameter(hop, "for").and_then(|text| node(&text)))
                .collect(),
        }
    }
}

/// The elements of a header that is a list, of all its lines.
fn lines<'h>(headers: &'h HeaderMap, name: &str) -> impl DoubleEndedIterator<Item = &'h str> {
    let lines: Vec<&str> = headers
        .get_all(name)
        .iter()
        .map(|line| line.to_str().unwrap_or_default())
        .collect();
    lines.into_iter().flat_map(|line| line.split(','))
}

/// `for=192.0.2.43;proto=http`
fn parameter(hop: &str, name: &str) -> Option<String> {
    hop.split(';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let value = value.trim().trim_matches('"');
        key.trim().eq_ignore_ascii_case(name).then(|| value.to_owned())
    })
}

/// An address, with or without a port; IPv6 with a port, and always in `Forwarded`, in brackets.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let plain = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let address = plain.parse::<IpAddr>().ok();
    let address = address.or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn networks(list: &[&str]) -> Networks {
        let list: Vec<String> = list.iter().map(|text| (*text).to_owned()).collect();
        Networks::read("web.test", &list).expect("networks")
    }

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        let header = |(name, value): &(&'static str, &str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_str(value).expect("a value"),
            )
        };
        all.iter().map(header).collect()
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn networks_are_addresses_or_ranges_of_both_kinds() {
        let networks = networks(&["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1", "::ffff:198.51.100.1"]);
        for (inside, text) in [
            (true, "10.255.0.1"),
            (true, "192.0.2.7"),
            (false, "192.0.2.8"),
            (true, "2001:db8:1::1"),
            (false, "2001:db9::1"),
            (true, "::1"),
            (true, "198.51.100.1"),
        ] {
            assert_eq!(networks.contains(address(text)), inside, "{text}");
        }
        for wrong in ["10.0.0.0/33", "example.com", "", "10.0.0"] {
            let refused = Networks::read("web.deny_ips", &[wrong.to_owned()]).expect_err(wrong);
            assert!(refused.to_string().starts_with("web.deny_ips: "), "{refused}");
        }
    }

    #[test]
    fn only_what_our_proxies_say_is_believed() {
        let proxies = networks(&["10.0.0.0/8", "2001:db8:ffff::/48"]);
        let common = |peer: &str, said: &str| {
            Forwarded::Common.client(address(peer), &headers(&[("x-forwarded-for", said)]), &proxies)
        };
        for (peer, said, client) in [
            ("203.0.113.1", "198.51.100.1", "203.0.113.1"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "192.0.2.1, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1, 10.0.0.2,10.0.0.3", "198.51.100.1"),
            ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
            ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
            ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
            ("10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"),
            ("10.0.0.1", "198.51.100.1, , 10.0.0.2", "10.0.0.2"),
            ("10.0.0.1", "", "10.0.0.1"),
        ] {
            assert_eq!(common(peer, said), address(client), "{peer} says {said}");
        }
        let standard = |said: &str| {
            let headers = headers(&[("forwarded", said), ("x-forwarded-for", "192.0.2.99")]);
            Forwarded::Standard.client(address("10.0.0.1"), &headers, &proxies)
        };
        for (said, client) in [
            ("for=198.51.100.1;proto=http;by=10.0.0.1", "198.51.100.1"),
            ("For=\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("for=192.0.2.1, for=\"198.51.100.1:80\", for=10.0.0.2", "198.51.100.1"),
            ("for=_hidden", "10.0.0.1"),
            ("proto=https", "10.0.0.1"),
        ] {
            assert_eq!(standard(said), address(client), "{said}");
        }
    }

    #[test]
    fn lines_of_one_header_are_one_list() {
        let mut two = headers(&[("x-forwarded-for", "192.0.2.1, 198.51.100.1")]);
        two.append("x-forwarded-for", HeaderValue::from_static("10.0.0.2"));
        let client = Forwarded::Common.client(address("10.0.0.1"), &two, &networks(&["10.0.0.0/8"]));
        assert_eq!(client, address("198.51.100.1"));
    }

    proptest! {
        #[test]
        fn whatever_a_client_says_before_does_not_matter(said in "[ -~]{0,60}", v6 in any::<bool>()) {
            let proxies = networks(&["10.0.0.0/8"]);
            let client = if v6 { "2001:db8::7" } else { "198.51.100.1" };
            let common = headers(&[("x-forwarded-for", &format!("{said}, {client}"))]);
            prop_assert_eq!(Forwarded::Common.client(address("10.0.0.1"), &common, &proxies), address(client));
            let standard = headers(&[("forwarded", &format!("{said}, for=\"[{client}]\""))]);
            let standard = Forwarded::Standard.client(address("10.0.0.1"), &standard, &proxies);
            prop_assert_eq!(standard, address(client));
        }

        #[test]
        fn every_address_is_read_with_and_without_its_port(address in any::<IpAddr>(), port in any::<u16>()) {
            let canonical = Some(address.to_canonical());
            prop_assert_eq!(node(&address.to_string()), canonical);
            prop_assert_eq!(node(&SocketAddr::new(address, port).to_string()), canonical);
            let networks = networks(&[&address.to_string()]);
            prop_assert!(networks.contains(address.to_canonical()));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            node(&text);
            parameter(&text, "for");
            Networks::read("web.test", &[text]).ok();
        }
    }
}
