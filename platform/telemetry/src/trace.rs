//! The way of one request through processes: W3C Trace Context in and out, and spans for those traces that are sampled.
//!
//! A trace that is not sampled costs an id and nothing else: it still ties log lines of several processes together.

use std::{borrow::Cow, fmt, sync::Arc};

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context, KeyValue, Value,
    propagation::{Extractor, TextMapPropagator},
    trace::{Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, TraceFlags, TraceState, Tracer},
};
use opentelemetry_sdk::{
    propagation::TraceContextPropagator,
    trace::{IdGenerator, RandomIdGenerator, Span as Recording},
};

use crate::traces;

const PARENT: HeaderName = HeaderName::from_static("traceparent");
const STATE: HeaderName = HeaderName::from_static("tracestate");

/// A place in a trace: what is done there is a child of it. Cheap to clone; the default is no trace.
#[derive(Clone, Default)]
pub struct Trace(Option<Arc<SpanContext>>);

/// Which side of a call a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Answers somebody.
    Server,
    /// Asks somebody.
    Client,
    /// Work of our own.
    Internal,
}

/// A piece of work in a trace; it ends when it is dropped.
pub struct Span {
    trace: Trace,
    recording: Option<Recording>,
}

impl Trace {
    /// The caller's place, from `traceparent` and `tracestate`; what cannot be read is no trace.
    pub fn of(headers: &HeaderMap) -> Self {
        if !headers.contains_key(PARENT) {
            return Self::default();
        }
        let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &Carrier(headers));
        Self::at(context.span().span_context().clone())
    }

    fn at(context: SpanContext) -> Self {
        Self(context.is_valid().then(|| Arc::new(context)))
    }

    /// The trace id in hexadecimal; nothing without a trace.
    pub fn id(&self) -> Option<String> {
        Some(self.0.as_ref()?.trace_id().to_string())
    }

    /// Whether spans of this trace are kept.
    pub fn is_sampled(&self) -> bool {
        self.0.as_ref().is_some_and(|context| context.is_sampled())
    }

    /// Writes `traceparent` and `tracestate` for whom we call; those of another place give way.
    pub fn inject(&self, headers: &mut HeaderMap) {
        let Some(context) = &self.0 else { return };
        let flags = context.trace_flags() & TraceFlags::SAMPLED;
        let parent = format!("00-{}-{}-{flags:02x}", context.trace_id(), context.span_id());
        if let Ok(parent) = HeaderValue::from_str(&parent) {
            headers.insert(PARENT, parent);
        }
        headers.remove(STATE);
        let state = context.trace_state().header();
        if let Ok(state) = HeaderValue::from_str(&state)
            && !state.is_empty()
        {
            headers.insert(STATE, state);
        }
    }

    /// Begins a piece of work at this place; without a trace, of a new one.
    pub fn start(&self, name: impl Into<Cow<'static, str>>, kind: Kind) -> Span {
        let Some(tracer) = traces::tracer() else {
            return Span::silent(self.or_new());
        };
        let parent = match &self.0 {
            // Who calls has decided that this trace is not kept.
            Some(context) if !context.is_sampled() => return Span::silent(self.clone()),
            Some(context) => Context::new().with_remote_span_context(context.as_ref().clone()),
            None => Context::new(),
        };
        let builder = SpanBuilder::from_name(name).with_kind(match kind {
            Kind::Server => SpanKind::Server,
            Kind::Client => SpanKind::Client,
            Kind::Internal => SpanKind::Internal,
        });
        let recording = tracer.build_with_context(builder, &parent);
        Span {
            trace: Self::at(recording.span_context().clone()),
            recording: recording.is_recording().then_some(recording),
        }
    }

    fn or_new(&self) -> Self {
        if self.0.is_some() {
            return self.clone();
        }
        let ids = RandomIdGenerator::default();
        let (trace, span) = (ids.new_trace_id(), ids.new_span_id());
        let flags = TraceFlags::default();
        Self::at(SpanContext::new(trace, span, flags, false, TraceState::NONE))
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id().as_deref().unwrap_or("no trace"))
    }
}

impl Span {
    fn silent(trace: Trace) -> Self {
        Self { trace, recording: None }
    }

    /// The place of what is done inside it.
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Whether anything that is set here is kept.
    pub const fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// Says something about the work.
    pub fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        if let Some(recording) = &mut self.recording {
            recording.set_attribute(KeyValue::new(key, value));
        }
    }

    /// The work failed.
    pub fn fail(&mut self, reason: impl Into<Cow<'static, str>>) {
        if let Some(recording) = &mut self.recording {
            recording.set_status(Status::error(reason));
        }
    }
}

/// Headers, as the library reads them.
struct Carrier<'h>(&'h HeaderMap);

impl Extractor for Carrier<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0af7651916cd43dd8448eb211c80319c";

    fn headers(parent: &str, state: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(PARENT, parent.parse().unwrap());
        headers.insert(STATE, state.parse().unwrap());
        headers
    }

    #[test]
    fn a_callers_trace_goes_on_with_its_state() {
        let trace = Trace::of(&headers(&format!("00-{ID}-b7ad6b7169203331-01"), "shop=1,other=2"));
        assert_eq!(trace.id().as_deref(), Some(ID));
        let mut out = headers("old", "old=1");
        trace.start("work", Kind::Internal).trace().inject(&mut out);
        assert!(
            out[PARENT].to_str().unwrap().starts_with(&format!("00-{ID}-")),
            "{out:?}"
        );
        assert_eq!(out[STATE], "shop=1,other=2");
    }

    #[test]
    fn what_cannot_be_read_is_no_trace_and_a_new_one_begins() {
        let zero = format!("00-{}-b7ad6b7169203331-01", "0".repeat(32));
        for bad in [
            "",
            "00-xyz",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            &zero,
        ] {
            let trace = Trace::of(&headers(bad, "a=b"));
            assert_eq!(trace.id(), None, "{bad}");
            let span = trace.start("work", Kind::Internal);
            assert_eq!(span.trace().id().map(|id| id.len()), Some(32), "{bad}");
            let mut out = HeaderMap::new();
            span.trace().inject(&mut out);
            assert!(
                !out.contains_key(STATE),
                "the state belongs to the trace that was refused"
            );
        }
    }
}
