//! Headers on their way through: those of one connection stay on it, and the other side is told who asks.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, HeaderName, HeaderValue, Version, header, request::Parts},
};
use web::Secure;

/// What is about one connection (RFC 9110 §7.6.1), beside what `Connection` names.
const OF_CONNECTION: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];
/// What only we say: a client could say anything, and proxies before us were listened to at the gate.
const OURS: [HeaderName; 7] = [
    header::FORWARDED,
    FORWARDED_FOR,
    FORWARDED_HOST,
    FORWARDED_PROTO,
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-prefix"),
    HeaderName::from_static("x-real-ip"),
];
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Who we are in `Via`.
const NAME: &str = "matinee";

/// Takes out what is about one connection.
pub(super) fn strip(headers: &mut HeaderMap) {
    let named = headers.get_all(header::CONNECTION).iter();
    let named: Vec<HeaderName> = named
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&OF_CONNECTION) {
        headers.remove(name);
    }
}

/// Whether the request went through a passthrough before: it would go round for ever.
pub(super) fn came_by(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::VIA).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|hop| hop.split_whitespace().nth(1) == Some(NAME))
}

/// Makes the headers of a request those for the other side.
pub(super) fn towards(parts: &mut Parts) {
    let headers = &mut parts.headers;
    let sent = headers.remove(header::HOST);
    let host = match parts.uri.authority() {
        Some(authority) => HeaderValue::from_str(authority.as_str()).ok(),
        None => sent,
    };
    strip(headers);
    for name in &OURS {
        headers.remove(name);
    }
    // Ours to answer, and answered: the body is asked for when the other side takes it.
    headers.remove(header::EXPECT);
    let is_secure = parts.extensions.get::<Secure>().is_some_and(|secure| secure.0);
    let proto = if is_secure { "https" } else { "http" };
    let mut forwarded = Vec::new();
    if let Some(ConnectInfo(client)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() {
        let address = client.ip();
        if let Ok(value) = HeaderValue::from_str(&address.to_string()) {
            headers.insert(FORWARDED_FOR, value);
        }
        forwarded.push(match address {
            IpAddr::V4(address) => format!("for={address}"),
            IpAddr::V6(address) => format!("for=\"[{address}]\""),
        });
    }
    if let Some(host) = host {
        if let Some(text) = host.to_str().ok().filter(|text| !text.contains(['"', '\\'])) {
            forwarded.push(format!("host=\"{text}\""));
        }
        headers.insert(FORWARDED_HOST, host);
    }
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static(proto));
    forwarded.push(format!("proto={proto}"));
    if let Ok(value) = HeaderValue::from_str(&forwarded.join(";")) {
        headers.insert(header::FORWARDED, value);
    }
    let version = if parts.version == Version::HTTP_2 { "2" } else { "1.1" };
    if let Ok(via) = HeaderValue::from_str(&format!("{version} {NAME}")) {
        headers.append(header::VIA, via);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts(uri: &str, headers: &[(&'static str, &str)], client: &str, secure: bool) -> Parts {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let client = SocketAddr::new(client.parse().expect("an address"), 1);
        let request = request.extension(ConnectInfo(client)).extension(Secure(secure));
        request.body(()).expect("a request").into_parts().0
    }

    fn all(headers: &HeaderMap) -> Vec<String> {
        let mut all: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
            .collect();
        all.sort();
        all
    }

    #[test]
    fn the_other_side_is_told_who_asks_by_us_and_nobody_else() {
        let sent = [
            ("host", "tv.example:8443"),
            ("authorization", "Bearer a"),
            ("x-forwarded-for", "192.0.2.66"),
            ("x-forwarded-proto", "gopher"),
            ("forwarded", "for=192.0.2.66"),
            ("x-real-ip", "192.0.2.66"),
            ("connection", "close, X-Secret-Hop"),
            ("x-secret-hop", "1"),
            ("transfer-encoding", "chunked"),
            ("te", "trailers"),
            ("upgrade", "websocket"),
            ("expect", "100-continue"),
            ("via", "1.1 edge"),
        ];
        let mut parts = parts("/a", &sent, "2001:db8::7", true);
        assert!(!came_by(&parts.headers));
        towards(&mut parts);
        assert_eq!(
            all(&parts.headers),
            [
                "authorization: Bearer a",
                "forwarded: for=\"[2001:db8::7]\";host=\"tv.example:8443\";proto=https",
                "via: 1.1 edge",
                "via: 1.1 matinee",
                "x-forwarded-for: 2001:db8::7",
                "x-forwarded-host: tv.example:8443",
                "x-forwarded-proto: https",
            ]
        );
        assert!(came_by(&parts.headers));
    }

    #[test]
    fn without_a_proxy_that_says_so_the_client_asked_in_the_clear() {
        let mut parts = parts(
            "http://tv.example/a",
            &[("x-forwarded-proto", "https")],
            "192.0.2.1",
            false,
        );
        towards(&mut parts);
        assert_eq!(
            all(&parts.headers),
            [
                "forwarded: for=192.0.2.1;host=\"tv.example\";proto=http",
                "via: 1.1 matinee",
                "x-forwarded-for: 192.0.2.1",
                "x-forwarded-host: tv.example",
                "x-forwarded-proto: http",
            ]
        );
    }
}
