//! What goes with an answer, and how large it may be.

use std::{collections::HashMap, sync::Arc};

use axum::{
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware,
    response::Response,
};
use futures_util::StreamExt;
use router::{AnswerRule, Context, Http, Local, RateLimits, Request, Router, Settings, Subgraph, Traffic};
use serde_json::{Value, json};

use crate::{
    front::{Reply, send},
    graph::{Graph, codes, serve},
    subgraphs,
};

const AT: &str = "{ at(when: \"2026-11-21\") }";
/// The same in a URL.
const AT_LINK: &str = "/graphql?query=%7B%20at(when%3A%20%222026-11-21%22)%20%7D";
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");

/// A router whose subgraph `accounts` is over HTTP and sends headers; the others are in this process.
async fn router_with(graph: &Graph, settings: Settings) -> Router {
    let chatty = middleware::map_response(async |mut response: Response| {
        for (name, value) in [
            ("x-version", "7"),
            ("x-other", "1"),
            ("set-cookie", "s=1"),
            ("x-long", &"x".repeat(2_000)),
        ] {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
            response
                .headers_mut()
                .insert(name, HeaderValue::from_str(value).expect("a value"));
        }
        response
    });
    let url = format!("http://{}/graphql", serve(graph.served("accounts").layer(chatty)).await);
    let all = subgraphs::all().into_iter();
    let mut transports: HashMap<String, Arc<dyn Subgraph>> = all
        .map(|(name, endpoint)| (name.to_owned(), Arc::new(Local::new(endpoint)) as Arc<dyn Subgraph>))
        .collect();
    let accounts = Http::named("accounts", &url, &settings).expect("an address");
    transports.insert("accounts".to_owned(), Arc::new(accounts));
    graph.router_over(transports, settings)
}

async fn get(router: &Router, path: &str) -> Reply {
    crate::front::ask(router.routes(), Method::GET, path, &[]).await
}

#[tokio::test]
async fn a_header_of_a_subgraph_reaches_the_client_by_a_rule_and_no_other_does() {
    let graph = Graph::local().await;
    let rules: Vec<AnswerRule> = serde_json::from_value(json!([
        {"subgraph": "accounts", "propagate": "x-version", "rename": "x-accounts-version"},
        {"subgraph": "rights", "propagate": "x-other"},
        {"propagate": "x-long"},
        {"set": "x-served-by", "value": "matinee"},
    ]))
    .expect("rules");
    let settings = Settings {
        traffic: Traffic {
            answer_headers: rules,
            ..Traffic::default()
        },
        ..Settings::default()
    };
    let reply = get(&router_with(&graph, settings).await, AT_LINK).await;
    assert_eq!(reply.json(), json!({"data": {"at": "2026-11-21"}}));
    let header = |name| reply.header(HeaderName::from_static(name)).to_owned();
    assert_eq!(
        (header("x-accounts-version"), header("x-served-by")),
        ("7".to_owned(), "matinee".to_owned())
    );
    for name in ["x-version", "x-other", "x-long", "set-cookie"] {
        assert!(!reply.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_sent_and_says_by_how_much() {
    let settings = Settings {
        max_answer_bytes: 20,
        ..Settings::default()
    };
    let graph = Graph::with(settings).await;
    let answer = graph.query("{ longer: rightsVersion }").await;
    assert_eq!(
        (&answer["data"], codes(&answer)),
        (&Value::Null, vec!["LIMIT_EXCEEDED"])
    );
    let told = &answer["errors"][0]["extensions"];
    assert_eq!(
        (&told["limit"], &told["allowed"], &told["sent"]),
        (&json!("answer bytes"), &json!(20), &json!(21))
    );
    let mut ticks = graph
        .router
        .stream(Request::new("subscription { ticks }"), &Context::default())
        .await
        .expect("a subscription");
    // Ten ticks have one digit; the eleventh is too large, and the last.
    let mut events = Vec::new();
    while let Some(event) = ticks.next().await {
        events.push(serde_json::from_slice::<Value>(&event).expect("JSON"));
    }
    assert_eq!(events.len(), 11);
    assert_eq!(events[9], json!({"data": {"ticks": 9}}));
    assert_eq!(codes(&events[10]), ["LIMIT_EXCEEDED"]);

    let both = r#"[{"query": "{ __typename }"}, {"query": "{ a: rightsVersion }"}]"#;
    let json = [("content-type", "application/json")];
    let reply = send(&graph, Method::POST, "/graphql", &json, both.as_bytes().to_vec()).await;
    assert_eq!(codes(&reply.json()[1]), ["LIMIT_EXCEEDED"], "{}", reply.text());
}

#[tokio::test]
async fn a_subgraph_that_answers_too_much_costs_its_fields_and_is_not_taken_for_broken() {
    let graph = Graph::local().await;
    let settings = Settings {
        max_subgraph_answer_bytes: 20,
        traffic: Traffic {
            breaker_volume: 1,
            ..Traffic::default()
        },
        ..Settings::default()
    };
    let router = router_with(&graph, settings).await;
    for _ in 0..3 {
        let answer = router
            .execute(Request::new(AT), &Context::default())
            .await
            .expect("an answer");
        let answer: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let told = &answer["errors"][0]["extensions"];
        assert_eq!(codes(&answer), ["LIMIT_EXCEEDED"], "{answer}");
        assert_eq!((&told["service"], &told["allowed"]), (&json!("accounts"), &json!(20)));
        assert!(told["sent"].as_u64() > Some(20), "{told}");
    }
}

#[tokio::test]
async fn the_graph_is_behind_each_of_its_names() {
    let graph = Graph::local().await;
    let json = [("content-type", "application/json")];
    for path in ["/graphql", "/v1/graphql", "/api/v1/graphql"] {
        let body = br#"{"query": "{ rightsVersion }"}"#.to_vec();
        let reply = send(&graph, Method::POST, path, &json, body).await;
        assert_eq!(reply.json(), json!({"data": {"rightsVersion": 1}}), "{path}");
        let link = get(&graph.router, &AT_LINK.replace("/graphql", path)).await;
        assert_eq!(link.json(), json!({"data": {"at": "2026-11-21"}}), "{path}");
    }
}

fn limited(ip: u64) -> Settings {
    Settings {
        rate_limits: RateLimits {
            ip,
            ..RateLimits::default()
        },
        ..Settings::default()
    }
}

#[tokio::test]
async fn streams_and_arrays_tell_where_the_client_stands_too() {
    let graph = Graph::with(limited(1_000)).await;
    let json = ("content-type", "application/json");
    let events = [json, ("accept", "text/event-stream")];
    let body = br#"{"query": "{ rightsVersion }"}"#.to_vec();
    let reply = send(&graph, Method::POST, "/graphql", &events, body.clone()).await;
    assert_eq!(reply.header(LIMIT), "1000", "{:?}", reply.headers);
    let one: u64 = reply.header(REMAINING).parse().expect("a number");
    let array = [b"[".as_slice(), &body, b",", &body, b"]"].concat();
    let reply = send(&graph, Method::POST, "/graphql", &[json], array).await;
    let after: u64 = reply.header(REMAINING).parse().expect("a number");
    assert_eq!(after, one - 2, "two requests were charged");
}

#[tokio::test]
async fn whoever_guesses_tokens_or_keys_is_told_to_wait_and_who_is_signed_in_is_not() {
    let graph = Graph::with(limited(30)).await;
    let ask = async |headers: &[(&str, &str)]| send(&graph, Method::GET, AT_LINK, headers, Vec::new()).await;
    for guess in [
        ("authorization", "Bearer x.y.z"),
        ("x-api-key", "mk_live_none"),
        ("authorization", "Basic eDp5"),
    ] {
        assert_eq!(ask(&[guess]).await.status, StatusCode::UNAUTHORIZED);
    }
    let refused = ask(&[("authorization", "Bearer x.y.z")]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{}", refused.text());
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    let token = format!("Bearer {}", graph.token(60));
    assert_eq!(ask(&[("authorization", &token)]).await.status, StatusCode::OK);
}
