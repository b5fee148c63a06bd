//! The words that tests of rights are written in.

use std::sync::Arc;

use auth::Viewer;
use chrono::{DateTime, TimeDelta, Utc};
use database::Database;
use kernel::{AccountId, Clock, Currency, Money, OfferId, ProfileId, TitleId};
use runtime::{Job, Service};
use schema::events::{
    accounts::ProfileChanged,
    billing::{OfferChanged, OfferKind, SubscriptionCreated, SubscriptionFacts},
    catalogue::{AssetRef, TitleFacts, TitleKind, TitlePublished},
};
use serde_json::{Value, json};
use testkit::Bench;
use uuid::Uuid;

pub const START: &str = "mutation Start($input: StartPlaybackInput!) { startPlayback(input: $input) {
    session { id expiresAt heartbeatIntervalSeconds streamUrl manifests { protocol url expiresAt }
      drm { system licenceUrl keyIds } resumePositionSeconds }
    problem { code message offers { id } activeStreams { sessionId deviceName startedAt } } } }";
pub const REPORT: &str = "mutation Report($input: ReportPlaybackInput!) {
    reportPlayback(input: $input) { accepted problem { code message } } }";
pub const CHECK: &str =
    "query Check($id: ID!) { checkAccess(contentId: $id) { allowed reason via expiresAt offers { id } } }";

/// Rights on a bench.
pub struct Tv {
    pub bench: Bench,
    pub sdl: String,
    /// The database as the service opened it, with its own count of statements.
    pub database: Database,
    pub jobs: Vec<Job>,
}

impl Tv {
    pub async fn start() -> Self {
        let bench = Bench::start::<migrations::rights::Migrator>("rights").await;
        let service: Service = rights::service(&bench.platform, rights::Settings::default())
            .await
            .expect("rights");
        let sdl = service.endpoint.as_ref().expect("an endpoint").sdl();
        if let Some(demo) = &service.demo {
            demo().await.expect("the demo loads");
        }
        let (database, jobs) = (service.database.clone().expect("a database"), service.jobs.clone());
        bench.run(service).await;
        Self {
            bench,
            sdl,
            database,
            jobs,
        }
    }

    /// Account `n` with a profile of the same number.
    pub async fn viewer(&self, n: u64) -> Arc<Viewer> {
        self.profile(n, n, None).await;
        self.bench.viewer(n, &[])
    }

    pub async fn profile(&self, account: u64, profile: u64, max_age: Option<i32>) -> String {
        let id = Self::id(500 + profile);
        self.bench
            .emit(&ProfileChanged {
                profile: ProfileId(id),
                account: AccountId(Self::id(account)),
                kids: false,
                max_age,
                deleted: false,
                at: self.now(),
            })
            .await;
        id.to_string()
    }

    pub fn profile_id(n: u64) -> String {
        Self::id(500 + n).to_string()
    }

    /// A published title of `packages` for viewers from `min_age`.
    pub async fn title(&self, n: u64, packages: &[&str], min_age: Option<i32>) -> String {
        let facts = self.facts(n, packages, min_age);
        self.bench
            .emit(&TitlePublished {
                title: facts.title,
                facts,
            })
            .await;
        Self::id(100 + n).to_string()
    }

    pub fn facts(&self, n: u64, packages: &[&str], min_age: Option<i32>) -> TitleFacts {
        TitleFacts {
            title: TitleId(Self::id(100 + n)),
            kind: TitleKind::Movie,
            name: "Metropolis".to_owned(),
            synopsis: String::new(),
            genres: vec![],
            people: vec![],
            tags: vec![],
            release_year: Some(1927),
            runtime_seconds: Some(100),
            min_age,
            packages: packages.iter().map(|name| (*name).to_owned()).collect(),
            series: None,
            season_number: None,
            episode_number: None,
            asset: Some(AssetRef {
                id: Self::id(900).into(),
                revision: 1,
                original_key: "a/film.mp4".to_owned(),
                original_bytes: 1000,
                original_type: "video/mp4".to_owned(),
                duration_ms: 100_000,
            }),
            published_at: self.now(),
            version: 1,
        }
    }

    /// A subscription of account `n` to `packages` with `max_streams`, for 30 days.
    pub async fn subscription(&self, n: u64, packages: &[&str], max_streams: i32) {
        let facts = SubscriptionFacts {
            subscription: Self::id(200 + n).into(),
            account: AccountId(Self::id(n)),
            plan: Self::id(300).into(),
            status: "ACTIVE".to_owned(),
            entitlements: packages.iter().map(|name| (*name).to_owned()).collect(),
            max_streams,
            access_until: self.now() + TimeDelta::days(30),
            version: 1,
        };
        self.bench
            .emit(&SubscriptionCreated {
                subscription: facts.subscription,
                facts,
            })
            .await;
    }

    /// An offer `n` of `cents`, for `content` or for `packages`.
    pub async fn offer(&self, n: u64, cents: i64, content: Option<&str>, packages: &[&str]) -> String {
        let price = Money {
            amount_minor: cents,
            currency: Currency::try_new("EUR").expect("a currency"),
        };
        self.bench
            .emit(&OfferChanged {
                offer: OfferId(Self::id(400 + n)),
                kind: if content.is_some() {
                    OfferKind::Rental
                } else {
                    OfferKind::Subscription
                },
                content: content.map(|id| id.parse().expect("an id")),
                packages: packages.iter().map(|name| (*name).to_owned()).collect(),
                price,
                withdrawn: false,
            })
            .await;
        Self::id(400 + n).to_string()
    }

    pub async fn play(&self, viewer: &Arc<Viewer>, content: &str, profile: &str, device: &str) -> Value {
        let input = json!({ "contentId": content, "profileId": profile, "deviceId": device,
            "deviceName": format!("The {device}"), "drm": "NONE", "protocols": ["HLS"] });
        let reply = self.bench.ask(Some(viewer), START, json!({ "input": input })).await;
        assert!(reply.get("errors").is_none(), "{reply}");
        reply["data"]["startPlayback"].clone()
    }

    pub async fn report(&self, viewer: &Arc<Viewer>, session: &Value, event: &str, seconds: i32, key: &str) -> Value {
        let input = json!({ "sessionId": session, "event": event, "positionSeconds": seconds,
            "at": self.now(), "idempotencyKey": key });
        self.bench.ask(Some(viewer), REPORT, json!({ "input": input })).await["data"]["reportPlayback"].clone()
    }

    pub async fn check(&self, viewer: Option<&Arc<Viewer>>, content: &str) -> Value {
        self.bench.ask(viewer, CHECK, json!({ "id": content })).await["data"]["checkAccess"].clone()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.bench.clock.now()
    }

    pub fn id(n: u64) -> Uuid {
        Bench::id(n)
    }
}
