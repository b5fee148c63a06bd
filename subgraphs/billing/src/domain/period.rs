//! Billing periods.

use chrono::Months;
use kernel::Instant;

/// How often a plan is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interval {
    /// Every calendar month.
    Month,
    /// Every calendar year.
    Year,
}

impl Interval {
    /// The end of a period that begins at `start`: the same day of the next month or year, or its last day.
    pub fn end_of(self, start: Instant) -> Instant {
        let months = match self {
            Self::Month => Months::new(1),
            Self::Year => Months::new(12),
        };
        start.checked_add_months(months).unwrap_or(Instant::MAX_UTC)
    }

    /// The period that follows one that ended at `ended`: without a gap, unless so much time has passed (the platform
    /// stood still) that a whole period would be paid for nothing.
    pub fn following(self, ended: Instant, now: Instant) -> (Instant, Instant) {
        let start = if self.end_of(ended) <= now { now } else { ended };
        (start, self.end_of(start))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Instant {
        let start: Instant = "2026-11-21T12:00:00Z".parse().expect("an instant");
        start + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_month_from_the_thirty_first_ends_on_the_last_day() {
        let start: Instant = "2027-01-31T08:00:00Z".parse().expect("an instant");
        assert_eq!(Interval::Month.end_of(start).to_rfc3339(), "2027-02-28T08:00:00+00:00");
    }

    proptest! {
        #[test]
        fn the_next_period_covers_now_and_never_overlaps(late in 0..100_000_000_i64, yearly: bool) {
            let interval = if yearly { Interval::Year } else { Interval::Month };
            let (start, end) = interval.following(at(0), at(late));
            prop_assert!(start >= at(0) && start <= at(late) && at(late) < end);
        }
    }
}
