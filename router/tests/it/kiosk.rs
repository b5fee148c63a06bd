//! A graph whose answers may be kept: `tv` owns channels, `shop` sells them. Its clock is the test's.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI32, Ordering},
    },
    time::Duration,
};

use async_graphql::{Context, EmptyMutation, EmptySubscription, Error, ID, Object, Schema, SimpleObject};
use auth::{Issuer, KeyPair, Role, Verifier, Viewer};
use bus::{Bus, Envelope};
use graphql::{
    Endpoint, SchemaEndpoint,
    directives::{CacheControl, CacheScope},
};
use kernel::{AccountId, Clock, EventId, Instant, SystemClock};
use router::{
    CacheSettings, Context as Asker, Landing, Local, Parts, Ports, Request, Router, Settings, Source, Subgraph,
    Supergraph,
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub const ADA: &str = "019a0000-0000-7000-8000-00000000000a";
pub const BOB: &str = "019a0000-0000-7000-8000-00000000000b";

/// A clock that stands.
pub struct StillClock(Mutex<Instant>);

impl Clock for StillClock {
    fn now(&self) -> Instant {
        *self.0.lock().expect("a time")
    }
}

impl StillClock {
    pub fn pass(&self, seconds: u64) {
        *self.0.lock().expect("a time") += Duration::from_secs(seconds);
    }
}

/// What the subgraphs stand on.
pub struct World {
    pub names: Mutex<BTreeMap<String, String>>,
    /// Lets answers of `slow` through.
    pub gate: Semaphore,
    pub slow_calls: AtomicI32,
    pub clock: Arc<StillClock>,
    bus: Arc<dyn Bus>,
}

impl World {
    /// A channel gets a name, and everybody is told.
    pub async fn rename(&self, id: &str, name: &str) {
        self.names.lock().expect("names").insert(id.to_owned(), name.to_owned());
        let event = Envelope {
            specversion: "1.0".to_owned(),
            id: EventId(uuid::Uuid::nil()),
            source: "/matinee/livetv".to_owned(),
            kind: "tv.livetv.channel.changed.v1".to_owned(),
            subject: id.to_owned(),
            time: self.clock.now(),
            datacontenttype: "application/json".to_owned(),
            data: json!({"channel": id}),
        };
        self.bus.publish(&event).await.expect("a bus");
    }
}

fn world<'c>(ctx: &Context<'c>) -> &'c Arc<World> {
    ctx.data_unchecked()
}

#[derive(SimpleObject)]
#[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
pub struct Channel {
    id: ID,
    name: String,
    #[graphql(directive = CacheControl::apply(10, CacheScope::Public))]
    viewers: i32,
    #[graphql(directive = CacheControl::apply(0, CacheScope::Public))]
    weather: i32,
}

fn find(world: &World, id: &str) -> Option<Channel> {
    let name = world.names.lock().expect("names").get(id).cloned()?;
    Some(Channel {
        id: id.into(),
        name,
        viewers: 7,
        weather: 1,
    })
}

struct Tv;

#[Object(name = "Query")]
impl Tv {
    #[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
    async fn channel(&self, ctx: &Context<'_>, id: ID) -> Option<Channel> {
        find(world(ctx), &id)
    }
    #[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
    async fn channels(&self, ctx: &Context<'_>) -> Vec<Channel> {
        let ids: Vec<String> = world(ctx).names.lock().expect("names").keys().cloned().collect();
        ids.iter().filter_map(|id| find(world(ctx), id)).collect()
    }
    #[graphql(directive = CacheControl::apply(60, CacheScope::Private))]
    async fn mine(&self, ctx: &Context<'_>) -> Option<String> {
        ctx.data_opt::<Arc<Viewer>>().map(|viewer| viewer.account.to_string())
    }
    /// Staff see what is not there yet.
    #[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
    async fn drafts(&self, ctx: &Context<'_>) -> i32 {
        let is_staff = ctx
            .data_opt::<Arc<Viewer>>()
            .is_some_and(|viewer| viewer.has_any(&[Role::Editor]));
        i32::from(is_staff)
    }
    async fn who(&self, ctx: &Context<'_>) -> Option<String> {
        ctx.data_opt::<Arc<Viewer>>().map(|viewer| viewer.account.to_string())
    }
    /// Waits for the gate; counts.
    async fn slow(&self, ctx: &Context<'_>, #[graphql(default)] fails: bool) -> async_graphql::Result<i32> {
        let world = world(ctx);
        let count = world.slow_calls.fetch_add(1, Ordering::SeqCst) + 1;
        world.gate.acquire().await?.forget();
        if fails {
            Err(Error::new("out of order"))
        } else {
            Ok(count)
        }
    }
    #[graphql(entity)]
    async fn find_channel(&self, ctx: &Context<'_>, id: ID) -> Option<Channel> {
        find(world(ctx), &id)
    }
}

struct Change;

#[Object(name = "Mutation")]
impl Change {
    async fn rename(&self, ctx: &Context<'_>, id: ID, name: String) -> bool {
        world(ctx).rename(&id, &name).await;
        true
    }
}

mod shop {
    use super::*;

    pub struct Channel(ID);

    #[Object]
    impl Channel {
        async fn id(&self) -> &ID {
            &self.0
        }
        /// Says nothing of keeping.
        async fn price(&self) -> i32 {
            5
        }
    }

    pub struct Shop;

    #[Object(name = "Query")]
    impl Shop {
        async fn picks(&self, ids: Vec<ID>) -> Vec<Option<Channel>> {
            ids.into_iter().map(|id| Some(Channel(id))).collect()
        }
        #[graphql(entity)]
        async fn find_channel(&self, id: ID) -> Channel {
            Channel(id)
        }
    }
}

/// Everything that may be kept is.
pub fn keeping() -> Settings {
    Settings {
        cache: CacheSettings {
            answers: true,
            entities: true,
            ..CacheSettings::default()
        },
        ..Settings::default()
    }
}

/// A router over both.
pub struct Kiosk {
    pub router: Router,
    pub world: Arc<World>,
    pub clock: Arc<StillClock>,
    shutdown: CancellationToken,
    issuer: Issuer,
}

impl Kiosk {
    /// One that hears of changes.
    pub async fn open() -> Self {
        Self::with(keeping()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let kiosk = Self::deaf(settings);
        let router = kiosk.router.clone();
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's token")]
        tokio::spawn(async move { router.listen().await });
        while !kiosk.router.hears() {
            tokio::task::yield_now().await;
        }
        kiosk
    }

    pub fn deaf(settings: Settings) -> Self {
        let clock = Arc::new(StillClock(Mutex::new(SystemClock.now())));
        let ports = Ports {
            clock: clock.clone(),
            ..Ports::default()
        };
        let names = [("c1", "One"), ("c2", "Two"), ("c3", "Three")];
        let world = Arc::new(World {
            names: Mutex::new(names.map(|(id, name)| (id.to_owned(), name.to_owned())).into()),
            gate: Semaphore::new(0),
            slow_calls: AtomicI32::new(0),
            clock: clock.clone(),
            bus: ports.bus.clone(),
        });
        let tv = Schema::build(Tv, Change, EmptySubscription)
            .data(world.clone())
            .enable_federation()
            .finish();
        let shop = Schema::build(shop::Shop, EmptyMutation, EmptySubscription)
            .enable_federation()
            .finish();
        let endpoints: [(&str, Arc<dyn Endpoint>); 2] = [
            ("tv", Arc::new(SchemaEndpoint::new(tv, |_| {}))),
            ("shop", Arc::new(SchemaEndpoint::new(shop, |_| {}))),
        ];
        let sources: Vec<Source> = endpoints
            .iter()
            .map(|(name, endpoint)| Source::new(*name, format!("http://{name}.example"), endpoint.sdl()))
            .collect();
        let transports = endpoints.into_iter().map(|(name, endpoint)| {
            let subgraph: Arc<dyn Subgraph> = Arc::new(Local::new(endpoint));
            (name.to_owned(), subgraph)
        });
        let pem = KeyPair::generate().expect("a key");
        let pair = Arc::new(KeyPair::from_pem(&pem).expect("our own key"));
        let shutdown = CancellationToken::new();
        let router = Router::new(Parts {
            supergraph: Supergraph::compose(&sources).expect("they compose"),
            subgraphs: transports.collect::<HashMap<_, _>>(),
            verifier: Verifier::new(pair.public(), "test", Arc::new(SystemClock)),
            settings,
            landing: Landing::default(),
            shutdown: shutdown.clone(),
            ports,
        });
        Self {
            router: router.expect("a router"),
            world,
            clock,
            shutdown,
            issuer: Issuer::new(pair, "test"),
        }
    }

    pub fn token(&self, account: &str, roles: &[Role]) -> String {
        let now = SystemClock.now();
        let account = AccountId::parse("account", account).expect("an id");
        let ends_at = now + Duration::from_mins(1);
        self.issuer.issue(account, roles, uuid::Uuid::nil(), now, ends_at)
    }

    pub fn viewer(&self, account: &str, roles: &[Role]) -> Asker {
        let token = format!("Bearer {}", self.token(account, roles));
        Asker::from(self.router.authenticate(Some(&token)).expect("a valid token"))
    }

    pub async fn ask_as(&self, query: &str, context: &Asker) -> Value {
        let answer = self.router.execute(Request::new(query), context).await;
        serde_json::from_slice(&answer.expect("an answer").body).expect("JSON")
    }

    pub async fn ask(&self, query: &str) -> Value {
        self.ask_as(query, &Asker::default()).await
    }

    /// How long the answer may be kept in seconds, and whether it is private.
    pub async fn policy(&self, query: &str, context: &Asker) -> (u32, bool) {
        let answer = self.router.execute(Request::new(query), context).await;
        let policy = answer.expect("an answer").policy;
        (policy.max_age, policy.is_private)
    }

    pub fn fetches(&self, subgraph: &str) -> u64 {
        self.router.fetches()[subgraph]
    }
}

impl Drop for Kiosk {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
