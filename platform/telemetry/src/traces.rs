//! Where spans go: by OTLP over HTTP to a collector, in batches, off the request's way.

use std::{sync::OnceLock, time::Duration};

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider},
};
use serde::Deserialize;

use crate::{Error, otlp::Collector};

/// Spans that wait for the collector; what is more is dropped.
const MOST_WAITING: usize = 8192;
/// Spans of one call to the collector.
const BATCH: usize = 512;
/// Longest wait for the collector.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Which traces are kept, and where they go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A collector that takes OTLP over HTTP: `http://127.0.0.1:4318`; empty: no spans are made.
    pub otlp_endpoint: String,
    /// Share of new traces that are kept, 0 to 1; a caller's `traceparent` decides for its own.
    pub sample_ratio: f64,
    /// `service.name` of the spans; empty: `matinee`, with the names of `--only`.
    pub service_name: String,
    /// Time between two calls to the collector, in milliseconds.
    pub flush_every_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            otlp_endpoint: String::new(),
            sample_ratio: 1.0,
            service_name: String::new(),
            flush_every_ms: 2_000,
        }
    }
}

/// The way to the collector; sends what waits when it is stopped.
#[derive(Clone, Default)]
pub struct Traces(Option<SdkTracerProvider>);

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// What makes spans, when spans are made.
pub(crate) fn tracer() -> Option<&'static SdkTracer> {
    TRACER.get()
}

/// Begins sending spans, on the runtime it is called on; `service` is the name when the settings give none.
///
/// # Errors
/// A setting that cannot be, named.
pub fn init_traces(settings: &Settings, service: &str) -> Result<Traces, Error> {
    if settings.otlp_endpoint.is_empty() {
        return Ok(Traces::default());
    }
    let ratio = settings.sample_ratio;
    if !(0.0..=1.0).contains(&ratio) {
        return Err(Error::Traces(format!("sample_ratio is from 0 to 1, not {ratio}")));
    }
    let endpoint = settings.otlp_endpoint.trim_end_matches('/');
    if !endpoint.starts_with("http://") {
        return Err(Error::Traces(format!(
            "otlp_endpoint is an http: address, not {endpoint:?}: a collector beside the process speaks TLS to others"
        )));
    }
    let named = Some(settings.service_name.as_str()).filter(|name| !name.is_empty());
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector::new(TIMEOUT))
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .with_timeout(TIMEOUT)
        .build()
        .map_err(|error| Error::Traces(format!("otlp_endpoint {endpoint:?}: {error}")))?;
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(MOST_WAITING)
        .with_max_export_batch_size(BATCH)
        .with_scheduled_delay(Duration::from_millis(settings.flush_every_ms.max(10)));
    let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches.build());
    let resource = Resource::builder_empty().with_service_name(named.unwrap_or(service).to_owned());
    let provider = SdkTracerProvider::builder()
        .with_span_processor(processor.build())
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio))))
        .with_resource(resource.build())
        .build();
    if TRACER.set(provider.tracer("matinee")).is_err() {
        tracing::debug!("traces had begun already");
        return Ok(Traces::default());
    }
    Ok(Traces(Some(provider)))
}

impl Traces {
    /// Sends what waits. Blocks, while the runtime that [`init_traces`] was called on must run.
    pub fn flush(&self) {
        if let Some(provider) = &self.0
            && let Err(error) = provider.force_flush()
        {
            tracing::warn!(%error, "spans were not sent");
        }
    }
}
