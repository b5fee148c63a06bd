//! The gateways: Matinee's router and those it is measured beside.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    load::{ask, client},
    process::{Process, free_port},
};

/// Longest time a gateway may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where things are.
pub struct Places {
    /// Logs and generated files of this run.
    pub work: PathBuf,
    /// `bench/peers` with its `node_modules`; peers that are not installed are left out and named.
    pub peers: PathBuf,
    /// Folder of our own binaries.
    pub binaries: PathBuf,
}

/// A gateway that answers.
pub struct Gateway {
    pub name: &'static str,
    pub url: String,
    pub process: Process,
}

/// A way to start a gateway on a port.
pub struct Peer {
    pub name: &'static str,
    /// The path of its WebSocket, if it takes subscriptions.
    pub socket: Option<&'static str>,
    command: fn(&Places, &str, u16) -> Option<Command>,
}

/// All of them; ours is first.
pub const ALL: [Peer; 4] = [
    Peer {
        name: "matinee",
        socket: Some("/graphql"),
        command: matinee,
    },
    Peer {
        name: "grafbase",
        socket: Some("/ws"),
        command: grafbase,
    },
    Peer {
        name: "hive-gateway",
        socket: Some("/graphql"),
        command: hive,
    },
    Peer {
        name: "apollo-gateway",
        socket: None,
        command: apollo,
    },
];

impl Places {
    /// The places of a run called `name`.
    ///
    /// # Panics
    /// The folder cannot be made.
    pub fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let binary = std::env::current_exe().expect("we run");
        let work = root.join("../target/bench").join(name);
        std::fs::create_dir_all(&work).expect("target/ can be written");
        Self {
            work: work.canonicalize().expect("we have just made it"),
            peers: root.join("peers"),
            binaries: binary.parent().expect("a binary is in a folder").to_owned(),
        }
    }

    /// Starts the shop with `latency_ms` and writes its supergraph; gives the process and its address.
    pub async fn shop(&self, latency_ms: u64) -> (Process, String) {
        let port = free_port();
        let mut command = Command::new(self.binaries.join("shop"));
        command.args([port.to_string(), latency_ms.to_string()]);
        let process = Process::start(&mut command, &self.work.join("shop.log"));
        let base = format!("http://127.0.0.1:{port}");
        let written = Command::new(self.binaries.join("shop"))
            .arg("sdl")
            .arg(&self.work)
            .status();
        assert!(written.is_ok_and(|status| status.success()), "the shop writes its SDL");
        self.compose(&base);
        until(|| async { get(&format!("{base}/requests")).await.is_ok() }, "the shop").await;
        (process, base)
    }

    /// Name and SDL of each subgraph in the run's folder.
    fn subgraphs(&self) -> Vec<(String, String)> {
        let files = std::fs::read_dir(&self.work).expect("we have made it").flatten();
        let mut all: Vec<(String, String)> = files
            .filter_map(|file| {
                let name = file
                    .file_name()
                    .into_string()
                    .ok()?
                    .strip_suffix(".graphql")?
                    .to_owned();
                let sdl = std::fs::read_to_string(file.path()).ok()?;
                (name != "supergraph").then_some((name, sdl))
            })
            .collect();
        all.sort();
        all
    }

    /// Composes the SDL files of the run's folder.
    ///
    /// # Panics
    /// They do not compose.
    pub fn compose(&self, base: &str) {
        if self.peers.join("node_modules").exists() {
            let mut node = Command::new("node");
            node.current_dir(&self.peers)
                .arg("compose.mjs")
                .arg(&self.work)
                .arg(base);
            assert!(node.status().is_ok_and(|status| status.success()), "the shop composes");
            return;
        }
        let sources: Vec<router::Source> = self
            .subgraphs()
            .into_iter()
            .map(|(name, sdl)| router::Source::new(&name, format!("{base}/{name}"), sdl))
            .collect();
        let supergraph = router::Supergraph::compose(&sources).expect("the shop composes");
        std::fs::write(self.work.join("supergraph.graphql"), supergraph.sdl()).expect("target/ can be written");
    }
}

impl Peer {
    /// Starts it before the subgraphs at `base`; `None` when it is not installed.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start(&self, places: &Places, base: &str) -> Option<Gateway> {
        let port = free_port();
        let mut command = (self.command)(places, base, port)?;
        let log = places.work.join(format!("{}.log", self.name));
        let mut process = Process::start(&mut command, &log);
        let url = format!("http://127.0.0.1:{port}/graphql");
        let (client, begin) = (client(), Instant::now());
        let query = r#"{"query":"{ __typename }"}"#;
        loop {
            match ask(&client, &url, query.to_owned(), 0).await {
                Ok(answer) if answer.starts_with(b"{\"data\":{\"__typename\"") => break,
                other => {
                    let late = begin.elapsed() > PATIENCE;
                    assert!(
                        !late && !process.has_ended(),
                        "{} does not answer ({other:?}); see {}",
                        self.name,
                        log.display()
                    );
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Some(Gateway {
            name: self.name,
            url,
            process,
        })
    }
}

/// Waits for something.
pub async fn until<F: Future<Output = bool>>(check: impl Fn() -> F, what: &str) {
    let begin = Instant::now();
    while !check().await {
        assert!(begin.elapsed() < PATIENCE, "{what} does not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The text at `url`.
///
/// # Errors
/// It does not answer.
pub async fn get(url: &str) -> Result<String, String> {
    send(http::Method::GET, url).await
}

/// Sends a request without a body; gives the answer's text.
///
/// # Errors
/// It does not answer.
pub async fn send(method: http::Method, url: &str) -> Result<String, String> {
    use http_body_util::BodyExt;
    let request = http::Request::builder()
        .method(method)
        .uri(url)
        .body(http_body_util::Full::default());
    let request = request.map_err(|error| error.to_string())?;
    let response = client().request(request).await.map_err(|error| error.to_string())?;
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&body.to_bytes()).into_owned())
}

fn matinee(places: &Places, _: &str, port: u16) -> Option<Command> {
    let binary = places.binaries.join("matinee");
    let mut command = Command::new(&binary);
    command
        .arg("router")
        .arg("--supergraph")
        .arg(places.work.join("supergraph.graphql"))
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .env("MATINEE__LOG__LEVEL", "warn")
        // One client that asks this much is nobody's user; the peers have no quotas.
        .env("MATINEE__ROUTER__RATE_LIMITS__IP", "0")
        // The large answer costs more than one client should: it is still weighed.
        .env("MATINEE__ROUTER__MAX_COST", "1000000");
    binary.exists().then_some(command)
}

fn grafbase(places: &Places, base: &str, port: u16) -> Option<Command> {
    let binary = places
        .peers
        .join("node_modules/@grafbase/cli-x86_64-unknown-linux-musl/grafbase");
    let home = places.work.join("grafbase");
    std::fs::create_dir_all(&home).ok()?;
    let header = "[graph]\nintrospection = true\n[[headers]]\nrule = \"forward\"\nname = \"authorization\"\n";
    let (socket, folder) = (base.replacen("http", "ws", 1), places.work.display());
    let subgraphs: Vec<String> = places.subgraphs().into_iter().map(|(name, _)| {
        format!(
            "[subgraphs.{name}]\nurl = \"{base}/{name}\"\nwebsocket_url = \"{socket}/{name}/ws\"\nschema_path = \"{folder}/{name}.graphql\"\n"
        )
    }).collect();
    let config = format!("{header}{}", subgraphs.concat());
    std::fs::write(home.join("grafbase.toml"), config).ok()?;
    let mut command = Command::new(&binary);
    command
        .current_dir(&home)
        .args(["dev", "--listen-address", &format!("127.0.0.1:{port}")])
        .arg("-c")
        .arg(home.join("grafbase.toml"))
        .env("HOME", &home);
    binary.exists().then_some(command)
}

fn hive(places: &Places, _: &str, port: u16) -> Option<Command> {
    let binary = places.peers.join("node_modules/.bin/hive-gateway");
    let mut command = Command::new(&binary);
    command
        .current_dir(&places.peers)
        .arg("supergraph")
        .arg(places.work.join("supergraph.graphql"))
        .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--fork", "1"])
        .args(["--config-path", "hive.config.mjs"])
        .env("NODE_ENV", "production");
    binary.exists().then_some(command)
}

fn apollo(places: &Places, _: &str, port: u16) -> Option<Command> {
    let mut command = node(places, "apollo.mjs")?;
    command
        .arg(places.work.join("supergraph.graphql"))
        .arg(port.to_string());
    Some(command)
}

fn node(places: &Places, script: &str) -> Option<Command> {
    let mut command = Command::new("node");
    command
        .current_dir(&places.peers)
        .arg(script)
        .env("NODE_ENV", "production");
    places.peers.join("node_modules").exists().then_some(command)
}
