//! A platform to talk to: started here, or running somewhere.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use server::{Running, Settings};

use crate::{Client, SOON};

/// The platform under test.
///
/// Started in this process on embedded defaults with the demo; or, with `MATINEE_TEST_URL` in the environment, one
/// that runs already in whatever shape (`make test` runs the journeys both ways).
pub struct TestPlatform {
    /// A client without a sign-in.
    pub client: Client,
    running: Option<(Running, PathBuf)>,
}

impl TestPlatform {
    /// Opens the platform for a journey.
    ///
    /// # Panics
    /// It does not start.
    pub async fn open() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the switch between the two shapes")]
        let base = std::env::var("MATINEE_TEST_URL");
        match base {
            Ok(base) => Self {
                client: Client::new(&base),
                running: None,
            },
            Err(_) => Self::start().await,
        }
    }

    /// A client of another router, whose live TV is another process; the same one where there is only one
    /// (`MATINEE_TEST_SECOND_URL` names it).
    pub fn second(&self) -> Client {
        #[expect(clippy::disallowed_methods, reason = "the switch between the two shapes")]
        let base = std::env::var("MATINEE_TEST_SECOND_URL");
        match (base, &self.running) {
            (Ok(base), None) => Client::new(&base),
            _ => self.client.clone(),
        }
    }

    /// Starts the whole platform in this process, for tests that look inside.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts the whole platform with some settings.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_with(flags: &[(&str, &str)]) -> Self {
        Self::start_from(Path::new("/dev/null"), flags).await
    }

    /// Starts the whole platform with a settings file, for what only a file can say.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_from(file: &Path, flags: &[(&str, &str)]) -> Self {
        #[expect(clippy::disallowed_methods, reason = "a folder name, not an id of the platform")]
        let folder = std::env::temp_dir().join(format!("matinee-test-{}", uuid::Uuid::now_v7()));
        let settings = settings_from(file, &folder, flags);
        let running = Running::start(settings, &[])
            .await
            .unwrap_or_else(|error| panic!("{}", error.chain()));
        let client = Client::new(&format!("http://{}", running.address));
        Self {
            client,
            running: Some((running, folder)),
        }
    }

    /// A client of the sidecar: clients learn where it is from the URLs in answers.
    ///
    /// # Panics
    /// No title has artwork.
    pub async fn media(&self) -> Client {
        let query = "{ latestTitles(first: 1) { edges { node { artwork(kind: POSTER) { url } } } } }";
        let answer = self.client.ask(query, serde_json::json!({})).await;
        let url = answer["data"]["latestTitles"]["edges"][0]["node"]["artwork"][0]["url"].as_str();
        let url = url.unwrap_or_else(|| panic!("a title with artwork: {answer:#}"));
        Client {
            base: url.split("/api/").next().expect("a URL").to_owned(),
            ..self.client.clone()
        }
    }

    /// The process, when it was started here.
    ///
    /// # Panics
    /// It runs somewhere else.
    pub fn inside(&self) -> &Running {
        &self.running.as_ref().expect("this test starts its own platform").0
    }

    /// Its data folder, when it was started here.
    ///
    /// # Panics
    /// It runs somewhere else.
    pub fn folder(&self) -> &Path {
        &self.running.as_ref().expect("this test starts its own platform").1
    }

    /// Waits until every event is delivered and can be seen. A platform that runs elsewhere is asked again and again
    /// instead (`eventually`).
    ///
    /// # Panics
    /// Events still wait after [`SOON`].
    pub async fn settled(&self) {
        if let Some((running, _)) = &self.running {
            running.settled(SOON).await.expect("every event is delivered");
        }
    }

    /// Stops the platform; fails the test when an event is undelivered or the process does not end.
    ///
    /// # Panics
    /// See above.
    pub async fn close(self) {
        self.settled().await;
        if let Some((running, folder)) = self.running {
            let stopped = tokio::time::timeout(Duration::from_secs(30), Box::pin(running.stop())).await;
            stopped
                .expect("the platform stops in time")
                .unwrap_or_else(|error| panic!("{}", error.chain()));
            std::fs::remove_dir_all(folder).expect("the data folder is ours");
        }
    }
}

/// Embedded defaults in `folder`, on free ports.
///
/// # Panics
/// A flag names no setting.
pub fn settings(folder: &Path, flags: &[(&str, &str)]) -> Settings {
    settings_from(Path::new("/dev/null"), folder, flags)
}

fn settings_from(file: &Path, folder: &Path, flags: &[(&str, &str)]) -> Settings {
    let folder = folder.display().to_string();
    let ours = [
        ("server.data_dir", folder.as_str()),
        ("server.listen", "127.0.0.1:0"),
        ("server.metrics_listen", "127.0.0.1:0"),
        ("web.drain_seconds", "5"),
    ];
    let all: Vec<(&str, String)> = ours
        .iter()
        .chain(flags)
        .map(|(key, value)| (*key, (*value).to_owned()))
        .collect();
    Settings::load(Some(file), [], &all).unwrap_or_else(|error| panic!("{error}"))
}
