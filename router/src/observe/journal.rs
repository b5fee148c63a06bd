//! What is noted of one operation while it runs. Cheap: a few words under a lock that nobody else wants.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_graphql::{ServerError, Value};
use telemetry::{Kind, Span};

use crate::{
    pipeline::{Context, Prepared},
    subgraph::{FetchOperation, SubgraphAnswer},
};

/// Fetches of one operation that are noted by themselves; what is more is only counted.
const MOST_FETCHES: usize = 256;
/// Different error codes of one operation that are noted.
const MOST_CODES: usize = 8;

/// What is noted of one operation.
pub struct Journal {
    began_at: Instant,
    notes: Mutex<Notes>,
}

/// The notes themselves.
#[derive(Default)]
pub(crate) struct Notes {
    /// The operation; none when the request never became one.
    pub(crate) prepared: Option<Arc<Prepared>>,
    /// How long planning took; none when the plan was there.
    pub(crate) planning: Option<Duration>,
    /// The first fetches, in the order in which they began.
    pub(crate) fetches: Vec<Fetch>,
    /// All fetches.
    pub(crate) fetch_count: u64,
    /// Different codes of errors in the answer.
    pub(crate) codes: Vec<String>,
    /// What it may cost, in units; none when it was refused before.
    pub(crate) estimate: Option<u64>,
    /// What it cost; none when nothing was answered.
    pub(crate) cost: Option<u64>,
    /// What the cache of whole answers had to say, `hit` or `miss`; none when such an answer is not kept.
    pub(crate) cache: Option<&'static str>,
}

/// How a fetch was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answered {
    /// The subgraph was asked.
    #[default]
    Asked,
    /// From a cache.
    Cached,
    /// By a fetch that was on its way for somebody else.
    Shared,
}

/// One fetch.
pub(crate) struct Fetch {
    /// Its id in the plan.
    pub(crate) id: i64,
    /// When it began, after the operation did.
    pub(crate) after: Duration,
    /// How long it took; none while it runs.
    pub(crate) took: Option<Duration>,
    /// Entities that were asked for.
    pub(crate) entities: usize,
    /// Errors of its answer.
    pub(crate) errors: usize,
    /// How it was answered.
    pub(crate) answered: Answered,
}

impl Journal {
    /// A journal of an operation that begins now.
    pub(crate) fn begin() -> Self {
        Self {
            began_at: Instant::now(),
            notes: Mutex::default(),
        }
    }

    /// How long ago it began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.began_at.elapsed()
    }

    /// What is noted so far.
    pub(crate) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal")
    }
}

/// What steps of the pipeline tell; nothing is kept when operations are not noted.
impl Context {
    /// The operation is ready; `planning` is the time it took, when it took any.
    pub(crate) fn note_operation(&self, prepared: &Arc<Prepared>, planning: Option<Duration>) {
        let Some(journal) = self.journal() else { return };
        let mut notes = journal.notes();
        notes.prepared = Some(prepared.clone());
        // An operation may be looked up twice; it was planned once.
        notes.planning = notes.planning.or(planning);
    }

    /// The answer has these errors.
    pub(crate) fn note_errors(&self, errors: &[ServerError]) {
        let Some(journal) = self.journal().filter(|_| !errors.is_empty()) else {
            return;
        };
        let mut notes = journal.notes();
        for error in errors {
            let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
            let code = match code {
                Some(Value::String(code)) => code,
                _ => "none",
            };
            if notes.codes.len() < MOST_CODES && !notes.codes.iter().any(|known| known == code) {
                notes.codes.push(code.to_owned());
            }
        }
    }

    /// The operation may cost so much.
    pub(crate) fn note_estimate(&self, units: u64) {
        if let Some(journal) = self.journal() {
            journal.notes().estimate = Some(units);
        }
    }

    /// An answer cost so much; each event of a subscription costs.
    pub(crate) fn note_cost(&self, units: u64) {
        if let Some(journal) = self.journal() {
            let mut notes = journal.notes();
            notes.cost = Some(notes.cost.unwrap_or_default().saturating_add(units));
        }
    }

    /// What the cache of whole answers had to say: `hit` or `miss`.
    pub(crate) fn note_cache(&self, said: &'static str) {
        if let Some(journal) = self.journal() {
            journal.notes().cache = Some(said);
        }
    }

    /// The fetch `id` for so many entities was answered without asking the subgraph: it is told, but not counted.
    pub(crate) fn note_unasked(&self, id: i64, entities: usize, answered: Answered) {
        let Some(journal) = self.journal() else { return };
        let mut notes = journal.notes();
        if notes.fetches.len() < MOST_FETCHES {
            notes.fetches.push(Fetch {
                id,
                after: journal.elapsed(),
                took: None,
                entities,
                errors: 0,
                answered,
            });
        }
    }

    /// A subscription's root field was asked.
    pub(crate) fn note_subscribed(&self) {
        if let Some(journal) = self.journal() {
            journal.notes().fetch_count += 1;
        }
    }
}

/// A fetch on its way.
pub(crate) struct Call {
    context: Context,
    span: Span,
    began_at: Instant,
}

impl Call {
    /// Begins the fetch `id` for so many entities.
    pub(crate) fn begin(context: &Context, id: i64, operation: &FetchOperation, entities: usize) -> Self {
        let mut span = context.trace().start("fetch", Kind::Client);
        if span.is_recording() {
            span.set("subgraph", operation.service.clone());
            span.set("graphql.entities", i64::try_from(entities).unwrap_or(i64::MAX));
        }
        let began_at = Instant::now();
        let mut place = None;
        if let Some(journal) = context.journal() {
            let mut notes = journal.notes();
            notes.fetch_count += 1;
            if notes.fetches.len() < MOST_FETCHES {
                place = Some(notes.fetches.len());
                notes.fetches.push(Fetch {
                    id,
                    after: began_at.duration_since(journal.began_at),
                    took: None,
                    entities,
                    errors: 0,
                    answered: Answered::default(),
                });
            }
        }
        let context = context.of_fetch(span.trace().clone(), place);
        Self {
            context,
            span,
            began_at,
        }
    }

    /// What the subgraph's transport is given.
    pub(crate) const fn context(&self) -> &Context {
        &self.context
    }

    /// The answer is here.
    pub(crate) fn end(mut self, answer: &SubgraphAnswer) {
        if !answer.errors.is_empty() {
            self.span.fail("the answer has errors");
        }
        if let (Some(journal), Some(place)) = (self.context.journal(), self.context.place())
            && let Some(fetch) = journal.notes().fetches.get_mut(place)
        {
            fetch.took = Some(self.began_at.elapsed());
            fetch.errors = answer.errors.len();
        }
    }
}
