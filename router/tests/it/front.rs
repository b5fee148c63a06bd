//! GraphQL over HTTP, SSE, pages.

use axum::http::{Method, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use router::{RateLimits, Settings};
use serde_json::{Value, json};

use crate::graph::{ACCOUNT, Graph, codes};

pub const GRAPHQL: &str = "application/graphql-response+json";

pub struct Reply {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

pub async fn send(graph: &Graph, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
    let address = graph.listen().await;
    let mut request = http::Request::builder()
        .method(method)
        .uri(format!("http://{address}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let response = client
        .request(request.body(Full::from(body)).expect("a request"))
        .await
        .expect("an answer");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    Reply {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

pub async fn ask(routes: axum::Router, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(axum::body::Body::empty()).expect("a request");
    let response = tower::ServiceExt::oneshot(routes, request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    Reply {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.expect("a body").to_bytes(),
    }
}

pub async fn post(graph: &Graph, accept: &str, body: &str) -> Reply {
    let headers = [("content-type", "application/json"), ("accept", accept)];
    send(graph, Method::POST, "/graphql", &headers, body.as_bytes().to_vec()).await
}

#[tokio::test]
async fn the_status_depends_on_what_the_client_takes() {
    let graph = Graph::local().await;
    for (body, strict, legacy, code) in [
        (r#"{"query":"{ who }"}"#, 200, 200, None),
        (
            r#"{"query":"{ who","variables":null,"operationName":null,"extensions":null}"#,
            400,
            200,
            Some("GRAPHQL_PARSE_FAILED"),
        ),
        (r#"{"query":"{ nobody }"}"#, 400, 200, Some("GRAPHQL_VALIDATION_FAILED")),
        (
            r#"{"query":"query Q($f: Int!) { movies(first: $f) { id } }"}"#,
            400,
            200,
            Some("BAD_USER_INPUT"),
        ),
        (r#"{"query":"{ trouble { may } }"}"#, 200, 200, Some("FORBIDDEN")),
        (r"{ this is not json", 400, 400, Some("BAD_USER_INPUT")),
        (r#"{"qeury":"{ who }"}"#, 400, 400, Some("BAD_USER_INPUT")),
        (r#"{"query":{"a":1}}"#, 400, 400, Some("BAD_USER_INPUT")),
        (
            r#"{"query":"{ who }","variables":"x"}"#,
            400,
            400,
            Some("BAD_USER_INPUT"),
        ),
        (
            r#"{"query":"{ who }","operationName":7}"#,
            400,
            400,
            Some("BAD_USER_INPUT"),
        ),
        (r"[]", 400, 400, Some("BAD_USER_INPUT")),
        (
            r#"{"query":"subscription { ticks }"}"#,
            406,
            406,
            Some("GRAPHQL_VALIDATION_FAILED"),
        ),
    ] {
        for (accept, status, media) in [
            (GRAPHQL, strict, GRAPHQL),
            ("application/json", legacy, "application/json"),
        ] {
            let reply = post(&graph, accept, body).await;
            assert_eq!(reply.status.as_u16(), status, "{accept} {body} {}", reply.text());
            assert_eq!(
                reply.header(header::CONTENT_TYPE),
                format!("{media}; charset=utf-8"),
                "{body}"
            );
            assert_eq!(codes(&reply.json()).first().copied(), code, "{body}");
        }
    }
}

#[tokio::test]
async fn a_query_may_be_a_link_a_mutation_may_not() {
    let graph = Graph::local().await;
    let get = async |query: &str| send(&graph, Method::GET, query, &[("accept", GRAPHQL)], Vec::new()).await;
    let reply =
        get("/graphql?query=query%20Q(%24f:Int)%7Bmovies(first:%24f)%7Bid%7D%7D&variables=%7B%22f%22:1%7D").await;
    assert_eq!(reply.json(), json!({"data": {"movies": [{"id": "m1"}]}}));
    let reply = get("/graphql?query=mutation%7Bappend(word:%22x%22)%7D").await;
    assert_eq!(
        (reply.status.as_u16(), reply.header(header::ALLOW)),
        (405, "POST"),
        "{}",
        reply.text()
    );
    assert_eq!(get("/graphql?variables=%7B%7D").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        get("/graphql?query=%7Bwho%7D&variables=nonsense").await.status,
        StatusCode::BAD_REQUEST
    );
    let reply = send(&graph, Method::PUT, "/graphql", &[], Vec::new()).await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(codes(&reply.json()), ["GRAPHQL_VALIDATION_FAILED"]);
}

#[tokio::test]
async fn only_json_is_taken_so_that_a_foreign_form_cannot_ask() {
    let graph = Graph::local().await;
    let body = || br#"{"query":"{ who }"}"#.to_vec();
    for (content_type, status) in [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/json; charset=latin1", 415),
        ("application/json; charset=utf-8", 200),
    ] {
        let reply = send(
            &graph,
            Method::POST,
            "/graphql",
            &[("content-type", content_type)],
            body(),
        )
        .await;
        assert_eq!(reply.status.as_u16(), status, "{content_type}");
    }
    let headers = [("content-type", "application/json"), ("accept", "text/html")];
    assert_eq!(
        send(&graph, Method::POST, "/graphql", &headers, body()).await.status,
        StatusCode::NOT_ACCEPTABLE
    );
}

#[tokio::test]
async fn a_token_is_valid_or_the_request_is_refused() {
    let graph = Graph::local().await;
    let (good, expired) = (graph.token(60), graph.token(-60));
    let other_key = Graph::local().await.token(60);
    let tampered = format!("{}x", &good[..good.len() - 1]);
    let ask = async |value: String| {
        let headers = [("content-type", "application/json"), ("authorization", value.as_str())];
        send(
            &graph,
            Method::POST,
            "/graphql",
            &headers,
            br#"{"query":"{ who }"}"#.to_vec(),
        )
        .await
    };
    assert_eq!(
        ask(format!("Bearer {good}")).await.json(),
        json!({"data": {"who": ACCOUNT}})
    );
    for value in [expired, other_key, tampered, "x".repeat(5000)] {
        let reply = ask(format!("Bearer {value}")).await;
        assert_eq!(
            (reply.status.as_u16(), codes(&reply.json())),
            (401, vec!["UNAUTHENTICATED"])
        );
        assert_eq!(reply.header(header::WWW_AUTHENTICATE), "Bearer");
        assert!(!reply.text().contains(&value));
    }
    assert_eq!(ask("Basic dTpw".to_owned()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_by_name() {
    let graph = Graph::local().await;
    let body = format!(
        r#"{{"query":"{{ who }}","extensions":{{"x":"{}"}}}}"#,
        "x".repeat(2 * 1024 * 1024)
    );
    let reply = post(&graph, GRAPHQL, &body).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(reply.json()["errors"][0]["extensions"]["limit"], "body bytes");
}

#[tokio::test]
async fn server_sent_events_carry_a_subscription() {
    let graph = Graph::local().await;
    let reply = post(
        &graph,
        "text/event-stream",
        r#"{"query":"subscription { watched { id } }"}"#,
    )
    .await;
    assert_eq!(reply.header(header::CONTENT_TYPE), "text/event-stream");
    let events = ":\n\nevent: next\ndata: {\"data\":{\"watched\":{\"id\":\"m1\"}}}\n\n\
        event: next\ndata: {\"data\":{\"watched\":{\"id\":\"m2\"}}}\n\nevent: complete\ndata:";
    assert_eq!(reply.text().trim_end(), events, "{:?}", reply.text());
    // The errors of a document are an answer like any other; what is no request has its status.
    let reply = post(&graph, "text/event-stream", r#"{"query":"{ nobody }"}"#).await;
    assert_eq!(reply.status, StatusCode::OK);
    let text = reply.text();
    let answer = text
        .lines()
        .find_map(|line| line.strip_prefix("data: {"))
        .expect("an answer");
    let answer: Value = serde_json::from_str(&format!("{{{answer}")).expect("JSON");
    assert_eq!(codes(&answer), ["GRAPHQL_VALIDATION_FAILED"]);
    assert!(text.trim_end().ends_with("event: complete\ndata:"), "{text:?}");
    let reply = post(&graph, "text/event-stream", r#"{"query":7}"#).await;
    assert_eq!(
        (reply.status.as_u16(), codes(&reply.json())),
        (400, vec!["BAD_USER_INPUT"])
    );
}

#[tokio::test]
async fn the_pages_and_the_schema_are_served() {
    let graph = Graph::local().await;
    let get = async |path: &str| {
        send(
            &graph,
            Method::GET,
            path,
            &[("accept-encoding", "gzip, br")],
            Vec::new(),
        )
        .await
    };
    let schema = get("/schema.graphql").await;
    assert!(schema.text().contains("interface Title"));
    let landing = get("/").await;
    assert_eq!(landing.status, StatusCode::OK);
    assert!(
        landing.text().contains("catalogue") && !landing.text().contains("{{"),
        "{}",
        landing.text()
    );
    assert!(landing.headers.contains_key(header::CONTENT_SECURITY_POLICY));
    let graphiql = get("/graphiql").await;
    assert_eq!(
        (graphiql.status, graphiql.header(header::CONTENT_TYPE)),
        (StatusCode::OK, "text/html; charset=utf-8")
    );
    for missing in ["/assets/nothing.js", "/assets/.gitignore", "/assets/..%2fCargo.toml"] {
        assert_eq!(get(missing).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
    let browser = send(
        &graph,
        Method::GET,
        "/graphql",
        &[("accept", "text/html,*/*;q=0.8")],
        Vec::new(),
    )
    .await;
    assert_eq!(
        (browser.status.as_u16(), browser.header(header::LOCATION)),
        (303, "/graphiql")
    );
}

#[tokio::test]
async fn an_answer_over_http_tells_where_its_client_stands() {
    let rate_limits = RateLimits {
        ip: 1,
        ..RateLimits::default()
    };
    let graph = Graph::with(Settings {
        rate_limits,
        ..Settings::default()
    })
    .await;
    let header = |reply: &Reply, name: &'static str| reply.header(header::HeaderName::from_static(name)).to_owned();
    let first = post(&graph, GRAPHQL, r#"{"query":"{ who }"}"#).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(
        [header(&first, "ratelimit"), header(&first, "ratelimit-policy")],
        ["\"ip\";r=0;t=60", "\"ip\";q=1;w=60"]
    );
    for accept in [GRAPHQL, "application/json", "text/event-stream"] {
        let second = post(&graph, accept, r#"{"query":"{ who }"}"#).await;
        assert_eq!(second.status, StatusCode::TOO_MANY_REQUESTS, "{accept}");
        assert_eq!(codes(&second.json()), ["RATE_LIMITED"], "{accept}");
        let wait: u64 = header(&second, "retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&wait), "{wait}");
    }
}

#[tokio::test]
async fn the_schema_is_not_told_where_introspection_is_off() {
    let graph = Graph::with(Settings {
        introspection: false,
        ..Settings::default()
    })
    .await;
    let reply = send(&graph, Method::GET, "/schema.graphql", &[], Vec::new()).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert!(!reply.text().contains("type"), "{}", reply.text());
}
