//! The router alone, on any supergraph: no accounts, no database, no platform.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use auth::{Keys, Verifier};
use kernel::{Clock, SystemClock, SystemIds};
use router::Landing;
use runtime::Supervisor;
use tokio_util::sync::CancellationToken;

use crate::{
    Error, Settings, assemble,
    graph::Blueprint,
    reload::{Load, Reloader},
    services,
    told::{self, Told},
};

/// A router that serves.
pub struct Gateway {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where metrics are.
    pub metrics_address: Option<SocketAddr>,
    /// The router.
    pub router: router::Router,
    blueprint: Arc<Blueprint>,
    settings: Settings,
    supervisor: Supervisor,
    health: web::Health,
    gate: web::Gate,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    told: Told,
}

/// What a gateway takes beside settings.
#[derive(Debug, Clone, Default)]
pub struct Alone {
    /// Addresses of subgraphs, before those of the graph.
    pub addresses: BTreeMap<String, String>,
    /// Where the public keys of tokens are; none: tokens are handed on to subgraphs unread.
    pub jwks: Option<String>,
    /// Serve metrics at `server.metrics_listen`.
    pub has_metrics: bool,
}

impl Gateway {
    /// Starts the router on `router.supergraph_file`.
    ///
    /// # Errors
    /// What keeps it from starting, named.
    pub async fn start(settings: Settings, alone: Alone) -> Result<Self, Error> {
        // First, so that nothing that is counted once is missed.
        let metrics = alone.has_metrics.then(telemetry::init_metrics);
        let supervisor = Supervisor::default();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let verifier = match &alone.jwks {
            Some(url) => assemble::foreign_keys(url, &settings.auth.issuer, clock.clone(), &supervisor).await?,
            None => Verifier::new(Keys::none(), &settings.auth.issuer, clock.clone()),
        };
        let blueprint = Arc::new(Blueprint {
            addresses: alone.addresses,
            ..Blueprint::default()
        });
        let (own, known) = (blueprint.clone(), settings.clone());
        let drawing = tokio::task::spawn_blocking(move || own.draw(&known));
        let drawn = drawing.await.map_err(|error| Error::Setting(error.to_string()))??;
        let stop = CancellationToken::new();
        let told = Told::begin(&settings, &[services::ROUTER.to_owned()])?;
        let mut own = settings.router.clone();
        if settings.events.is_embedded() {
            // Nobody is there to be told.
            own.observe.usage_seconds = 0;
        }
        let router = router::Router::new(router::Parts {
            supergraph: drawn.supergraph,
            subgraphs: drawn.subgraphs,
            verifier,
            settings: own,
            landing: Landing {
                public_url: settings.public.graph_url.clone(),
                ..Landing::default()
            },
            shutdown: stop.clone(),
            ports: router::Ports {
                kv: cache::connect(&settings.kv, None, clock.clone()).await?,
                bus: bus::connect(&settings.events).await?,
                clock,
                ids: Arc::new(SystemIds),
                access: told.access.clone(),
            },
        })?;
        let metrics_address = match metrics {
            Some(metrics) => {
                supervisor.spawn("metrics.upkeep", told::upkeep(supervisor.clone(), metrics.clone()));
                Some(told::serve(&settings, &supervisor, metrics).await?)
            }
            None => None,
        };
        supervisor.spawn(
            "router.usage",
            router.clone().report_usage(supervisor.stop_token().clone()),
        );
        let health = web::Health::default();
        let listening = web::bind(&settings.server.listen).await.map_err(Error::Network)?;
        let address = listening.address;
        let gate = crate::assemble::gate(&settings)?;
        let routes = web::shell(health.routes().merge(router.routes()), &settings.web, gate.clone());
        let drain = Duration::from_secs(settings.web.drain_seconds);
        #[expect(clippy::disallowed_methods, reason = "the one server task: stop() awaits it")]
        let server = tokio::spawn(web::serve(listening, routes, stop.clone(), drain));
        health.started();
        Ok(Self {
            address,
            metrics_address,
            router,
            blueprint,
            settings,
            supervisor,
            health,
            gate,
            stop,
            server,
            told,
        })
    }

    /// Follows changes of the graph's files and of the settings that `load` reads, from `file` among others.
    ///
    /// # Errors
    /// SIGHUP cannot be heard.
    pub fn watch(&self, load: Load, file: Option<PathBuf>) -> Result<(), Error> {
        let reloader = Reloader {
            router: self.router.clone(),
            blueprint: self.blueprint.clone(),
            settings: self.settings.clone(),
            load,
            file,
            health: self.health.clone(),
            gate: self.gate.clone(),
        };
        let watching = reloader.watch(self.supervisor.stop_token().clone())?;
        self.supervisor.spawn("reload", watching);
        Ok(())
    }

    /// Whether the server ended by itself; it should not.
    pub fn has_ended(&self) -> bool {
        self.server.is_finished()
    }

    /// Lets open requests and sockets end.
    ///
    /// # Errors
    /// The server failed before.
    pub async fn stop(self) -> Result<(), Error> {
        self.health.draining();
        self.stop.cancel();
        let served = self.server.await;
        let drain = Duration::from_secs(self.settings.web.drain_seconds);
        if tokio::time::timeout(drain, self.router.drained()).await.is_err() {
            tracing::warn!("sockets were cut off when the drain time was over");
        }
        if !self.router.flush_usage().await {
            tracing::warn!("the last usage was not told");
        }
        self.told.flush().await;
        if !self.supervisor.stop(drain).await {
            tracing::warn!("tasks were cut off when the drain time was over");
        }
        match served {
            Ok(served) => served.map_err(Error::Network),
            Err(error) => Err(Error::Network(std::io::Error::other(error))),
        }
    }
}
