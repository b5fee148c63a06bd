//! A fetch to a subgraph in another process: its turn, the breaker, the address, the time limit, the retries.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use bytes::Bytes;
use http::HeaderMap;
use kernel::ErrorCode;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{
    FetchOperation, SubgraphAnswer,
    answer_headers::AnswerRules,
    breaker::{self, Breaker},
    replicas::Replicas,
    retry::{Backoff, Budget},
    settings::Traffic,
    wire::{Failure, Reply, Wire},
};
use crate::{
    bulkhead::{Bulkhead, Full},
    error::Error,
};

/// Longest wait for the answer of an address that is asked whether it is back.
const PROBE_TIME: Duration = Duration::from_secs(2);
/// How often the time between two probes doubles.
const PROBE_DOUBLINGS: u32 = 5;

/// Calls one subgraph.
pub(super) struct Caller {
    name: String,
    wire: Arc<dyn Wire>,
    pub(super) replicas: Replicas,
    pub(super) breaker: Breaker,
    bulkhead: Bulkhead,
    budget: Budget,
    backoff: Backoff,
    retries: u32,
    timeout: Duration,
    eject: Duration,
    /// Which headers of an answer are wanted.
    rules: AnswerRules,
    stop: CancellationToken,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    /// The subgraph was not asked: too much is on its way already.
    #[error("{} is {}", .0.limit.of("fetches"), .0.allowed)]
    Full(Full),
    /// The subgraph was not asked: it fails too often.
    #[error("the circuit breaker is open")]
    Open,
    /// It was asked.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl NoAnswer {
    /// What the client is told, of `service`.
    pub(super) fn told(&self, service: &str) -> SubgraphAnswer {
        tracing::warn!(%service, reason = %self, "subgraph did not answer");
        match self {
            Self::Full(full) => SubgraphAnswer::full(service, &full.limit.of("fetches"), full.allowed),
            Self::Failed(Failure::TooLarge { allowed, sent }) => SubgraphAnswer::too_large(service, *allowed, *sent),
            Self::Failed(Failure::Late) => SubgraphAnswer::outage(ErrorCode::Timeout, service),
            Self::Open | Self::Failed(_) => SubgraphAnswer::outage(ErrorCode::Unavailable, service),
        }
    }
}

impl Caller {
    /// Calls `name` at `addresses`, within `timeout`.
    ///
    /// # Errors
    /// [`Error::Address`], [`Error::AnswerRule`].
    pub(super) fn new(
        name: &str,
        addresses: &str,
        wire: Arc<dyn Wire>,
        traffic: &Traffic,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let milliseconds = Duration::from_millis;
        let limits = breaker::Limits {
            ratio: traffic.breaker_ratio,
            volume: traffic.breaker_volume,
            window: milliseconds(traffic.breaker_window_ms),
            open: milliseconds(traffic.breaker_open_ms),
        };
        Ok(Self {
            name: name.to_owned(),
            replicas: Replicas::read(addresses, wire.schemes(), traffic.eject_after)?,
            wire,
            breaker: Breaker::new(limits, name),
            bulkhead: Bulkhead::new(traffic.at_once(name), traffic.waiting),
            budget: Budget::new(traffic.retry_ratio, traffic.retry_min_per_second),
            backoff: Backoff::new(milliseconds(traffic.retry_backoff_ms)),
            retries: traffic.retries(name),
            timeout,
            eject: milliseconds(traffic.eject_ms.max(1)),
            rules: AnswerRules::new(&traffic.answer_headers)?,
            stop: CancellationToken::new(),
        })
    }

    /// Sends `body`, which asks for `operation`; a query may be sent again.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub(super) async fn call(
        self: &Arc<Self>,
        operation: &FetchOperation,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<SubgraphAnswer, NoAnswer> {
        let deadline = Instant::now() + self.timeout;
        let _turn = self.bulkhead.enter(deadline).await.map_err(NoAnswer::Full)?;
        self.budget.deposit();
        let mut pass = self.breaker.pass().ok_or(NoAnswer::Open)?;
        let (mut tried, mut retries) = (0_u32, 0);
        loop {
            let failure = match self.visit((&mut tried, deadline), operation, headers, body).await {
                Ok(answer) => {
                    pass.succeeded();
                    return Ok(answer);
                }
                Err(failure @ Failure::TooLarge { .. }) => {
                    pass.succeeded();
                    return Err(failure.into());
                }
                Err(failure) => failure,
            };
            tracing::debug!(service = %self.name, %failure, "subgraph did not answer");
            let is_fresh_left = (tried.count_ones() as usize) < self.replicas.len();
            if matches!(failure, Failure::Unsent(_)) && is_fresh_left {
                // The subgraph knows nothing of the request: even a mutation may go to another address.
                continue;
            }
            pass.failed();
            if !operation.is_query() || !failure.is_transient() || retries >= self.retries {
                return Err(failure.into());
            }
            let Some(wait) = self.backoff.wait(retries, failure.retry_after()) else {
                return Err(failure.into());
            };
            let begin = Instant::now() + wait;
            if begin >= deadline || !self.budget.withdraw() {
                return Err(failure.into());
            }
            sleep_until(begin).await;
            retries += 1;
            metrics::counter!("router_subgraph_retries_total", "subgraph" => self.name.clone()).increment(1);
            let Some(next) = self.breaker.pass() else {
                return Err(failure.into());
            };
            pass = next;
        }
    }

    /// One try at the next address; once all were tried, they begin anew.
    async fn visit(
        self: &Arc<Self>,
        (tried, deadline): (&mut u32, Instant),
        operation: &FetchOperation,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<SubgraphAnswer, Failure> {
        let visit = match self.replicas.next(*tried) {
            Some(visit) => visit,
            None => {
                *tried = 0;
                self.replicas.next(0).expect("a subgraph has an address")
            }
        };
        *tried |= 1 << visit.index;
        let sent = self.wire.post(visit.url(), headers.clone(), body.clone(), deadline);
        let answer = match timeout_at(deadline, sent).await {
            Ok(Ok(reply)) => read(&reply, operation, self.rules.pick(&self.name, &reply.headers)),
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::Late),
        };
        let index = visit.index;
        // One that says too much is well.
        if matches!(answer, Ok(_) | Err(Failure::TooLarge { .. })) {
            visit.succeeded();
        } else if visit.failed() {
            self.eject(index);
        }
        answer
    }

    /// Passes over the address `index` until it answers a probe.
    pub(super) fn eject(self: &Arc<Self>, index: usize) {
        tracing::warn!(service = %self.name, address = index, "an address of a subgraph is passed over");
        metrics::counter!("router_subgraph_ejections_total", "subgraph" => self.name.clone()).increment(1);
        let (caller, stop, eject) = (Arc::downgrade(self), self.stop.clone(), self.eject);
        let work = async move {
            for round in 0.. {
                sleep(eject * (1 << round.min(PROBE_DOUBLINGS))).await;
                if probe(&caller, index).await {
                    return;
                }
            }
        };
        #[expect(clippy::disallowed_methods, reason = "ends with the transport it belongs to")]
        tokio::spawn(async move { stop.run_until_cancelled(work).await });
    }
}

/// Whether there is nothing more to wait for: the address answers, or nobody asks for it any more.
async fn probe(caller: &Weak<Caller>, index: usize) -> bool {
    let Some(caller) = caller.upgrade() else {
        return true;
    };
    let (headers, body) = caller.wire.probe();
    let deadline = Instant::now() + PROBE_TIME;
    let asked = caller.wire.post(caller.replicas.url(index), headers, body, deadline);
    // It may not let everybody ask this; that it says so is enough.
    let is_back = matches!(timeout_at(deadline, asked).await, Ok(Ok(reply)) if !reply.status.is_server_error());
    if is_back {
        tracing::info!(service = %caller.name, address = index, "an address of a subgraph is back");
        caller.replicas.readmit(index);
    }
    is_back
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn read(reply: &Reply, operation: &FetchOperation, picked: HeaderMap) -> Result<SubgraphAnswer, Failure> {
    let answer = SubgraphAnswer::read(operation, &reply.body)
        .map_err(|error| Failure::Malformed(format!("{error} (status {})", reply.status.as_u16())))?;
    Ok(SubgraphAnswer {
        headers: picked,
        ..answer
    })
}
