//! The words of these tests.

use std::{sync::Arc, time::Duration};

use auth::{Role, Viewer};
use bytes::Bytes;
use database::Database;
use futures_util::{StreamExt, stream::BoxStream};
use kernel::{AccountId, Clock, ImportId, ProfileId};
use runtime::{Hook, Job};
use schema::events::{accounts::ProfileChanged, sidecar::GuideUploaded};
use sea_orm::{ConnectionTrait, sea_query::Query};
use serde_json::{Value, json};
use testkit::Bench;
use uuid::Uuid;

/// Live TV on a bench; it is 2026-11-21T12:00:00Z.
pub struct Kit {
    pub bench: Bench,
    pub database: Database,
    jobs: Vec<Job>,
    demo: Hook,
    routes: axum::Router,
}

/// Somebody who watches.
pub struct Profile {
    pub viewer: Arc<Viewer>,
    pub id: Uuid,
}

/// A programme of a test's file.
#[derive(Clone, Copy)]
pub struct Show(pub &'static str, pub &'static str, pub &'static str);

impl Kit {
    pub async fn start() -> Self {
        Self::start_with(livetv::Settings {
            recording_quota_hours: 3,
            ..Default::default()
        })
        .await
    }

    pub async fn start_with(settings: livetv::Settings) -> Self {
        let bench = Bench::start::<migrations::livetv::Migrator>("livetv").await;
        let mut service = livetv::service(&bench.platform, settings)
            .await
            .expect("the bench does");
        let jobs = std::mem::take(&mut service.jobs);
        let routes = service.routes.take().expect("the bench does");
        let demo = service.demo.clone().expect("the bench does");
        let database = service.database.clone().expect("the bench does");
        bench.run(service).await;
        Self {
            bench,
            database,
            jobs,
            demo,
            routes,
        }
    }

    /// What REST answers: the status and the body.
    pub async fn get(&self, path: &str, roles: Option<&[Role]>) -> (u16, String) {
        let mut request = axum::http::Request::get(path);
        if let Some(roles) = roles {
            let issuer = self.bench.platform.issuer.as_ref().expect("the bench does");
            let now = self.bench.clock.now();
            let account = AccountId(Bench::id(1));
            let token = issuer.issue(account, roles, Bench::id(2), now, now + chrono::Duration::minutes(5));
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(axum::body::Body::empty()).expect("the bench does");
        let answer = tower::ServiceExt::oneshot(self.routes.clone(), request).await;
        let answer = answer.expect("routes do not fail");
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), 1 << 24)
            .await
            .expect("the bench does");
        (status, String::from_utf8(body.to_vec()).expect("answers are text"))
    }

    pub async fn load_demo(&self) {
        (self.demo)().await.expect("the bench does");
        self.bench.platform.relay().drain(Duration::from_secs(20)).await;
    }

    /// Begins to note statements.
    pub fn note_statements(&self) {
        self.database.statements().keep();
    }

    /// How many of the noted statements have `part` in them.
    pub fn statements_with(&self, part: &str) -> usize {
        let noted = self.database.statements().take();
        noted.iter().filter(|statement| statement.contains(part)).count()
    }

    /// The statements of a query.
    pub async fn statements_of(&self, query: &str, variables: Value) -> Vec<String> {
        // What the demo has rung for is over by then.
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.database.statements().keep();
        self.ask(query, variables).await;
        self.database.statements().take()
    }

    /// The statements of a query that `profile` asks.
    pub async fn statements_as(&self, profile: &Profile, query: &str) -> Vec<String> {
        // What was committed before has been heard of by then.
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.database.statements().keep();
        self.ask_as(profile, query, json!({})).await;
        self.database.statements().take()
    }

    pub async fn run_job(&self, name: &str) {
        run_job(&self.jobs, name).await;
    }

    pub fn admin(&self) -> Arc<Viewer> {
        self.bench.viewer(1, &[Role::Admin])
    }

    /// What the sidecar does with an upload; returns the import's report.
    pub async fn upload(&self, file: impl Into<Bytes>) -> Value {
        let import = ImportId(self.bench.platform.ids.next());
        self.upload_as(import, file).await
    }

    pub async fn upload_as(&self, import: ImportId, file: impl Into<Bytes>) -> Value {
        self.upload_to((import, "test"), file, false).await
    }

    /// An upload of the source of this name.
    pub async fn upload_of(&self, source: &str, file: impl Into<Bytes>) -> Value {
        let import = ImportId(self.bench.platform.ids.next());
        self.upload_to((import, source), file, false).await
    }

    /// An upload of the source of this name, which is only to tell what it would change; its id and its report.
    pub async fn upload_dry(&self, source: &str, file: impl Into<Bytes>) -> (ImportId, Value) {
        let import = ImportId(self.bench.platform.ids.next());
        (import, self.upload_to((import, source), file, true).await)
    }

    async fn upload_to(&self, (import, source): (ImportId, &str), file: impl Into<Bytes>, is_dry: bool) -> Value {
        let mut event = self.uploaded((import, source), file).await;
        event.dry_run = is_dry;
        self.bench.emit(&event).await;
        let report = "query($id: ID!) { epgImport(id: $id) { status source channels programmes added updated removed \
                      unchanged warnings errors messages { line text } } }";
        let answer = self
            .bench
            .ask(Some(&self.admin()), report, json!({ "id": import }))
            .await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"]["epgImport"].clone()
    }

    /// Puts a file where the sidecar does; returns what it tells.
    pub async fn uploaded(&self, (import, source): (ImportId, &str), file: impl Into<Bytes>) -> GuideUploaded {
        let object_key = format!("in/{import}");
        let file = file.into();
        let size_bytes = i64::try_from(file.len()).expect("the bench does");
        let storage = &*self.bench.platform.storage;
        storage::put_all(storage, &object_key, "application/octet-stream", file)
            .await
            .expect("the bench does");
        GuideUploaded {
            import,
            object_key,
            size_bytes,
            gzip: false,
            source: source.to_owned(),
            account: AccountId(Bench::id(1)),
            dry_run: false,
            at: self.bench.clock.now(),
        }
    }

    /// The data of an answer without errors, asked by nobody.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self.bench.ask(None, query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"].clone()
    }

    /// The code of the error that an administrator gets.
    pub async fn refused(&self, query: &str, variables: Value) -> Value {
        let answer = self.bench.ask(Some(&self.admin()), query, variables).await;
        answer["errors"][0]["extensions"]["code"].clone()
    }

    /// The id of the channel of this number.
    pub async fn channel(&self, number: &str) -> Value {
        let query = "query($number: String!) { channels(first: 50, filter: { query: $number }) { edges { node { id number } } } }";
        let data = self.ask(query, json!({ "number": number })).await;
        let edges = data["channels"]["edges"].as_array().expect("the bench does");
        let edge = edges
            .iter()
            .find(|edge| edge["node"]["number"] == number)
            .expect("a channel of this number");
        edge["node"]["id"].clone()
    }

    /// The profile `n` of the viewer `account`, as accounts tells of it.
    pub async fn profile(&self, account: u64, n: u64) -> Profile {
        let event = ProfileChanged {
            profile: ProfileId(Bench::id(n)),
            account: AccountId(Bench::id(account)),
            kids: false,
            max_age: None,
            deleted: false,
            at: self.bench.clock.now(),
        };
        self.bench.emit(&event).await;
        Profile {
            viewer: self.bench.viewer(account, &[]),
            id: Bench::id(n),
        }
    }

    /// What `profile` gets: the data of an answer without errors. Variables have its id already.
    pub async fn ask_as(&self, profile: &Profile, query: &str, mut variables: Value) -> Value {
        variables["profile"] = json!(profile.id);
        let answer = self.bench.ask(Some(&profile.viewer), query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        self.bench.platform.deliver().await;
        answer["data"].clone()
    }

    /// The id of the programme of this title.
    pub async fn programme(&self, title: &str) -> Value {
        let query = "{ epg(from: \"2026-11-20T12:00:00Z\", to: \"2026-11-22T12:00:00Z\") { programmes { id title } } }";
        let data = self.ask(query, json!({})).await;
        let rows = data["epg"].as_array().expect("the bench does");
        let mut programmes = rows.iter().filter_map(|row| row["programmes"].as_array()).flatten();
        let found = programmes.find(|programme| programme["title"] == title);
        found.expect("a programme of this title")["id"].clone()
    }

    pub fn subscribe_as(&self, profile: &Profile, query: &str) -> Messages {
        let variables = json!({ "profile": profile.id });
        Messages(self.bench.subscribe(Some(&profile.viewer), query, variables))
    }

    pub fn subscribe(&self, query: &str, variables: Value) -> Messages {
        Messages(self.bench.subscribe(None, query, variables))
    }

    pub fn subscribe_as_admin(&self, query: &str, variables: Value) -> Messages {
        Messages(self.bench.subscribe(Some(&self.admin()), query, variables))
    }

    /// Leaves an import behind as a process does that dies while it reads.
    pub async fn interrupted_import(&self, import: uuid::Uuid, object_key: &str) {
        let mut row = Query::insert();
        row.into_table("guide_imports");
        let now = self.bench.clock.now();
        let mut columns = vec![
            "id",
            "status",
            "source",
            "object_key",
            "account_id",
            "started_at",
            "phase",
        ];
        let mut values: Vec<sea_orm::Value> = vec![
            import.into(),
            "RUNNING".into(),
            "test".into(),
            object_key.into(),
            Bench::id(1).into(),
            now.into(),
            "READING".into(),
        ];
        for count in [
            "channels",
            "programmes",
            "added",
            "updated",
            "removed",
            "unchanged",
            "warnings",
            "errors",
        ] {
            columns.push(count);
            values.push(0.into());
        }
        row.columns(columns).values_panic(values.into_iter().map(Into::into));
        self.database.writer().execute(&row).await.expect("the bench does");
    }

    /// Another process begins over the same database.
    pub async fn restart(&self) {
        Other::start(&self.bench.platform, livetv::Settings::default()).await;
    }
}

/// Live TV in another process: over the same database.
pub struct Other {
    endpoint: Arc<dyn graphql::Endpoint>,
    jobs: Vec<Job>,
}

impl Other {
    /// Begins as `platform` and `settings` say.
    pub async fn start(platform: &runtime::Platform, settings: livetv::Settings) -> Self {
        let mut service = livetv::service(platform, settings).await.expect("the bench does");
        Self {
            jobs: std::mem::take(&mut service.jobs),
            endpoint: service.endpoint.expect("the bench does"),
        }
    }

    pub fn subscribe(&self, query: &str, variables: Value) -> Messages {
        self.listen(async_graphql::Request::new(query).variables(async_graphql::Variables::from_json(variables)))
    }

    pub fn subscribe_as(&self, viewer: Arc<Viewer>, query: &str, variables: Value) -> Messages {
        let request = async_graphql::Request::new(query).variables(async_graphql::Variables::from_json(variables));
        self.listen(request.data(viewer))
    }

    fn listen(&self, request: async_graphql::Request) -> Messages {
        let json = |response| serde_json::to_value(response).expect("a response is JSON");
        Messages(self.endpoint.subscribe(request).map(json).boxed())
    }

    pub async fn run_job(&self, name: &str) {
        run_job(&self.jobs, name).await;
    }
}

async fn run_job(jobs: &[Job], name: &str) {
    let job = jobs.iter().find(|job| job.name == name).expect("the bench does");
    let done = job.run_once().await;
    assert!(done.is_ok(), "{name}: {done:?}");
}

/// What a subscriber receives.
pub struct Messages(pub BoxStream<'static, Value>);

impl Messages {
    pub async fn next(&mut self) -> Value {
        let message = tokio::time::timeout(Duration::from_secs(5), self.0.next()).await;
        message
            .expect("a message within five seconds")
            .expect("the subscription is open")
    }

    /// The subscription is over.
    pub async fn end(&mut self) {
        let message = tokio::time::timeout(Duration::from_secs(5), self.0.next()).await;
        assert_eq!(message.expect("an end within five seconds"), None);
    }

    /// Nothing comes, for a while.
    pub async fn silence(&mut self) {
        let message = tokio::time::timeout(Duration::from_millis(100), self.0.next()).await;
        assert!(message.is_err(), "nothing was to come: {message:?}");
    }
}

/// A file with one channel, `one.example` ("Channel One"); times are of 2026-11-21.
pub fn file(shows: &[Show]) -> String {
    file_of("one.example", "Channel One", shows)
}

pub fn file_of(id: &str, name: &str, shows: &[Show]) -> String {
    let programme = |Show(start, stop, title): &Show| {
        let time = |time: &str| format!("20261121{}00 +0000", time.replace(':', ""));
        let (start, stop) = (time(start), time(stop));
        format!("<programme start=\"{start}\" stop=\"{stop}\" channel=\"{id}\"><title>{title}</title></programme>\n")
    };
    let programmes: Vec<String> = shows.iter().map(programme).collect();
    let channel = format!("<channel id=\"{id}\"><display-name>{name}</display-name></channel>");
    format!("<tv>\n{channel}\n{}</tv>\n", programmes.concat())
}

/// The counts of a report.
pub fn counts(report: &Value) -> [i64; 4] {
    ["added", "updated", "removed", "unchanged"].map(|count| report[count].as_i64().expect("the bench does"))
}
