//! The metrics of operations. Handles are looked up once for each operation, not once for each request.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use kernel::ErrorCode;
use metrics::{Counter, Gauge, Histogram, SharedString, counter, gauge, histogram};

use super::{label::Label, names::Names, settings::Settings};

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Without an error.
    Ok,
    /// With errors, all of them the client's or the viewer's.
    Refused,
    /// With an error of ours: a defect, an outage, a time-out.
    Failed,
    /// The client went away.
    Cancelled,
}

impl Outcome {
    const ALL: [Self; 4] = [Self::Ok, Self::Refused, Self::Failed, Self::Cancelled];

    /// The value of the label `outcome`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "client_error",
            Self::Failed => "server_error",
            Self::Cancelled => "cancelled",
        }
    }

    /// The outcome of an answer with errors of these codes.
    pub(super) fn of<'c>(codes: impl IntoIterator<Item = &'c str>) -> Self {
        let ours = [ErrorCode::Internal, ErrorCode::Unavailable, ErrorCode::Timeout];
        let mut outcome = Self::Ok;
        for code in codes {
            if ours.iter().any(|ours| ours.name() == code) {
                return Self::Failed;
            }
            outcome = Self::Refused;
        }
        outcome
    }
}

/// A counter for each outcome, made when it is first needed: what never happens is no series.
#[derive(Default)]
pub(super) struct Outcomes([OnceLock<Counter>; 4]);

impl Outcomes {
    fn add(&self, outcome: Outcome, make: impl FnOnce(&'static str) -> Counter) {
        let place = Outcome::ALL.iter().position(|known| *known == outcome);
        if let Some(counter) = place.and_then(|place| self.0.get(place)) {
            counter.get_or_init(|| make(outcome.name())).increment(1);
        }
    }
}

/// The metrics of one operation.
pub(crate) struct Series {
    name: Arc<str>,
    outcomes: Outcomes,
    seconds: Histogram,
}

/// An operation's label and kind.
type Named = (Arc<str>, &'static str);

/// All metrics of operations.
pub(super) struct Metrics {
    operations: Names,
    clients: Names,
    codes: Names,
    /// By label and kind: operations of one name share their metrics.
    series: RwLock<HashMap<Named, Arc<Series>>>,
    by_client: RwLock<HashMap<Arc<str>, Arc<Outcomes>>>,
    pub(super) in_flight: Gauge,
    pub(super) subscriptions: Gauge,
    pub(super) events: Counter,
    bytes: Counter,
}

/// Error codes with a name of their own in metrics: subgraphs may have their own.
const CODES: usize = 40;

impl Metrics {
    pub(super) fn new(settings: &Settings) -> Self {
        // There from the start: what has never happened is 0, not missing.
        counter!("router_usage_dropped_total").increment(0);
        gauge!("router_sockets").increment(0);
        Self {
            operations: Names::new(settings.operation_names),
            clients: Names::new(settings.client_names),
            codes: Names::new(CODES),
            series: RwLock::default(),
            by_client: RwLock::default(),
            in_flight: gauge!("router_operations_in_flight"),
            subscriptions: gauge!("router_subscriptions"),
            events: counter!("router_subscription_events_total"),
            bytes: counter!("router_answer_bytes_total"),
        }
    }

    /// Counts one operation that has ended; a subscription's life is no latency.
    pub(super) fn count(&self, label: &Label, client: &Arc<str>, outcome: Outcome, seconds: f64, bytes: u64) {
        let series = label.series(|| self.find(label));
        let name = SharedString::from(series.name.clone());
        let kind = label.kind();
        series.outcomes.add(
            outcome,
            |outcome| counter!("router_operations_total", "operation" => name, "kind" => kind, "outcome" => outcome),
        );
        if kind != "subscription" {
            series.seconds.record(seconds);
        }
        let by_client = self.client(client);
        by_client.1.add(outcome, |outcome| {
            let client = SharedString::from(by_client.0.clone());
            counter!("router_client_operations_total", "client" => client, "outcome" => outcome)
        });
        self.bytes.increment(bytes);
    }

    /// Counts one error of an answer.
    pub(super) fn error(&self, code: &str) {
        counter!("router_errors_total", "code" => SharedString::from(self.codes.label(code))).increment(1);
    }

    fn find(&self, label: &Label) -> Arc<Series> {
        let (name, kind) = (self.operations.label(label.name()), label.kind());
        let mut all = self.series.write().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let shared = SharedString::from(name.clone());
            Arc::new(Series {
                name: name.clone(),
                outcomes: Outcomes::default(),
                seconds: histogram!("router_operation_seconds", "operation" => shared, "kind" => kind),
            })
        };
        all.entry((name.clone(), kind)).or_insert_with(make).clone()
    }

    fn client(&self, name: &Arc<str>) -> (Arc<str>, Arc<Outcomes>) {
        let label = self.clients.label(name);
        if let Some(known) = self
            .by_client
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&label)
        {
            return (label, known.clone());
        }
        let mut all = self.by_client.write().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(label.clone()).or_default().clone();
        (label, known)
    }
}

/// The metrics of plans.
pub(crate) struct PlanMetrics {
    hits: Counter,
    misses: Counter,
    seconds: Histogram,
    size: Gauge,
}

impl PlanMetrics {
    pub(crate) fn new() -> Self {
        Self {
            hits: counter!("router_plan_cache_total", "result" => "hit"),
            misses: counter!("router_plan_cache_total", "result" => "miss"),
            seconds: histogram!("router_planning_seconds"),
            size: gauge!("router_plan_cache_size"),
        }
    }

    /// An operation was ready.
    pub(crate) fn hit(&self) {
        self.hits.increment(1);
    }

    /// An operation was made ready in so many seconds; so many are now.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; plans are thousands")]
    pub(crate) fn miss(&self, seconds: f64, size: u64) {
        self.misses.increment(1);
        self.seconds.record(seconds);
        self.size.set(size as f64);
    }
}
