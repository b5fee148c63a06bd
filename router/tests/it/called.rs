//! Subgraphs that answer gRPC, asked as a foreign client might.

use axum::http::{Request, StatusCode, header::CONTENT_TYPE};
use bytes::Bytes;
use grpc::{Call, CallError, Channel, Code, Message, subgraph};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};

use crate::graph::{Graph, codes, serve};

/// One of the two methods, with a message as it is.
async fn call(address: &str, metadata: &[(&'static str, &str)], message: Bytes) -> Result<Value, CallError> {
    let to = address.parse().expect("an address");
    let mut headers = axum::http::HeaderMap::new();
    for (name, value) in metadata {
        headers.insert(*name, value.parse().expect("a value"));
    }
    let call = Call {
        to: &to,
        method: subgraph::EXECUTE,
        metadata: headers,
        message,
        timeout: None,
        max_answer: 1024 * 1024,
    };
    let channel = Channel::plain(std::time::Duration::from_secs(3), 10);
    let (_, message) = channel.unary(call).await?;
    let answer = subgraph::Response::decode(message).expect("an answer");
    Ok(serde_json::from_slice(&answer.body).expect("JSON"))
}

fn asked(query: &str) -> subgraph::Request {
    subgraph::Request {
        query: query.to_owned(),
        ..subgraph::Request::default()
    }
}

fn refused(answer: Result<Value, CallError>) -> Code {
    match answer {
        Err(CallError::Refused(status)) => status.code(),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn variables_names_and_tokens_are_read_and_refusals_are_answers() {
    let graph = Graph::local().await;
    let address = format!("grpc://{}", serve(graph.called("accounts")).await);
    let mut request = asked("query A($when: Day!) { at(when: $when) } query B { who }");
    request.operation_name = "A".to_owned();
    request.variables = Bytes::from_static(br#"{"when": "2026-11-21"}"#);
    request.subgraph = "accounts".to_owned();
    let answer = call(&address, &[], request.encode_to_vec().into())
        .await
        .expect("an answer");
    assert_eq!(answer, json!({"data": {"at": "2026-11-21"}}));

    let who: Bytes = asked("{ who }").encode_to_vec().into();
    let token = format!("Bearer {}", graph.token(60));
    let answer = call(&address, &[("authorization", token.as_str())], who.clone()).await;
    assert_eq!(answer.expect("an answer")["data"]["who"], crate::graph::ACCOUNT);
    for wrong in ["Bearer nonsense".to_owned(), format!("Bearer {}", graph.token(-1))] {
        let answer = call(&address, &[("authorization", wrong.as_str())], who.clone()).await;
        assert_eq!(codes(&answer.expect("an answer")), ["UNAUTHENTICATED"]);
    }
    let answer = call(&address, &[], asked("{ nobodyKnows }").encode_to_vec().into()).await;
    assert!(answer.expect("an answer")["errors"][0]["message"].is_string());
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_its_reason() {
    let graph = Graph::local().await;
    let address = format!("grpc://{}", serve(graph.called("accounts")).await);
    let mut elsewhere = asked("{ who }");
    elsewhere.subgraph = "billing".to_owned();
    let mut broken = asked("{ who }");
    broken.variables = Bytes::from_static(b"[1");
    let large = asked(&"#".repeat(2 * 1024 * 1024));
    for (request, code) in [
        (elsewhere, Code::NotFound),
        (broken, Code::InvalidArgument),
        (large, Code::ResourceExhausted),
    ] {
        assert_eq!(refused(call(&address, &[], request.encode_to_vec().into()).await), code);
    }
    assert_eq!(
        refused(call(&address, &[], Bytes::from_static(&[0xff; 7])).await),
        Code::Internal
    );
    let slow = asked("{ trouble { slow } }").encode_to_vec().into();
    assert_eq!(
        refused(call(&address, &[("grpc-timeout", "50m")], slow).await),
        Code::DeadlineExceeded
    );
}

#[tokio::test]
async fn only_calls_over_http_2_are_calls() {
    let graph = Graph::local().await;
    let address = serve(graph.called("accounts")).await;
    let url = format!("http://{address}{}", subgraph::EXECUTE);
    let body = |flag: u8, message: &[u8], length: u32| {
        let mut frame = vec![flag];
        frame.extend_from_slice(&length.to_be_bytes());
        frame.extend_from_slice(message);
        Full::new(Bytes::from(frame))
    };
    let message = asked("{ who }").encode_to_vec();
    let length = u32::try_from(message.len()).expect("short");
    let send = async |is_new: bool, kind: &str, body: Full<Bytes>| {
        let client = Client::builder(TokioExecutor::new()).http2_only(is_new).build_http();
        let request = Request::post(&url)
            .header(CONTENT_TYPE, kind)
            .body(body)
            .expect("a request");
        let response = client.request(request).await.expect("an answer");
        let (head, body) = response.into_parts();
        let ended = body.collect().await.expect("all of it");
        let status = head.headers.get("grpc-status").cloned();
        let status = status.or_else(|| ended.trailers()?.get("grpc-status").cloned());
        (
            head.status,
            status.map(|status| status.to_str().expect("a number").to_owned()),
        )
    };
    let unsupported = (StatusCode::UNSUPPORTED_MEDIA_TYPE, None);
    let ok = |code: &str| (StatusCode::OK, Some(code.to_owned()));
    assert_eq!(send(true, "application/grpc", body(0, &message, length)).await, ok("0"));
    assert_eq!(
        send(true, "application/grpc+proto", body(0, &message, length)).await,
        ok("0")
    );
    assert_eq!(
        send(false, "application/grpc", body(0, &message, length)).await,
        unsupported
    );
    assert_eq!(
        send(true, "application/json", body(0, &message, length)).await,
        unsupported
    );
    assert_eq!(
        send(true, "application/grpc+json", body(0, &message, length)).await,
        unsupported
    );
    assert_eq!(
        send(true, "application/grpc", body(1, &message, length)).await,
        ok("12"),
        "compressed"
    );
    assert_eq!(
        send(true, "application/grpc", body(0, &message, u32::MAX)).await,
        ok("13"),
        "length"
    );
    assert_eq!(
        send(true, "application/grpc", Full::default()).await,
        ok("13"),
        "no message"
    );
}
