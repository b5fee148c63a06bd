//! A started process: its services, its listeners, its end.

use std::{collections::HashMap, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use auth::TokenService;
use database::Database;
use futures_util::FutureExt;
use router::Landing;
use runtime::{Hook, Platform, Service};
use tokio_util::sync::CancellationToken;

use crate::{
    Error, Settings,
    assemble::{self, DataLock, Shape},
    commands::run::welcome,
    discovery,
    graph::Blueprint,
    listen::Doors,
    reload::{Load, Reloader},
    services::{self, Part},
    told::{self, Told},
};

/// Longest time one service's demo events may take to be delivered.
const DEMO_PATIENCE: Duration = Duration::from_mins(2);

/// A process that serves.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where metrics are.
    pub metrics_address: Option<SocketAddr>,
    /// Its ports.
    pub platform: Platform,
    /// The router, when it runs here.
    pub router: Option<router::Router>,
    /// The subgraphs that run here, as the router calls them.
    pub endpoints: Vec<(&'static str, Arc<dyn graphql::Endpoint>)>,
    /// How the router's graph is made, and of what settings it was.
    blueprint: Arc<Blueprint>,
    settings: Settings,
    databases: Vec<Database>,
    settle: Vec<Hook>,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    health: web::Health,
    gate: web::Gate,
    drain: Duration,
    told: Told,
    _lock: DataLock,
}

impl Running {
    /// Starts what `only` names (nothing: everything).
    ///
    /// # Errors
    /// What keeps it from starting, named.
    pub async fn start(settings: Settings, only: &[String]) -> Result<Self, Error> {
        let (parts, has_router) = services::select(only)?;
        let shape = Shape {
            is_whole: only.is_empty(),
            has_accounts: parts.iter().any(|part| part.name == "accounts"),
        };
        let wrong = assemble::contradictions(&settings, shape);
        if !wrong.is_empty() {
            return Err(Error::Settings(wrong));
        }
        let lock = assemble::lock(&settings)?;
        let metrics = telemetry::init_metrics();
        let told = Told::begin(&settings, only)?;
        let listening = web::bind(&settings.server.listen).await.map_err(Error::Network)?;
        let address = listening.address;
        let platform = assemble::platform(&settings, shape, &format!("http://{address}")).await?;
        let health = health(&platform);
        let built = build(&platform, &settings, &parts).await?;
        let databases: Vec<Database> = built.iter().filter_map(|service| service.database.clone()).collect();
        let settle: Vec<Hook> = built.iter().filter_map(|service| service.settled.clone()).collect();
        let demos: Vec<(&'static str, Hook)> = built
            .iter()
            .filter_map(|service| Some((service.name, service.demo.clone()?)))
            .collect();
        // Not the tasks' token: requests end first, then what they stand on.
        let stop = CancellationToken::new();
        let endpoints: Vec<(&'static str, Arc<dyn graphql::Endpoint>)> = built
            .iter()
            .filter_map(|service| Some((service.name, service.endpoint.clone()?)))
            .collect();
        let mut doors = wire(&platform, built).await?;
        let blueprint = Arc::new(Blueprint {
            here: endpoints.clone(),
            ..Blueprint::default()
        });
        if has_router {
            let router = graph(&platform, &settings, &blueprint, (&stop, &told))?;
            doors.rest = Some(facade(&router).await?);
            doors.discovery = Some(discovery::document(&platform.tokens.issuer, &platform.urls.graph));
            let reporting = router.clone().report_usage(platform.supervisor.stop_token().clone());
            platform.supervisor.spawn("router.usage", reporting);
            doors.router = Some(router);
        } else {
            doors.subgraphs.clone_from(&endpoints);
        }
        if shape.has_accounts {
            doors.tokens = Some(TokenService::here(platform.verifier.clone(), platform.kv.clone()));
        }
        for database in &databases {
            let checked = database.clone();
            health.add(database.service(), Arc::new(move || ping(checked.clone()).boxed()));
        }
        let background = platform.clone();
        platform.supervisor.spawn("bus.relay", async move {
            background.relay().run(background.supervisor.stop_token().clone()).await;
        });
        let router = doors.router.clone();
        let gate = assemble::gate(&settings)?.logging_to(told.access.clone());
        let limits = grpc::Limits {
            max_message: settings.web.max_body_bytes,
            stop: stop.clone(),
        };
        let doors = doors.open(&platform.verifier, &health, limits);
        let routes = web::shell(doors, &settings.web, gate.clone());
        let drain = Duration::from_secs(settings.web.drain_seconds);
        #[expect(clippy::disallowed_methods, reason = "the one server task: stop() awaits it")]
        let server = tokio::spawn(web::serve(listening, routes, stop.clone(), drain));
        let metrics_address = told::measure(&platform, &settings, &databases, metrics).await?;
        if settings.server.demo {
            load_demo(&platform, demos, &settle).await?;
        }
        health.started();
        Ok(Self {
            address,
            metrics_address,
            platform,
            router,
            endpoints,
            blueprint,
            settings,
            databases,
            settle,
            stop,
            server,
            health,
            gate,
            drain,
            told,
            _lock: lock,
        })
    }

    /// Follows changes of the graph's files and of the settings that `load` reads, from `file` among others; without a
    /// router there is nothing to change.
    ///
    /// # Errors
    /// SIGHUP cannot be heard.
    pub fn watch(&self, load: Load, file: Option<PathBuf>) -> Result<(), Error> {
        let Some(router) = self.router.clone() else {
            return Ok(());
        };
        let reloader = Reloader {
            router,
            blueprint: self.blueprint.clone(),
            settings: self.settings.clone(),
            load,
            file,
            health: self.health.clone(),
            gate: self.gate.clone(),
        };
        let watching = reloader.watch(self.platform.supervisor.stop_token().clone())?;
        self.platform.supervisor.spawn("reload", watching);
        Ok(())
    }

    /// Waits until every event of this process is delivered and can be seen.
    ///
    /// # Errors
    /// What is still waiting after `limit`.
    pub async fn settled(&self, limit: Duration) -> Result<(), String> {
        let wait = async {
            loop {
                self.platform.relay().drain(limit).await;
                for hook in &self.settle {
                    hook().await?;
                }
                let depths = self.platform.relay().depths().await;
                if depths.iter().all(|(_, depth)| *depth == 0) {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(limit, wait)
            .await
            .unwrap_or_else(|_| Err("events are still waiting".to_owned()))
    }

    /// Statements of each service's database since start.
    pub fn statements(&self) -> HashMap<String, u64> {
        self.databases
            .iter()
            .map(|database| (database.service().to_owned(), database.statements().count()))
            .collect()
    }

    /// The databases of the services that run here.
    pub fn databases(&self) -> &[Database] {
        &self.databases
    }

    /// Whether the server ended by itself; it should not.
    pub fn has_ended(&self) -> bool {
        self.server.is_finished()
    }

    /// Lets open requests and sockets end, delivers what waits, stops every task.
    ///
    /// # Errors
    /// The server failed before.
    pub async fn stop(self) -> Result<(), Error> {
        self.health.draining();
        self.stop.cancel();
        let served = self.server.await;
        if let Some(router) = &self.router {
            let drained = tokio::time::timeout(self.drain, router.drained()).await;
            if drained.is_err() {
                tracing::warn!("sockets were cut off when the drain time was over");
            }
        }
        if let Some(router) = &self.router
            && !router.flush_usage().await
        {
            tracing::warn!("the last usage was not told");
        }
        self.platform.deliver().await;
        self.told.flush().await;
        if !self.platform.supervisor.stop(self.drain).await {
            tracing::warn!("tasks were cut off when the drain time was over");
        }
        for database in &self.databases {
            if let Err(error) = database.close().await {
                tracing::warn!(service = database.service(), %error, "cannot close the database");
            }
        }
        match served {
            Ok(served) => served.map_err(Error::Network),
            Err(error) => Err(Error::Network(std::io::Error::other(error))),
        }
    }
}

async fn build(platform: &Platform, settings: &Settings, parts: &[Part]) -> Result<Vec<Service>, Error> {
    let mut built = Vec::with_capacity(parts.len());
    for part in parts {
        migrate(&platform.database(part.name).await?, part).await?;
        built.push((part.build)(platform, settings).await?);
    }
    Ok(built)
}

/// Brings the database of `part` up to date and closes it.
///
/// # Errors
/// A migration failed.
pub async fn migrate(database: &Database, part: &Part) -> Result<(), Error> {
    let migrated = (part.migrate)(database)
        .await
        .map_err(|error| Error::Migrate(part.name, error));
    if let Err(error) = database.close().await {
        tracing::warn!(service = part.name, %error, "cannot close the database after migrating");
    }
    migrated
}

async fn wire(platform: &Platform, built: Vec<Service>) -> Result<Doors, Error> {
    let mut doors = Doors::default();
    for service in built {
        if let Some(database) = service.database {
            platform.relay().add(database);
        }
        if let Some(consumer) = service.consumer {
            let work = platform
                .bus
                .consume(consumer, platform.supervisor.stop_token().clone())
                .await?;
            platform.supervisor.spawn("bus.consume", work);
        }
        for job in service.jobs {
            platform.supervisor.spawn("job", job.run(platform.clone()));
        }
        doors.routes.extend(service.routes);
    }
    Ok(doors)
}

/// The router over the subgraphs of this process and, by HTTP or gRPC, all others.
fn graph(
    platform: &Platform,
    settings: &Settings,
    blueprint: &Blueprint,
    (stop, told): (&CancellationToken, &Told),
) -> Result<router::Router, Error> {
    let drawn = blueprint.draw(settings)?;
    let landing = Landing {
        public_url: settings.public.graph_url.clone(),
        demo: if settings.server.demo {
            welcome::DEMO_HTML.to_owned()
        } else {
            String::new()
        },
    };
    let verifier = platform.verifier.clone();
    let router = router::Router::new(router::Parts {
        supergraph: drawn.supergraph,
        subgraphs: drawn.subgraphs,
        verifier,
        settings: settings.router.clone(),
        landing,
        shutdown: stop.clone(),
        ports: router::Ports {
            kv: platform.kv.clone(),
            bus: platform.bus.clone(),
            clock: platform.clock.clone(),
            ids: platform.ids.clone(),
            access: told.access.clone(),
        },
    })?;
    let listening = router.clone();
    platform
        .supervisor
        .spawn("router.listen", async move { listening.listen().await });
    Ok(router)
}

/// The REST façade over the graph; every route is planned, so that one that no longer fits fails the start.
async fn facade(router: &router::Router) -> Result<router::Rest, Error> {
    let rest = router::Rest::try_new(router, &router::RestSource::embedded())?;
    rest.plan().await?;
    Ok(rest)
}

async fn load_demo(platform: &Platform, demos: Vec<(&'static str, Hook)>, settle: &[Hook]) -> Result<(), Error> {
    for (name, load) in demos {
        let began = std::time::Instant::now();
        load().await.map_err(|error| Error::Demo(name, error))?;
        platform.relay().drain(DEMO_PATIENCE).await;
        tracing::debug!(service = name, elapsed_ms = began.elapsed().as_millis(), "demo loaded");
    }
    // The first screen a person sees has its rails, and search finds what is on it.
    for settle in settle {
        settle()
            .await
            .map_err(|error| Error::Demo("search or recommendations", error))?;
    }
    Ok(())
}

fn health(platform: &Platform) -> web::Health {
    let health = web::Health::default();
    let kv = platform.kv.clone();
    let kv_check = move || {
        let kv = kv.clone();
        async move { kv.ping().await.map_err(|error| error.to_string()) }.boxed()
    };
    health.add("kv", Arc::new(kv_check));
    let storage = platform.storage.clone();
    let storage_check = move || {
        let storage = storage.clone();
        async move { storage.ping().await.map_err(|error| error.to_string()) }.boxed()
    };
    health.add("objects", Arc::new(storage_check));
    health
}

async fn ping(database: Database) -> Result<(), String> {
    database.reader().ping().await.map_err(|error| error.to_string())
}
