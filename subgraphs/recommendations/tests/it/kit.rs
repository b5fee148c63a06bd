//! Recommendations on the bench, told of titles and viewers in few words.

use std::sync::Arc;

use auth::Viewer;
use chrono::TimeDelta;
use kernel::{AccountId, Clock, GenreId, ProfileId, TitleId};
use schema::events::{
    accounts::{HistoryUpdated, ProfileChanged},
    catalogue::{GenreRef, TitleFacts, TitleKind, TitlePublished},
};
use serde_json::Value;
use testkit::Bench;

pub struct Kit {
    pub bench: Bench,
    pub sdl: String,
    pub demo: runtime::Hook,
    /// The service's own handle: it counts statements.
    pub database: database::Database,
    settle: runtime::Hook,
}

impl Kit {
    pub async fn start() -> Self {
        let bench = Bench::start::<migrations::recommendations::Migrator>("recommendations").await;
        let settings = recommendations::Settings::default();
        let service = recommendations::service(&bench.platform, settings).await.unwrap();
        let sdl = service.endpoint.as_ref().unwrap().sdl();
        let (demo, settle) = (service.demo.clone().unwrap(), service.settled.clone().unwrap());
        let database = service.database.clone().unwrap();
        bench.run(service).await;
        Self {
            bench,
            sdl,
            demo,
            database,
            settle,
        }
    }

    /// Publishes every title of the demo, as the catalogue does.
    pub async fn catalogue(&self) {
        let now = self.bench.clock.now();
        for title in demo::titles() {
            let genre = |id: &GenreId| demo::genres().iter().find(|genre| genre.id == *id);
            let genres = title.genres.iter().filter_map(genre);
            let facts = TitleFacts {
                kind: match title.kind {
                    demo::TitleKind::Movie => TitleKind::Movie,
                    demo::TitleKind::Series => TitleKind::Series,
                    demo::TitleKind::Season => TitleKind::Season,
                    demo::TitleKind::Episode => TitleKind::Episode,
                    demo::TitleKind::Video => TitleKind::Video,
                },
                genres: genres
                    .map(|genre| GenreRef {
                        id: genre.id,
                        name: genre.name.clone(),
                    })
                    .collect(),
                tags: title.tags.clone(),
                release_year: Some(title.release_year),
                min_age: Some(i32::from(title.rating.min_age)),
                series: title.series,
                published_at: title.published_at(now),
                ..film(title.id, &title.name)
            };
            self.bench.emit(&TitlePublished { title: title.id, facts }).await;
        }
        (self.demo)().await.unwrap();
        self.settled().await;
    }

    pub async fn settled(&self) {
        (self.settle)().await.unwrap();
    }

    pub async fn profile(&self, account: u64, profile: u64, kids: bool) -> String {
        let changed = ProfileChanged {
            profile: ProfileId(Bench::id(profile)),
            account: AccountId(Bench::id(account)),
            kids,
            max_age: None,
            deleted: false,
            at: self.bench.clock.now(),
        };
        self.bench.emit(&changed).await;
        Bench::id(profile).to_string()
    }

    /// `profile` watched `percent` of `title`, `hours` ago.
    pub async fn watched(&self, profile: u64, title: TitleId, percent: i64, hours: i64) {
        let moved = HistoryUpdated {
            profile: ProfileId(Bench::id(profile)),
            title,
            position_ms: percent * 1000,
            duration_ms: Some(100_000),
            finished: percent >= 95,
            watched_at: self.bench.clock.now() - TimeDelta::hours(hours),
        };
        self.bench.emit(&moved).await;
    }

    pub async fn data(&self, viewer: Option<&Arc<Viewer>>, query: &str, variables: Value) -> Value {
        let answer = self.bench.ask(viewer, query, variables).await;
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"].clone()
    }
}

pub fn film(id: TitleId, name: &str) -> TitleFacts {
    TitleFacts {
        title: id,
        kind: TitleKind::Movie,
        name: name.to_owned(),
        synopsis: String::new(),
        genres: Vec::new(),
        people: Vec::new(),
        tags: Vec::new(),
        release_year: Some(1927),
        runtime_seconds: Some(5400),
        min_age: Some(0),
        packages: Vec::new(),
        series: None,
        season_number: None,
        episode_number: None,
        asset: None,
        published_at: "2026-11-01T00:00:00Z".parse().unwrap(),
        version: 1,
    }
}
