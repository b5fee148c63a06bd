//! The addresses of a subgraph, or of a passthrough, and which of them is asked next: by weight, health, speed and how busy it is.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::Uri;
use tokio::time::Instant;

use crate::error::Error;

/// Most addresses of one subgraph.
const MAX_ADDRESSES: usize = 32;
/// How much the latest answer counts in the averages.
const NEW: f64 = 0.2;
/// How many times slower than the fastest an address may be before it gets less.
const TOLERANCE: f64 = 2.0;

/// The addresses of one subgraph.
#[derive(Debug)]
pub(crate) struct Replicas {
    list: Vec<Replica>,
    /// Smooth weighted round-robin: what each is owed.
    credits: Mutex<Vec<f64>>,
    eject_after: u32,
}

/// One address.
#[derive(Debug)]
pub(super) struct Replica {
    /// Its URL.
    pub(super) url: Uri,
    /// Its share; 0: only when the others are out.
    weight: f64,
    pending: AtomicUsize,
    health: Mutex<Health>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Health {
    /// Seconds of an answer, averaged; 0: none yet.
    latency: f64,
    /// Part of the answers that failed, averaged.
    failing: f64,
    in_a_row: u32,
    is_out: bool,
}

/// A fetch on its way to an address; it says how it went.
#[derive(Debug)]
pub(crate) struct Visit<'a> {
    replicas: &'a Replicas,
    /// Which of the addresses it is.
    pub(crate) index: usize,
    began: Instant,
}

impl Replicas {
    /// Reads addresses, separated by commas, each with its weight behind a space: `http://a/graphql 9, http://b/graphql 1`.
    ///
    /// # Errors
    /// [`Error::Address`] for what is not an `http:` or `https:` URL with a weight.
    pub(crate) fn read(addresses: &str, eject_after: u32) -> Result<Self, Error> {
        let mut list = Vec::new();
        for address in addresses
            .split(',')
            .map(str::trim)
            .filter(|address| !address.is_empty())
        {
            list.push(Replica::read(address).ok_or_else(|| Error::Address(address.to_owned()))?);
        }
        if list.is_empty() || list.len() > MAX_ADDRESSES {
            return Err(Error::Address(addresses.to_owned()));
        }
        Ok(Self {
            credits: Mutex::new(vec![0.0; list.len()]),
            list,
            eject_after: eject_after.max(1),
        })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The address `index`.
    pub(crate) fn url(&self, index: usize) -> &Uri {
        &self.list[index].url
    }

    /// The next address for a fetch that has tried those in `tried` (a bit each); `None` when it has tried all.
    pub(crate) fn next(&self, tried: u32) -> Option<Visit<'_>> {
        let shares = self.shares(tried)?;
        let mut credits = self.credits.lock().unwrap_or_else(PoisonError::into_inner);
        let mut best = None;
        for (i, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            credits[i] += share;
            if best.is_none_or(|best: usize| credits[i] > credits[best]) {
                best = Some(i);
            }
        }
        let index = best?;
        credits[index] -= shares.iter().sum::<f64>();
        drop(credits);
        self.list[index].pending.fetch_add(1, Ordering::AcqRel);
        Some(Visit {
            replicas: self,
            index,
            began: Instant::now(),
        })
    }

    /// The share of each address; nothing for those that are out, unless all are.
    fn shares(&self, tried: u32) -> Option<Vec<f64>> {
        let states: Vec<(Health, usize)> = self
            .list
            .iter()
            .map(|replica| (replica.health(), replica.pending.load(Ordering::Acquire)))
            .collect();
        let open = |i: usize| tried & (1 << i) == 0;
        let in_use = |i: &usize| open(*i) && !states[*i].0.is_out;
        let all = || 0..self.list.len();
        let mut chosen: Vec<usize> = all().filter(|i| in_use(i) && self.list[*i].weight > 0.0).collect();
        if chosen.is_empty() {
            chosen = all().filter(in_use).collect();
        }
        if chosen.is_empty() {
            chosen = all().filter(|i| open(*i)).collect();
        }
        let fastest = chosen
            .iter()
            .map(|i| states[*i].0.latency)
            .filter(|latency| *latency > 0.0);
        let fastest = fastest.fold(f64::INFINITY, f64::min);
        let idlest = chosen.iter().map(|i| states[*i].1).min()?;
        let mut shares = vec![0.0; self.list.len()];
        for i in chosen {
            let (health, pending) = states[i];
            let slow = if health.latency > fastest * TOLERANCE {
                fastest * TOLERANCE / health.latency
            } else {
                1.0
            };
            let busy = 1.0 / (1.0 + f64::from(u32::try_from(pending - idlest).unwrap_or(u32::MAX)));
            let well = (1.0 - health.failing).max(0.05).powi(2);
            let weight = if self.list[i].weight > 0.0 {
                self.list[i].weight
            } else {
                1.0
            };
            shares[i] = weight * slow * busy * well;
        }
        Some(shares)
    }

    /// The address `index` answers again.
    pub(super) fn readmit(&self, index: usize) {
        self.list[index].change(|health| *health = Health::default());
    }
}

impl Replica {
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let url: Uri = words.next()?.parse().ok()?;
        let is_http = matches!(url.scheme_str(), Some("http" | "https"));
        let weight: u16 = words.next().map_or(Some(1), |weight| weight.parse().ok())?;
        (is_http && url.host().is_some() && words.next().is_none()).then(|| Self {
            url,
            weight: f64::from(weight),
            pending: AtomicUsize::new(0),
            health: Mutex::default(),
        })
    }

    fn health(&self) -> Health {
        *self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Health) -> T) -> T {
        change(&mut self.health.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Visit<'_> {
    /// Where it goes.
    pub(crate) fn url(&self) -> &Uri {
        self.replicas.url(self.index)
    }

    /// The address answered.
    pub(crate) fn succeeded(self) {
        let latency = self.began.elapsed();
        self.replicas.list[self.index].change(|health| health.answered(latency));
    }

    /// It did not; true when it is out from now on.
    pub(crate) fn failed(self) -> bool {
        let alone = self.replicas.len() == 1;
        self.replicas.list[self.index].change(|health| {
            health.failing += (1.0 - health.failing) * NEW;
            health.in_a_row += 1;
            let goes_out = !alone && !health.is_out && health.in_a_row >= self.replicas.eject_after;
            health.is_out |= goes_out;
            goes_out
        })
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.replicas.list[self.index].pending.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Health {
    fn answered(&mut self, latency: Duration) {
        let latency = latency.as_secs_f64().max(1e-6);
        self.latency = if self.latency > 0.0 {
            self.latency + (latency - self.latency) * NEW
        } else {
            latency
        };
        self.failing -= self.failing * NEW;
        self.in_a_row = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replicas(addresses: &str) -> Replicas {
        Replicas::read(addresses, 3).unwrap()
    }

    async fn visit(replicas: &Replicas, milliseconds: u64) -> usize {
        let visit = replicas.next(0).unwrap();
        let index = visit.index;
        tokio::time::advance(Duration::from_millis(milliseconds)).await;
        visit.succeeded();
        index
    }

    #[tokio::test(start_paused = true)]
    async fn weights_are_kept_exactly_while_all_are_well() {
        let replicas = replicas("http://a 9, http://b 1, http://standby 0");
        let mut counts = [0; 3];
        for _ in 0..100 {
            counts[visit(&replicas, 5).await] += 1;
        }
        assert_eq!(counts, [90, 10, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn three_failures_in_a_row_put_an_address_out_until_it_is_back() {
        let replicas = replicas("http://a, http://b, http://standby 0");
        for i in 0..3 {
            let to_a = loop {
                let visit = replicas.next(0).unwrap();
                if visit.index == 0 {
                    break visit;
                }
                visit.succeeded();
            };
            assert_eq!(to_a.failed(), i == 2);
        }
        for _ in 0..20 {
            assert_eq!(visit(&replicas, 1).await, 1);
        }
        assert_eq!(replicas.next(0b010).unwrap().index, 2, "the standby is next");
        assert_eq!(
            replicas.next(0b110).unwrap().index,
            0,
            "better one that is out than none"
        );
        assert!(replicas.next(0b111).is_none());
        replicas.readmit(0);
        let mut counts = [0; 3];
        for _ in 0..20 {
            counts[visit(&replicas, 1).await] += 1;
        }
        assert!(counts[0] >= 9 && counts[1] >= 9, "{counts:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn slow_and_busy_addresses_get_less_but_never_nothing() {
        let replicas = replicas("http://slow, http://fast");
        let mut counts = [0; 2];
        for _ in 0..200 {
            let visit = replicas.next(0).unwrap();
            let index = visit.index;
            tokio::time::advance(Duration::from_millis(if index == 0 { 100 } else { 5 })).await;
            visit.succeeded();
            counts[index] += 1;
        }
        assert!((5..40).contains(&counts[0]), "{counts:?}");

        let replicas = self::replicas("http://a, http://b");
        let held: Vec<Visit<'_>> = (0..10).filter_map(|_| replicas.next(0b10)).collect();
        assert!(held.iter().all(|visit| visit.index == 0));
        let next: Vec<usize> = (0..5)
            .filter_map(|_| replicas.next(0))
            .map(|visit| visit.index)
            .collect();
        assert_eq!(next, [1; 5], "the idle one");
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        for wrong in [
            "",
            "ftp://a",
            "/graphql",
            "http://a heavy",
            "http://a 1 2",
            "http://a, b",
        ] {
            assert!(Replicas::read(wrong, 3).is_err(), "{wrong:?}");
        }
    }
}
