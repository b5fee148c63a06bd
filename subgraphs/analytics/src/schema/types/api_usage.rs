//! Who used the graph for what.

use async_graphql::{ID, Object};
use graphql::ListName;

use crate::service::Usage;

/// The list of usage.
pub struct ApiUsages;

impl ListName for ApiUsages {
    const NAME: &'static str = "ApiUsage";
}

/// What one client used the graph for: one version, one API key (or none), one operation.
pub struct ApiUsage(pub(crate) Usage);

/// What one client used the graph for: one version, one API key (or none), one operation.
#[Object]
impl ApiUsage {
    /// The application, as it says itself in `apollographql-client-name`; empty when it says nothing, `other` when there
    /// were too many to be counted by themselves.
    async fn client_name(&self) -> &str {
        &self.0.client
    }

    /// Its version, as it says itself in `apollographql-client-version`.
    async fn client_version(&self) -> &str {
        &self.0.version
    }

    /// The API key that was sent; null without one.
    async fn key_id(&self) -> Option<ID> {
        self.0.key_id.map(|id| ID(id.to_string()))
    }

    /// The operation's name; empty for an anonymous one, and for requests that never became an operation.
    async fn operation_name(&self) -> &str {
        &self.0.operation
    }

    /// `query`, `mutation`, `subscription`, or `invalid` for requests that never became an operation.
    async fn operation_kind(&self) -> &str {
        &self.0.kind
    }

    /// The first twelve digits of the SHA-256 of the operation's document.
    async fn operation_hash(&self) -> &str {
        &self.0.hash
    }

    /// How often.
    async fn count(&self) -> i32 {
        i32::try_from(self.0.count).unwrap_or(i32::MAX)
    }

    /// How often with an error.
    async fn errors(&self) -> i32 {
        i32::try_from(self.0.errors).unwrap_or(i32::MAX)
    }

    /// The share with an error, 0 to 1.
    async fn error_rate(&self) -> f64 {
        share(self.0.errors, self.0.count)
    }

    /// The mean duration, in milliseconds. Subscriptions have none.
    async fn average_ms(&self) -> f64 {
        share(self.0.duration_us, self.0.count) / 1000.0
    }

    /// Half of all took up to so many milliseconds, approximately; null for subscriptions.
    async fn p50_ms(&self) -> Option<f64> {
        self.percentile(0.50)
    }

    /// 95 of a hundred took up to so many milliseconds, approximately; null for subscriptions.
    async fn p95_ms(&self) -> Option<f64> {
        self.percentile(0.95)
    }

    /// 99 of a hundred took up to so many milliseconds, approximately; null for subscriptions.
    async fn p99_ms(&self) -> Option<f64> {
        self.percentile(0.99)
    }

    /// The longest duration, in milliseconds.
    async fn longest_ms(&self) -> f64 {
        share(self.0.longest_us, 1000)
    }

    /// Cost of all together, in units of the rate limit.
    async fn cost(&self) -> f64 {
        share(self.0.cost, 1)
    }

    /// Bytes of all answers together.
    async fn bytes(&self) -> f64 {
        share(self.0.bytes, 1)
    }
}

impl ApiUsage {
    fn percentile(&self, share_done: f64) -> Option<f64> {
        self.0.latencies.percentile(share_done, share(self.0.longest_us, 1000))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn share(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
