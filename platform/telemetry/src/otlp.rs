//! The library's batches leave on a thread without a runtime; this brings its calls to ours.

use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response, hyper::HyperClient};
use tokio::runtime::Handle;

/// Calls the collector.
#[derive(Debug)]
pub(crate) struct Collector {
    client: HyperClient,
    runtime: Handle,
}

impl Collector {
    pub(crate) fn new(timeout: Duration) -> Self {
        Self {
            client: HyperClient::with_default_connector(timeout, None),
            runtime: Handle::current(),
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move { client.send_bytes(request).await });
        sent.await?
    }
}
