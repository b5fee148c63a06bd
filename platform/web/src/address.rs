//! Addresses that other people name: their text, and which machines are anybody's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest address.
const MAX_URL: usize = 2000;

/// A web address that may be asked, as far as its text can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress {
    scheme: String,
    authority: String,
    path: String,
}

impl WebAddress {
    /// Reads `http://host/path`.
    ///
    /// # Errors
    /// Why it is no such address.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > MAX_URL {
            return Err("the address is longer than 2000 bytes");
        }
        if text
            .chars()
            .any(|character| character.is_whitespace() || character.is_control() || character == '\\')
        {
            return Err("the address has a space or a control character");
        }
        let (scheme, rest) = text
            .split_once("://")
            .ok_or("the address must begin with http:// or https://")?;
        let scheme = scheme.to_ascii_lowercase();
        if !["http", "https"].contains(&scheme.as_str()) {
            return Err("the address must begin with http:// or https://");
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err("the address must not carry a user name");
        }
        let address = Self {
            scheme,
            authority: authority.to_ascii_lowercase(),
            path: match path {
                "" => "/".to_owned(),
                query if query.starts_with('?') => format!("/{query}"),
                path => path.to_owned(),
            },
        };
        if address.host().is_empty() || !address.has_port() {
            return Err("the address has no host, or a wrong port");
        }
        Ok(address)
    }

    /// Where a redirect leads (RFC 9110 §10.2.2).
    ///
    /// # Errors
    /// Why that is no address.
    pub fn follow(&self, location: &str) -> Result<Self, &'static str> {
        let Self {
            scheme,
            authority,
            path,
        } = self;
        let is_absolute = location
            .split(['/', '?', '#'])
            .next()
            .is_some_and(|scheme| scheme.ends_with(':'));
        if is_absolute {
            return Self::parse(location);
        }
        let text = if location.starts_with("//") {
            format!("{scheme}:{location}")
        } else if location.starts_with('/') {
            format!("{scheme}://{authority}{location}")
        } else {
            let path = path.split('?').next().unwrap_or_default();
            let folder = if location.starts_with('?') {
                path
            } else {
                path.rsplit_once('/').map_or("/", |(folder, _)| &path[..=folder.len()])
            };
            format!("{scheme}://{authority}{folder}{location}")
        };
        Self::parse(&text)
    }

    /// The host, without the brackets of an IPv6 address.
    pub fn host(&self) -> &str {
        match self.authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => self.authority.split(':').next().unwrap_or_default(),
        }
    }

    /// Whether it is one of `hosts`: `127.0.0.1` is any of its ports, `127.0.0.1:8080` that one.
    pub fn is_of(&self, hosts: &[String]) -> bool {
        hosts
            .iter()
            .any(|host| host.eq_ignore_ascii_case(self.host()) || host.eq_ignore_ascii_case(&self.authority))
    }

    /// The host's address, when the host is one.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host().parse().ok()
    }

    /// Whether what it answers cannot be read or changed on the way.
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// Its text.
    pub fn to_text(&self) -> String {
        let Self {
            scheme,
            authority,
            path,
        } = self;
        format!("{scheme}://{authority}{path}")
    }

    fn has_port(&self) -> bool {
        let after_host = match self.authority.strip_prefix('[') {
            Some(rest) => rest.split_once(']').map(|(_, port)| port),
            None => Some(self.authority.find(':').map_or("", |colon| &self.authority[colon..])),
        };
        let port = after_host.map(|port| port.strip_prefix(':').unwrap_or(port));
        port.is_some_and(|port| port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0))
    }
}

/// Whether `address` is a machine of the public internet: not this one, not of this network, not reserved.
///
/// IANA's registries of special-purpose addresses (RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            // RFC 6598: behind a carrier's translator.
            | (100, 64..=127, _)
            // RFC 3927: where clouds keep their secrets.
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // An IPv4 address in other clothes: mapped, translated (RFC 6052), 6to4 (RFC 3056).
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            embedded(high, low)
        }
        // RFC 4380, RFC 9602 and others: protocols; RFC 3849: documentation.
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        // Only 2000::/3 is given to anybody.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_machines_of_the_public_internet_are_public() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.1.1",
            "223.255.255.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn addresses_are_read_strictly_and_redirects_followed() {
        for wrong in [
            "ftp://a/b",
            "a/b",
            "http://",
            "http:///x",
            "http://u:p@a/",
            "http://a b/",
            "http://a:0/",
            "http://a:x/",
            "http://a:99999/",
            "http://a\\@b/",
            "file:///etc/passwd",
            "http://[::1/",
        ] {
            assert!(WebAddress::parse(wrong).is_err(), "{wrong}");
        }
        let here = WebAddress::parse("HTTPS://Guide.example:8443/a/b.xml?c=d#e").unwrap();
        assert_eq!(
            (here.host(), here.to_text().as_str()),
            ("guide.example", "https://guide.example:8443/a/b.xml?c=d")
        );
        for (location, to) in [
            ("/x", "https://guide.example:8443/x"),
            ("x?y=http://z", "https://guide.example:8443/a/x?y=http://z"),
            ("?z", "https://guide.example:8443/a/b.xml?z"),
            ("//other/x", "https://other/x"),
            ("http://127.0.0.1/", "http://127.0.0.1/"),
        ] {
            assert_eq!(
                here.follow(location).map(|to| to.to_text()),
                Ok(to.to_owned()),
                "{location}"
            );
        }
        let local = WebAddress::parse("http://[::1]:80/").unwrap();
        assert_eq!((local.host(), local.ip().map(is_public)), ("::1", Some(false)));
        assert!(here.is_of(&["guide.example".to_owned()]) && here.is_of(&["guide.example:8443".to_owned()]));
        assert!(!here.is_of(&["guide.example:443".to_owned(), "example".to_owned()]));
    }
}
