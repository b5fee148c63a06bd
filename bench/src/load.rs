//! A closed loop of HTTP clients: each sends its next request when it has the answer to the last.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::body::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

type Http = Client<HttpConnector, Full<Bytes>>;

/// What a run of requests took.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Requests with the expected answer.
    pub right: u64,
    /// All others.
    pub wrong: u64,
    /// The first wrong answer.
    pub complaint: String,
    /// Time of the whole run.
    pub wall: Duration,
    /// Each right answer's time in microseconds, sorted.
    pub latencies: Vec<u64>,
}

impl Outcome {
    /// The latency that `share` (0 to 1) of the requests stay below, in milliseconds.
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a benchmark")]
    pub fn percentile(&self, share: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an index below the length"
        )]
        let i = (self.latencies.len() as f64 * share) as usize;
        self.latencies.get(i).or(self.latencies.last()).copied().unwrap_or(0) as f64 / 1000.0
    }

    #[expect(clippy::cast_precision_loss, reason = "requests of a benchmark")]
    pub fn per_second(&self) -> f64 {
        self.right as f64 / self.wall.as_secs_f64()
    }
}

/// What to send.
#[derive(Clone)]
pub struct Load {
    pub url: String,
    /// The body of the n-th request.
    pub body: Arc<dyn Fn(u64) -> String + Send + Sync>,
    /// The answer of every request; empty: any that has no errors.
    pub answer: Bytes,
    /// Clients at the same time.
    pub clients: u64,
    /// Stop after so many requests, or …
    pub requests: u64,
    /// … when this time is over.
    pub at_most: Duration,
}

pub fn client() -> Http {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

/// One request; `number` makes its authorization unlike all others, so that no gateway may share an answer.
pub async fn ask(client: &Http, url: &str, body: String, number: u64) -> Result<Bytes, String> {
    let request = Request::post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {number}"))
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| error.to_string())?;
    let response = client.request(request).await.map_err(|error| error.to_string())?;
    let status = response.status();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    let body = body.to_bytes();
    if status == 200 {
        Ok(body)
    } else {
        Err(format!("{status}: {}", String::from_utf8_lossy(&body)))
    }
}

/// Sends the load.
pub async fn run(load: Load) -> Outcome {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let (left, client, begin) = (Arc::new(AtomicU64::new(load.requests)), client(), Instant::now());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..load.clients {
        let (load, left, client) = (load.clone(), left.clone(), client.clone());
        tasks.spawn(async move {
            let mut outcome = Outcome::default();
            let take = |left: u64| left.checked_sub(1);
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
                && begin.elapsed() < load.at_most
            {
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                let sent = Instant::now();
                let answer = ask(&client, &load.url, (load.body)(number), number).await;
                let took = u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX);
                match answer {
                    Ok(answer) if is_right(&load.answer, &answer) => {
                        outcome.right += 1;
                        outcome.latencies.push(took);
                    }
                    wrong => {
                        outcome.wrong += 1;
                        outcome.complaint = match wrong {
                            Ok(answer) => String::from_utf8_lossy(&answer[..answer.len().min(300)]).into_owned(),
                            Err(reason) => reason,
                        };
                    }
                }
            }
            outcome
        });
    }
    let mut all = Outcome::default();
    while let Some(outcome) = tasks.join_next().await {
        let outcome = outcome.expect("a client does not panic");
        all.right += outcome.right;
        all.wrong += outcome.wrong;
        all.latencies.extend(outcome.latencies);
        if !outcome.complaint.is_empty() {
            all.complaint = outcome.complaint;
        }
    }
    all.wall = begin.elapsed();
    all.latencies.sort_unstable();
    all
}

fn is_right(expected: &Bytes, answer: &Bytes) -> bool {
    if expected.is_empty() {
        return answer.starts_with(b"{\"data\":{") && !answer.windows(9).any(|window| window == b"\"errors\":");
    }
    expected == answer
}
