//! Requests that are not what everybody sends.

use std::fmt::Write;

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    front::{GRAPHQL, post, send},
    graph::{Graph, codes},
};

async fn post_bytes(graph: &Graph, body: Vec<u8>) -> crate::front::Reply {
    let headers = [("content-type", "application/json"), ("accept", GRAPHQL)];
    send(graph, Method::POST, "/graphql", &headers, body).await
}

#[tokio::test]
async fn a_body_is_json_in_utf_8_and_its_faults_are_named() {
    let graph = Graph::local().await;
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!("{{\"query\":\"{{ rightsVersion }}\",\"extensions\":{{\"a\":{open}{close}}}}}").into_bytes()
    };
    for (name, body, code) in [
        (
            "byte order mark",
            b"\xef\xbb\xbf{\"query\":\"{ rightsVersion }\"}".to_vec(),
            None,
        ),
        (
            "the last of two members counts",
            br#"{"query":"{ nobody }","query":"{ rightsVersion }"}"#.to_vec(),
            None,
        ),
        ("as deep as JSON may be", nested(125), None),
        ("deeper", nested(126), Some("LIMIT_EXCEEDED")),
        ("much deeper", nested(100_000), Some("LIMIT_EXCEEDED")),
        (
            "NUL in the document",
            br#"{"query":"{ rightsVersion \u0000}"}"#.to_vec(),
            Some("GRAPHQL_PARSE_FAILED"),
        ),
        (
            "NUL in the body",
            b"{\"query\":\"{ rightsVersion }\"}\0".to_vec(),
            Some("BAD_USER_INPUT"),
        ),
        (
            "not UTF-8",
            b"{\"query\":\"{ rightsVersion }\",\"extensions\":{\"a\":\"\xff\"}}".to_vec(),
            Some("BAD_USER_INPUT"),
        ),
        (
            "UTF-16",
            "{\"query\":\"{ rightsVersion }\"}"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
            Some("BAD_USER_INPUT"),
        ),
        (
            "half a surrogate pair",
            br#"{"query":"{ rightsVersion }","extensions":{"a":"\ud800"}}"#.to_vec(),
            Some("BAD_USER_INPUT"),
        ),
        ("nothing", Vec::new(), Some("BAD_USER_INPUT")),
        (
            "more than one value",
            br#"{"query":"{ rightsVersion }"} {}"#.to_vec(),
            Some("BAD_USER_INPUT"),
        ),
    ] {
        let reply = post_bytes(&graph, body).await;
        assert_eq!(codes(&reply.json()).first().copied(), code, "{name}: {}", reply.text());
        let status = if code.is_none() { 200 } else { 400 };
        assert_eq!(reply.status.as_u16(), status, "{name}: {}", reply.text());
    }
    let reply = post_bytes(&graph, nested(126)).await;
    let limit = &reply.json()["errors"][0]["extensions"];
    assert_eq!(
        (&limit["limit"], &limit["allowed"]),
        (&json!("nesting of JSON"), &json!(127))
    );
}

#[tokio::test]
async fn what_the_client_sent_is_not_repeated_at_any_length() {
    let graph = Graph::local().await;
    let long = "ü".repeat(100_000);
    for (query, name) in [
        ("query A { rightsVersion }", long.as_str()),
        ("{ rightsVersion }", long.as_str()),
        (&format!("query A {{ {} }}", "x".repeat(500_000)), "A"),
    ] {
        let body = json!({"query": query, "operationName": name});
        let reply = post(&graph, GRAPHQL, &body.to_string()).await;
        assert_eq!(codes(&reply.json()), ["GRAPHQL_VALIDATION_FAILED"]);
        assert!(reply.text().len() < 2000, "{}", reply.text().len());
    }
}

#[tokio::test]
async fn every_method_of_the_endpoint_says_what_it_takes() {
    let graph = Graph::local().await;
    let ask = async |method: Method, path: &str, accept: &str| {
        send(&graph, method, path, &[("accept", accept)], Vec::new()).await
    };
    let head = ask(Method::HEAD, "/graphql?query=%7BrightsVersion%7D", GRAPHQL).await;
    assert_eq!((head.status, head.text().as_str()), (StatusCode::OK, ""));
    assert!(head.header(header::CONTENT_TYPE).starts_with(GRAPHQL));
    let options = ask(Method::OPTIONS, "/graphql", "*/*").await;
    assert_eq!(
        (options.status, options.header(header::ALLOW)),
        (StatusCode::NO_CONTENT, "GET, HEAD, OPTIONS, POST")
    );
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let reply = ask(method, "/graphql", "*/*").await;
        assert_eq!(
            (reply.status.as_u16(), reply.header(header::ALLOW)),
            (405, "GET, HEAD, OPTIONS, POST")
        );
    }
    let reply = ask(Method::GET, "/graphql?query=%7BrightsVersion%7D", "multipart/mixed").await;
    assert_eq!(
        (reply.status.as_u16(), codes(&reply.json())),
        (406, vec!["GRAPHQL_VALIDATION_FAILED"])
    );
}

#[tokio::test]
async fn the_parameters_of_a_link_are_read_strictly() {
    let graph = Graph::local().await;
    let version = json!({"data": {"rightsVersion": 1}});
    for (parameters, expected) in [
        (
            "query=query%20A%7B...F%7Dfragment%20F%20on%20Query%7BrightsVersion%7D",
            Ok(&version),
        ),
        (
            "query=%7BrightsVersion%7D&operationName=&variables=&extensions=",
            Ok(&version),
        ),
        (
            "query=query%20A%7Bwho%7D%20query%20B%7BrightsVersion%7D&operationName=B",
            Ok(&version),
        ),
        ("query=%7BrightsVersion%7D&utm=1&utm=2", Ok(&version)),
        ("query=%7BrightsVersion%7D&query=%7Bwho%7D", Err("BAD_USER_INPUT")),
        ("query=%7BrightsVersion%7D&variables=%5B1%5D", Err("BAD_USER_INPUT")),
        ("query=%ff%fe", Err("GRAPHQL_PARSE_FAILED")),
        ("query=%7BrightsVersion%00%7D", Err("GRAPHQL_PARSE_FAILED")),
        ("query=", Err("GRAPHQL_PARSE_FAILED")),
    ] {
        let path = format!("/graphql?{parameters}");
        let reply = send(&graph, Method::GET, &path, &[("accept", GRAPHQL)], Vec::new()).await;
        match expected {
            Ok(answer) => assert_eq!(reply.json(), *answer, "{parameters}"),
            Err(code) => {
                assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{parameters}");
                assert_eq!(codes(&reply.json())[0], code, "{parameters}: {}", reply.text());
            }
        }
    }
}

#[tokio::test]
async fn the_type_of_a_problem_leads_to_what_it_means() {
    let graph = Graph::local().await;
    let refused = post(&graph, GRAPHQL, r#"{"query":7}"#).await.json();
    let problem = &refused["errors"][0]["extensions"]["problem"];
    assert_eq!(problem["title"], "Bad input");
    let path = problem["type"].as_str().expect("a path");
    let get = async |path: &str, accept: &str| send(&graph, Method::GET, path, &[("accept", accept)], Vec::new()).await;
    let told = get(path, "application/json").await.json();
    assert_eq!(
        (&told["code"], &told["title"], &told["status"]),
        (&json!("BAD_USER_INPUT"), &json!("Bad input"), &json!(400))
    );
    let page = get(path, "text/html,*/*;q=0.8").await;
    assert!(page.text().contains("<h2 id=\"BAD_USER_INPUT\">"), "{}", page.text());
    assert_eq!(get("/errors/nothing", "*/*").await.status, StatusCode::NOT_FOUND);

    let all = get("/errors", "*/*").await.json();
    let mut table = "| `extensions.code` | HTTP | title | meaning |\n|---|---|---|---|\n".to_owned();
    for class in all["errors"].as_array().expect("a list") {
        let text = |name: &str| class[name].as_str().unwrap_or_default().to_owned();
        assert!(!text("title").is_empty() && !text("meaning").is_empty(), "{class}");
        writeln!(
            table,
            "| `{}` | {} | {} | {} |",
            text("code"),
            class["status"],
            text("title"),
            text("meaning")
        )
        .expect("a string takes all");
    }
    let file = include_str!("../../../docs/ERRORS.md");
    assert!(file.contains(&table), "docs/ERRORS.md needs this table:\n{table}");
}

#[tokio::test]
async fn a_stream_whose_token_ends_says_so_and_completes() {
    let graph = Graph::local().await;
    let bearer = format!("Bearer {}", graph.token(2));
    let headers = [
        ("content-type", "application/json"),
        ("accept", "text/event-stream"),
        ("authorization", bearer.as_str()),
    ];
    let body = br#"{"query":"subscription { forever }"}"#.to_vec();
    let reply = send(&graph, Method::POST, "/graphql", &headers, body).await;
    let text = reply.text();
    let answers: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
        .collect();
    assert_eq!(answers[0], json!({"data": {"forever": 0}}), "{text}");
    assert_eq!(codes(&answers[1]), ["UNAUTHENTICATED"], "{text}");
    assert!(text.trim_end().ends_with("event: complete\ndata:"), "{text:?}");
}
