//! Who uses what: counted here, told to analytics every few seconds.
//!
//! The router has no database and so no outbox. What waits here is lost when the process dies; a report that the bus
//! refused is sent again with the same id, so it is never counted twice.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bus::Envelope;
use kernel::{Event, EventId, Instant};
use schema::events::router::{DURATION_MS, UsageRecorded, Used, UsedKey};
use uuid::Uuid;

use super::{label::Label, names::OTHER};
use crate::{Client, Ports};

/// Rows of one event: a message stays far below what a bus takes.
const ROWS: usize = 500;
/// Events that wait for a bus that is away; what is more is dropped, the oldest first.
const MOST_WAITING: usize = 32;

/// Counts uses.
pub(super) struct Usage {
    most: usize,
    router: Uuid,
    rows: Mutex<Rows>,
    waiting: tokio::sync::Mutex<VecDeque<Envelope>>,
}

#[derive(Default)]
struct Rows {
    since: Option<Instant>,
    counts: HashMap<Key, Count>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
#[expect(clippy::struct_field_names, reason = "the API key is part of what usage is told by")]
struct Key {
    client: Client,
    key: Option<UsedKey>,
    name: Arc<str>,
    kind: &'static str,
    hash: Arc<str>,
}

#[derive(Default)]
#[expect(clippy::struct_field_names, reason = "how many there were")]
struct Count {
    count: u64,
    errors: u64,
    duration_us: u64,
    longest_us: u64,
    cost: u64,
    bytes: u64,
    durations: [u64; DURATION_MS.len() + 1],
}

/// One use.
pub(super) struct Use<'u> {
    pub(super) client: &'u Client,
    pub(super) key: Option<UsedKey>,
    pub(super) label: &'u Label,
    pub(super) is_error: bool,
    pub(super) duration_us: u64,
    pub(super) cost: u64,
    pub(super) bytes: u64,
}

impl Usage {
    pub(super) fn new(most: usize, ports: &Ports) -> Self {
        Self {
            most,
            router: ports.ids.next(),
            rows: Mutex::default(),
            waiting: tokio::sync::Mutex::default(),
        }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one use.
    pub(super) fn add(&self, used: &Use<'_>, now: Instant) {
        let key = Key {
            client: used.client.clone(),
            key: used.key,
            name: used.label.shared_name(),
            kind: used.label.kind(),
            hash: used.label.shared_hash(),
        };
        let mut rows = self.rows();
        rows.since.get_or_insert(now);
        let is_full = rows.counts.len() >= self.most && !rows.counts.contains_key(&key);
        let key = if is_full { everything_else() } else { key };
        let count = rows.counts.entry(key).or_default();
        count.count += 1;
        count.errors += u64::from(used.is_error);
        count.cost += used.cost;
        count.bytes += used.bytes;
        // A subscription's life is no latency.
        if used.label.kind() != "subscription" {
            count.duration_us += used.duration_us;
            count.longest_us = count.longest_us.max(used.duration_us);
            let class = DURATION_MS.iter().position(|bound| used.duration_us <= bound * 1000);
            count.durations[class.unwrap_or(DURATION_MS.len())] += 1;
        }
    }

    /// Tells what was counted; `false` when something still waits.
    pub(super) async fn tell(&self, ports: &Ports) -> bool {
        let mut waiting = self.waiting.lock().await;
        waiting.extend(self.take(ports));
        while waiting.len() > MOST_WAITING {
            waiting.pop_front();
            metrics::counter!("router_usage_dropped_total").increment(1);
        }
        while let Some(event) = waiting.front() {
            match ports.bus.publish(event).await {
                Ok(()) | Err(bus::Error::Dead(_)) => {}
                Err(error) => {
                    tracing::warn!(%error, "usage was not told");
                    return false;
                }
            }
            waiting.pop_front();
        }
        true
    }

    /// What was counted since the last time, as events.
    fn take(&self, ports: &Ports) -> Vec<Envelope> {
        let Rows { since, counts } = std::mem::take(&mut *self.rows());
        let Some(from) = since else { return Vec::new() };
        let to = ports.clock.now();
        let mut used: Vec<Used> = counts.into_iter().map(|(key, count)| row(&key, &count)).collect();
        let mut events = Vec::with_capacity(used.len().div_ceil(ROWS));
        while !used.is_empty() {
            let event = UsageRecorded {
                router: self.router,
                from,
                to,
                used: used.drain(..used.len().min(ROWS)).collect(),
            };
            events.push(Envelope {
                specversion: "1.0".to_owned(),
                id: EventId(ports.ids.next()),
                source: "/matinee/router".to_owned(),
                kind: UsageRecorded::TYPE.to_owned(),
                subject: event.subject(),
                time: to,
                datacontenttype: "application/json".to_owned(),
                data: serde_json::to_value(&event).expect("numbers and text are JSON"),
            });
        }
        events
    }
}

fn everything_else() -> Key {
    let label = Label::other();
    Key {
        client: Client {
            name: OTHER.into(),
            version: "".into(),
        },
        key: None,
        name: label.shared_name(),
        kind: label.kind(),
        hash: label.shared_hash(),
    }
}

fn row(key: &Key, count: &Count) -> Used {
    Used {
        client: key.client.name.to_string(),
        version: key.client.version.to_string(),
        key: key.key,
        operation: key.name.to_string(),
        kind: key.kind.to_owned(),
        hash: key.hash.to_string(),
        count: count.count,
        errors: count.errors,
        duration_us: count.duration_us,
        longest_us: count.longest_us,
        cost: count.cost,
        bytes: count.bytes,
        durations: count.durations.to_vec(),
    }
}
