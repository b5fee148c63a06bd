//! Charts.

use std::collections::BTreeMap;

use kernel::Instant;

use super::Analytics;
use crate::{
    domain::{Metric, Span},
    entities::roll_up,
    error::Error,
};

/// A chart: every span has a point, also where nothing happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The beginning of each span with its count, in order.
    pub points: Vec<(Instant, i64)>,
}

impl Series {
    /// All of it.
    pub fn count(&self) -> i64 {
        self.points.iter().map(|(_, count)| count).sum()
    }
}

impl Analytics {
    /// How often something happened in the spans that overlap `[from, to)`; without a span, in one that fits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when `to` is not after `from`, `LIMIT_EXCEEDED` for more than 2,000 points.
    pub async fn series(
        &self,
        metric: Metric,
        from: Instant,
        to: Instant,
        span: Option<Span>,
    ) -> Result<Series, Error> {
        let span = span.unwrap_or_else(|| Span::fitting(from, to));
        let starts = span.points(from, to)?;
        let (Some(first), Some(last)) = (starts.first(), starts.last()) else {
            return Ok(Series { points: Vec::new() });
        };
        let kinds = metric.kinds();
        let limit = (starts.len() * kinds.len()) as u64;
        let rows = roll_up::Entity::between(kinds, span, (*first, *last), limit)
            .all(self.0.db.reader())
            .await?;
        let mut points: BTreeMap<Instant, i64> = starts.into_iter().map(|start| (start, 0)).collect();
        for row in rows {
            *points.entry(row.starts_at).or_default() += row.count;
        }
        Ok(Series {
            points: points.into_iter().collect(),
        })
    }
}
