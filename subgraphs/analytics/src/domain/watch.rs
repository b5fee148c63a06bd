//! When a title counts as watched: reports may come twice and in any order.

use chrono::TimeDelta;
use kernel::Instant;

/// Watched this long, a title of any length counts as watched.
const ENOUGH_MS: i64 = 30_000;
/// Watched for this share of its length, a short title counts as watched.
const ENOUGH_SHARE: f64 = 0.05;

/// What the reports of one playback session prove. [`Self::merge`] is commutative and idempotent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// The first report.
    pub first_at: Instant,
    /// The last report.
    pub last_at: Instant,
    /// The lowest position.
    pub lowest_ms: i64,
    /// The highest position.
    pub highest_ms: i64,
    /// Length of the title, when known.
    pub duration_ms: Option<i64>,
}

impl Watch {
    /// What one report proves.
    pub const fn of(at: Instant, position_ms: i64, duration_ms: Option<i64>) -> Self {
        Self {
            first_at: at,
            last_at: at,
            lowest_ms: position_ms,
            highest_ms: position_ms,
            duration_ms,
        }
    }

    /// What both prove together.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            first_at: self.first_at.min(other.first_at),
            last_at: self.last_at.max(other.last_at),
            lowest_ms: self.lowest_ms.min(other.lowest_ms),
            highest_ms: self.highest_ms.max(other.highest_ms),
            duration_ms: self.duration_ms.max(other.duration_ms),
        }
    }

    /// How long was watched, at least: who seeks gains position without time, who pauses gains time without position.
    fn watched_ms(&self) -> i64 {
        let time: TimeDelta = self.last_at - self.first_at;
        time.num_milliseconds().min(self.highest_ms - self.lowest_ms)
    }

    /// Whether the title was truly watched: 30 s or 5 %.
    pub fn is_watched(&self) -> bool {
        self.watched_ms() >= ENOUGH_MS || self.share().is_some_and(|share| share >= ENOUGH_SHARE)
    }

    /// How much of the title was watched, 0 to 1, when its length is known.
    #[expect(clippy::cast_precision_loss, reason = "positions are far below 2^52 milliseconds")]
    pub fn share(&self) -> Option<f64> {
        let duration = self.duration_ms.filter(|duration| *duration > 0)?;
        Some((self.watched_ms() as f64 / duration as f64).clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn report(second: i64, position_ms: i64) -> Watch {
        let start: Instant = "2026-11-21T12:00:00Z".parse().unwrap();
        Watch::of(start + TimeDelta::seconds(second), position_ms, Some(5_400_000))
    }

    #[test]
    fn thirty_seconds_or_a_twentieth_is_watched() {
        assert!(!report(0, 0).merge(report(29, 29_000)).is_watched());
        assert!(report(0, 0).merge(report(30, 30_000)).is_watched());
        let clip = |watch: Watch| Watch {
            duration_ms: Some(60_000),
            ..watch
        };
        assert!(clip(report(0, 0)).merge(clip(report(3, 3000))).is_watched());
    }

    #[test]
    fn seeking_and_pausing_is_not_watching() {
        assert!(!report(0, 0).merge(report(5, 3_000_000)).is_watched(), "sought");
        assert!(!report(0, 0).merge(report(3600, 2000)).is_watched(), "paused");
    }

    proptest! {
        #[test]
        fn order_and_repetition_do_not_matter(
            mut reports in proptest::collection::vec((0_i64..100, 0_i64..100_000), 1..8), seed in any::<usize>(),
        ) {
            let merge = |reports: &[(i64, i64)]| {
                reports.iter().map(|(at, position)| report(*at, *position)).reduce(Watch::merge).unwrap()
            };
            let once = merge(&reports);
            reports.extend(reports.clone());
            let by = seed % reports.len();
            reports.rotate_left(by);
            prop_assert_eq!(merge(&reports), once);
        }
    }
}
