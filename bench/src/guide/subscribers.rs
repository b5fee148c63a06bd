//! Thousands of subscribers of the subgraph, none like another: what each receives, when, and whether it is right.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_graphql::{Request, Response, Value as ConstValue, Variables};
use futures_util::{StreamExt, stream::BoxStream};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Commits, Tv};
use crate::process::resident_of;

const UPDATES: &str = "subscription($channels: [ID!]) { epgUpdates(channelIds: $channels) { cursor kind changes { kind programmeId channelId programme { id title startsAt endsAt } } } }";
const ON_NOW: &str = "subscription($channels: [ID!]!) { nowNext(channelIds: $channels) { channel { id name } now { id title startsAt endsAt } next { id title startsAt } } }";
/// Longest wait for a round.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a round of deliveries came to.
#[derive(Default)]
pub struct Delivered {
    /// Changes that were to come.
    pub due: u64,
    /// Changes that came and were right.
    pub came: u64,
    /// Changes that came twice, late, or to somebody who had not asked.
    pub wrong: u64,
    /// Of each message, microseconds since the round began.
    pub micros: Vec<u32>,
    /// Of each message, microseconds since the commit.
    pub after_commit: Vec<u32>,
    /// Memory of each subscriber in KiB.
    pub each_kib: f64,
}

/// What all subscribers share.
struct Watch {
    round: AtomicU64,
    began: Mutex<Instant>,
    commits: Commits,
    came: AtomicU64,
    wrong: AtomicU64,
    micros: Mutex<Vec<(u32, u32)>>,
}

impl Watch {
    fn new(commits: &Commits) -> Arc<Self> {
        Arc::new(Self {
            round: AtomicU64::new(0),
            began: Mutex::new(Instant::now()),
            commits: commits.clone(),
            came: AtomicU64::new(0),
            wrong: AtomicU64::new(0),
            micros: Mutex::default(),
        })
    }

    fn begin(&self, round: u64) {
        *self.began.lock().expect("the beginning") = Instant::now();
        self.round.store(round, Ordering::Release);
    }

    fn note(&self, came: u64, wrong: u64) {
        let began = *self.began.lock().expect("the beginning");
        let times = [began, self.commits.last()].map(|at| u32::try_from(at.elapsed().as_micros()).unwrap_or(u32::MAX));
        self.micros.lock().expect("times").push(times.into());
        self.wrong.fetch_add(wrong, Ordering::Relaxed);
        self.came.fetch_add(came, Ordering::Release);
    }

    async fn wait(&self, due: u64) {
        let begun = Instant::now();
        while self.came.load(Ordering::Acquire) < due && begun.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // What comes twice comes late.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    fn result(&self, due: u64, each_kib: f64) -> Delivered {
        let times = std::mem::take(&mut *self.micros.lock().expect("times"));
        let (micros, after_commit) = times.into_iter().unzip();
        Delivered {
            due,
            came: self.came.load(Ordering::Acquire),
            wrong: self.wrong.load(Ordering::Acquire),
            micros,
            after_commit,
            each_kib,
        }
    }
}

/// Channels of the `i`-th subscriber: every second one follows all, the others `count` of their own.
fn own(i: usize, count: usize, channels: &[String]) -> HashSet<String> {
    let step = 1 + i % 7;
    (0..count)
        .map(|k| channels[(i * 31 + k * step) % channels.len()].clone())
        .collect()
}

fn subscribe(tv: &Tv, query: &str, variables: Value) -> BoxStream<'static, Response> {
    let request = Request::new(query).variables(Variables::from_json(variables));
    tv.endpoint.subscribe(request)
}

/// The answer as it would be sent, and the root field of its data.
fn sent<'a>(response: &'a Response, root: &str) -> &'a ConstValue {
    let text = serde_json::to_vec(response).expect("a response is JSON");
    assert!(text.len() > 2, "an answer");
    field(&response.data, root)
}

/// A field of an object.
fn field<'a>(value: &'a ConstValue, name: &str) -> &'a ConstValue {
    match value {
        ConstValue::Object(fields) => fields.get(name).unwrap_or(&ConstValue::Null),
        _ => &ConstValue::Null,
    }
}

fn text(value: &ConstValue) -> &str {
    match value {
        ConstValue::String(text) => text,
        _ => "",
    }
}

/// `count` subscribers of `epgUpdates`; `commit` makes the n-th commit and names the channels with one change each, whose
/// title is the n and the channel's number.
///
/// # Panics
/// A subscription is refused.
#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
pub async fn updates<F, W>(tv: &Tv, count: usize, ids: &BTreeMap<u32, String>, rounds: u64, commit: F) -> Delivered
where
    F: Fn(u64) -> W,
    W: Future<Output = Vec<String>>,
{
    let mut channels: Vec<String> = ids.values().cloned().collect();
    channels.sort();
    let before = resident_of(std::process::id());
    let (watch, mut tasks) = (Watch::new(&tv.commits), JoinSet::new());
    let mut sets = Vec::with_capacity(count);
    for i in 0..count {
        let own = (i % 2 == 1).then(|| own(i, channels.len() / 2, &channels));
        let mut stream = subscribe(tv, UPDATES, json!({ "channels": own }));
        let first = stream.next().await.expect("the first message");
        assert!(first.errors.is_empty(), "{:?}", first.errors);
        let (watch, mine) = (watch.clone(), own.clone());
        tasks.spawn(async move {
            let mut seen = HashSet::new();
            while let Some(response) = stream.next().await {
                let update = sent(&response, "epgUpdates");
                let (mut came, mut wrong) = (0, 0);
                let round = watch.round.load(Ordering::Acquire).to_string();
                let changes = match field(update, "changes") {
                    ConstValue::List(changes) => &changes[..],
                    _ => &[],
                };
                for change in changes {
                    let channel = text(field(change, "channelId"));
                    let title = text(field(field(change, "programme"), "title"));
                    let is_mine = mine.as_ref().is_none_or(|mine| mine.contains(channel));
                    let is_right = is_mine && title.split(' ').nth(1) == Some(&round) && seen.insert(title.to_owned());
                    came += u64::from(is_right);
                    wrong += u64::from(!is_right);
                }
                wrong += u64::from(!response.errors.is_empty());
                watch.note(came, wrong);
            }
        });
        sets.push(own);
    }
    let each_kib = (resident_of(std::process::id()) - before) / count as f64 / 1024.0;
    let mut due = 0;
    for round in 1..=rounds {
        watch.begin(round);
        let changed = commit(round).await;
        for set in &sets {
            let is_due = |channel: &&String| set.as_ref().is_none_or(|set| set.contains(*channel));
            due += changed.iter().filter(is_due).count() as u64;
        }
        watch.wait(due).await;
    }
    tasks.shutdown().await;
    watch.result(due, each_kib)
}

/// `count` followers of what is on ten channels each; `pass` moves the clock past a boundary of the channels it names.
///
/// # Panics
/// A subscription is refused.
#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
pub async fn now_next<W>(tv: &Tv, count: usize, ids: &BTreeMap<u32, String>, pass: W) -> Delivered
where
    W: AsyncFnOnce() -> Vec<String>,
{
    let mut channels: Vec<String> = ids.values().cloned().collect();
    channels.sort();
    let before = resident_of(std::process::id());
    let (watch, mut tasks) = (Watch::new(&tv.commits), JoinSet::new());
    let mut sets = Vec::with_capacity(count);
    for i in 0..count {
        let own = own(i, 10, &channels);
        let mut stream = subscribe(tv, ON_NOW, json!({ "channels": own }));
        for _ in 0..own.len() {
            let first = stream.next().await.expect("the present state");
            assert!(first.errors.is_empty(), "{:?}", first.errors);
        }
        let (watch, mine) = (watch.clone(), own.clone());
        tasks.spawn(async move {
            while let Some(response) = stream.next().await {
                let channel = text(field(field(sent(&response, "nowNext"), "channel"), "id"));
                let is_right = mine.contains(channel) && response.errors.is_empty();
                watch.note(u64::from(is_right), u64::from(!is_right));
            }
        });
        sets.push(own);
    }
    let each_kib = (resident_of(std::process::id()) - before) / count as f64 / 1024.0;
    watch.begin(1);
    let changed: HashSet<String> = pass().await.into_iter().collect();
    let due = sets.iter().map(|set| set.intersection(&changed).count() as u64).sum();
    watch.wait(due).await;
    tasks.shutdown().await;
    watch.result(due, each_kib)
}
