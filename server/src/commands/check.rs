//! `matinee check`.

use std::time::Duration;

use crate::{
    Error,
    assemble::{self, Shape},
    cli::Common,
    services,
};

use super::print;

/// Longest wait for one backend.
const PATIENCE: Duration = Duration::from_secs(5);

/// Says of every backend whether it answers.
///
/// # Errors
/// At least one does not, or the settings contradict each other.
pub async fn run(common: &Common) -> Result<(), Error> {
    let settings = common.settings(Vec::new())?;
    let (parts, _) = services::select(&common.only)?;
    let shape = Shape {
        is_whole: common.only.is_empty(),
        has_accounts: parts.iter().any(|part| part.name == "accounts"),
    };
    let mut report = Report(0);
    for line in assemble::contradictions(&settings, shape) {
        report.line("settings", Err(line))?;
    }
    report.line("settings", Ok(()))?;
    for part in parts {
        let opened = limited(assemble::database(&settings, part.name)).await;
        report.line(&format!("database.url, {}", part.name), opened.map(|_| ()))?;
    }
    let bus = Box::pin(limited(async {
        bus::connect(&settings.events).await.map_err(Error::from)
    }))
    .await;
    report.line("events.url", bus.map(|_| ()))?;
    let clock = std::sync::Arc::new(kernel::SystemClock);
    let kv = limited(async {
        let kv = cache::connect(&settings.kv, None, clock.clone()).await?;
        kv.ping().await.map_err(Error::from)
    });
    report.line("kv.url", kv.await)?;
    let folder = settings.server.data_dir.join("objects");
    let objects = limited(async {
        let objects = storage::connect(&settings.objects, &folder, clock.clone())?;
        objects.ping().await.map_err(Error::from)
    });
    report.line("objects.url", objects.await)?;
    if !settings.auth.jwks_url.is_empty() && !shape.has_accounts {
        let keys = limited(async { auth::Keys::fetch(&settings.auth.jwks_url).await.map_err(Error::from) }).await;
        report.line("auth.jwks_url", keys.map(|_| ()))?;
    }
    if report.0 == 0 {
        Ok(())
    } else {
        Err(Error::Failed(format!("{} of the checks failed", report.0)))
    }
}

struct Report(usize);

impl Report {
    fn line(&mut self, what: &str, outcome: Result<(), String>) -> Result<(), Error> {
        match outcome {
            Ok(()) => print(&format!("ok      {what}")),
            Err(reason) => {
                self.0 += 1;
                print(&format!("FAILED  {what}: {reason}"))
            }
        }
    }
}

async fn limited<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done.map_err(|error| error.chain()),
        Err(_) => Err(format!("no answer in {} s", PATIENCE.as_secs())),
    }
}
