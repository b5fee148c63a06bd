//! How long things took, in classes: enough for percentiles that are right within their class.

use schema::events::router::DURATION_MS;

/// Counts by class: one for each upper bound, and one for what is beyond the last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Latencies([i64; DURATION_MS.len() + 1]);

impl Latencies {
    /// Counts `count` more in `class`; a class that is unknown here is the last.
    pub fn add(&mut self, class: usize, count: i64) {
        let class = class.min(DURATION_MS.len());
        self.0[class] += count;
    }

    /// The duration, in milliseconds, within which `share` (0 to 1) of all were done; `longest_ms` bounds it.
    ///
    /// Inside a class durations are taken as evenly spread.
    #[expect(clippy::cast_precision_loss, reason = "counts and bounds are far below 2^52")]
    pub fn percentile(&self, share: f64, longest_ms: f64) -> Option<f64> {
        let all: i64 = self.0.iter().sum();
        if all == 0 {
            return None;
        }
        let wanted = share * all as f64;
        let mut before = 0.0;
        for (class, count) in self.0.iter().enumerate() {
            let count = *count as f64;
            if count > 0.0 && before + count >= wanted {
                let lower = class.checked_sub(1).and_then(|class| DURATION_MS.get(class));
                let lower = lower.map_or(0.0, |bound| *bound as f64);
                let upper = DURATION_MS.get(class).map_or(longest_ms, |bound| *bound as f64);
                let upper = upper.min(longest_ms.max(lower));
                return Some(lower + (upper - lower) * (wanted - before) / count);
            }
            before += count;
        }
        Some(longest_ms)
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "small numbers of a test"
    )]

    use proptest::prelude::*;

    use super::*;

    fn class(duration_ms: f64) -> usize {
        let bounds = DURATION_MS.iter();
        bounds
            .clone()
            .position(|bound| duration_ms <= *bound as f64)
            .unwrap_or(DURATION_MS.len())
    }

    proptest! {
        #[test]
        fn a_percentile_lies_in_the_class_of_the_true_one(mut durations in prop::collection::vec(0.0_f64..20_000.0, 1..200), share in 0.01_f64..1.0) {
            let mut latencies = Latencies::default();
            for duration in &durations {
                latencies.add(class(*duration), 1);
            }
            durations.sort_by(f64::total_cmp);
            let longest = *durations.last().expect("one");
            let rank = (share * durations.len() as f64).ceil() as usize;
            let truth = durations[rank.clamp(1, durations.len()) - 1];
            let said = latencies.percentile(share, longest).expect("one");
            prop_assert!(said <= longest, "{said} of {longest}");
            let (lower, upper) = (class(truth).checked_sub(1).map_or(0.0, |i| DURATION_MS[i] as f64), longest);
            prop_assert!(said >= lower - 1e-6 && said <= upper, "{said} for {truth}");
            prop_assert!(class(said.max(lower + 1e-9)) <= class(truth), "{said} for {truth}");
        }
    }

    #[test]
    fn nothing_has_no_percentile() {
        assert_eq!(Latencies::default().percentile(0.5, 1.0), None);
    }
}
