//! Who comes in: the size of what is before the body, the client's real address, allow and deny lists, HTTPS; and the
//! rules for other paths, which [`crate::rewrites`] follows.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use arc_swap::ArcSwap;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{Clock, ErrorCode, Refusal, SystemClock};
use serde_json::json;
use telemetry::AccessLog;

use crate::{
    Problem, Settings,
    network::{Forwarded, Networks},
    rewrites::Rewrites,
    shell::RequestId,
};

/// The rules at the door of a process; clones are the same gate, and its rules may be replaced while it is used.
#[derive(Clone)]
pub struct Gate {
    rules: Arc<ArcSwap<Rules>>,
    log: AccessLog,
}

struct Rules {
    proxies: Networks,
    allowed: Networks,
    denied: Networks,
    forwarded: Forwarded,
    max_url_bytes: u64,
    max_headers: u64,
    max_header_bytes: u64,
    /// The public address, when it is an HTTPS one.
    https: Option<String>,
    transport_security: Option<HeaderValue>,
    rewrites: Rewrites,
}

/// Whether the client asked by HTTPS: a proxy of ours says so. An extension of every request that came by a socket.
#[derive(Debug, Clone, Copy)]
pub struct Secure(pub bool);

impl Gate {
    /// A gate with these rules; `public_url` is where clients find us.
    ///
    /// # Errors
    /// A network that is none, a rewrite that cannot be followed; named with its setting.
    pub fn new(settings: &Settings, public_url: &str) -> Result<Self, Refusal> {
        let rules = Rules::new(settings, public_url)?;
        Ok(Self {
            rules: Arc::new(ArcSwap::from_pointee(rules)),
            log: AccessLog::default(),
        })
    }

    /// The same, with a line in `log` for each request that is turned away.
    #[must_use]
    pub fn logging_to(mut self, log: AccessLog) -> Self {
        self.log = log;
        self
    }

    /// The rules of `other` from now on.
    pub fn replace(&self, other: &Self) {
        self.rules.store(other.rules.load_full());
    }

    /// Looks at the present rewrites.
    pub(crate) fn rewrites<T>(&self, look: impl FnOnce(&Rewrites) -> T) -> T {
        look(&self.rules.load().rewrites)
    }
}

impl Gate {
    /// Writes a line: no address, no path.
    fn note(&self, request: &Request, status: StatusCode) {
        if !self.log.is_on() {
            return;
        }
        let id = request.extensions().get::<RequestId>().map(|id| id.0.as_str());
        let line = json!({
            "time": SystemClock.now(),
            "target": "access",
            "request_id": id,
            "kind": "refused",
            "method": request.method().as_str(),
            "status": status.as_u16(),
        });
        self.log.write(line.to_string().as_bytes());
    }
}

impl Rules {
    fn new(settings: &Settings, public_url: &str) -> Result<Self, Refusal> {
        let https = public_url.starts_with("https://");
        let keep = HeaderValue::try_from(format!("max-age={}", settings.hsts_seconds));
        Ok(Self {
            proxies: Networks::read("web.trusted_proxies", &settings.trusted_proxies)?,
            allowed: Networks::read("web.allow_ips", &settings.allow_ips)?,
            denied: Networks::read("web.deny_ips", &settings.deny_ips)?,
            forwarded: Forwarded::read(&settings.forwarded_header)?,
            max_url_bytes: settings.max_url_bytes,
            max_headers: settings.max_headers,
            max_header_bytes: settings.max_header_bytes,
            https: https.then(|| public_url.trim_end_matches('/').to_owned()),
            transport_security: keep.ok().filter(|_| https && settings.hsts_seconds > 0),
            rewrites: Rewrites::read(&settings.rewrites, public_url)?,
        })
    }

    fn check_size(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let within = |name: &str, allowed: u64, sent: u64, status: StatusCode| {
            if sent <= allowed {
                return Ok(());
            }
            Err(Problem::of(&Refusal::limit(name, allowed, sent)).with_status(status))
        };
        let url = uri.path_and_query().map_or(0, |path| path.as_str().len());
        within("URL bytes", self.max_url_bytes, url as u64, StatusCode::URI_TOO_LONG)?;
        let too_large = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        within("headers", self.max_headers, headers.len() as u64, too_large)?;
        // A line is a name, a colon, a blank, a value and the end of the line.
        let lines = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4);
        within(
            "header bytes",
            self.max_header_bytes,
            lines.sum::<usize>() as u64,
            too_large,
        )
    }

    fn check_address(&self, client: IpAddr) -> Result<(), Problem> {
        let is_allowed = self.allowed.is_empty() || self.allowed.contains(client);
        if is_allowed && !self.denied.contains(client) {
            return Ok(());
        }
        let list = if is_allowed { "deny_ips" } else { "allow_ips" };
        metrics::counter!("http_refused_addresses_total", "list" => list).increment(1);
        let refusal = Refusal::new(ErrorCode::Forbidden, "this address may not ask here");
        Err(Problem::of(&refusal))
    }

    /// How the client asked, `http` or `https`, when a proxy of ours says so.
    fn said(&self, peer: IpAddr, request: &Request) -> Option<String> {
        let is_ours = self.proxies.contains(peer.to_canonical());
        is_ours.then(|| self.forwarded.proto(request.headers()))?
    }

    /// Where the request should have gone, when a proxy of ours took it without TLS.
    fn elsewhere(&self, peer: IpAddr, request: &Request) -> Option<Response> {
        let base = self.https.as_ref()?;
        if self.said(peer, request)? != "http" {
            return None;
        }
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let location = HeaderValue::try_from(format!("{base}{path}")).ok()?;
        // 308 keeps method and body (RFC 9110 §15.4.9).
        Some((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response())
    }
}

/// Lets a request pass, or answers it. Whoever asks for the peer further in gets the client's real address.
pub(crate) async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let rules = gate.rules.load_full();
    let mut response = match admit(&rules, &mut request) {
        Ok(()) => next.run(request).await,
        Err(response) => {
            gate.note(&request, response.status());
            *response
        }
    };
    if let Some(keep) = &rules.transport_security {
        let headers = response.headers_mut();
        headers.insert(header::STRICT_TRANSPORT_SECURITY, keep.clone());
    }
    response
}

fn admit(rules: &Rules, request: &mut Request) -> Result<(), Box<Response>> {
    let refused = |problem: Problem| Box::new(problem.into_response());
    rules.check_size(request.uri(), request.headers()).map_err(refused)?;
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() else {
        return Ok(());
    };
    let client = rules.forwarded.client(peer.ip(), request.headers(), &rules.proxies);
    rules.check_address(client).map_err(refused)?;
    if let Some(elsewhere) = rules.elsewhere(peer.ip(), request) {
        return Err(Box::new(elsewhere));
    }
    let is_secure = rules.said(peer.ip(), request).is_some_and(|said| said == "https");
    let client = SocketAddr::new(client, peer.port());
    request.extensions_mut().insert(ConnectInfo(client));
    request.extensions_mut().insert(Secure(is_secure));
    Ok(())
}
