//! What the router keeps and shares: whole answers, entities, fetches that are under way.
//!
//! Nothing is kept that no `@cacheControl` allows, and nothing for longer. Long before its time is over an answer ends
//! when an event tells that something in it changed (`invalidation.rs`); while no events can be heard nothing is kept.

mod changes;
mod entities;
mod facts;
mod flights;
mod hints;
pub(crate) mod invalidation;
mod listener;
mod settings;
mod tags;
mod viewer;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::Shared;
use kernel::{Clock, Instant};
use moka::sync::Cache;

use self::{
    changes::Changes,
    flights::{Flight, Flights},
    listener::Ear,
};
use crate::{
    data::Data,
    engine::Engine,
    pipeline::{Context, Prepared, Variables},
};

pub(crate) use entities::Shelf;
pub(crate) use facts::hinted;
pub use hints::Policy;
pub(crate) use hints::{EntityPolicy, Hints};
pub use settings::CacheSettings;
pub(crate) use tags::tags_of;
pub(crate) use viewer::{Class, Hasher};

/// Names a thing that changes: `Title:0197…`, or `Title` for every one.
pub(crate) type Tag = Box<str>;
/// SHA-256 of all that an answer depends on.
pub(crate) type Key = [u8; 32];

/// Memory that an entry takes beside its content.
const ENTRY_BYTES: usize = 200;

/// What is kept, for the life of a router.
pub(crate) struct Kept {
    clock: Arc<dyn Clock>,
    answers: Cache<Key, Arc<Entry<Whole>>>,
    entities: Cache<Key, Arc<Entry<Data>>>,
    changes: Changes,
    flights: Arc<Flights>,
    ear: Ear,
    /// Events are heard: without them nothing is kept.
    hears: AtomicBool,
    /// Mutations that ended here: what began before is not shared with what begins after.
    mutations: AtomicU64,
}

/// Something that is kept.
struct Entry<T> {
    content: T,
    policy: Policy,
    ends_at: Instant,
    /// When the work on it began.
    moment: u64,
    tags: Vec<Tag>,
    bytes: usize,
}

/// A whole answer.
#[derive(Clone)]
pub(crate) struct Whole {
    pub(crate) body: Bytes,
    /// What it cost when it was made.
    pub(crate) cost: u64,
}

/// A whole answer on its way into the cache.
pub(crate) struct Place {
    key: Key,
    pub(crate) policy: Policy,
    moment: u64,
}

/// What became of looking for an answer.
pub(crate) enum Looked {
    /// It is there.
    Found(Whole, Policy),
    /// It is not, but it may come there.
    Place(Place),
    /// Such an answer is not kept here; others may keep it.
    NotKept(Policy),
}

impl Kept {
    pub(crate) fn new(settings: &CacheSettings, clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            answers: bounded(settings.answer_bytes),
            entities: bounded(settings.entity_bytes),
            changes: Changes::default(),
            flights: Arc::default(),
            ear: Ear::default(),
            hears: AtomicBool::new(false),
            mutations: AtomicU64::new(0),
        }
    }

    /// Whether events are heard, without which nothing may be kept.
    pub(crate) fn hears(&self) -> bool {
        self.hears.load(Ordering::Acquire)
    }

    /// Looks for a whole answer; only who may have it is let so far.
    pub(crate) fn look(
        &self,
        engine: &Engine,
        prepared: &Prepared,
        variables: &Variables,
        context: &Context,
    ) -> Looked {
        let class = Class::of(context, &engine.settings.traffic.headers);
        let policy = Policy {
            is_private: !class.shares(prepared.policy.is_private),
            ..prepared.policy
        };
        if !class.is_kept() {
            return Looked::NotKept(Policy::default());
        }
        if policy.max_age == 0 || !engine.settings.cache.answers || !self.hears() {
            return Looked::NotKept(policy);
        }
        let mut key = Hasher::default();
        key.add(&engine.digest);
        key.add(&prepared.digest);
        key.add_json(&variables.values);
        class.add_to(&mut key, prepared.policy.is_private);
        let key = key.end();
        match self.answer(&key) {
            Some((whole, policy)) => Looked::Found(whole, policy),
            None => Looked::Place(Place {
                key,
                policy,
                moment: self.changes.moment(),
            }),
        }
    }

    /// A whole answer, as long as it is fresh.
    fn answer(&self, key: &Key) -> Option<(Whole, Policy)> {
        let found = self.fresh(&self.answers, key);
        count("answers", if found.is_some() { "hit" } else { "miss" });
        let entry = found?;
        let left = (entry.ends_at - self.clock.now()).num_seconds();
        let policy = Policy {
            max_age: u32::try_from(left).unwrap_or(0),
            ..entry.policy
        };
        Some((entry.content.clone(), policy))
    }

    /// Keeps a whole answer.
    pub(crate) fn keep_answer(&self, place: &Place, whole: Whole, tags: BTreeSet<Tag>) {
        let bytes = whole.body.len();
        let entry = self.entry(whole, bytes, place.policy, place.moment, tags);
        self.answers.insert(place.key, entry);
    }

    /// The answer of a fetch, shared with whoever asks the same before it is there. Nobody joins a fetch that began
    /// before something changed.
    fn join(&self, mut key: Hasher, ask: impl FnOnce() -> Flight) -> Shared<Flight> {
        key.add(&self.changes.moment().to_be_bytes());
        key.add(&self.mutations.load(Ordering::Acquire).to_be_bytes());
        self.flights.join(key.end(), ask)
    }

    /// A mutation was answered, which may have changed `tags`; its events, as far as they are on their way to this
    /// process, are heard first.
    pub(crate) async fn mutated(&self, tags: Vec<Tag>) {
        self.mutations.fetch_add(1, Ordering::AcqRel);
        self.changes.drop(tags);
        if self.hears() {
            self.ear.catch_up().await;
        }
    }

    fn entry<T>(&self, content: T, bytes: usize, policy: Policy, moment: u64, tags: BTreeSet<Tag>) -> Arc<Entry<T>> {
        let tags: Vec<Tag> = tags.into_iter().collect();
        let bytes = bytes + ENTRY_BYTES + tags.iter().map(|tag| tag.len() + 16).sum::<usize>();
        let ends_at = self.clock.now() + Duration::from_secs(policy.max_age.into());
        Arc::new(Entry {
            content,
            policy,
            ends_at,
            moment,
            tags,
            bytes,
        })
    }

    fn fresh<T: Send + Sync + 'static>(&self, cache: &Cache<Key, Arc<Entry<T>>>, key: &Key) -> Option<Arc<Entry<T>>> {
        let entry = cache.get(key)?;
        if entry.ends_at > self.clock.now() && self.changes.is_fresh(entry.moment, entry.tags.iter()) {
            return Some(entry);
        }
        cache.invalidate(key);
        None
    }
}

fn bounded<T: Send + Sync + 'static>(bytes: u64) -> Cache<Key, Arc<Entry<T>>> {
    Cache::builder()
        .max_capacity(bytes)
        .weigher(|_, entry: &Arc<Entry<T>>| u32::try_from(entry.bytes).unwrap_or(u32::MAX))
        .build()
}

fn count(cache: &'static str, outcome: &'static str) {
    metrics::counter!("router_cache_total", "cache" => cache, "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests {
    use kernel::SystemClock;

    use super::*;

    #[test]
    fn what_is_kept_takes_no_more_memory_than_it_may() {
        const ALLOWED: u64 = 100_000;
        let settings = CacheSettings {
            answer_bytes: ALLOWED,
            ..CacheSettings::default()
        };
        let kept = Kept::new(&settings, Arc::new(SystemClock));
        for i in 0..1_000_u32 {
            let mut key = Hasher::default();
            key.add(&i.to_be_bytes());
            let place = Place {
                key: key.end(),
                policy: Policy {
                    max_age: 60,
                    is_private: false,
                },
                moment: kept.changes.moment(),
            };
            let whole = Whole {
                body: Bytes::from(vec![b' '; 1_000]),
                cost: 1,
            };
            kept.keep_answer(&place, whole, BTreeSet::new());
        }
        kept.answers.run_pending_tasks();
        let (bytes, count) = (kept.answers.weighted_size(), kept.answers.entry_count());
        assert!(bytes <= ALLOWED && count > 0, "{count} answers in {bytes} bytes");
    }
}
