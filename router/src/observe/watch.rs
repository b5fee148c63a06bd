//! One operation from its beginning to its end, whatever the end is: an answer, a refusal, a client that went away.

use std::{
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
    time::Duration,
};

use apollo_compiler::executable::OperationType;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::BoxStream};
use schema::events::router::UsedKey;
use telemetry::{Kind, Span};

use super::{
    Observer,
    access::{End, line},
    explain::{explained, is_allowed},
    journal::{Journal, Notes},
    label::Label,
    series::Outcome,
    usage::Use,
};
use crate::{
    error::Rejection,
    pipeline::{Answer, Context},
    sharing::Delivery,
};

/// The status of a client that went away, as access logs have it.
const GONE: u16 = 499;
/// The status of an operation that was executed.
const OK: u16 = 200;

/// Watches one operation. One that is dropped without an end was cancelled.
pub(crate) struct Watch {
    context: Context,
    watched: Option<Watched>,
}

struct Watched {
    observer: Arc<Observer>,
    journal: Arc<Journal>,
    context: Context,
    span: Span,
    explains: bool,
    /// It answers as often as it likes.
    is_stream: bool,
    bytes: u64,
    answers: u64,
    /// The status; none while it runs.
    status: Option<u16>,
    /// How long it took, once it was answered; a subscription is as old as it gets.
    took: Option<Duration>,
}

impl Watch {
    /// Begins to watch an operation; `explain` says that its client wants to know how it is answered.
    pub(super) fn begin(observer: &Arc<Observer>, context: &Context, explain: bool) -> Self {
        if !observer.settings.enabled {
            let context = context.clone();
            return Self { context, watched: None };
        }
        let span = context.trace().start("operation", Kind::Internal);
        let journal = Arc::new(Journal::begin());
        let explains = explain && is_allowed(observer.settings.explain, context);
        let context = context.of_operation(journal.clone(), span.trace().clone());
        observer.metrics.in_flight.increment(1);
        let watched = Watched {
            observer: observer.clone(),
            journal,
            context: context.clone(),
            span,
            explains,
            is_stream: false,
            bytes: 0,
            answers: 0,
            status: None,
            took: None,
        };
        Self {
            context,
            watched: Some(watched),
        }
    }

    /// What the operation is given.
    pub(crate) const fn context(&self) -> &Context {
        &self.context
    }

    /// The end of a query or mutation.
    pub(crate) fn answered(self, result: Result<Answer, Rejection>) -> Result<Answer, Rejection> {
        let Some(mut watched) = self.watched else { return result };
        match result {
            Ok(mut answer) => {
                answer.body = watched.give(answer.body);
                Ok(answer)
            }
            Err(rejection) => Err(watched.refuse(rejection)),
        }
    }

    /// An operation that answers as often as it likes: it ends with its stream.
    pub(crate) fn streamed(
        self,
        result: Result<BoxStream<'static, Delivery>, Rejection>,
    ) -> Result<BoxStream<'static, Delivery>, Rejection> {
        let Some(mut watched) = self.watched else { return result };
        match result {
            Ok(answers) if watched.is_subscription() => {
                watched.observer.metrics.in_flight.decrement(1);
                watched.observer.metrics.subscriptions.increment(1);
                watched.is_stream = true;
                watched.status = Some(OK);
                Ok(Watching { answers, watched }.boxed())
            }
            Ok(answers) => Ok(Watching { answers, watched }.boxed()),
            Err(rejection) => Err(watched.refuse(rejection)),
        }
    }
}

impl Watched {
    fn is_subscription(&self) -> bool {
        let notes = self.journal.notes();
        let kind = notes.prepared.as_ref().map(|prepared| prepared.kind());
        kind == Some(OperationType::Subscription)
    }

    /// An answer leaves; as it came, so that it stays shared, unless something is added.
    fn deliver(&mut self, answer: Delivery) -> Delivery {
        let body = self.give(answer.body().clone());
        if self.explains && !self.is_stream {
            return body.into();
        }
        answer
    }

    /// An answer leaves.
    fn give(&mut self, body: Bytes) -> Bytes {
        let body = if self.explains && !self.is_stream {
            explained(&body, &self.journal)
        } else {
            body
        };
        self.bytes += body.len() as u64;
        self.answers += 1;
        self.status = Some(OK);
        if self.is_stream {
            self.observer.metrics.events.increment(1);
        } else {
            self.took = Some(self.journal.elapsed());
        }
        body
    }

    fn refuse(&mut self, rejection: Rejection) -> Rejection {
        self.context.note_errors(&rejection.errors);
        self.status = Some(rejection.status);
        rejection
    }

    fn finish(&mut self) {
        let took = self.took.unwrap_or_else(|| self.journal.elapsed());
        let (observer, context) = (&self.observer, &self.context);
        let notes = std::mem::take(&mut *self.journal.notes());
        let label = notes
            .prepared
            .as_ref()
            .map_or_else(Label::invalid, |prepared| prepared.label.clone());
        let status = self.status.unwrap_or(GONE);
        let outcome = match status {
            GONE => Outcome::Cancelled,
            OK => Outcome::of(notes.codes.iter().map(String::as_str)),
            status if status >= 500 => Outcome::Failed,
            _ => Outcome::Refused,
        };
        let client = &context.client;
        observer
            .metrics
            .count(&label, &client.name, outcome, took.as_secs_f64(), self.bytes);
        for code in &notes.codes {
            observer.metrics.error(code);
        }
        let now = observer.ports.clock.now();
        if observer.settings.usage_seconds > 0 {
            let used = Use {
                client,
                key: context.identity.key.as_ref().map(|key| UsedKey {
                    id: key.id,
                    owner: key.account,
                }),
                label: &label,
                is_error: matches!(outcome, Outcome::Refused | Outcome::Failed),
                duration_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                cost: notes.cost.or(notes.estimate).unwrap_or_default(),
                bytes: self.bytes,
            };
            observer.usage.add(&used, now);
        }
        if observer.ports.access.is_on() {
            let end = End {
                status,
                took,
                bytes: self.bytes,
                events: self.is_stream.then_some(self.answers),
            };
            observer.ports.access.write(&line(now, context, &label, &notes, end));
        }
        self.describe(&label, &notes, outcome);
    }

    /// Says in the trace what it was.
    fn describe(&mut self, label: &Label, notes: &Notes, outcome: Outcome) {
        if !self.span.is_recording() {
            return;
        }
        self.span.set("graphql.operation.name", label.name().to_owned());
        self.span.set("graphql.operation.type", label.kind());
        self.span.set("graphql.document.hash", label.hash().to_owned());
        self.span
            .set("graphql.fetches", i64::try_from(notes.fetch_count).unwrap_or(i64::MAX));
        self.span.set("client.name", self.context.client.name.to_string());
        if let Some(code) = notes.codes.first() {
            self.span.set("error.type", code.clone());
        }
        if outcome == Outcome::Failed {
            self.span.fail("the answer has errors of ours");
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.is_stream {
            self.observer.metrics.subscriptions.decrement(1);
        } else {
            self.observer.metrics.in_flight.decrement(1);
        }
        self.finish();
    }
}

/// Answers on their way to the client.
struct Watching {
    answers: BoxStream<'static, Delivery>,
    watched: Watched,
}

impl Stream for Watching {
    type Item = Delivery;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Delivery>> {
        let next = self.answers.poll_next_unpin(cx);
        next.map(|answer| answer.map(|answer| self.watched.deliver(answer)))
    }
}
