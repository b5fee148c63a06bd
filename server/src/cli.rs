//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{Error, Settings, commands};

/// Matinee: a federated GraphQL backend for TV and video streaming.
///
/// `matinee run` starts the whole platform in one process on embedded defaults: nothing to install. `matinee run --only rights`
/// runs one part of it, on PostgreSQL, NATS and Redis.
#[derive(Debug, Parser)]
#[command(
    name = "matinee",
    version,
    max_term_width = 110,
    after_help = "\
SETTINGS
  Every setting has a default (matinee settings prints them all with their comments). They are read from, later wins:
    1. the defaults
    2. matinee.toml in the working folder, or the file of --config
    3. the environment: MATINEE__SECTION__KEY, as MATINEE__DATABASE__URL=postgres://…
    4. flags
  An unknown key is an error that names it.

EXAMPLES
  matinee run                                   the whole platform on 127.0.0.1:4000, data in ./data, with the demo
  matinee run --no-demo --data-dir /srv/tv      without the demo, data elsewhere
  matinee run --only router --listen 0.0.0.0:4000
  matinee router --supergraph supergraph.graphql --listen 127.0.0.1:4000
  matinee check                                 are the settings right, do the backends answer?
  matinee schema --check                        is schema/ what the code says?"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the platform, or a part of it, until Ctrl-C or SIGTERM.
    ///
    /// Migrates the databases, loads the demo on first start, prints what to open. A signal lets open requests and sockets
    /// end and exits with 0.
    Run(Run),
    /// Run the router alone, on any graph of Federation 2.
    ///
    /// No accounts, no database. Subgraphs are asked at the URLs of the graph; their subscriptions by graphql-transport-ws at the same URLs,
    /// or at /ws below them. Files are read again when they change, and on SIGHUP.
    Router(RouterAlone),
    /// Bring the databases of the services up to date and say what was done.
    Migrate(Common),
    /// Write schema/*.graphql: the SDL of each subgraph, the supergraph, the API.
    Schema {
        /// Compare instead of writing; exit with 1 and name the files when they differ.
        #[arg(long)]
        check: bool,
        /// The folder to write to or to compare with.
        #[arg(long, default_value = "schema")]
        folder: PathBuf,
    },
    /// Check the settings and every backend they name; say what is wrong with which.
    Check(Common),
    /// Print every setting with its default and its comment.
    Settings {
        /// Print the JSON Schema of a settings file instead, for editors and for tools that write one.
        #[arg(long)]
        json_schema: bool,
    },
}

/// What `run`, `migrate` and `check` have in common.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// Only these services, by comma: accounts, catalogue, livetv, rights, search, recommendations, billing, analytics,
    /// sidecar, router [default: all]
    #[arg(long, value_delimiter = ',', value_name = "SERVICES")]
    pub only: Vec<String>,
    /// Folder of embedded databases, objects, indexes and keys [default: ./data]
    #[arg(long, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// Settings file [default: matinee.toml, when it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// What `run` takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Run {
    /// What to run and where its data is.
    #[command(flatten)]
    pub common: Common,
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:4000]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Do not load the demo content and accounts
    #[arg(long)]
    pub no_demo: bool,
}

/// What `router` takes.
#[derive(Debug, Clone, Args)]
pub struct RouterAlone {
    /// The graph: supergraph SDL, or a supergraph.yaml (by its name) with the subgraphs' schemas
    #[arg(long, value_name = "FILE")]
    pub supergraph: PathBuf,
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:4000]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Where a subgraph is, instead of where the graph says; several addresses by comma, each with its weight behind a space
    #[arg(long, value_name = "NAME=URL", value_parser = named)]
    pub subgraph: Vec<(String, String)>,
    /// Where the public keys of tokens are (JWKS); without it the router hands tokens on to subgraphs and believes none itself
    #[arg(long, value_name = "URL")]
    pub jwks: Option<String>,
    /// Address and port of metrics [default: none]
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<String>,
    /// Ask no subgraph: make all answers up from the schema (settings: [router.mock])
    #[arg(long)]
    pub mock: bool,
    /// Settings file [default: matinee.toml, when it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

fn named(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, url)) if !name.is_empty() && !url.is_empty() => Ok((name.to_owned(), url.to_owned())),
        _ => Err("it is NAME=URL".to_owned()),
    }
}

impl Common {
    /// The settings file, if there is one.
    pub fn settings_file(&self) -> Option<PathBuf> {
        let usual = PathBuf::from(crate::settings::FILE);
        self.config.clone().or_else(|| usual.exists().then_some(usual))
    }

    /// The settings, with these flags on top.
    ///
    /// # Errors
    /// A setting is wrong.
    pub fn settings(&self, mut flags: Vec<(&'static str, String)>) -> Result<Settings, Error> {
        if let Some(folder) = &self.data_dir {
            flags.push(("server.data_dir", folder.display().to_string()));
        }
        Settings::load(self.config.as_deref(), std::env::vars(), &flags)
    }
}

/// Does what the command line says.
///
/// # Errors
/// What the person at the command line must know.
pub async fn dispatch(cli: Cli) -> Result<(), Error> {
    match cli.command {
        Command::Run(run) => Box::pin(commands::run::run(run)).await,
        Command::Router(alone) => Box::pin(commands::router::run(alone)).await,
        Command::Migrate(common) => commands::migrate::run(&common).await,
        Command::Schema { check, folder } => commands::schema::run(check, &folder).await,
        Command::Check(common) => Box::pin(commands::check::run(&common)).await,
        Command::Settings { json_schema: true } => commands::settings::json_schema(),
        Command::Settings { json_schema: false } => commands::print(crate::DEFAULTS),
    }
}
