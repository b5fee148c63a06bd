//! The binary as it is run: it reads graph and settings again when it is told to by SIGHUP.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("matinee-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("it works");
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("it works");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).expect("it works");
    }
}

/// A running process.
struct Matinee {
    child: Child,
    address: String,
}

impl Matinee {
    /// Starts it in `folder`, on a free port.
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_matinee"))
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it works");
        let lines = BufReader::new(child.stdout.take().expect("it works")).lines();
        let line = lines.map_while(Result::ok).find(|line| line.contains("/graphql"));
        let line = line.expect("it says where it is");
        let (_, rest) = line.split_once("http://").expect("an address");
        let address = rest.split('/').next().expect("it works").to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut socket = TcpStream::connect(&self.address).expect("it works");
        write!(
            socket,
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        )
        .expect("it works");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("it works");
        answer
    }

    /// Asks for `path` until the answer is as wanted.
    fn until(&self, path: &str, what: &str, is_so: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(&self.get(path)) {
            assert!(Instant::now() < deadline, "{path} was never {what}: {}", self.get(path));
            std::thread::yield_now();
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &pid])
                .status()
                .expect("it works")
                .success()
        );
    }

    fn hangup(&self) {
        self.signal("-HUP");
    }

    fn stop(mut self) {
        self.signal("-TERM");
        assert!(self.child.wait().expect("it works").success(), "it ends well");
    }
}

impl Drop for Matinee {
    fn drop(&mut self) {
        // After `stop` it is gone already; after a failed test it must not stay.
        self.child.kill().unwrap_or_default();
    }
}

#[test]
fn a_router_alone_reads_its_graph_again_on_sighup_and_only_then() {
    let folder = Folder::new("hangup");
    folder.write("one.graphql", "type Query { before: Int }");
    folder.write(
        "supergraph.yaml",
        "subgraphs:\n  one:\n    routing_url: http://127.0.0.1:9/\n    schema: { file: one.graphql }\n",
    );
    folder.write("matinee.toml", "[router]\nwatch_ms = 0\n");
    let matinee = Matinee::start(&folder.0, &["router", "--supergraph", "supergraph.yaml"]);
    assert!(matinee.get("/schema.graphql").contains("before"));
    folder.write("one.graphql", "type Query { after: Int }");
    assert!(matinee.get("/schema.graphql").contains("before"), "it was not told");
    matinee.hangup();
    matinee.until("/schema.graphql", "the new graph", |answer| answer.contains("after"));
    matinee.stop();
}

/// A `supergraph.yaml` of the platform without one of its subgraphs.
fn graph_without(missing: &str) -> String {
    let all = [
        ("accounts", 4101),
        ("catalogue", 4102),
        ("livetv", 4103),
        ("rights", 4104),
        ("search", 4105),
        ("recommendations", 4106),
        ("billing", 4107),
        ("analytics", 4108),
    ];
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema");
    let lines = all.iter().filter(|(name, _)| *name != missing).map(|(name, port)| {
        format!("  {name}:\n    routing_url: http://127.0.0.1:{port}/graphql\n    schema: {{ file: {schema}/{name}.graphql }}\n")
    });
    format!("subgraphs:\n{}", lines.collect::<String>())
}

#[test]
fn the_platform_takes_over_settings_on_sighup_and_keeps_its_graph_when_a_rest_route_does_not_fit_another() {
    let folder = Folder::new("platform-hangup");
    let settings = |more: &str| {
        let text = format!("[server]\nmetrics_listen = \"\"\n[router]\nwatch_ms = 0\n{more}");
        folder.write("matinee.toml", &text);
    };
    settings("");
    let matinee = Matinee::start(&folder.0, &["run", "--no-demo", "--data-dir", "data"]);
    assert!(matinee.get("/schema.graphql").contains("apiUsage"));
    settings("introspection = false\n");
    matinee.hangup();
    matinee.until("/schema.graphql", "refused", |answer| {
        answer.starts_with("HTTP/1.1 403")
    });

    folder.write("supergraph.yaml", &graph_without("analytics"));
    settings("supergraph_file = \"supergraph.yaml\"\n");
    matinee.hangup();
    matinee.until("/health/ready", "with a note about the route", |answer| {
        answer.contains("not up to date") && answer.contains("POST /events (IngestEvents)")
    });
    assert!(
        matinee.get("/schema.graphql").starts_with("HTTP/1.1 403"),
        "graph and settings stay together"
    );
    settings("");
    matinee.hangup();
    matinee.until("/health/ready", "without a note", |answer| {
        !answer.contains("not up to date")
    });
    assert!(matinee.get("/schema.graphql").contains("apiUsage"));
    matinee.stop();
}
