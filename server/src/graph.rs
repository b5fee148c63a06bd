//! The router's graph: where it is read, how its subgraphs are reached. Made at the start and again when its files change.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use graphql::Endpoint;
use router::{Local, Source, Subgraph, Supergraph, Transports};

use crate::{Error, Settings};

/// Most fields named when a graph has fields that no plan leads to.
const NAMED_FIELDS: usize = 5;

/// What a graph is made of beside its files and settings.
#[derive(Default)]
pub struct Blueprint {
    /// The subgraphs of this process.
    pub here: Vec<(&'static str, Arc<dyn Endpoint>)>,
    /// Addresses of subgraphs from the command line; they go before those of settings and files.
    pub addresses: BTreeMap<String, String>,
    /// Transports to the others.
    pub transports: Transports,
}

/// A graph and the way to its subgraphs.
pub struct Drawn {
    /// The graph.
    pub supergraph: Supergraph,
    /// A transport for each of its subgraphs.
    pub subgraphs: HashMap<String, Arc<dyn Subgraph>>,
}

/// Where a graph is read.
enum Origin<'a> {
    /// From this binary.
    Binary,
    /// From a `supergraph.yaml` and the schemas it names.
    Yaml(&'a Path),
    /// From supergraph SDL.
    Sdl(&'a Path),
}

impl<'a> Origin<'a> {
    fn of(settings: &'a Settings) -> Self {
        let path = Path::new(&settings.router.supergraph_file);
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if path.as_os_str().is_empty() => Self::Binary,
            Some("yaml" | "yml") => Self::Yaml(path),
            _ => Self::Sdl(path),
        }
    }
}

/// The files the graph is read from, as far as they can be told.
pub fn files(settings: &Settings) -> Vec<PathBuf> {
    let (mut files, yaml) = match Origin::of(settings) {
        Origin::Binary => return Vec::new(),
        Origin::Sdl(path) => return vec![path.to_owned()],
        Origin::Yaml(path) => (vec![path.to_owned()], path),
    };
    if let Ok(text) = std::fs::read_to_string(yaml) {
        let named = std::cell::RefCell::new(Vec::new());
        let note = |file: &str| {
            named.borrow_mut().push(beside(yaml, file));
            Ok(String::new())
        };
        // A file that cannot be read is watched by itself: it may become better.
        if router::sources(&text, note).is_ok() {
            files.extend(named.into_inner());
        }
    }
    files
}

impl Blueprint {
    /// Makes the graph that files and settings say; work for a thread that may take its time.
    ///
    /// # Errors
    /// A file cannot be read, the graph does not compose, has fields that cannot be reached, or a subgraph without an
    /// address.
    pub fn draw(&self, settings: &Settings) -> Result<Drawn, Error> {
        let supergraph = match Origin::of(settings) {
            Origin::Binary => self.compose(router::sources(schema::sdl::SUPERGRAPH, schema::sdl::read)?)?,
            Origin::Yaml(path) => {
                let read_schema = |file: &str| std::fs::read_to_string(beside(path, file));
                let graph = self.compose(router::sources(&read(path)?, read_schema)?)?;
                check(&graph)?;
                graph
            }
            Origin::Sdl(path) => Supergraph::from_supergraph_sdl(&read(path)?)?,
        };
        let subgraphs = self.transports(&supergraph, settings)?;
        Ok(Drawn { supergraph, subgraphs })
    }

    /// Composes `sources`; what runs here says itself what it is.
    fn compose(&self, mut sources: Vec<Source>) -> Result<Supergraph, Error> {
        for source in &mut sources {
            if let Some((_, endpoint)) = self.here.iter().find(|(name, _)| *name == source.name) {
                source.sdl = endpoint.sdl();
            }
        }
        Ok(Supergraph::compose(&sources)?)
    }

    fn transports(
        &self,
        supergraph: &Supergraph,
        settings: &Settings,
    ) -> Result<HashMap<String, Arc<dyn Subgraph>>, Error> {
        let names: Vec<String> = supergraph.subgraphs().iter().map(|(name, _)| name.clone()).collect();
        let set = settings.subgraphs.iter().filter(|(_, address)| !address.is_empty());
        if let Some((unknown, _)) = set.chain(&self.addresses).find(|(name, _)| !names.contains(name)) {
            return Err(Error::Setting(format!(
                "there is an address for the subgraph {unknown:?}, but the graph has only {}",
                names.join(", ")
            )));
        }
        let mut mocks = mocks(supergraph, settings)?;
        let mut all: HashMap<String, Arc<dyn Subgraph>> = HashMap::new();
        for (name, url) in supergraph.subgraphs() {
            let here = self.here.iter().find(|(own, _)| own == name);
            let transport = match (mocks.remove(name), here) {
                (Some(mock), _) => mock,
                (None, Some((_, endpoint))) => Arc::new(Local::new(endpoint.clone())) as Arc<dyn Subgraph>,
                (None, None) => self.remote(name, url, settings)?,
            };
            all.insert(name.clone(), transport);
        }
        self.transports.retain(&names);
        Ok(all)
    }

    fn remote(&self, name: &str, url: &str, settings: &Settings) -> Result<Arc<dyn Subgraph>, Error> {
        let given = [self.addresses.get(name), settings.subgraphs.get(name)];
        let given = given.into_iter().flatten().find(|address| !address.is_empty());
        let address = given.map_or(url, String::as_str);
        if address.is_empty() {
            return Err(Error::Setting(format!(
                "the subgraph {name:?} has no address: give it one with --subgraph {name}=URL or in [subgraphs]"
            )));
        }
        Ok(self.transports.get(name, address, &settings.router)?)
    }
}

/// The subgraphs that are made up, which is for development: where nobody but this machine can ask, unless a setting says so.
fn mocks(supergraph: &Supergraph, settings: &Settings) -> Result<HashMap<String, Arc<dyn Subgraph>>, Error> {
    let mock = &settings.router.mock;
    let listen = &settings.server.listen;
    let host = listen.rsplit_once(':').map_or(listen.as_str(), |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_local = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    if mock.is_on() && !is_local && !mock.open {
        return Err(Error::Setting(format!(
            "router.mock.subgraphs makes answers up, which is for development, but server.listen = {listen:?} lets more than \
             this machine ask: set router.mock.open if that is meant"
        )));
    }
    let mocks = router::mocks(supergraph, mock)?;
    if !mocks.is_empty() {
        let mut names: Vec<&str> = mocks.keys().map(String::as_str).collect();
        names.sort_unstable();
        tracing::warn!(
            subgraphs = names.join(", "),
            seed = mock.seed,
            "the answers of these subgraphs are made up"
        );
    }
    Ok(mocks)
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| Error::File(path.display().to_string(), error))
}

/// `file` as `yaml` means it: beside itself.
fn beside(yaml: &Path, file: &str) -> PathBuf {
    yaml.parent().unwrap_or(Path::new("")).join(file)
}

/// Composition does not tell whether every field can be reached, planning each of them does.
fn check(supergraph: &Supergraph) -> Result<(), Error> {
    let unreachable = router::plan_every_field(supergraph)?;
    if unreachable.is_empty() {
        return Ok(());
    }
    let named = unreachable.iter().take(NAMED_FIELDS);
    let named: Vec<String> = named.map(|(path, reason)| format!("{path} ({reason})")).collect();
    Err(Error::Setting(format!(
        "{} fields of the graph cannot be reached: {}",
        unreachable.len(),
        named.join("; ")
    )))
}
