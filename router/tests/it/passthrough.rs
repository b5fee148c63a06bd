//! Paths that another process answers, over real sockets.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use router::{Local, PassthroughRoute, PassthroughSettings, Settings, Subgraph};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    graph::{Graph, serve, supergraph},
    subgraphs,
};

/// What the other side and a test tell each other.
#[derive(Default)]
struct Signs {
    /// The first piece of a body arrived.
    arrived: Notify,
    /// The client has it.
    taken: Notify,
    /// Nobody wants the rest.
    gone: Notify,
}

/// Says so when the answer is dropped.
struct Leaving(Arc<Signs>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.gone.notify_one();
    }
}

async fn echo(request: Request) -> Response {
    let headers: serde_json::Map<String, Value> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), json!(value.to_str().expect("text"))))
        .collect();
    let body = json!({ "uri": request.uri().to_string(), "method": request.method().as_str(), "headers": headers });
    let hop = [
        ("connection", "x-hop"),
        ("x-hop", "1"),
        ("keep-alive", "timeout=5"),
        ("etag", "\"7\""),
    ];
    (hop, body.to_string()).into_response()
}

async fn part(headers: HeaderMap) -> Response {
    assert_eq!(headers["range"], "bytes=2-4");
    let headers = [("content-range", "bytes 2-4/10"), ("accept-ranges", "bytes")];
    (StatusCode::PARTIAL_CONTENT, headers, "234").into_response()
}

/// Counts what comes, and says when it began to come.
async fn upload(State(signs): State<Arc<Signs>>, body: Body) -> String {
    let mut pieces = body.into_data_stream();
    let mut bytes = 0;
    while let Some(Ok(piece)) = pieces.next().await {
        if bytes == 0 {
            signs.arrived.notify_one();
        }
        bytes += piece.len();
    }
    bytes.to_string()
}

/// A first piece, and the second when the first was seen; or never.
async fn download(State(signs): State<Arc<Signs>>) -> Body {
    let leaving = Leaving(signs);
    Body::from_stream(stream::unfold((0, leaving), |(at, leaving)| async move {
        match at {
            0 => Some((Ok::<_, Infallible>("one"), (1, leaving))),
            1 => {
                leaving.0.taken.notified().await;
                Some((Ok("two"), (2, leaving)))
            }
            _ => None,
        }
    }))
}

/// The process that answers, and a router before it.
struct Site {
    address: SocketAddr,
    signs: Arc<Signs>,
    graph: Graph,
    client: Client<hyper_util::client::legacy::connect::HttpConnector, Body>,
}

async fn behind(signs: &Arc<Signs>) -> SocketAddr {
    let routes = axum::Router::new()
        .route("/s/part", get(part))
        .route("/s/upload", post(upload))
        .route("/s/download", get(download))
        .route("/s/silent", any(std::future::pending::<()>))
        .route("/s/{*rest}", any(echo))
        .layer(axum::extract::DefaultBodyLimit::disable());
    serve(routes.with_state(signs.clone())).await
}

fn settings(to: &str, timeout_ms: u64) -> Settings {
    Settings {
        passthrough: PassthroughSettings {
            routes: vec![PassthroughRoute {
                path: "/s/{*rest}".to_owned(),
                to: to.to_owned(),
            }],
            timeout_ms,
            max_body_bytes: 1_000_000,
        },
        ..Settings::default()
    }
}

impl Site {
    async fn open() -> Self {
        let signs = Arc::<Signs>::default();
        let to = behind(&signs).await;
        Self::over(signs, settings(&format!("http://{to}"), 2_000)).await
    }

    async fn over(signs: Arc<Signs>, settings: Settings) -> Self {
        let graph = Graph::with(settings).await;
        let routes = graph.router.routes().fallback(async || StatusCode::NOT_FOUND);
        let address = serve(graph.router.passing_on(routes)).await;
        Self {
            address,
            signs,
            graph,
            client: Client::builder(TokioExecutor::new()).build_http(),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> axum::http::Response<Body> {
        let mut request = axum::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.client.request(request.body(body).expect("a request")).await;
        answer.expect("an answer").map(Body::new)
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> axum::http::Response<Body> {
        self.send(Method::GET, path, headers, Body::empty()).await
    }
}

async fn text(answer: axum::http::Response<Body>) -> String {
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    String::from_utf8(body.to_vec()).expect("text")
}

async fn problem(answer: axum::http::Response<Body>, status: u16, code: &str) -> Value {
    assert_eq!(answer.status().as_u16(), status);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let body: Value = serde_json::from_str(&text(answer).await).expect("JSON");
    assert_eq!(
        (&body["status"], &body["code"]),
        (&json!(status), &json!(code)),
        "{body}"
    );
    body
}

#[tokio::test]
async fn a_request_goes_through_as_it_is_without_what_is_about_one_connection() {
    let site = Site::open().await;
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    let sent = [
        ("connection", "x-mine"),
        ("x-mine", "1"),
        ("traceparent", trace),
        ("x-forwarded-for", "192.0.2.9"),
    ];
    let answer = site.get("/s/a%2Fb//..%25/c?q=%20&q", &sent).await;
    assert_eq!(answer.status(), 404, "a path that could mean another place");
    let answer = site.get("/s/a%2Fb/c?q=%20&q", &sent).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["etag"]),
        (200, &"\"7\"".parse().expect("a value"))
    );
    for hop in ["x-hop", "keep-alive"] {
        assert!(!answer.headers().contains_key(hop), "{hop}");
    }
    let seen: Value = serde_json::from_str(&text(answer).await).expect("JSON");
    assert_eq!(seen["uri"], "/s/a%2Fb/c?q=%20&q");
    let headers = &seen["headers"];
    assert!(
        headers["x-mine"].is_null() && headers["connection"].is_null(),
        "{headers}"
    );
    assert_eq!(headers["x-forwarded-for"], "127.0.0.1");
    assert_eq!(headers["x-forwarded-host"], json!(site.address.to_string()));
    assert!(headers["host"] != headers["x-forwarded-host"], "{headers}");
    let handed = headers["traceparent"].as_str().expect("a trace");
    assert!(handed.starts_with("00-0af7651916cd43dd8448eb211c80319c-"), "{handed}");

    let part = site.get("/s/part", &[("range", "bytes=2-4")]).await;
    assert_eq!(
        (part.status().as_u16(), &part.headers()["content-range"]),
        (206, &"bytes 2-4/10".parse().expect("a value"))
    );
    assert_eq!(part.headers()["content-length"], "3");
    assert_eq!(text(part).await, "234");
    let head = site.send(Method::HEAD, "/s/x", &[], Body::empty()).await;
    assert!(
        head.headers()["content-length"]
            .to_str()
            .is_ok_and(|length| length != "0")
    );
    assert_eq!(
        site.get("/graphql?query=%7Bwho%7D", &[]).await.status(),
        200,
        "the graph is where it was"
    );
    assert_eq!(site.get("/t", &[]).await.status(), 404);
}

#[tokio::test]
async fn bodies_are_streamed_both_ways_and_a_client_that_goes_away_ends_it_on_the_other_side() {
    let site = Site::open().await;
    let signs = site.signs.clone();
    // The second piece leaves only when the first has arrived.
    let pieces = stream::unfold(0, move |at| {
        let signs = signs.clone();
        async move {
            if at == 1 {
                signs.arrived.notified().await;
            }
            (at < 2).then(|| (Ok::<_, Infallible>(Bytes::from(vec![b'x'; 70_000])), at + 1))
        }
    });
    let answer = site
        .send(Method::POST, "/s/upload", &[], Body::from_stream(pieces))
        .await;
    assert_eq!(text(answer).await, "140000");

    let mut pieces = site.get("/s/download", &[]).await.into_body().into_data_stream();
    assert_eq!(pieces.next().await.expect("a piece").expect("whole"), "one");
    site.signs.taken.notify_one();
    assert_eq!(pieces.next().await.expect("a piece").expect("whole"), "two");
    assert!(pieces.next().await.is_none());
    site.signs.gone.notified().await;

    let mut pieces = site.get("/s/download", &[]).await.into_body().into_data_stream();
    assert_eq!(pieces.next().await.expect("a piece").expect("whole"), "one");
    drop(pieces);
    let gone = tokio::time::timeout(Duration::from_secs(20), site.signs.gone.notified());
    gone.await.expect("the other side hears that nobody listens");
}

#[tokio::test]
async fn what_is_too_much_is_refused_by_the_name_of_its_limit() {
    let site = Site::open().await;
    let long = vec![b'x'; 1_000_001];
    let said = problem(
        site.send(Method::POST, "/s/upload", &[], Body::from(long.clone()))
            .await,
        413,
        "LIMIT_EXCEEDED",
    );
    let said = said.await;
    assert_eq!(
        (&said["limit"], &said["allowed"]),
        (&json!("passthrough body bytes"), &json!(1_000_000))
    );
    // Without a length it is counted on its way.
    let pieces = stream::iter(
        long.chunks(100_000)
            .map(|piece| Ok::<_, Infallible>(Bytes::from(piece.to_vec())))
            .collect::<Vec<_>>(),
    );
    let answer = site
        .send(Method::POST, "/s/upload", &[], Body::from_stream(pieces))
        .await;
    problem(answer, 413, "LIMIT_EXCEEDED").await;
    let answer = site
        .send(Method::POST, "/s/upload", &[], Body::from(long[1..].to_vec()))
        .await;
    assert_eq!(text(answer).await, "1000000");
}

#[tokio::test]
async fn a_side_that_is_silent_or_not_there_is_a_problem_with_a_status_of_its_own() {
    let signs = Arc::<Signs>::default();
    let to = behind(&signs).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nobody = closed.local_addr().expect("an address");
    drop(closed);
    let site = Site::over(signs.clone(), settings(&format!("http://{to}"), 200)).await;
    problem(site.get("/s/silent", &[]).await, 504, "TIMEOUT").await;
    problem(site.get("/s/x", &[("via", "1.1 matinee")]).await, 508, "UNAVAILABLE").await;
    let mut pieces = site.get("/s/download", &[]).await.into_body().into_data_stream();
    assert_eq!(pieces.next().await.expect("a piece").expect("whole"), "one");
    let began = Instant::now();
    assert!(
        pieces.next().await.is_some_and(|piece| piece.is_err()),
        "an answer that stops breaks off"
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    // A client that stops in the middle is not the other side's fault.
    let half = stream::iter([Ok::<_, Infallible>("half")]).chain(stream::pending());
    let answer = site.send(Method::POST, "/s/upload", &[], Body::from_stream(half)).await;
    problem(answer, 408, "BAD_USER_INPUT").await;

    let gone = Site::over(signs.clone(), settings(&format!("http://{nobody}"), 2_000)).await;
    problem(gone.get("/s/x", &[]).await, 502, "UNAVAILABLE").await;
    // With another address nothing is lost: not even a body, since nobody has taken any of it.
    let both = Site::over(signs, settings(&format!("http://{nobody}, http://{to} 0"), 2_000)).await;
    for _ in 0..5 {
        let answer = both.send(Method::POST, "/s/upload", &[], Body::from("a body")).await;
        assert_eq!(text(answer).await, "6");
    }
}

#[tokio::test]
async fn the_table_changes_while_it_is_used_and_what_is_wrong_with_it_is_named() {
    let site = Site::open().await;
    assert_eq!(site.get("/s/a", &[]).await.status(), 200);
    let reload = async |settings: Settings| {
        let supergraph = supergraph();
        let local = |endpoint| Arc::new(Local::new(endpoint)) as Arc<dyn Subgraph>;
        let all = subgraphs::all().into_iter();
        let subgraphs = all.map(|(name, endpoint)| (name.to_owned(), local(endpoint))).collect();
        site.graph.router.reload(supergraph, subgraphs, settings).await
    };
    for (path, to, said) in [
        ("s", "http://a", "route 1 (s): \"s\" is no path"),
        ("/{*all}", "http://a", "it would hide /"),
        ("/v1/{graph}", "http://a", "it would hide /v1/graphql"),
        ("/s/{x}", "ftp://a", "route 1 (/s/{x}): the address \"ftp://a\""),
        ("/s/{x}", "http://a/b", "http://a/b has a path"),
        ("/s/{x}", "", "route 1 (/s/{x}): the address"),
    ] {
        let mut wrong = settings(to, 1);
        wrong.passthrough.routes[0].path = path.to_owned();
        let error = reload(wrong).await.expect_err(path).to_string();
        assert!(error.contains(said), "{error}");
    }
    let mut twice = settings("http://a", 1);
    twice.passthrough.routes.push(PassthroughRoute {
        path: "/s/a".to_owned(),
        to: "http://b".to_owned(),
    });
    let error = reload(twice).await.expect_err("never").to_string();
    assert!(
        error.contains("route 2 (/s/a): it can never match after /s/{*rest}"),
        "{error}"
    );
    assert_eq!(site.get("/s/a", &[]).await.status(), 200, "the table stays");
    reload(Settings::default()).await.expect("no table");
    assert_eq!(site.get("/s/a", &[]).await.status(), 404);
}
