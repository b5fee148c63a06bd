//! Minutes, hours, days.

use chrono::{DateTime, TimeDelta};
use kernel::{Instant, Refusal};

/// Most points of one chart.
pub const MOST_POINTS: u64 = 2000;

/// The width of a point of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Span {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day, in UTC.
    Day,
}

impl Span {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minute => "MINUTE",
            Self::Hour => "HOUR",
            Self::Day => "DAY",
        }
    }

    const fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }

    /// The beginning of the span that `at` lies in.
    pub fn start(self, at: Instant) -> Instant {
        let seconds = at.timestamp().div_euclid(self.seconds()) * self.seconds();
        DateTime::from_timestamp(seconds, 0).unwrap_or(at)
    }

    /// A width that gives a readable chart of `[from, to)`.
    pub fn fitting(from: Instant, to: Instant) -> Self {
        match to - from {
            length if length <= TimeDelta::hours(3) => Self::Minute,
            length if length <= TimeDelta::days(14) => Self::Hour,
            _ => Self::Day,
        }
    }

    /// The beginnings of all spans that overlap `[from, to)`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when there are none, `LIMIT_EXCEEDED` when there are more than [`MOST_POINTS`].
    pub fn points(self, from: Instant, to: Instant) -> Result<Vec<Instant>, Refusal> {
        if from >= to {
            return Err(Refusal::bad_input("to", "to is not after from"));
        }
        let first = from.timestamp().div_euclid(self.seconds());
        // A beginning second counts: the end is exclusive, but not cut to seconds.
        let end = to.timestamp() + i64::from(to.timestamp_subsec_nanos() > 0);
        let last = (end - 1).div_euclid(self.seconds());
        let count = u64::try_from(last - first + 1).unwrap_or(u64::MAX);
        if count > MOST_POINTS {
            return Err(Refusal::limit("points", MOST_POINTS, count).with("field", "interval"));
        }
        let instant = |number: i64| DateTime::from_timestamp(number * self.seconds(), 0);
        Ok((first..=last).filter_map(instant).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_chart_has_a_point_for_every_span_it_touches() {
        let points = Span::Hour
            .points(at("2026-11-21T10:59:59Z"), at("2026-11-21T12:00:00Z"))
            .unwrap();
        assert_eq!(points, [at("2026-11-21T10:00:00Z"), at("2026-11-21T11:00:00Z")]);
        let points = Span::Day
            .points(at("2026-11-21T23:00:00Z"), at("2026-11-22T00:00:00.001Z"))
            .unwrap();
        assert_eq!(points.len(), 2);
        assert!(
            Span::Minute
                .points(at("2026-11-21T00:00:00Z"), at("2026-11-21T00:00:00Z"))
                .is_err()
        );
        assert!(
            Span::Minute
                .points(at("2026-11-01T00:00:00Z"), at("2026-11-21T00:00:00Z"))
                .is_err()
        );
        assert!(Span::Day.points(Instant::MIN_UTC, Instant::MAX_UTC).is_err());
    }

    proptest! {
        #[test]
        fn an_instant_lies_in_its_span(seconds in -10_000_000_000_i64..10_000_000_000) {
            let at = DateTime::from_timestamp(seconds, 5).unwrap();
            for span in Span::ALL {
                let start = span.start(at);
                prop_assert!(start <= at && at < start + TimeDelta::seconds(span.seconds()));
                prop_assert_eq!(span.start(start), start);
            }
        }
    }
}
