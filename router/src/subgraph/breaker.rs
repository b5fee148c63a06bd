//! Leaves a subgraph alone that fails, so that neither it nor those who ask for it wait for nothing.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Parts of the window.
const SLICES: u32 = 10;
/// Fetches that must succeed, one after the other, before all pass again.
const PROBES: u32 = 3;

/// When it opens and closes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Part of fetches that have to fail.
    pub(super) ratio: f64,
    /// Fewest fetches that are judged.
    pub(super) volume: u64,
    /// How far back it looks.
    pub(super) window: Duration,
    /// How long it stays open.
    pub(super) open: Duration,
}

/// The breaker of one subgraph.
#[derive(Debug)]
pub(super) struct Breaker {
    subgraph: String,
    limits: Limits,
    gauge: metrics::Gauge,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Closed(VecDeque<Slice>),
    Open { until: Instant },
    HalfOpen { is_probing: bool, succeeded: u32 },
}

#[derive(Debug, Clone, Copy)]
struct Slice {
    from: Instant,
    fetches: u64,
    failures: u64,
}

/// A fetch that may pass; it says how it went. Dropped without a word (the client went away), it counts for nothing.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    is_probe: bool,
}

impl Breaker {
    /// A closed one.
    pub(super) fn new(limits: Limits, subgraph: &str) -> Self {
        let gauge = metrics::gauge!("router_breaker_state", "subgraph" => subgraph.to_owned());
        gauge.set(0.0);
        Self {
            subgraph: subgraph.to_owned(),
            limits,
            gauge,
            state: Mutex::new(State::Closed(VecDeque::new())),
        }
    }

    /// Whether a fetch may pass now; `None` while the subgraph is left alone.
    pub(super) fn pass(&self) -> Option<Pass<'_>> {
        self.change(|state| {
            if matches!(state, State::Open { until } if *until <= Instant::now()) {
                *state = State::HalfOpen {
                    is_probing: false,
                    succeeded: 0,
                };
            }
            let is_probe = match state {
                State::Closed(_) => false,
                State::HalfOpen { is_probing, .. } if !*is_probing => {
                    *is_probing = true;
                    true
                }
                State::Open { .. } | State::HalfOpen { .. } => return None,
            };
            Some(Pass {
                breaker: self,
                is_probe,
            })
        })
    }

    fn record(&self, is_probe: bool, has_failed: bool) {
        self.change(|state| match state {
            State::Closed(slices) => {
                let now = Instant::now();
                count(slices, now, self.limits.window, has_failed);
                if has_failed && self.is_too_much(slices) {
                    *state = State::Open {
                        until: now + self.limits.open,
                    };
                }
            }
            State::HalfOpen { is_probing, succeeded } if is_probe => {
                *is_probing = false;
                *succeeded += 1;
                if has_failed {
                    *state = State::Open {
                        until: Instant::now() + self.limits.open,
                    };
                } else if *succeeded >= PROBES {
                    *state = State::Closed(VecDeque::new());
                }
            }
            // It began before the breaker opened: old news.
            State::Open { .. } | State::HalfOpen { .. } => {}
        });
    }

    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
    fn is_too_much(&self, slices: &VecDeque<Slice>) -> bool {
        let fetches: u64 = slices.iter().map(|slice| slice.fetches).sum();
        let failures: u64 = slices.iter().map(|slice| slice.failures).sum();
        fetches >= self.limits.volume.max(1) && failures as f64 >= fetches as f64 * self.limits.ratio
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = state.code();
        let done = change(&mut state);
        let after = state.code();
        drop(state);
        if before != after {
            self.gauge.set(f64::from(after));
            let name = ["closed", "half open", "open"][usize::from(after)];
            tracing::warn!(service = %self.subgraph, state = name, "circuit breaker changed");
        }
        done
    }
}

impl State {
    /// The value of the gauge: 0 closed, 1 half open, 2 open.
    const fn code(&self) -> u8 {
        match self {
            Self::Closed(_) => 0,
            Self::HalfOpen { .. } => 1,
            Self::Open { .. } => 2,
        }
    }
}

fn count(slices: &mut VecDeque<Slice>, now: Instant, window: Duration, has_failed: bool) {
    while slices
        .front()
        .is_some_and(|slice| now.duration_since(slice.from) >= window)
    {
        slices.pop_front();
    }
    if slices
        .back()
        .is_none_or(|slice| now.duration_since(slice.from) >= window / SLICES)
    {
        slices.push_back(Slice {
            from: now,
            fetches: 0,
            failures: 0,
        });
    }
    if let Some(slice) = slices.back_mut() {
        slice.fetches += 1;
        slice.failures += u64::from(has_failed);
    }
}

impl Pass<'_> {
    /// The subgraph answered.
    pub(super) fn succeeded(self) {
        self.end(false);
    }

    /// It did not.
    pub(super) fn failed(self) {
        self.end(true);
    }

    fn end(mut self, has_failed: bool) {
        self.breaker.record(self.is_probe, has_failed);
        // Another probe may be under way now.
        self.is_probe = false;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.is_probe {
            self.breaker.change(|state| {
                if let State::HalfOpen { is_probing, .. } = state {
                    *is_probing = false;
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        let limits = Limits {
            ratio: 0.5,
            volume: 4,
            window: Duration::from_secs(10),
            open: Duration::from_secs(5),
        };
        Breaker::new(limits, "test")
    }

    fn fail(breaker: &Breaker, times: u32) {
        for _ in 0..times {
            breaker.pass().unwrap().failed();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_opens_at_the_ratio_but_not_before_the_volume_nor_for_old_failures() {
        let breaker = breaker();
        fail(&breaker, 3);
        tokio::time::advance(Duration::from_secs(11)).await;
        fail(&breaker, 1);
        for _ in 0..3 {
            breaker.pass().unwrap().succeeded();
        }
        fail(&breaker, 1);
        assert!(breaker.pass().is_some());
        fail(&breaker, 1);
        assert!(breaker.pass().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn half_open_it_lets_one_pass_at_a_time_and_closes_after_three() {
        let breaker = breaker();
        fail(&breaker, 4);
        assert!(breaker.pass().is_none());
        tokio::time::advance(Duration::from_secs(5)).await;
        let probe = breaker.pass().unwrap();
        assert!(breaker.pass().is_none(), "one at a time");
        probe.failed();
        assert!(breaker.pass().is_none(), "open again");
        tokio::time::advance(Duration::from_secs(5)).await;
        drop(breaker.pass().unwrap());
        for _ in 0..3 {
            breaker.pass().expect("the one before is done").succeeded();
        }
        let (one, two) = (breaker.pass(), breaker.pass());
        assert!(one.is_some() && two.is_some(), "closed");
    }
}
