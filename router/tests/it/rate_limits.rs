//! How much a client may ask, and in which order a request is refused.

use std::{
    collections::HashMap,
    net::IpAddr,
    ops::RangeInclusive,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use auth::{ApiKey, Bearer, KeyLimits};
use cache::{Drawn, Error, Kv, Quota};
use kernel::{AccountId, Clock, Instant, SystemClock};
use router::{Answer, Context, Facts, Identity, Ports, RateLimits, Rejection, Request, Settings};
use serde_json::Value;

use crate::graph::{ACCOUNT, Graph, codes};

/// A clock that stands still until it is told.
struct Stopped(Mutex<Instant>);

impl Clock for Stopped {
    fn now(&self) -> Instant {
        *self.0.lock().expect("no test panics with it")
    }
}

impl Stopped {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(SystemClock.now())))
    }

    fn pass(&self, time: Duration) {
        *self.0.lock().expect("no test panics with it") += time;
    }
}

/// A store that counts how often it is asked for a quota, and may be out of reach.
struct Counted {
    inner: cache::Memory,
    draws: AtomicU64,
    broken: bool,
}

#[async_trait]
impl Kv for Counted {
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.inner.get(bucket, key).await
    }
    async fn put(&self, bucket: &str, key: &str, value: &[u8], ttl: Duration) -> Result<(), Error> {
        self.inner.put(bucket, key, value, ttl).await
    }
    async fn put_if_absent(&self, bucket: &str, key: &str, value: &[u8], ttl: Duration) -> Result<bool, Error> {
        self.inner.put_if_absent(bucket, key, value, ttl).await
    }
    async fn delete(&self, bucket: &str, key: &str) -> Result<bool, Error> {
        self.inner.delete(bucket, key).await
    }
    async fn increment(&self, bucket: &str, key: &str, by: i64, ttl: Duration) -> Result<i64, Error> {
        self.inner.increment(bucket, key, by, ttl).await
    }
    async fn draw(&self, bucket: &str, key: &str, units: RangeInclusive<u64>, quota: Quota) -> Result<Drawn, Error> {
        self.draws.fetch_add(1, Ordering::Relaxed);
        if self.broken {
            return Err(Error::Unavailable("it is gone".to_owned()));
        }
        self.inner.draw(bucket, key, units, quota).await
    }
    async fn acquire(&self, bucket: &str, key: &str, holder: &str, ttl: Duration) -> Result<bool, Error> {
        self.inner.acquire(bucket, key, holder, ttl).await
    }
    async fn release(&self, bucket: &str, key: &str, holder: &str) -> Result<bool, Error> {
        self.inner.release(bucket, key, holder).await
    }
    async fn ping(&self) -> Result<(), Error> {
        self.inner.ping().await
    }
}

struct Limited {
    graph: Graph,
    clock: Arc<Stopped>,
    kv: Arc<Counted>,
}

fn limits(units: u64) -> RateLimits {
    RateLimits {
        ip: units,
        account: units,
        key: units,
        ..RateLimits::default()
    }
}

async fn limited(rate_limits: RateLimits, broken: bool) -> Limited {
    let clock = Stopped::new();
    let kv = Arc::new(Counted {
        inner: cache::Memory::new(clock.clone()),
        draws: AtomicU64::new(0),
        broken,
    });
    let ports = Ports {
        kv: kv.clone(),
        clock: clock.clone(),
        ..Ports::default()
    };
    let settings = Settings {
        rate_limits,
        ..Settings::default()
    };
    let graph = Graph::on(settings, ports).await;
    Limited { graph, clock, kv }
}

impl Limited {
    async fn ask(&self, context: &Context, query: &str) -> Result<Answer, Rejection> {
        self.graph.router.execute(Request::new(query), context).await
    }

    fn draws(&self) -> u64 {
        self.kv.draws.load(Ordering::Relaxed)
    }
}

fn from(address: &str) -> Context {
    let address: IpAddr = address.parse().expect("an address");
    Context::new(Facts {
        address: Some(address),
        ..Facts::default()
    })
}

fn with_key(requests_per_minute: Option<u32>) -> Context {
    let key = ApiKey {
        id: uuid::Uuid::nil(),
        account: AccountId::parse("account", ACCOUNT).expect("an id"),
        name: "test".to_owned(),
        scopes: Vec::new(),
        limits: KeyLimits { requests_per_minute },
        bearer: Bearer("x".into()),
    };
    Context::from(Identity {
        key: Some(Arc::new(key)),
        ..Identity::default()
    })
}

fn headers(all: &[(http::HeaderName, http::HeaderValue)]) -> HashMap<&str, &str> {
    all.iter()
        .map(|(name, value)| (name.as_str(), value.to_str().expect("text")))
        .collect()
}

/// Costs 10.
const TEN: &str = "{ titles(ids: [\"m1\"]) { id access { allowed } } }";

#[tokio::test]
async fn a_quota_is_spent_and_fills_by_itself() {
    let limited = limited(limits(25), false).await;
    let ada = from("192.0.2.1");
    let answer = limited.ask(&ada, TEN).await.expect("the first");
    assert_eq!(
        headers(&answer.headers),
        HashMap::from([
            ("ratelimit-policy", "\"ip\";q=25;w=60"),
            ("ratelimit", "\"ip\";r=15;t=24"),
            ("ratelimit-limit", "25"),
            ("ratelimit-remaining", "15"),
            ("ratelimit-reset", "24"),
        ])
    );
    limited.ask(&ada, TEN).await.expect("the second");
    let refused = limited.ask(&ada, TEN).await.expect_err("the third is too much");
    assert_eq!(refused.status, 429);
    let body: Value = serde_json::from_slice(&refused.to_json()).expect("JSON");
    let extensions = &body["errors"][0]["extensions"];
    assert_eq!(codes(&body), ["RATE_LIMITED"]);
    assert_eq!(
        (
            &extensions["limit"],
            &extensions["allowed"],
            &extensions["sent"],
            &extensions["retryAfterMs"]
        ),
        (&"rate_limits.ip".into(), &25.into(), &10.into(), &12_000.into()),
    );
    let told = headers(&refused.headers);
    assert_eq!((told["retry-after"], told["ratelimit-remaining"]), ("12", "5"));

    limited
        .ask(&from("192.0.2.2"), TEN)
        .await
        .expect("another address has its own");
    limited.clock.pass(Duration::from_secs(11));
    limited.ask(&ada, TEN).await.expect_err("a second too early");
    limited.clock.pass(Duration::from_secs(1) + Duration::from_secs(2));
    limited.ask(&ada, TEN).await.expect("as it was told");
}

#[tokio::test]
async fn who_was_told_to_wait_and_does_not_is_refused_unread() {
    let limited = limited(limits(10), false).await;
    let ada = from("192.0.2.1");
    limited.ask(&ada, TEN).await.expect("the first");
    limited.ask(&ada, TEN).await.expect_err("the second");
    let draws = limited.draws();
    for query in [TEN, "{ this is not GraphQL", "{ who }"] {
        let refused = limited.ask(&ada, query).await.expect_err("unread");
        assert_eq!(refused.status, 429, "{query}");
    }
    assert_eq!(limited.draws(), draws, "nobody was asked");
}

#[tokio::test]
async fn the_key_counts_before_the_account_and_the_account_before_the_address() {
    let limited = limited(limits(10), false).await;
    let ada = limited.graph.signed_in();
    limited.ask(&ada, TEN).await.expect("her own");
    limited.ask(&ada, TEN).await.expect_err("and no more");
    let address = from("192.0.2.1");
    let both = Context::new(Facts {
        identity: ada.identity.clone(),
        address: address.address,
        ..Facts::default()
    });
    limited.ask(&both, TEN).await.expect_err("it is her account everywhere");
    limited.ask(&address, TEN).await.expect("the address was not charged");

    let key = with_key(None);
    limited.ask(&key, TEN).await.expect("the key has its own");
    limited.ask(&key, TEN).await.expect_err("and no more");

    // One subscriber has a whole /64.
    limited.ask(&from("2001:db8::1"), TEN).await.expect("the first");
    limited
        .ask(&from("2001:db8::ffff:2"), TEN)
        .await
        .expect_err("the same line");
    limited.ask(&from("2001:db8:0:1::1"), TEN).await.expect("the neighbour");
    limited
        .ask(&from("::ffff:192.0.2.1"), TEN)
        .await
        .expect_err("IPv4 in other clothes");
    limited.ask(&Context::default(), TEN).await.expect("from inside");
    limited.ask(&Context::default(), TEN).await.expect("without end");
}

#[tokio::test]
async fn a_key_may_have_a_number_of_requests_of_its_own() {
    let limited = limited(limits(10), false).await;
    let key = with_key(Some(3));
    for _ in 0..3 {
        limited.ask(&key, TEN).await.expect("one request, whatever it costs");
    }
    let refused = limited.ask(&key, "{ who }").await.expect_err("the fourth");
    assert!(
        refused.errors[0].message.contains("3 requests"),
        "{}",
        refused.errors[0].message
    );
}

#[tokio::test]
async fn most_requests_ask_nobody() {
    let limited = limited(limits(10_000), false).await;
    let ada = from("192.0.2.1");
    for _ in 0..200 {
        limited.ask(&ada, TEN).await.expect("an answer");
    }
    // 2,000 units, 100 at a time.
    assert_eq!(limited.draws(), 20);
    let answer = limited.ask(&ada, TEN).await.expect("an answer");
    assert_eq!(headers(&answer.headers)["ratelimit-remaining"], "7990");
}

#[tokio::test]
async fn a_document_that_is_refused_is_paid_for() {
    let limited = limited(limits(25), false).await;
    let ada = from("192.0.2.1");
    for _ in 0..2 {
        let refused = limited.ask(&ada, "{ nobody }").await.expect_err("no such field");
        assert_eq!(refused.status, 400);
    }
    assert_eq!(limited.ask(&ada, "{ nobody }").await.expect_err("enough").status, 429);
}

#[tokio::test]
async fn a_store_that_does_not_answer_stops_nobody_and_is_left_alone_for_a_while() {
    let limited = limited(limits(1), true).await;
    let ada = from("192.0.2.1");
    for _ in 0..10 {
        limited.ask(&ada, TEN).await.expect("let through");
    }
    assert_eq!(limited.draws(), 1);
    limited.clock.pass(Duration::from_secs(2));
    limited.ask(&ada, TEN).await.expect("let through");
    assert_eq!(limited.draws(), 2);
}

#[tokio::test]
async fn zero_is_no_limit() {
    let limited = limited(limits(0), false).await;
    for _ in 0..5 {
        let answer = limited.ask(&from("192.0.2.1"), TEN).await.expect("an answer");
        assert_eq!(answer.headers, []);
    }
    assert_eq!(limited.draws(), 0);
}

#[tokio::test]
async fn a_subscription_costs_at_its_start() {
    let limited = limited(limits(1), false).await;
    let ada = from("192.0.2.1");
    let start = || {
        limited
            .graph
            .router
            .stream(Request::new("subscription { watched { id } }"), &ada)
    };
    assert!(start().await.is_ok());
    let refused = start().await.err().expect("the second");
    assert_eq!(refused.status, 429);
}
