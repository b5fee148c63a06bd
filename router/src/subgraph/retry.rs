//! When a fetch is tried again, and when not: a subgraph that is down must not get more work for it.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// Longest wait before a retry; who asks for more (`Retry-After`) gets none.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(2);
/// Seconds of the minimum that may be saved up.
const SAVED_SECONDS: f64 = 10.0;

/// Retries a subgraph may still get: each fetch puts a part of one in, each retry takes one out.
#[derive(Debug)]
pub(super) struct Budget {
    ratio: f64,
    per_second: f64,
    balance: Mutex<Balance>,
}

#[derive(Debug)]
struct Balance {
    retries: f64,
    at: Instant,
}

impl Budget {
    /// `ratio` retries for each fetch, and `per_second` in any case.
    pub(super) fn new(ratio: f64, per_second: f64) -> Self {
        let (ratio, per_second) = (ratio.max(0.0), per_second.max(0.0));
        let balance = Balance {
            retries: per_second,
            at: Instant::now(),
        };
        Self {
            ratio,
            per_second,
            balance: Mutex::new(balance),
        }
    }

    /// Counts a fetch.
    pub(super) fn deposit(&self) {
        self.change(|balance| balance.retries += self.ratio);
    }

    /// Takes a retry out; false when none is left.
    pub(super) fn withdraw(&self) -> bool {
        self.change(|balance| {
            let has_one = balance.retries >= 1.0;
            if has_one {
                balance.retries -= 1.0;
            }
            has_one
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Balance) -> T) -> T {
        let mut balance = self.balance.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let passed = now.saturating_duration_since(balance.at).as_secs_f64();
        let most = (self.per_second * SAVED_SECONDS).max(1.0) + self.ratio * 1_000.0;
        balance.retries = (balance.retries + passed * self.per_second).min(most);
        balance.at = now;
        change(&mut balance)
    }
}

/// How long to wait before a retry: a random part of a time that doubles, so that those who failed together do not come
/// back together.
#[derive(Debug)]
pub(super) struct Backoff {
    base: Duration,
    state: AtomicU64,
}

impl Backoff {
    /// Waits up to `base` before the first retry.
    pub(super) fn new(base: Duration) -> Self {
        // Different in every process; nothing secret hangs on it.
        Self::seeded(base, RandomState::new().hash_one(0))
    }

    fn seeded(base: Duration, seed: u64) -> Self {
        Self {
            base,
            state: AtomicU64::new(seed),
        }
    }

    /// The wait before retry `number` (0 is the first); `None` when the subgraph asks for more than is worth it.
    pub(super) fn wait(&self, number: u32, retry_after: Option<Duration>) -> Option<Duration> {
        if retry_after.is_some_and(|wait| wait > MAX_WAIT) {
            return None;
        }
        let most = self.base.saturating_mul(1 << number.min(16)).min(MAX_WAIT);
        let wait = most.mul_f64(self.part());
        Some(wait.max(retry_after.unwrap_or_default()))
    }

    /// A number from 0 to 1 (SplitMix64).
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 of the bits are kept, as many as a float holds"
    )]
    fn part(&self) -> f64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut bits = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn retries_are_a_part_of_the_fetches_and_a_minimum() {
        let budget = Budget::new(0.1, 1.0);
        assert!(budget.withdraw());
        assert!(!budget.withdraw());
        for _ in 0..100 {
            budget.deposit();
        }
        let granted = (0..100).filter(|_| budget.withdraw()).count();
        assert!((9..=10).contains(&granted), "{granted} retries for 100 fetches");
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!((0..100).filter(|_| budget.withdraw()).count(), 2);
    }

    #[test]
    fn waits_are_spread_over_a_doubling_time_and_heed_retry_after() {
        let backoff = Backoff::seeded(Duration::from_millis(100), 7);
        for (number, most) in [(0, 100), (1, 200), (2, 400), (40, 2_000)] {
            let waits: Vec<u128> = (0..200)
                .filter_map(|_| backoff.wait(number, None))
                .map(|wait| wait.as_millis())
                .collect();
            assert!(waits.iter().all(|wait| *wait <= most), "{number}: {waits:?}");
            assert!(waits.iter().any(|wait| *wait > most * 3 / 4), "{number}: {waits:?}");
            assert!(waits.iter().any(|wait| *wait < most / 4), "{number}: {waits:?}");
        }
        assert!(backoff.wait(0, Some(Duration::from_secs(1))) >= Some(Duration::from_secs(1)));
        assert_eq!(backoff.wait(0, Some(Duration::from_secs(3))), None);
    }
}
