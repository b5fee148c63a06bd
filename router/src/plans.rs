//! The plans of one graph: each made once, however many wait for it, and no longer than somebody does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, stream};
use kernel::{ErrorCode, Refusal};
use moka::future::Cache;
use sha2::{Digest, Sha256};
use telemetry::Kind;
use tokio::time::{Instant, timeout};

use crate::{
    bulkhead::{Bulkhead, Full},
    contract::View,
    engine::Engine,
    error::Rejection,
    observe::PlanMetrics,
    pipeline::{Context, Prepared, Request, prepare},
    settings::Settings,
};

/// Plans by the hash of their operation.
pub(crate) struct Plans {
    kept: Cache<[u8; 32], Arc<Kept>>,
    /// Planning is work for a core; so many at a time leave the others to requests that have their plan.
    turns: Bulkhead,
    at_once: usize,
    made: AtomicU64,
    /// Longest wait for a turn, as long as a plan itself may take.
    patience: Duration,
    metrics: PlanMetrics,
}

struct Kept {
    prepared: Arc<Prepared>,
    query: Box<str>,
    operation_name: Option<String>,
    uses: AtomicU64,
}

impl Plans {
    /// None yet.
    pub(crate) fn new(settings: &Settings) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let at_once = cores.div_ceil(2);
        Self {
            kept: Cache::new(settings.plan_cache),
            turns: Bulkhead::new(at_once, settings.plan_queue),
            at_once,
            made: AtomicU64::new(0),
            patience: Duration::from_millis(settings.plan_timeout_ms),
            metrics: PlanMetrics::new(),
        }
    }

    /// The operation of `request`, ready to run.
    ///
    /// # Errors
    /// As [`prepare`]; `UNAVAILABLE` when too many wait for a plan.
    pub(crate) async fn get(
        &self,
        engine: &Arc<Engine>,
        request: &Request,
        context: &Context,
    ) -> Result<Arc<Prepared>, Rejection> {
        let view = engine.view_of(request, context);
        let key = key(request, view.is_public);
        let kept = match self.kept.get(&key).await {
            Some(kept) => {
                self.metrics.hit();
                context.note_operation(&kept.prepared, None);
                kept
            }
            None => {
                let began_at = Instant::now();
                let _work = context.journal().map(|_| context.trace().start("plan", Kind::Internal));
                let made = self.kept.try_get_with(key, self.make(engine, view, request)).await;
                let kept = made.map_err(|rejection| Rejection::clone(&rejection))?;
                let took = began_at.elapsed();
                self.metrics.miss(took.as_secs_f64(), self.kept.entry_count());
                context.note_operation(&kept.prepared, Some(took));
                kept
            }
        };
        kept.uses.fetch_add(1, Ordering::Relaxed);
        Ok(kept.prepared.clone())
    }

    async fn make(&self, engine: &Arc<Engine>, view: &Arc<View>, request: &Request) -> Result<Arc<Kept>, Rejection> {
        let _turn = self
            .turns
            .enter(Instant::now() + self.patience)
            .await
            .map_err(|full| overloaded(&full))?;
        let patience = engine.planner.patience();
        // Dropped with this future: when those who wait are gone, the thread stops.
        let _waiting = patience.waiting();
        let (own, view) = (engine.clone(), view.clone());
        let (query, name) = (request.query.clone(), request.operation_name.clone());
        let work = tokio::task::spawn_blocking(move || prepare((&own, &view), &query, name.as_deref(), &patience));
        let prepared = work
            .await
            .map_err(|error| Rejection::of(&Refusal::new(ErrorCode::Internal, error.to_string())))??;
        self.made.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Kept {
            prepared: Arc::new(prepared),
            query: request.query.as_str().into(),
            operation_name: request.operation_name.clone(),
            uses: AtomicU64::new(0),
        }))
    }

    /// How many were made.
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// The operations that are asked most, at most `count`.
    pub(crate) fn most_used(&self, count: usize) -> Vec<Request> {
        let mut all: Vec<(u64, Arc<Kept>)> = self
            .kept
            .iter()
            .map(|(_, kept)| (kept.uses.load(Ordering::Relaxed), kept))
            .collect();
        all.sort_unstable_by_key(|(uses, _)| std::cmp::Reverse(*uses));
        all.truncate(count);
        let requests = all.into_iter().map(|(_, kept)| Request {
            query: kept.query.to_string(),
            operation_name: kept.operation_name.clone(),
            // Planned for whom it was planned before.
            trusted: !kept.prepared.view.is_public,
            ..Request::default()
        });
        requests.collect()
    }

    /// Plans `requests`, for as long as `limit`.
    pub(crate) async fn warm_up(&self, engine: &Arc<Engine>, requests: Vec<Request>, limit: Duration) {
        let count = requests.len();
        let work = stream::iter(requests)
            .map(|request| async move { self.get(engine, &request, &Context::default()).await.is_err() })
            .buffer_unordered(self.at_once)
            .filter(|has_failed| std::future::ready(*has_failed))
            .count();
        match timeout(limit, work).await {
            Ok(failed) => tracing::debug!(count, failed, "operations were planned for the new graph"),
            Err(_) => tracing::info!(
                count,
                "there was not enough time to plan all operations for the new graph"
            ),
        }
    }
}

fn key(request: &Request, is_public: bool) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(request.operation_name.as_deref().unwrap_or_default());
    hash.update([0, u8::from(is_public)]);
    hash.update(&request.query);
    hash.finalize().into()
}

fn overloaded(full: &Full) -> Rejection {
    let limit = full.limit.of("operations being planned");
    let refusal = Refusal::new(ErrorCode::Unavailable, limit.clone())
        .with("limit", limit)
        .with("allowed", full.allowed as u64);
    Rejection::of(&refusal)
}
