//! How subgraphs are called: `[router.traffic]`.

use std::time::Duration;

use serde::Deserialize;

/// How subgraphs in other processes are called. Those in this process need none of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Traffic {
    /// Most fetches at a time to one subgraph; more wait.
    pub at_once: usize,
    /// Most fetches waiting for their turn; more are refused.
    pub waiting: usize,
    /// Most tries of a query after the first failed; 0: none.
    pub retries: u32,
    /// Retries for each fetch, on average: a subgraph that is down gets no more than this on top.
    pub retry_ratio: f64,
    /// Retries a second that are allowed whatever the ratio says: with few requests a ratio is none.
    pub retry_min_per_second: f64,
    /// Longest wait before the first retry, in milliseconds; it doubles, and the wait is a random part of it.
    pub retry_backoff_ms: u64,
    /// Part of fetches that have to fail before a subgraph is left alone; above 1: never.
    pub breaker_ratio: f64,
    /// Fewest fetches in the window before that is judged.
    pub breaker_volume: u64,
    /// How far back that looks, in milliseconds.
    pub breaker_window_ms: u64,
    /// For how long a subgraph is left alone before it is tried again, in milliseconds.
    pub breaker_open_ms: u64,
    /// Failures in a row after which one of several addresses is passed over.
    pub eject_after: u32,
    /// Time until it is asked whether it is back, in milliseconds; it doubles up to 32 times that.
    pub eject_ms: u64,
    /// Most events of one subscription that wait for a slow client.
    pub subscription_queue: usize,
    /// Most subscriptions on one socket to a subgraph; more open another one.
    pub subscriptions_per_socket: usize,
    /// Certificates (PEM) of authorities that are believed beside those of the machine; empty: none.
    pub ca_file: String,
    /// Which headers reach subgraphs, in this order.
    pub headers: Vec<HeaderRule>,
    /// Which headers of subgraphs reach the client, in this order.
    pub answer_headers: Vec<AnswerRule>,
    /// What differs for one subgraph.
    pub overrides: Vec<Override>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            at_once: 256,
            waiting: 1_024,
            retries: 2,
            retry_ratio: 0.1,
            retry_min_per_second: 10.0,
            retry_backoff_ms: 25,
            breaker_ratio: 0.5,
            breaker_volume: 20,
            breaker_window_ms: 10_000,
            breaker_open_ms: 5_000,
            eject_after: 3,
            eject_ms: 1_000,
            subscription_queue: 256,
            subscriptions_per_socket: 50,
            ca_file: String::new(),
            headers: Vec::new(),
            answer_headers: Vec::new(),
            overrides: Vec::new(),
        }
    }
}

/// One thing to do with the headers of a fetch: exactly one of `propagate`, `insert` and `remove`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HeaderRule {
    /// For this subgraph; empty: for all.
    pub subgraph: String,
    /// Hands on the client's header of this name.
    pub propagate: Option<String>,
    /// Under this name; none: under its own.
    pub rename: Option<String>,
    /// Value when the client sends none; none: nothing is handed on.
    pub default: Option<String>,
    /// Sends a header of this name with `value`.
    pub insert: Option<String>,
    /// The value of `insert`.
    pub value: Option<String>,
    /// Takes a header away that an earlier rule put in.
    pub remove: Option<String>,
}

/// One thing to do with the headers of an answer: exactly one of `propagate`, `append`, `set` and `remove`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerRule {
    /// Of this subgraph; empty: of all.
    pub subgraph: String,
    /// Hands on the header of this name, of the first fetch in the plan that has it.
    pub propagate: Option<String>,
    /// Hands on every value of the header of this name, each once.
    pub append: Option<String>,
    /// Under this name; none: under its own.
    pub rename: Option<String>,
    /// Sends a header of this name with `value`.
    pub set: Option<String>,
    /// The value of `set`.
    pub value: Option<String>,
    /// Takes a header away that an earlier rule put in.
    pub remove: Option<String>,
}

/// What differs for one subgraph.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    /// The subgraph.
    pub subgraph: String,
    /// Longest time for one answer, in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Most fetches at a time.
    pub at_once: Option<usize>,
    /// Most tries of a query after the first failed.
    pub retries: Option<u32>,
    /// Path of its WebSocket; none: that of its URL, or `/ws` below it.
    pub subscription_path: Option<String>,
}

impl Traffic {
    /// What differs for `subgraph`; the last that says so.
    fn of<T>(&self, subgraph: &str, pick: impl Fn(&Override) -> Option<T>) -> Option<T> {
        let own = self.overrides.iter().filter(|rule| rule.subgraph == subgraph);
        own.filter_map(pick).next_back()
    }

    /// Longest time for one answer of `subgraph`, where all have `timeout_ms`.
    pub(crate) fn timeout(&self, subgraph: &str, timeout_ms: u64) -> Duration {
        Duration::from_millis(self.of(subgraph, |rule| rule.timeout_ms).unwrap_or(timeout_ms))
    }

    /// Most fetches at a time to `subgraph`.
    pub(crate) fn at_once(&self, subgraph: &str) -> usize {
        self.of(subgraph, |rule| rule.at_once).unwrap_or(self.at_once).max(1)
    }

    /// Most retries of one query to `subgraph`.
    pub(crate) fn retries(&self, subgraph: &str) -> u32 {
        self.of(subgraph, |rule| rule.retries).unwrap_or(self.retries)
    }

    /// Path of the WebSocket of `subgraph`.
    pub(crate) fn subscription_path(&self, subgraph: &str) -> Option<String> {
        self.of(subgraph, |rule| rule.subscription_path.clone())
    }
}
