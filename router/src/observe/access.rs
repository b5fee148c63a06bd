//! The access log: one JSON object for each operation. No variables, tokens, addresses or accounts.

use std::time::Duration;

use async_graphql::{ServerError, Value};
use axum::http::HeaderMap;
use kernel::Instant;
use serde::Serialize;
use telemetry::Trace;

use super::{journal::Notes, label::Label};
use crate::{
    error::Rejection,
    pipeline::{Client, Context},
};

/// Longest name that is logged of an application's request id.
const ID_BYTES: usize = 64;

/// How an operation ended, beside its notes.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    /// The HTTP status; 499 when the client went away.
    pub(super) status: u16,
    /// How long it took, or lived.
    pub(super) took: Duration,
    /// Bytes of the answer, or of all events.
    pub(super) bytes: u64,
    /// Events of a subscription.
    pub(super) events: Option<u64>,
}

#[derive(Serialize)]
struct Line<'l> {
    time: Instant,
    target: &'static str,
    request_id: Option<&'l str>,
    trace_id: Option<String>,
    operation: &'l str,
    kind: &'static str,
    hash: &'l str,
    client: &'l str,
    client_version: &'l str,
    signed_in: bool,
    key: Option<uuid::Uuid>,
    status: u16,
    errors: &'l [String],
    duration_ms: f64,
    planning_ms: Option<f64>,
    cost: Option<u64>,
    cost_estimated: Option<u64>,
    fetches: u64,
    bytes: u64,
    cache: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<u64>,
}

/// The line of one operation.
pub(super) fn line(time: Instant, context: &Context, label: &Label, notes: &Notes, end: End) -> Vec<u8> {
    let line = Line {
        time,
        target: "access",
        request_id: request_id(&context.headers),
        trace_id: context.trace().id(),
        operation: label.name(),
        kind: label.kind(),
        hash: label.hash(),
        client: &context.client.name,
        client_version: &context.client.version,
        signed_in: context.identity.viewer.is_some(),
        key: context.identity.key.as_ref().map(|key| key.id),
        status: end.status,
        errors: &notes.codes,
        duration_ms: milliseconds(end.took),
        planning_ms: notes.planning.map(milliseconds),
        cost: notes.cost,
        cost_estimated: notes.estimate,
        fetches: notes.fetch_count,
        bytes: end.bytes,
        cache: notes.cache,
        events: end.events,
    };
    let mut out = Vec::with_capacity(512);
    crate::executor::write_json(&mut out, &line);
    out
}

/// A request that was refused at the door: too large, no JSON, no valid token. Who asks is not known.
#[derive(Serialize)]
struct Refused<'l> {
    time: Instant,
    target: &'static str,
    request_id: Option<&'l str>,
    trace_id: Option<String>,
    kind: &'static str,
    client: &'l str,
    client_version: &'l str,
    status: u16,
    errors: Vec<String>,
}

/// The line of a request that never became an operation.
pub(super) fn turned_away(time: Instant, headers: &HeaderMap, rejection: &Rejection) -> Vec<u8> {
    let client = Client::of(headers);
    let line = Refused {
        time,
        target: "access",
        request_id: request_id(headers),
        trace_id: Trace::of(headers).id(),
        kind: "refused",
        client: &client.name,
        client_version: &client.version,
        status: rejection.status,
        errors: rejection.errors.iter().filter_map(code_of).collect(),
    };
    let mut out = Vec::with_capacity(256);
    crate::executor::write_json(&mut out, &line);
    out
}

fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("x-request-id").and_then(|id| id.to_str().ok());
    id.filter(|id| id.len() <= ID_BYTES)
}

fn code_of(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

/// With three digits: what is finer is noise.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
