//! Graph and settings are read again when their files change, or on SIGHUP; what does not work changes nothing.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{
    Error, Settings,
    graph::{self, Blueprint},
};

/// The note in `/health/ready` about a change that did not work.
const NOTE: &str = "graph";
/// Time between two looks at a setting that says there are none: it may change.
const NEVER: Duration = Duration::from_hours(1);
/// Parts of the settings that may change while the process runs.
const LIVE: [&str; 11] = [
    "router.",
    "subgraphs.",
    "web.allow_ips",
    "web.deny_ips",
    "web.forwarded_header",
    "web.hsts_seconds",
    "web.max_header_bytes",
    "web.max_headers",
    "web.max_url_bytes",
    "web.rewrites",
    "web.trusted_proxies",
];

/// A part of them that may not: what counts has begun with it.
const FIXED: &str = "router.observe.";

/// Reads the settings as at the start.
pub type Load = Arc<dyn Fn() -> Result<Settings, Error> + Send + Sync>;

/// Keeps a router up to date with its files.
pub struct Reloader {
    /// The router.
    pub router: router::Router,
    /// How its graph is made.
    pub blueprint: Arc<Blueprint>,
    /// The settings at work.
    pub settings: Settings,
    /// Where they come from.
    pub load: Load,
    /// The file they come from, if there is one.
    pub file: Option<PathBuf>,
    /// Is told what does not work.
    pub health: web::Health,
    /// Who comes in.
    pub gate: web::Gate,
}

/// What is known of the watched files: enough to see a change without reading them.
#[derive(Debug, Default, PartialEq)]
struct Seen(Vec<(PathBuf, Option<(SystemTime, u64)>)>);

impl Reloader {
    /// Watches until `stop`.
    ///
    /// # Errors
    /// SIGHUP cannot be heard.
    pub fn watch(mut self, stop: CancellationToken) -> Result<impl Future<Output = ()> + Send, Error> {
        let mut hangup = signal(SignalKind::hangup()).map_err(Error::Network)?;
        let mut seen = look(self.file.as_deref(), &self.settings);
        Ok(async move {
            loop {
                let every = match self.settings.router.watch_ms {
                    0 => NEVER,
                    milliseconds => Duration::from_millis(milliseconds),
                };
                let is_asked = tokio::select! {
                    () = stop.cancelled() => return,
                    _ = hangup.recv() => true,
                    () = tokio::time::sleep(every) => false,
                };
                if !is_asked && self.settings.router.watch_ms == 0 {
                    continue;
                }
                let (file, settings) = (self.file.clone(), self.settings.clone());
                let looked = tokio::task::spawn_blocking(move || look(file.as_deref(), &settings)).await;
                let Ok(now) = looked else { continue };
                if is_asked || now != seen {
                    seen = now;
                    self.reload().await;
                    // The graph may be made of other files now; those are seen with the next look.
                }
            }
        })
    }

    /// Reads, makes, checks, swaps.
    async fn reload(&mut self) {
        let outcome = match self.try_reload().await {
            Ok(()) => {
                self.health.note(NOTE, None);
                "ok"
            }
            Err(error) => {
                let reason = error.chain();
                tracing::error!(reason, "the change of graph or settings was not taken over");
                self.health.note(NOTE, Some(format!("not up to date: {reason}")));
                "failed"
            }
        };
        metrics::counter!("router_reloads_total", "outcome" => outcome).increment(1);
        metrics::gauge!("router_reload_failed").set(if outcome == "failed" { 1.0 } else { 0.0 });
    }

    async fn try_reload(&mut self) -> Result<(), Error> {
        let (load, blueprint) = (self.load.clone(), self.blueprint.clone());
        let making = tokio::task::spawn_blocking(move || {
            let settings = load()?;
            let drawn = blueprint.draw(&settings)?;
            Ok::<_, Error>((settings, drawn))
        });
        let made = making.await.map_err(|error| Error::Setting(error.to_string()))?;
        let (settings, drawn) = made?;
        let gate = web::Gate::new(&settings.web, &self.settings.public.graph_url)
            .map_err(|refused| Error::Setting(refused.to_string()))?;
        self.router
            .reload(drawn.supergraph, drawn.subgraphs, settings.router.clone())
            .await?;
        self.gate.replace(&gate);
        let (live, fixed): (Vec<String>, Vec<String>) = settings
            .differences(&self.settings)
            .into_iter()
            .partition(|key| LIVE.iter().any(|part| key.starts_with(part)) && !key.starts_with(FIXED));
        tracing::info!(changed = %live.join(", "), "graph and settings were taken over");
        if !fixed.is_empty() {
            tracing::warn!(settings = %fixed.join(", "), "these settings need a restart");
        }
        self.settings = settings;
        Ok(())
    }
}

/// A look at every file that settings and graph come from.
fn look(file: Option<&Path>, settings: &Settings) -> Seen {
    let files = file.map(Path::to_owned).into_iter().chain(graph::files(settings));
    let state = |path: PathBuf| {
        let state = std::fs::metadata(&path).and_then(|data| Ok((data.modified()?, data.len())));
        (path, state.ok())
    };
    Seen(files.map(state).collect())
}
