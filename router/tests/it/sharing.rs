//! Equal subscriptions are executed once: for whom, until when, and what those get who come later or do not keep up.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_graphql::{ComplexObject, Context, EmptyMutation, Object, Schema, SimpleObject, Subscription};
use auth::{Issuer, KeyPair, Verifier, Viewer};
use futures_util::{Stream, StreamExt, stream::BoxStream};
use graphql::{
    Endpoint, SchemaEndpoint,
    directives::{Authenticated, CacheControl, CacheScope, SharedStream, StreamJoin},
};
use kernel::{AccountId, Clock, SystemClock};
use router::{
    Context as Asker, Delivery, Landing, Local, Parts, Ports, Request, Router, Settings, Source, Subgraph,
    SubscriptionSettings, Supergraph,
};
use serde_json::{Value, json};
use tokio::{sync::broadcast, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::kiosk::{ADA, BOB};

const PATIENCE: Duration = Duration::from_secs(20);

/// What is on the air, and who listens.
struct Air {
    says: broadcast::Sender<i32>,
    begun: AtomicI64,
    open: AtomicI64,
}

/// Counts an execution while it lives.
struct Listening(Arc<Air>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// First `0`, the present state; then what is said.
fn listen(ctx: &Context<'_>) -> impl Stream<Item = i32> + use<> {
    let air = ctx.data_unchecked::<Arc<Air>>().clone();
    let mut said = air.says.subscribe();
    air.begun.fetch_add(1, Ordering::SeqCst);
    air.open.fetch_add(1, Ordering::SeqCst);
    let listening = Listening(air);
    async_stream::stream! {
        let _listening = listening;
        yield 0;
        while let Ok(number) = said.recv().await {
            yield number;
        }
    }
}

/// What is on, and what of it is a viewer's own.
#[derive(SimpleObject)]
#[graphql(complex)]
struct Show {
    number: i32,
}

#[ComplexObject]
impl Show {
    #[graphql(directive = CacheControl::apply(0, CacheScope::Private))]
    async fn own(&self, ctx: &Context<'_>) -> String {
        account(ctx)
    }
    #[graphql(directive = Authenticated::apply())]
    async fn guarded(&self, ctx: &Context<'_>) -> String {
        account(ctx)
    }
}

/// Who asks; nothing for nobody.
fn account(ctx: &Context<'_>) -> String {
    let viewer = ctx.data_opt::<Arc<Viewer>>();
    viewer.map_or_else(String::new, |viewer| viewer.account.to_string())
}

struct Query;

#[Object]
impl Query {
    async fn nothing(&self) -> i32 {
        0
    }
}

struct Radio;

#[Subscription(name = "Subscription")]
impl Radio {
    #[graphql(directive = SharedStream::apply(StreamJoin::Replay, CacheScope::Public))]
    async fn replayed(&self, ctx: &Context<'_>, #[graphql(default)] channel: i32) -> impl Stream<Item = i32> {
        listen(ctx).map(move |number| channel * 1000 + number)
    }
    #[graphql(directive = SharedStream::apply(StreamJoin::Live, CacheScope::Public))]
    async fn live(&self, ctx: &Context<'_>) -> impl Stream<Item = i32> {
        listen(ctx)
    }
    #[graphql(directive = SharedStream::apply(StreamJoin::Replay, CacheScope::Public))]
    async fn shows(&self, ctx: &Context<'_>) -> impl Stream<Item = Show> {
        listen(ctx).map(|number| Show { number })
    }
    async fn unmarked(&self, ctx: &Context<'_>) -> impl Stream<Item = String> {
        let name = account(ctx);
        listen(ctx).map(move |number| format!("{name}:{number}"))
    }
}

struct Studio {
    router: Router,
    air: Arc<Air>,
    issuer: Issuer,
    shutdown: CancellationToken,
}

impl Studio {
    fn open(subscriptions: SubscriptionSettings) -> Self {
        let air = Arc::new(Air {
            says: broadcast::Sender::new(10_000),
            begun: AtomicI64::new(0),
            open: AtomicI64::new(0),
        });
        let schema = Schema::build(Query, EmptyMutation, Radio)
            .data(air.clone())
            .enable_federation()
            .enable_subscription_in_federation()
            .finish();
        let endpoint: Arc<dyn Endpoint> = Arc::new(SchemaEndpoint::new(schema, |_| {}));
        let source = Source::new("radio", "http://radio.example", endpoint.sdl());
        let subgraph: Arc<dyn Subgraph> = Arc::new(Local::new(endpoint));
        let pem = KeyPair::generate().expect("a key");
        let pair = Arc::new(KeyPair::from_pem(&pem).expect("our own key"));
        let shutdown = CancellationToken::new();
        let router = Router::new(Parts {
            supergraph: Supergraph::compose(&[source]).expect("it composes"),
            subgraphs: HashMap::from([("radio".to_owned(), subgraph)]),
            verifier: Verifier::new(pair.public(), "test", Arc::new(SystemClock)),
            settings: Settings {
                subscriptions,
                ..Settings::default()
            },
            landing: Landing::default(),
            shutdown: shutdown.clone(),
            ports: Ports::default(),
        });
        Self {
            router: router.expect("a router"),
            air,
            issuer: Issuer::new(pair, "test"),
            shutdown,
        }
    }

    fn viewer(&self, account: &str) -> Asker {
        let now = SystemClock.now();
        let account = AccountId::parse("account", account).expect("an id");
        let ends_at = now + Duration::from_mins(1);
        let token = self.issuer.issue(account, &[], uuid::Uuid::nil(), now, ends_at);
        let identity = self.router.authenticate(Some(&format!("Bearer {token}")));
        Asker::from(identity.expect("a valid token"))
    }

    async fn follow_as(&self, field: &str, context: &Asker) -> Follower {
        let request = Request::new(format!("subscription {{ {field} }}"));
        let answers = self.router.stream(request, context).await;
        Follower(answers.expect("a subscription"))
    }

    async fn follow(&self, field: &str) -> Follower {
        self.follow_as(field, &Asker::default()).await
    }

    fn say(&self, number: i32) {
        self.air.says.send(number).expect("somebody listens");
    }

    fn begun(&self) -> i64 {
        self.air.begun.load(Ordering::SeqCst)
    }

    /// Waits until nothing runs in the subgraph any more.
    async fn silence(&self) {
        let quiet = async {
            while self.air.open.load(Ordering::SeqCst) > 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(PATIENCE, quiet)
            .await
            .expect("an execution nobody follows ends");
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

struct Follower(BoxStream<'static, Delivery>);

impl Follower {
    async fn delivery(&mut self) -> Delivery {
        let next = timeout(PATIENCE, self.0.next()).await;
        next.expect("in time").expect("an answer")
    }

    /// The next answer; an error's code in place of a value.
    async fn next(&mut self) -> Value {
        let answer: Value = serde_json::from_slice(&self.delivery().await).expect("JSON");
        let value = answer["data"].as_object().and_then(|data| data.values().next());
        value.unwrap_or(&answer["errors"][0]["extensions"]["code"]).clone()
    }
}

#[tokio::test]
async fn equal_subscriptions_run_once_and_share_their_bytes() {
    let studio = Studio::open(SubscriptionSettings::default());
    let mut followers = Vec::new();
    for _ in 0..50 {
        followers.push(studio.follow("replayed").await);
    }
    let mut other = studio.follow("replayed(channel: 2)").await;
    assert_eq!(other.next().await, json!(2000));
    for follower in &mut followers {
        assert_eq!(follower.next().await, json!(0));
    }
    assert_eq!(studio.begun(), 2, "one for each of two different subscriptions");
    studio.say(7);
    assert_eq!(other.next().await, json!(2007));
    let first = followers[0].delivery().await;
    for follower in &mut followers[1..] {
        let same = follower.delivery().await;
        assert_eq!(same.as_ptr(), first.as_ptr(), "the same bytes, not equal ones");
    }
    drop((followers, other));
    studio.silence().await;
    let mut again = studio.follow("replayed").await;
    assert_eq!((again.next().await, studio.begun()), (json!(0), 3));
}

#[tokio::test]
async fn who_comes_later_misses_no_beginning() {
    let studio = Studio::open(SubscriptionSettings::default());
    // Without a mark: once something was said, the next one begins anew.
    let mut first = studio.follow("unmarked").await;
    assert_eq!(first.next().await, json!(":0"));
    let mut second = studio.follow("unmarked").await;
    assert_eq!((second.next().await, studio.begun()), (json!(":0"), 2));
    // A replay says everything again.
    let mut first = studio.follow("replayed").await;
    assert_eq!(first.next().await, json!(0));
    studio.say(1);
    assert_eq!(first.next().await, json!(1));
    let mut second = studio.follow("replayed").await;
    assert_eq!([second.next().await, second.next().await], [json!(0), json!(1)]);
    // What is live has no beginning.
    let mut first = studio.follow("live").await;
    assert_eq!(first.next().await, json!(0));
    let mut second = studio.follow("live").await;
    studio.say(2);
    assert_eq!(second.next().await, json!(2));
    assert_eq!(studio.begun(), 4);
}

#[tokio::test]
async fn old_news_are_not_replayed() {
    let studio = Studio::open(SubscriptionSettings {
        replay_ms: 0,
        ..SubscriptionSettings::default()
    });
    let mut first = studio.follow("replayed").await;
    assert_eq!(first.next().await, json!(0));
    studio.say(1);
    assert_eq!(first.next().await, json!(1));
    let mut second = studio.follow("replayed").await;
    assert_eq!((second.next().await, studio.begun()), (json!(0), 2));
    studio.say(2);
    assert_eq!([first.next().await, second.next().await], [json!(2), json!(2)]);
}

#[tokio::test]
async fn viewers_share_only_what_says_the_same_to_everybody() {
    let studio = Studio::open(SubscriptionSettings::default());
    let (ada, bob) = (studio.viewer(ADA), studio.viewer(BOB));
    let followers = [&ada, &bob, &ada, &Asker::default()];
    let mut heard = Vec::new();
    let mut open = Vec::new();
    for asker in followers {
        open.push(studio.follow_as("unmarked", asker).await);
    }
    for follower in &mut open {
        heard.push(follower.next().await);
    }
    assert_eq!(
        heard,
        [
            json!(format!("{ADA}:0")),
            json!(format!("{BOB}:0")),
            json!(format!("{ADA}:0")),
            json!(":0")
        ]
    );
    assert_eq!(studio.begun(), 3, "the same token twice is one");
    let mut ada = studio.follow_as("replayed", &ada).await;
    let mut bob = studio.follow_as("replayed", &bob).await;
    assert_eq!([ada.next().await, bob.next().await], [json!(0), json!(0)]);
    assert_eq!(studio.begun(), 4);
}

#[tokio::test]
async fn who_asks_for_something_of_their_own_gets_it_and_shares_the_rest() {
    let studio = Studio::open(SubscriptionSettings::default());
    let (ada, bob) = (studio.viewer(ADA), studio.viewer(BOB));
    for field in ["own", "guarded"] {
        for (asker, account) in [(&ada, ADA), (&bob, BOB)] {
            let mut follower = studio.follow_as(&format!("shows {{ {field} }}"), asker).await;
            assert_eq!(follower.next().await, json!({ field: account }));
        }
    }
    // What was said may no longer hold: the next one with the same sign-in is told anew.
    let begun = studio.begun();
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut follower = studio.follow_as("shows { own }", &ada).await;
        assert_eq!(follower.next().await, json!({ "own": ADA }));
        open.push(follower);
    }
    assert_eq!(studio.begun() - begun, 2);
    let begun = studio.begun();
    let mut ada = studio.follow_as("shows { number }", &ada).await;
    let mut bob = studio.follow_as("shows { number }", &bob).await;
    assert_eq!(
        [ada.next().await, bob.next().await],
        [json!({ "number": 0 }), json!({ "number": 0 })]
    );
    assert_eq!(studio.begun() - begun, 1);
}

#[tokio::test]
async fn who_does_not_keep_up_is_told_and_holds_nobody_back() {
    let studio = Studio::open(SubscriptionSettings {
        buffer: 4,
        ..SubscriptionSettings::default()
    });
    let mut slow = studio.follow("live").await;
    let mut quick = studio.follow("live").await;
    assert_eq!(slow.next().await, json!(0));
    assert_eq!(quick.next().await, json!(0));
    for number in 1..=20 {
        studio.say(number);
        assert_eq!(quick.next().await, json!(number));
    }
    assert_eq!(slow.next().await, json!("LIMIT_EXCEEDED"));
    let end = timeout(PATIENCE, slow.0.next()).await.expect("in time");
    assert!(end.is_none(), "what comes after a hole is not told");
}

#[tokio::test]
async fn nothing_is_shared_when_that_is_switched_off() {
    let studio = Studio::open(SubscriptionSettings {
        share: false,
        ..SubscriptionSettings::default()
    });
    let mut first = studio.follow("replayed").await;
    let mut second = studio.follow("replayed").await;
    assert_eq!([first.next().await, second.next().await], [json!(0), json!(0)]);
    assert_eq!(studio.begun(), 2);
}
