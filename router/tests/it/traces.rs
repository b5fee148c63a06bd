//! Traces: from the client through the router to subgraphs over HTTP, and to a collector.

use std::sync::{Arc, Mutex};

use axum::{Router, http::StatusCode, routing::post};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use opentelemetry_proto::tonic::{collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span};
use prost::Message;

use crate::graph::{Graph, Transport, serve};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CLIENT: &str = "b7ad6b7169203331";

type Spans = Arc<Mutex<Vec<Span>>>;

/// A collector: keeps every span it is sent.
async fn collector() -> (String, Spans) {
    let spans = Spans::default();
    let kept = spans.clone();
    let take = move |body: Bytes| {
        let kept = kept.clone();
        async move {
            let sent = ExportTraceServiceRequest::decode(body).expect("OTLP");
            let scopes = sent.resource_spans.into_iter().flat_map(|spans| spans.scope_spans);
            kept.lock().expect("spans").extend(scopes.flat_map(|scope| scope.spans));
            StatusCode::OK
        }
    };
    let address = serve(Router::new().route("/v1/traces", post(take))).await;
    (format!("http://{address}"), spans)
}

async fn ask(graph: &Graph, parent: &str) {
    let address = graph.listen().await;
    let query = r#"{"query":"query Traced { title(id: \"m1\") { id access { allowed } } }"}"#;
    let request = http::Request::post(format!("http://{address}/graphql"))
        .header("content-type", "application/json")
        .header("traceparent", parent)
        .header("tracestate", "shop=1")
        .body(Full::new(Bytes::from(query)))
        .expect("a request");
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let answer = client.request(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    answer.into_body().collect().await.expect("a body");
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_trace_joins_the_client_the_router_and_the_subgraphs_over_http() {
    let (endpoint, spans) = collector().await;
    let settings = telemetry::traces::Settings {
        otlp_endpoint: endpoint,
        ..telemetry::traces::Settings::default()
    };
    let traces = telemetry::init_traces(&settings, "test").expect("a collector");
    let graph = Graph::start(Transport::Http).await;
    ask(&graph, &format!("00-{TRACE}-{CLIENT}-01")).await;
    ask(&graph, &format!("00-{TRACE}-{CLIENT}-00")).await;
    tokio::task::spawn_blocking(move || traces.flush())
        .await
        .expect("flushed");

    let spans = spans.lock().expect("spans").clone();
    assert!(spans.iter().all(|span| hex(&span.trace_id) == TRACE), "{spans:#?}");
    let named = |name: &str| -> Vec<&Span> { spans.iter().filter(|span| span.name == name).collect() };
    let (operations, fetches, subgraphs) = (named("operation"), named("fetch"), named("subgraph"));
    assert_eq!(operations.len(), 1, "the second caller did not want to be sampled");
    assert_eq!(hex(&operations[0].parent_span_id), CLIENT);
    assert_eq!(operations[0].trace_state, "shop=1");
    assert_eq!(named("plan")[0].parent_span_id, operations[0].span_id);
    assert_eq!((fetches.len(), subgraphs.len()), (2, 2));
    for fetch in &fetches {
        assert_eq!(fetch.parent_span_id, operations[0].span_id);
        let below = subgraphs.iter().filter(|span| span.parent_span_id == fetch.span_id);
        assert_eq!(below.count(), 1, "the subgraph's span came over HTTP");
    }
}
