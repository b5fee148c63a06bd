//! The arithmetic of a [`Quota`]: all that is kept is the instant at which the bucket is full again, in microseconds.

use std::{ops::RangeInclusive, time::Duration};

use crate::{Drawn, Quota};

/// Takes from a bucket that is full at `full_at`, when it is `now`. Gives what was taken and the new instant.
pub(crate) fn draw(now: u64, full_at: Option<u64>, units: &RangeInclusive<u64>, quota: Quota) -> (Drawn, Option<u64>) {
    let per = quota.per.as_micros().max(1);
    let size = u128::from(quota.units.max(1));
    let full_at = full_at.unwrap_or(now).max(now);
    // A quota that was made smaller may be more than empty.
    let filled = per.saturating_sub(u128::from(full_at - now));
    let left = narrow(filled * size / per);
    if left < *units.start() {
        let missing = u128::from(units.start() - left);
        let wait = Duration::from_micros(narrow((missing * per).div_ceil(size)));
        return (Drawn { taken: 0, left, wait }, None);
    }
    let taken = left.min(*units.end());
    let full_at = full_at.saturating_add(narrow((u128::from(taken) * per).div_ceil(size)));
    let left = left - taken;
    let wait = Duration::ZERO;
    (Drawn { taken, left, wait }, Some(full_at))
}

fn narrow(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Quota = Quota {
        units: 60,
        per: Duration::from_mins(1),
    };

    #[test]
    fn a_bucket_empties_and_fills_evenly() {
        let second = 1_000_000;
        let (drawn, full_at) = draw(0, None, &(1..=50), QUOTA);
        assert_eq!((drawn.taken, drawn.left), (50, 10));
        let (drawn, none) = draw(0, full_at, &(20..=20), QUOTA);
        assert_eq!((drawn.taken, drawn.left, drawn.wait), (0, 10, Duration::from_secs(10)));
        assert_eq!(none, None);
        let (drawn, full_at) = draw(10 * second, full_at, &(20..=20), QUOTA);
        assert_eq!((drawn.taken, drawn.left), (20, 0));
        let (drawn, _) = draw(10 * second, full_at, &(1..=100), QUOTA);
        assert_eq!((drawn.taken, drawn.wait), (0, Duration::from_secs(1)));
        let (drawn, _) = draw(1_000 * second, full_at, &(1..=100), QUOTA);
        assert_eq!(drawn.taken, 60, "never more than it holds");
    }

    #[test]
    fn a_quota_that_was_made_smaller_is_waited_for() {
        let (_, full_at) = draw(0, None, &(60..=60), QUOTA);
        let small = Quota {
            per: Duration::from_secs(6),
            ..QUOTA
        };
        let (drawn, _) = draw(0, full_at, &(1..=1), small);
        assert_eq!((drawn.taken, drawn.left), (0, 0));
    }
}
