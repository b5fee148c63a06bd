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
        let settings = by_itself(settings);
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
        let router = router::Router::new(router::Parts {
            supergraph: drawn.supergraph,
            subgraphs: drawn.subgraphs,
            verifier,
            settings: settings.router.clone(),
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
        let gate = crate::assemble::gate(&settings)?.logging_to(told.access.clone());
        let routes = router.passing_on(health.routes().merge(router.routes()).fallback(web::no_such_path));
        let routes = web::shell(routes, &settings.web, gate.clone());
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
        let load: Load = Arc::new(move || load().map(by_itself));
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

/// The settings without what takes others: on a bus of its own nobody is there to be told of usage.
fn by_itself(mut settings: Settings) -> Settings {
    if settings.events.is_embedded() {
        settings.router.observe.usage_seconds = 0;
    }
    settings
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// A folder of its own, gone with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("matinee-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn write(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            std::fs::write(&path, text).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }

    const YAML: &str = "subgraphs:\n  one:\n    routing_url: [http://127.0.0.1:9/a, http://127.0.0.1:9/b]\n    schema: { file: one.graphql }\n";

    fn load(yaml: &Path, config: &Path) -> Load {
        let (yaml, config) = (yaml.display().to_string(), config.to_owned());
        Arc::new(move || {
            let flags = [
                ("router.supergraph_file", yaml.clone()),
                ("server.listen", "127.0.0.1:0".to_owned()),
            ];
            Settings::load(Some(&config), [], &flags)
        })
    }

    async fn get(address: SocketAddr, path: &str) -> String {
        let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// Asks for `path` until the answer contains `text`.
    async fn until(address: SocketAddr, path: &str, text: &str) {
        let asking = async {
            while !get(address, path).await.contains(text) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(20), asking).await;
        found.unwrap_or_else(|_| panic!("{path} never said {text:?}"));
    }

    #[tokio::test]
    async fn a_router_alone_follows_its_files_and_keeps_its_graph_when_they_are_broken() {
        let folder = Folder::new("gateway");
        folder.write("one.graphql", "type Query { before: Int }");
        let yaml = folder.write("supergraph.yaml", YAML);
        let config = folder.write("config.toml", "[router]\nwatch_ms = 10\n");
        let load = load(&yaml, &config);
        let gateway = Gateway::start(load().unwrap(), Alone::default()).await.unwrap();
        gateway.watch(load, Some(config)).unwrap();
        let address = gateway.address;
        until(address, "/schema.graphql", "before: Int").await;

        folder.write("one.graphql", "type Query { after: Int, much: String }");
        until(address, "/schema.graphql", "after: Int").await;

        folder.write("one.graphql", "type Query { broken: Nothing }");
        until(address, "/health/ready", "not up to date").await;
        assert!(get(address, "/health/ready").await.starts_with("HTTP/1.1 200"));
        assert!(get(address, "/schema.graphql").await.contains("after: Int"));

        folder.write("one.graphql", "type Query { better: Int }");
        until(address, "/schema.graphql", "better: Int").await;
        assert!(!get(address, "/health/ready").await.contains("not up to date"));

        folder.write("config.toml", "[router]\nwatch_ms = 10\nmax_aliases = 0\n");
        until(address, "/graphql?query=%7Ba:better%7D", "LIMIT_EXCEEDED").await;

        let rewrite = |to: &str| {
            let rule = format!("{{ from = \"/old/{{*rest}}\", to = \"{to}\" }}");
            let text = format!("[router]\nwatch_ms = 10\nmax_aliases = 9\n[web]\nrewrites = [{rule}]\n");
            folder.write("config.toml", &text)
        };
        rewrite("/{*rest}");
        until(address, "/old/schema.graphql", "better: Int").await;
        rewrite("/{*other}");
        until(address, "/health/ready", "{*other}, which is no placeholder").await;
        assert!(
            get(address, "/old/schema.graphql").await.contains("better: Int"),
            "the rules stay"
        );
        gateway.stop().await.unwrap();
    }

    #[tokio::test]
    async fn a_router_with_nothing_behind_it_makes_answers_up_where_only_this_machine_asks() {
        let folder = Folder::new("gateway-mock");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/supergraph.graphql");
        let config = folder.write("config.toml", "[router.mock.values]\n\"Movie.name\" = \"Metropolis\"\n");
        let mocking = |flags: &[(&str, &str)]| {
            let mut all = vec![
                ("router.supergraph_file", path.display().to_string()),
                ("router.mock.subgraphs", "*".to_owned()),
                ("server.listen", "127.0.0.1:0".to_owned()),
            ];
            all.extend(flags.iter().map(|(key, value)| (*key, (*value).to_owned())));
            Settings::load(Some(&config), [], &all).unwrap()
        };
        let gateway = Gateway::start(mocking(&[]), Alone::default()).await.unwrap();
        let asked = "/graphql?query=%7Bmovies(first:2)%7Bedges%7Bnode%7Bid%20name%20access%7Ballowed%7D%7D%7D%7D%7D";
        let answer = get(gateway.address, asked).await;
        assert_eq!(answer.matches("\"name\":\"Metropolis\"").count(), 2, "{answer}");
        assert!(
            !answer.contains("\"errors\"") && answer.contains("x-matinee-mock: catalogue, rights"),
            "{answer}"
        );
        gateway.stop().await.unwrap();

        let open = [("server.listen", "0.0.0.0:0")];
        let error = Gateway::start(mocking(&open), Alone::default())
            .await
            .map(|_| ())
            .unwrap_err();
        assert!(error.chain().contains("router.mock.open"), "{}", error.chain());
        let meant = [open[0], ("router.mock.open", "true")];
        let gateway = Gateway::start(mocking(&meant), Alone::default()).await.unwrap();
        gateway.stop().await.unwrap();
    }

    #[tokio::test]
    async fn what_cannot_be_served_is_told_at_the_start() {
        let folder = Folder::new("gateway-wrong");
        let config = folder.write("config.toml", "");
        let sdl = |url: &str| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/supergraph.graphql");
            let text = std::fs::read_to_string(path).unwrap();
            text.replace("http://127.0.0.1:4101/graphql", url)
        };
        let mut alone = Alone::default();
        let cases = [
            ("gone.graphql", None, "gone.graphql"),
            ("part.graphql", Some("type Query { a: Int }".to_owned()), "join__Graph"),
            ("no_address.graphql", Some(sdl("")), "--subgraph accounts=URL"),
            ("no_url.graphql", Some(sdl("ftp://example")), "ftp://example"),
        ];
        for (name, text, named) in cases {
            if let Some(text) = text {
                folder.write(name, &text);
            }
            let settings = load(&folder.0.join(name), &config)().unwrap();
            let error = Gateway::start(settings, alone.clone()).await.map(|_| ()).unwrap_err();
            assert!(error.chain().contains(named), "{name}: {}", error.chain());
        }
        folder.write("whole.graphql", &sdl("http://127.0.0.1:9/"));
        alone
            .addresses
            .insert("acounts".to_owned(), "http://127.0.0.1:9/".to_owned());
        let settings = load(&folder.0.join("whole.graphql"), &config)().unwrap();
        let error = Gateway::start(settings, alone).await.map(|_| ()).unwrap_err();
        assert!(error.chain().contains("\"acounts\""), "{}", error.chain());
    }
}
