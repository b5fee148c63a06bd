//! A suite: a folder with the SDL of each subgraph, their data and the cases.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use apollo_compiler::schema::ExtendedType;
use auth::{KeyPair, Verifier};
use indexmap::IndexMap;
use kernel::SystemClock;
use router::{Context, Landing, Parts, Ports, Request, Router, Settings, Source, Subgraph, Supergraph};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::{schema::SubgraphSchema, store::Store, subgraph::InMemory};

/// `data.yaml`.
#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields)]
struct Data {
    /// What there is, by name.
    #[serde(default)]
    things: IndexMap<String, Map<String, Value>>,
    /// How fields are answered, by subgraph and `Type.field`.
    #[serde(default)]
    rules: HashMap<String, HashMap<String, Value>>,
}

/// One of `cases.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    query: String,
    #[serde(default)]
    variables: Value,
    /// The expected data.
    #[serde(default)]
    data: Value,
    /// Whether there are errors.
    #[serde(default)]
    errors: bool,
}

/// A suite, ready to run.
pub struct Suite {
    sources: Vec<Source>,
    schemas: Vec<Arc<SubgraphSchema>>,
    kinds: Arc<HashMap<String, Vec<String>>>,
    data: Data,
    pub cases: Vec<Case>,
    /// The graph as another composition gives it, where the folder has one.
    composed_elsewhere: Option<String>,
}

/// No case signs in, yet a router wants a key: one for all of them, since making it takes time.
static KEY: OnceLock<String> = OnceLock::new();

type Shared = Arc<Mutex<Vec<String>>>;

/// The folder of all suites.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/federation/suites")
}

/// The names of all suites.
pub fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("the suites");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("a folder").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let parsed = serde_yaml_ng::from_str(&text).and_then(|mut value: serde_yaml_ng::Value| {
        value.apply_merge()?;
        serde_yaml_ng::from_value(value)
    });
    parsed.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Suite {
    pub fn load(name: &str) -> Self {
        let folder = folder().join(name);
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{name}: {error}")) {
            let path = entry.expect("a file").path();
            if path.extension().is_some_and(|extension| extension == "graphql") {
                let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
                files.insert(stem, fs::read_to_string(&path).expect("a schema"));
            }
        }
        let composed_elsewhere = files.remove("supergraph");
        let sources: Vec<Source> = files
            .into_iter()
            .map(|(name, sdl)| Source::new(name.clone(), format!("http://{name}.example/graphql"), sdl))
            .collect();
        let schemas: Vec<_> = sources
            .iter()
            .map(|source| Arc::new(SubgraphSchema::new(&format!("{name}/{}", source.name), &source.sdl)))
            .collect();
        Self {
            kinds: Arc::new(kinds(&schemas)),
            schemas,
            sources,
            data: read(&folder.join("data.yaml")),
            cases: read(&folder.join("cases.yaml")),
            composed_elsewhere,
        }
    }

    /// Runs every case over every composition of the graph; gives what went wrong.
    pub async fn run(&self) -> Vec<String> {
        let mut failures = Vec::new();
        let ours = Supergraph::compose(&self.sources);
        let loaded = ours
            .as_ref()
            .ok()
            .map(|ours| Supergraph::from_supergraph_sdl(ours.sdl()));
        let elsewhere = self.composed_elsewhere.as_deref().map(Supergraph::from_supergraph_sdl);
        let graphs = [
            ("composed", Some(ours)),
            ("loaded", loaded),
            ("composed elsewhere", elsewhere),
        ];
        for (how, graph) in graphs {
            match graph {
                None => {}
                Some(Err(error)) => failures.push(format!("{how}: {error}")),
                Some(Ok(graph)) => {
                    for case in &self.cases {
                        if let Some(wrong) = self.check(case, &graph).await {
                            failures.push(format!("{how}: {}: {wrong}", case.name));
                        }
                    }
                }
            }
        }
        failures
    }

    async fn check(&self, case: &Case, graph: &Supergraph) -> Option<String> {
        let (faults, fetches) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        let router = self.router(graph.clone(), &faults, &fetches);
        let request = Request::new(&case.query).variables(case.variables.clone());
        let text = match router.execute(request, &Context::default()).await {
            Ok(answer) => answer.body,
            Err(rejection) => rejection.to_json().into(),
        };
        let answer: Value = serde_json::from_slice(&text).expect("an answer is JSON");
        let faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
        let as_expected =
            answer.get("errors").is_some() == case.errors && case.data == answer["data"] && faults.is_empty();
        let fetches = fetches.lock().unwrap_or_else(PoisonError::into_inner);
        (!as_expected).then(|| format!("{answer}\n  faults: {faults:#?}\n  fetches: {fetches:#?}"))
    }

    fn router(&self, graph: Supergraph, faults: &Shared, fetches: &Shared) -> Router {
        let store = Arc::new(Mutex::new(Store::new(self.data.things.clone())));
        let mut transports: HashMap<String, Arc<dyn Subgraph>> = HashMap::new();
        for (source, schema) in self.sources.iter().zip(&self.schemas) {
            let subgraph = InMemory {
                name: source.name.clone(),
                schema: schema.clone(),
                rules: self.data.rules.get(&source.name).cloned().unwrap_or_default(),
                kinds: self.kinds.clone(),
                store: store.clone(),
                faults: faults.clone(),
                fetches: fetches.clone(),
            };
            transports.insert(source.name.clone(), Arc::new(subgraph));
        }
        let pem = KEY.get_or_init(|| KeyPair::generate().expect("a key"));
        let pair = KeyPair::from_pem(pem).expect("our own key");
        let verifier = Verifier::new(pair.public(), "test", Arc::new(SystemClock));
        Router::new(Parts {
            supergraph: graph,
            subgraphs: transports,
            verifier,
            settings: Settings::default(),
            landing: Landing::default(),
            shutdown: CancellationToken::new(),
            ports: Ports::default(),
        })
        .expect("a router")
    }
}

/// The objects behind each interface, over all subgraphs.
fn kinds(schemas: &[Arc<SubgraphSchema>]) -> HashMap<String, Vec<String>> {
    let mut kinds: HashMap<String, Vec<String>> = HashMap::new();
    for schema in schemas {
        for (name, definition) in &schema.schema.types {
            if let ExtendedType::Object(object) = definition {
                for interface in &object.implements_interfaces {
                    kinds.entry(interface.to_string()).or_default().push(name.to_string());
                }
            }
        }
    }
    kinds
}
