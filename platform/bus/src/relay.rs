//! Takes committed events from every outbox of this process to the bus.

use std::{
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use database::{Database, outbox};
use kernel::Clock;
use tokio::{sync::Mutex, time::Instant as Tick};
use tokio_util::sync::CancellationToken;

use crate::{Bus, Envelope, Error};

/// Events read from an outbox at once.
const BATCH: u64 = 200;
/// How often outboxes with failed deliveries are looked at.
const TICK: Duration = Duration::from_millis(500);

/// One for each process.
pub struct Relay {
    bus: Arc<dyn Bus>,
    clock: Arc<dyn Clock>,
    max_attempts: u32,
    outboxes: RwLock<Vec<Arc<Source>>>,
}

struct Source {
    database: Database,
    /// One delivery at a time keeps the order of a service's events.
    order: Mutex<()>,
    has_failed: AtomicBool,
}

impl Relay {
    /// A relay to `bus`.
    pub fn new(bus: Arc<dyn Bus>, clock: Arc<dyn Clock>, max_attempts: u32) -> Self {
        Self {
            bus,
            clock,
            max_attempts,
            outboxes: RwLock::default(),
        }
    }

    /// Serves the outbox of `database` from now on.
    pub fn add(&self, database: Database) {
        let source = Source {
            database,
            order: Mutex::new(()),
            has_failed: AtomicBool::new(false),
        };
        self.outboxes.write().expect("outbox list").push(Arc::new(source));
    }

    /// Delivers until every outbox is empty, what consumers raise included; at most for `limit`.
    ///
    /// Returns false when events are left: they stay and are tried again.
    pub async fn drain(&self, limit: Duration) -> bool {
        let deadline = Tick::now() + limit;
        loop {
            let mut moved = 0;
            for source in self.sources() {
                if source.database.outbox().is_dirty() {
                    match tokio::time::timeout_at(deadline, self.deliver(&source)).await {
                        Ok(count) => moved += count,
                        Err(_) => {
                            // Cut short: the rest is the background's.
                            source.database.outbox().notify();
                            return false;
                        }
                    }
                }
            }
            if moved == 0 {
                return !self
                    .sources()
                    .iter()
                    .any(|source| source.has_failed.load(Ordering::Relaxed));
            }
        }
    }

    /// Delivers in the background until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        loop {
            for source in self.sources() {
                if source.database.outbox().is_dirty() || source.has_failed.load(Ordering::Relaxed) {
                    source.database.outbox().mark();
                    self.deliver(&source).await;
                }
            }
            let signals = self.sources();
            let woken = async {
                let notified = signals
                    .iter()
                    .map(|source| Box::pin(source.database.outbox().notified()));
                match signals.len() {
                    0 => std::future::pending().await, // a process without databases; `select_all` panics on none
                    _ => drop(futures_util::future::select_all(notified).await),
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = woken => {}
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    /// Waiting events of each service.
    pub async fn depths(&self) -> Vec<(String, u64)> {
        let mut depths = Vec::new();
        for source in self.sources() {
            if let Ok(depth) = outbox::depth(&source.database).await {
                depths.push((source.database.service().to_owned(), depth));
            }
        }
        depths
    }

    fn sources(&self) -> Vec<Arc<Source>> {
        self.outboxes.read().expect("outbox list").clone()
    }

    /// Publishes what is due; returns how many events left the outbox.
    async fn deliver(&self, source: &Source) -> usize {
        let _turn = source.order.lock().await;
        if !source.database.outbox().take_dirty() {
            return 0;
        }
        let now = self.clock.now();
        let service = source.database.service();
        let rows = match outbox::due(&source.database, now, BATCH).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(service, %error, "cannot read the outbox");
                source.has_failed.store(true, Ordering::Relaxed);
                return 0;
            }
        };
        let is_full = rows.len() as u64 == BATCH;
        let mut done = Vec::with_capacity(rows.len());
        let mut failed = Vec::new();
        for row in rows {
            let sent = match Envelope::from_outbox(service, &row) {
                Ok(event) => self.bus.publish(&event).await,
                Err(error) => Err(Error::Dead(error.to_string())),
            };
            match sent {
                Ok(()) => done.push(row.id),
                Err(error) => failed.push((row, error)),
            }
        }
        metrics::counter!("events_published_total", "service" => service.to_owned()).increment(done.len() as u64);
        // Earlier failures may not be due yet: the mark stays while anything waits.
        let had_failed = source.has_failed.load(Ordering::Relaxed);
        let still_waits = had_failed
            && outbox::depth(&source.database)
                .await
                .is_ok_and(|depth| depth > done.len() as u64);
        source
            .has_failed
            .store(!failed.is_empty() || still_waits, Ordering::Relaxed);
        let count = done.len();
        if let Err(error) = self.record(source, done, failed).await {
            tracing::error!(service, %error, "cannot clear the outbox");
            source.has_failed.store(true, Ordering::Relaxed);
        }
        if is_full {
            source.database.outbox().notify();
        }
        count
    }

    async fn record(
        &self,
        source: &Source,
        done: Vec<uuid::Uuid>,
        failed: Vec<(outbox::Model, Error)>,
    ) -> Result<(), sea_orm::DbErr> {
        if !done.is_empty() {
            outbox::published(&source.database, done).await?;
        }
        for (row, error) in failed {
            let now = self.clock.now();
            let attempts = u32::try_from(row.attempts).unwrap_or(0).saturating_add(1);
            let is_dead = matches!(error, Error::Dead(_)) || attempts >= self.max_attempts;
            if is_dead {
                tracing::error!(event.id = %row.id, event.kind = %row.kind, %error, "event was given up");
            }
            let wait = chrono::Duration::milliseconds(200 << attempts.min(9));
            outbox::failed(
                &source.database,
                row,
                now + wait,
                is_dead.then_some(now),
                error.to_string(),
            )
            .await?;
        }
        Ok(())
    }
}
