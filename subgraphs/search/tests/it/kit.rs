//! Search on the bench, told of titles, channels and programmes in few words.

use kernel::{ChannelId, Clock, GenreId, ImportId, PersonId, ProgrammeId, TitleId};
use schema::events::{
    catalogue::{GenreRef, PersonRef, TitleFacts, TitleKind, TitlePublished},
    livetv::{ChangeKind, ChannelChanged, GuideChanged, ProgrammeChange},
};
use serde_json::Value;
use testkit::Bench;

pub struct Kit {
    pub bench: Bench,
    pub sdl: String,
    settle: runtime::Hook,
}

impl Kit {
    pub async fn start() -> Self {
        Self::over(Bench::start::<migrations::search::Migrator>("search").await).await
    }

    /// Search on a bench that may have run before.
    pub async fn over(bench: Bench) -> Self {
        let service = search::service(&bench.platform, search::Settings::default())
            .await
            .unwrap();
        let sdl = service.endpoint.as_ref().unwrap().sdl();
        let settle = service.settled.clone().unwrap();
        bench.run(service).await;
        Self { bench, sdl, settle }
    }

    pub async fn publish(&self, facts: &TitleFacts) {
        self.bench
            .emit(&TitlePublished {
                title: facts.title,
                facts: facts.clone(),
            })
            .await;
    }

    pub async fn settled(&self) {
        (self.settle)().await.unwrap();
    }

    /// The value of the only root field.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        self.settled().await;
        let answer = self.bench.ask(None, query, variables).await;
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"].as_object().unwrap().values().next().unwrap().clone()
    }

    /// Kinds and ids of hits.
    pub async fn find(&self, text: &str, filter: Value) -> Vec<(String, String)> {
        let query = "query($query: String!, $filter: SearchFilter) { search(query: $query, filter: $filter, first: 50) {
            edges { node { __typename ... on Movie { id } ... on Series { id } ... on Channel { id } ... on Programme { id } ... on Person { id } } } } }";
        let found = self
            .ask(query, serde_json::json!({ "query": text, "filter": filter }))
            .await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let node = |edge: &Value| (text(&edge["node"]["__typename"]), text(&edge["node"]["id"]));
        found["edges"].as_array().unwrap().iter().map(node).collect()
    }

    /// Highlights of suggestions.
    pub async fn suggest(&self, typed: &str) -> Vec<String> {
        let query = "query($typed: String!) { suggest(prefix: $typed, first: 8) { text kind highlight } }";
        let found = self.ask(query, serde_json::json!({ "typed": typed })).await;
        found
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["highlight"].as_str().unwrap().to_owned())
            .collect()
    }

    pub async fn channel(&self, n: u64, name: &str) {
        let changed = ChannelChanged {
            channel: ChannelId(Bench::id(n)),
            number: format!("{n}.1"),
            name: name.to_owned(),
            packages: Vec::new(),
            sources: Vec::new(),
            loops: None,
            catch_up: None,
            deleted: false,
            version: 1,
        };
        self.bench.emit(&changed).await;
    }

    /// A programme that begins `minutes` from now and takes an hour.
    pub async fn programme(&self, n: u64, title: &str, minutes: i64, kind: ChangeKind, cursor: i64) {
        let starts_at = self.bench.clock.now() + chrono::TimeDelta::minutes(minutes);
        let change = ProgrammeChange {
            kind,
            programme: ProgrammeId(Bench::id(n)),
            channel: ChannelId(Bench::id(900)),
            title: title.to_owned(),
            subtitle: None,
            description: None,
            categories: vec!["Film".to_owned()],
            genre: None,
            image_url: None,
            is_new: false,
            starts_at,
            ends_at: starts_at + chrono::TimeDelta::hours(1),
        };
        let import = ImportId(Bench::id(1));
        self.bench
            .emit(&GuideChanged {
                import,
                cursor,
                changes: vec![change],
            })
            .await;
    }
}

/// A film of 1927, and whatever the caller changes of it.
pub fn film(n: u64, name: &str) -> TitleFacts {
    TitleFacts {
        title: TitleId(Bench::id(n)),
        kind: TitleKind::Movie,
        name: name.to_owned(),
        synopsis: String::new(),
        genres: Vec::new(),
        people: Vec::new(),
        tags: Vec::new(),
        release_year: Some(1927),
        runtime_seconds: Some(5400),
        min_age: None,
        packages: Vec::new(),
        series: None,
        season_number: None,
        episode_number: None,
        asset: None,
        published_at: "2026-11-01T00:00:00Z".parse().unwrap(),
        version: 1,
    }
}

pub fn genre(n: u64, name: &str) -> GenreRef {
    GenreRef {
        id: GenreId(Bench::id(n)),
        name: name.to_owned(),
    }
}

pub fn person(n: u64, name: &str) -> PersonRef {
    PersonRef {
        id: PersonId(Bench::id(n)),
        name: name.to_owned(),
    }
}
