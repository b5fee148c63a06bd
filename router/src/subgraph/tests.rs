//! Retries, failover, breaker and bulkhead together, over a scripted wire and a clock that is moved by hand.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::json;
use tokio::time::Instant;

use super::{
    FetchOperation, SubgraphAnswer, Traffic,
    call::{Caller, NoAnswer},
    replicas::HTTP,
    wire::{Failure, Reply, Wire},
};
use crate::bulkhead::Limit;

/// What an address does.
#[derive(Clone, Copy)]
enum Manner {
    Answers,
    Refuses,
    Breaks,
    Is503(Option<u64>),
    Hangs,
    Gibberish,
}

/// Addresses with their manners; it remembers who was asked.
#[derive(Default)]
struct Script {
    manners: Mutex<HashMap<String, Manner>>,
    asked: Mutex<Vec<String>>,
}

impl Script {
    fn set(&self, host: &str, manner: Manner) {
        self.manners.lock().unwrap().insert(host.to_owned(), manner);
    }

    /// How often each was asked since the last time.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

#[async_trait]
impl Wire for Script {
    fn schemes(&self) -> [&'static str; 2] {
        HTTP
    }

    fn probe(&self) -> (HeaderMap, Bytes) {
        (HeaderMap::new(), Bytes::new())
    }

    async fn post(&self, url: &Uri, _: HeaderMap, _: Bytes, _: Instant) -> Result<Reply, Failure> {
        let host = url.host().unwrap_or_default().to_owned();
        let manner = self.manners.lock().unwrap().get(&host).copied();
        self.asked.lock().unwrap().push(host);
        let reply = |body: &'static str| Reply {
            headers: HeaderMap::new(),
            status: StatusCode::OK,
            body: Bytes::from_static(body.as_bytes()),
        };
        match manner.unwrap_or(Manner::Answers) {
            Manner::Answers => Ok(reply(r#"{"data":{"ok":true}}"#)),
            Manner::Refuses => Err(Failure::Unsent("refused".to_owned())),
            Manner::Breaks => Err(Failure::Broken("reset".to_owned())),
            Manner::Is503(after) => Err(Failure::Unable("status 503".to_owned(), after.map(Duration::from_secs))),
            Manner::Hangs => std::future::pending().await,
            Manner::Gibberish => Ok(reply("<html>")),
        }
    }
}

fn caller(script: &Arc<Script>, addresses: &str, traffic: &Traffic) -> Arc<Caller> {
    let limit = Duration::from_secs(10);
    Arc::new(Caller::new("test", addresses, script.clone(), traffic, limit).unwrap())
}

async fn call(caller: &Arc<Caller>, is_query: bool) -> Result<SubgraphAnswer, NoAnswer> {
    let text = if is_query { "{ a }" } else { "mutation { a }" };
    let operation = FetchOperation::new("test", text.to_owned(), Vec::new()).unwrap();
    caller.call(&operation, &HeaderMap::new(), &Bytes::new()).await
}

#[tokio::test(start_paused = true)]
async fn a_query_is_sent_again_after_a_transient_failure_a_mutation_is_not() {
    for manner in [
        Manner::Refuses,
        Manner::Breaks,
        Manner::Is503(None),
        Manner::Is503(Some(1)),
    ] {
        let script = Arc::new(Script::default());
        let caller = caller(&script, "http://a", &Traffic::default());
        script.set("a", manner);
        assert!(call(&caller, true).await.is_err());
        assert_eq!(script.asked().len(), 3);
        assert!(call(&caller, false).await.is_err());
        assert_eq!(script.asked().len(), 1);
    }
    for manner in [Manner::Is503(Some(60)), Manner::Hangs, Manner::Gibberish] {
        let script = Arc::new(Script::default());
        let caller = caller(&script, "http://a", &Traffic::default());
        script.set("a", manner);
        assert!(call(&caller, true).await.is_err());
        assert_eq!(script.asked().len(), 1, "not transient, or too long to wait for");
    }
}

#[tokio::test(start_paused = true)]
async fn a_subgraph_that_is_down_gets_no_more_retries_than_the_budget_has() {
    let script = Arc::new(Script::default());
    let traffic = Traffic {
        retry_min_per_second: 1.0,
        breaker_ratio: 2.0,
        ..Traffic::default()
    };
    let caller = caller(&script, "http://a", &traffic);
    script.set("a", Manner::Breaks);
    for _ in 0..200 {
        assert!(call(&caller, true).await.is_err());
    }
    let sent = script.asked().len();
    // A tenth, one at the start, and what a second gives: the waits together are less than three seconds.
    assert!((210..=225).contains(&sent), "{sent} requests for 200 fetches");
}

#[tokio::test(start_paused = true)]
async fn what_was_never_sent_goes_to_another_address_even_a_mutation() {
    let script = Arc::new(Script::default());
    let caller = caller(&script, "http://a, http://b", &Traffic::default());
    script.set("a", Manner::Refuses);
    for is_query in [true, false] {
        for _ in 0..2 {
            assert!(call(&caller, is_query).await.is_ok());
        }
    }
    script.set("a", Manner::Breaks);
    script.set("b", Manner::Breaks);
    script.asked();
    assert!(call(&caller, false).await.is_err());
    assert_eq!(script.asked().len(), 1, "the mutation may have been carried out");
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_out_is_asked_again_once_it_answers_a_probe() {
    let script = Arc::new(Script::default());
    let caller = caller(&script, "http://a, http://b", &Traffic::default());
    script.set("a", Manner::Refuses);
    for _ in 0..10 {
        assert!(call(&caller, true).await.is_ok());
    }
    let to_a = script.asked().iter().filter(|host| *host == "a").count();
    assert_eq!(to_a, 3, "out after three");
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(script.asked(), ["a", "a", "a"], "probes after 1, 2 and 4 seconds");
    script.set("a", Manner::Answers);
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(script.asked(), ["a"]);
    for _ in 0..10 {
        assert!(call(&caller, true).await.is_ok());
    }
    let to_a = script.asked().iter().filter(|host| *host == "a").count();
    assert!(to_a >= 4, "{to_a}");
}

#[tokio::test(start_paused = true)]
async fn the_breaker_spares_a_subgraph_that_fails_and_lets_it_come_back() {
    let script = Arc::new(Script::default());
    let caller = caller(&script, "http://a", &Traffic::default());
    script.set("a", Manner::Gibberish);
    for _ in 0..100 {
        assert!(call(&caller, true).await.is_err());
    }
    assert_eq!(script.asked().len(), 20, "its volume");
    assert!(matches!(call(&caller, true).await, Err(NoAnswer::Open)));
    script.set("a", Manner::Answers);
    tokio::time::advance(Duration::from_secs(5)).await;
    for _ in 0..10 {
        assert!(call(&caller, true).await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_subgraph_that_hangs_holds_its_turns_and_no_more_and_each_fetch_ends_in_time() {
    let script = Arc::new(Script::default());
    let traffic = Traffic {
        at_once: 4,
        waiting: 2,
        breaker_ratio: 2.0,
        ..Traffic::default()
    };
    let caller = caller(&script, "http://a", &traffic);
    script.set("a", Manner::Hangs);
    let began = Instant::now();
    let ended = join_all((0..10).map(|_| call(&caller, true))).await;
    assert_eq!(began.elapsed().as_secs(), 10);
    let count = |wanted: fn(&NoAnswer) -> bool| {
        let failed = ended.iter().filter_map(|answer| answer.as_ref().err());
        failed.filter(|reason| wanted(reason)).count()
    };
    assert_eq!(
        count(|reason| matches!(reason, NoAnswer::Full(full) if full.limit == Limit::Waiting)),
        4
    );
    assert_eq!(script.asked().len(), 4, "those with a turn");
}

#[test]
fn answers_are_read_as_servers_write_them_but_not_everything_is_one() {
    let operation = FetchOperation::new("test", "{ a }".to_owned(), Vec::new()).unwrap();
    let read = |value: serde_json::Value| SubgraphAnswer::read(&operation, &value.to_string().into());
    let error = json!({"message": "no", "path": null, "locations": null, "extensions": null});
    let answer = read(json!({"data": null, "errors": [error]})).unwrap();
    assert_eq!(answer.errors[0].message, "no");
    assert!(
        read(json!({"data": {"a": 1}, "errors": null, "extensions": {}}))
            .unwrap()
            .errors
            .is_empty()
    );
    assert!(read(json!({"data": null})).is_ok());
    assert!(read(json!({"error": "no such host"})).is_err());
}
