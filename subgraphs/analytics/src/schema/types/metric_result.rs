//! A chart.

use async_graphql::{Enum, Object, SimpleObject};
use kernel::Instant;

use crate::{
    domain::{Metric, Span},
    service::Series,
};

/// What can be counted.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Metric")]
pub enum MetricType {
    /// Playback was granted.
    PlaybackStarts,
    /// A player stopped.
    PlaybackEnds,
    /// A player had an error.
    PlaybackErrors,
    /// A title was truly watched: 30 seconds or 5 %, once for each playback session.
    VideosWatched,
    /// Accounts were made.
    Registrations,
    /// Sign-ins.
    SignIns,
    /// Subscriptions were taken.
    Subscriptions,
    /// Payments went through.
    Payments,
    /// Payments were declined.
    PaymentFailures,
    /// Content was bought.
    Purchases,
    /// Content was rented.
    Rentals,
    /// Titles were rated.
    Ratings,
    /// Everything that happened.
    Events,
}

/// The width of a point.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Span")]
pub enum MetricInterval {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day, in UTC.
    Day,
}

/// A point of a chart.
#[derive(SimpleObject)]
pub struct MetricPoint {
    /// When its interval begins.
    at: Instant,
    /// How often it happened in the interval.
    value: f64,
}

/// How often something happened. Whole intervals that overlap the time asked for.
pub struct MetricResult(pub(crate) Series);

/// How often something happened. Whole intervals that overlap the time asked for.
#[Object]
impl MetricResult {
    /// How often in all intervals.
    async fn count(&self) -> i32 {
        i32::try_from(self.0.count()).unwrap_or(i32::MAX)
    }

    /// One point for each interval, in order; 0 where nothing happened.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    async fn series(&self) -> Vec<MetricPoint> {
        self.0
            .points
            .iter()
            .map(|(at, count)| MetricPoint {
                at: *at,
                value: *count as f64,
            })
            .collect()
    }
}
