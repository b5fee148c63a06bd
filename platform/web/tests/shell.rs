//! What every request passes, over real sockets: sizes, addresses, cross-origin rules, headers.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, extract::ConnectInfo, response::Html, routing::get};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use telemetry::AccessLog;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use web::{Gate, Rewrite, Settings};

struct Site {
    address: SocketAddr,
    gate: Gate,
    client: Client<HttpConnector, Empty<Bytes>>,
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

impl Site {
    async fn open(settings: Settings, public_url: &str) -> Self {
        Self::logging(settings, public_url, AccessLog::default()).await
    }

    async fn logging(settings: Settings, public_url: &str, log: AccessLog) -> Self {
        let who = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string();
        let page = async || ([("content-security-policy", "default-src 'self'")], Html("<p>page</p>"));
        let routes = Router::new()
            .route("/who", get(who))
            .route("/page", get(page))
            .fallback(web::no_such_path);
        let gate = Gate::new(&settings, public_url).expect("rules").logging_to(log);
        let listening = web::bind("127.0.0.1:0").await.expect("a free port");
        let address = listening.address;
        let routes = web::shell(routes, &settings, gate.clone());
        let served = web::serve(listening, routes, CancellationToken::new(), Duration::from_secs(1));
        #[expect(clippy::disallowed_methods, reason = "the server of a test ends with it")]
        tokio::spawn(served);
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { address, gate, client }
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Empty::new()).expect("a request");
        let (parts, body) = self.client.request(request).await.expect("an answer").into_parts();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.expect("a body").to_bytes(),
        }
    }

    async fn get(&self, headers: &[(&str, &str)]) -> Reply {
        self.ask(Method::GET, "/who", headers).await
    }
}

fn list(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

#[tokio::test]
async fn what_is_too_long_before_the_body_names_itself() {
    let settings = Settings {
        max_url_bytes: 50,
        max_headers: 10,
        max_header_bytes: 500,
        ..Settings::default()
    };
    let site = Site::open(settings, "").await;
    let reply = site.ask(Method::GET, &format!("/who?{}", "x".repeat(100)), &[]).await;
    let check = |reply: &Reply, status: u16, limit: &str, allowed: u64| {
        assert_eq!(reply.status.as_u16(), status, "{limit}");
        assert_eq!(reply.header("content-type"), "application/problem+json");
        let problem = reply.json();
        assert_eq!(
            (&problem["code"], &problem["limit"], &problem["allowed"]),
            (&"LIMIT_EXCEEDED".into(), &limit.into(), &allowed.into())
        );
        assert!(problem["sent"].as_u64() > Some(allowed), "{problem}");
    };
    check(&reply, 414, "URL bytes", 50);
    check(
        &site.get(&[("x-long", &"x".repeat(500))]).await,
        431,
        "header bytes",
        500,
    );
    let many: Vec<(String, &str)> = (0..12).map(|i| (format!("x-{i}"), "x")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    check(&site.get(&many).await, 431, "headers", 10);
    assert_eq!(site.get(&[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_the_http_library_does_not_read_has_its_status_too() {
    let site = Site::open(Settings::default(), "").await;
    let many = (0..200).fold(String::new(), |all, i| all + &format!("x-{i}: 1\r\n"));
    let long = "x".repeat(70_000);
    for (request, status) in [
        (format!("GET /who HTTP/1.1\r\nhost: a\r\n{many}\r\n"), "431"),
        (format!("GET /{long} HTTP/1.1\r\nhost: a\r\n\r\n"), "414"),
        (format!("GET / HTTP/1.1\r\nhost: a\r\nx: {long}\r\n\r\n"), "431"),
    ] {
        let mut socket = tokio::net::TcpStream::connect(site.address).await.expect("a socket");
        socket.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(std::str::from_utf8(&answer[9..]), Ok(status));
    }
}

#[tokio::test]
async fn a_stranger_cannot_choose_its_address_and_a_proxy_of_ours_can() {
    let said = [("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=192.0.2.9")];
    let site = Site::open(Settings::default(), "").await;
    assert_eq!(site.get(&said).await.text(), "127.0.0.1");
    let settings = |header: &str| Settings {
        trusted_proxies: list(&["127.0.0.0/8"]),
        forwarded_header: header.to_owned(),
        ..Settings::default()
    };
    let site = Site::open(settings("x-forwarded-for"), "").await;
    assert_eq!(site.get(&said).await.text(), "198.51.100.7");
    assert_eq!(site.get(&[]).await.text(), "127.0.0.1");
    let site = Site::open(settings("Forwarded"), "").await;
    assert_eq!(site.get(&said).await.text(), "192.0.2.9");
}

#[tokio::test]
async fn lists_of_addresses_decide_who_comes_in_and_may_change() {
    let with = |allow: &[&str], deny: &[&str]| Settings {
        trusted_proxies: list(&["127.0.0.1"]),
        allow_ips: list(allow),
        deny_ips: list(deny),
        ..Settings::default()
    };
    let site = Site::open(with(&[], &["198.51.100.0/24", "2001:db8::/32"]), "").await;
    let from = async |address: &str| site.get(&[("x-forwarded-for", address)]).await;
    let refused = from("198.51.100.7").await;
    assert_eq!(
        (refused.status.as_u16(), refused.json()["code"].as_str()),
        (403, Some("FORBIDDEN"))
    );
    assert!(!refused.text().contains("198.51"), "{}", refused.text());
    assert_eq!(from("2001:db8::1").await.status, StatusCode::FORBIDDEN);
    assert_eq!(from("203.0.113.1").await.status, StatusCode::OK);

    let rules = with(&["203.0.113.0/24"], &["203.0.113.9"]);
    site.gate.replace(&Gate::new(&rules, "").expect("rules"));
    assert_eq!(from("203.0.113.1").await.status, StatusCode::OK);
    assert_eq!(from("203.0.113.9").await.status, StatusCode::FORBIDDEN);
    assert_eq!(from("198.51.100.7").await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        site.get(&[]).await.status,
        StatusCode::FORBIDDEN,
        "the proxy itself is not on the list"
    );

    let wrong = Gate::new(&with(&["nonsense"], &[]), "").err().expect("no network");
    assert!(wrong.to_string().contains("web.allow_ips"), "{wrong}");
}

#[tokio::test]
async fn https_is_asked_for_where_the_public_address_has_it() {
    let settings = || Settings {
        trusted_proxies: list(&["127.0.0.1"]),
        ..Settings::default()
    };
    let site = Site::open(settings(), "https://tv.example/").await;
    let plain = [("x-forwarded-for", "203.0.113.1"), ("x-forwarded-proto", "http")];
    let reply = site.ask(Method::GET, "/who?a=1", &plain).await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("location")),
        (308, "https://tv.example/who?a=1")
    );
    let reply = site.get(&[("x-forwarded-proto", "https")]).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("strict-transport-security"), "max-age=31536000");
    assert_eq!(site.get(&[]).await.status, StatusCode::OK, "a health check from inside");

    let site = Site::open(settings(), "http://tv.example").await;
    let reply = site.get(&plain).await;
    assert_eq!(
        (reply.status, reply.header("strict-transport-security")),
        (StatusCode::OK, "")
    );
}

#[tokio::test]
async fn every_answer_tells_the_browser_what_it_may_not_do() {
    let site = Site::open(Settings::default(), "").await;
    for path in ["/who", "/nothing"] {
        let reply = site.ask(Method::GET, path, &[]).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(reply.header(name), value, "{path} {name}");
        }
        assert!(reply.header("permissions-policy").contains("camera=()"));
    }
    let page = site.ask(Method::GET, "/page", &[]).await;
    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'self'",
        "a page has its own"
    );
}

#[tokio::test]
async fn other_origins_may_ask_when_they_are_on_the_list() {
    let settings = Settings {
        cors_origins: list(&["https://tv.example"]),
        ..Settings::default()
    };
    let site = Site::open(settings, "").await;
    let preflight = async |site: &Site, origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            (
                "access-control-request-headers",
                "content-type,authorization,x-api-key,apollo-require-preflight,traceparent",
            ),
        ];
        site.ask(Method::OPTIONS, "/who", &headers).await
    };
    let reply = preflight(&site, "https://tv.example").await;
    assert_eq!(reply.header("access-control-allow-origin"), "https://tv.example");
    let allowed = reply.header("access-control-allow-headers").to_ascii_lowercase();
    for name in ["content-type", "authorization", "x-api-key", "apollo-require-preflight"] {
        assert!(allowed.split(',').any(|allowed| allowed == name), "{name} in {allowed}");
    }
    assert_eq!(
        preflight(&site, "https://evil.example")
            .await
            .header("access-control-allow-origin"),
        ""
    );
    let reply = site.get(&[("origin", "https://tv.example")]).await;
    let exposed = reply.header(header::ACCESS_CONTROL_EXPOSE_HEADERS.as_str());
    assert!(
        exposed.contains("ratelimit-remaining") && exposed.contains("retry-after"),
        "{exposed}"
    );
    assert_eq!(reply.header("access-control-allow-credentials"), "", "no cookies, ever");

    let open = Site::open(Settings::default(), "").await;
    assert_eq!(
        preflight(&open, "https://any.example")
            .await
            .header("access-control-allow-origin"),
        "*"
    );
}

#[tokio::test]
async fn whoever_is_turned_away_at_the_door_is_a_line_of_the_access_log() {
    let file = std::env::temp_dir().join(format!("matinee-door-{}.log", std::process::id()));
    let log = AccessLog::open(file.to_str().expect("a path")).expect("a file");
    let settings = Settings {
        deny_ips: vec!["127.0.0.0/8".to_owned()],
        ..Settings::default()
    };
    let site = Site::logging(settings, "", log.clone()).await;
    let refused = site
        .ask(Method::GET, "/who", &[("x-request-id", "from-the-test")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    log.flush();
    let text = std::fs::read_to_string(&file).expect("the log");
    let line: Value = serde_json::from_str(&text).expect("one line of JSON");
    assert_eq!(
        (&line["status"], &line["kind"], &line["request_id"]),
        (&json!(403), &json!("refused"), &json!("from-the-test"))
    );
    assert!(!text.contains("127.0.0") && !text.contains("who"), "{text}");
    std::fs::remove_file(file).expect("the log is ours");
}

fn rewrite(from: &str, to: &str, status: u16) -> Rewrite {
    Rewrite {
        from: from.to_owned(),
        to: to.to_owned(),
        status,
        hosts: Vec::new(),
    }
}

#[tokio::test]
async fn a_path_is_rewritten_before_it_is_routed_and_after_who_asks_was_looked_at() {
    let settings = |rewrites: Vec<Rewrite>, denied: &[&str]| Settings {
        rewrites,
        trusted_proxies: list(&["127.0.0.1"]),
        deny_ips: list(denied),
        max_url_bytes: 20,
        ..Settings::default()
    };
    let rules = vec![
        rewrite("/a/{name}", "/{name}", 0),
        rewrite("/moved/{*rest}", "/a/{*rest}", 308),
    ];
    let site = Site::open(settings(rules.clone(), &[]), "https://tv.example").await;
    let page = site.ask(Method::GET, "/a/page", &[]).await;
    assert_eq!((page.status, page.text()), (StatusCode::OK, "<p>page</p>"));
    let gone = site.ask(Method::GET, "/a/nothing", &[]).await;
    assert_eq!(
        (gone.status, &gone.json()["code"]),
        (StatusCode::NOT_FOUND, &json!("NOT_FOUND"))
    );
    let moved = site
        .ask(Method::POST, "/moved/page?x=1", &[("origin", "https://app.example")])
        .await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (308, "/a/page?x=1"));
    assert_eq!(moved.header("access-control-allow-origin"), "*", "a page may follow it");
    assert_eq!(moved.header("strict-transport-security"), "max-age=31536000");
    let plain = [("x-forwarded-proto", "http")];
    let secure = site.ask(Method::GET, "/a/page", &plain).await;
    assert_eq!(
        secure.header("location"),
        "https://tv.example/a/page",
        "what came in is asked again"
    );
    let long = site.ask(Method::GET, "/moved/aaaaaaaaaaaaaaaaaaaaaaa", &[]).await;
    assert_eq!(long.status, StatusCode::URI_TOO_LONG);

    let other = settings(vec![rewrite("/b", "/page", 0)], &["203.0.113.9"]);
    site.gate.replace(&Gate::new(&other, "").expect("rules"));
    assert_eq!(
        site.ask(Method::GET, "/a/page", &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(site.ask(Method::GET, "/b", &[]).await.status, StatusCode::OK);
    let stranger = [("x-forwarded-for", "203.0.113.9")];
    assert_eq!(
        site.ask(Method::GET, "/b", &stranger).await.status,
        StatusCode::FORBIDDEN
    );

    let wrong = Gate::new(&settings(vec![rewrite("/a", "/{b}", 0)], &[]), "")
        .err()
        .expect("no such placeholder");
    assert!(wrong.to_string().contains("web.rewrites, rule 1 (/a)"), "{wrong}");
}
