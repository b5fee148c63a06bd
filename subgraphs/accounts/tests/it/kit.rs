//! Words that these tests are written in.

use std::sync::Arc;

use auth::Viewer;
use database::Database;
use kernel::{AccountId, Instant, ProfileId, TitleId};
use runtime::Hook;
use schema::events::{
    catalogue::{TitleFacts, TitleKind, TitlePublished},
    rights::{Playback, PlaybackProgressed},
};
use serde_json::{Value, json};
use testkit::Bench;

pub const PASSWORD: &str = "correct horse battery";

/// Accounts on a bench.
pub struct House {
    pub bench: Bench,
    pub sdl: String,
    pub demo: Hook,
    pub database: Database,
}

/// Somebody with an account.
pub struct Person {
    pub viewer: Arc<Viewer>,
    pub account: AccountId,
    pub profile: ProfileId,
    pub refresh: String,
}

impl House {
    pub async fn start() -> Self {
        Self::start_with(accounts::Settings::default()).await
    }

    pub async fn start_with(settings: accounts::Settings) -> Self {
        let bench = Bench::start::<migrations::accounts::Migrator>("accounts").await;
        let service = accounts::service(&bench.platform, settings).await.unwrap();
        let sdl = service.endpoint.as_ref().unwrap().sdl();
        let demo = service.demo.clone().unwrap();
        let database = service.database.clone().unwrap();
        bench.run(service).await;
        Self {
            bench,
            sdl,
            demo,
            database,
        }
    }

    /// Statements of the service so far.
    pub fn statements(&self) -> u64 {
        self.database.statements().count()
    }

    /// Asks as `person`, or signed out.
    pub async fn ask(&self, person: Option<&Person>, query: &str, variables: Value) -> Value {
        self.bench
            .ask(person.map(|person| &person.viewer), query, variables)
            .await
    }

    /// Asks and expects no errors.
    pub async fn data(&self, person: Option<&Person>, query: &str, variables: Value) -> Value {
        let mut reply = self.ask(person, query, variables).await;
        assert!(reply.get("errors").is_none(), "{reply}");
        reply["data"].take()
    }

    /// Asks and expects one error of this code.
    pub async fn refused(&self, person: Option<&Person>, query: &str, variables: Value) -> String {
        let reply = self.ask(person, query, variables).await;
        reply["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no error: {reply}"))
            .to_owned()
    }

    pub async fn register(&self, name: &str) -> Person {
        let query = "mutation($input: RegisterInput!) { register(input: $input) {
            account { profiles { id } } tokens { accessToken refreshToken } problem { code message }
        } }";
        let input = json!({ "email": format!("{name}@example.com"), "password": PASSWORD, "displayName": name });
        let data = self.data(None, query, json!({ "input": input })).await;
        let profile = data["register"]["account"]["profiles"][0]["id"].as_str().unwrap();
        self.person(&data["register"]["tokens"], ProfileId(profile.parse().unwrap()))
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Value {
        let query = "mutation($input: LoginInput!) { login(input: $input) {
            account { id displayName email }
            tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt tokenType }
            problem { code message }
        } }";
        let data = self
            .data(
                None,
                query,
                json!({ "input": { "email": email, "password": password } }),
            )
            .await;
        data["login"].clone()
    }

    pub async fn log_in_again(&self, name: &str, person: &Person) -> Person {
        let reply = self.log_in(&format!("{name}@example.com"), PASSWORD).await;
        self.person(&reply["tokens"], person.profile)
    }

    fn person(&self, tokens: &Value, profile: ProfileId) -> Person {
        let viewer = self
            .bench
            .platform
            .verifier
            .verify(tokens["accessToken"].as_str().unwrap())
            .unwrap();
        let refresh = tokens["refreshToken"].as_str().unwrap().to_owned();
        Person {
            account: viewer.account,
            viewer,
            profile,
            refresh,
        }
    }

    /// The catalogue published a film of 1000 seconds.
    pub async fn film(&self, n: u64) -> TitleId {
        let title = TitleId(Bench::id(n));
        let facts = facts(title, TitleKind::Movie, 1);
        self.bench.emit(&TitlePublished { title, facts }).await;
        title
    }

    /// A player told where it stands, `seconds` after the beginning of the test.
    pub async fn watched(&self, person: &Person, title: TitleId, position_seconds: i64, seconds: i64) {
        let playback = playback(person, title, position_seconds, seconds);
        self.bench
            .emit(&PlaybackProgressed {
                session: playback.session,
                playback,
            })
            .await;
    }
}

/// What a player says, `seconds` after the beginning of the test.
pub fn playback(person: &Person, title: TitleId, position_seconds: i64, seconds: i64) -> Playback {
    let start: Instant = "2026-11-21T11:00:00Z".parse().unwrap();
    Playback {
        session: Bench::id(900).into(),
        account: person.account,
        profile: person.profile,
        content: title.0,
        is_channel: false,
        event: "PLAYING".to_owned(),
        position_ms: position_seconds * 1000,
        duration_ms: None,
        at: start + chrono::TimeDelta::seconds(seconds),
        device: "tv".to_owned(),
    }
}

pub fn facts(title: TitleId, kind: TitleKind, version: i64) -> TitleFacts {
    TitleFacts {
        title,
        kind,
        name: "Metropolis".to_owned(),
        synopsis: String::new(),
        genres: Vec::new(),
        people: Vec::new(),
        tags: Vec::new(),
        release_year: Some(1927),
        runtime_seconds: Some(1000),
        min_age: None,
        packages: Vec::new(),
        series: None,
        season_number: None,
        episode_number: None,
        asset: None,
        published_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        version,
    }
}
