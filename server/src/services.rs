//! The list of services: adding a subgraph adds one line.

use database::Database;
use futures_util::{FutureExt, future::BoxFuture};
use migrations::MigratorTrait;
use runtime::{Platform, Service};
use sea_orm::DbErr;

use crate::{Error, Settings};

type Build = for<'a> fn(&'a Platform, &'a Settings) -> BoxFuture<'a, Result<Service, Error>>;
type Migrate = for<'a> fn(&'a Database) -> BoxFuture<'a, Result<(), DbErr>>;

/// A part of the platform that can run by itself.
#[derive(Clone, Copy)]
pub struct Part {
    /// `rights`.
    pub name: &'static str,
    /// Builds it.
    pub build: Build,
    /// Brings its database up to date.
    pub migrate: Migrate,
    /// It is a subgraph (the sidecar is not).
    pub is_subgraph: bool,
}

/// The router's name on the command line; it has no database and is not built from a platform.
pub const ROUTER: &str = "router";

macro_rules! part {
    ($name:ident, $is_subgraph:expr) => {
        Part {
            name: stringify!($name),
            build: |platform, settings| {
                async move {
                    let built = $name::service(platform, settings.$name.clone()).await;
                    built.map_err(|error| Error::Service(stringify!($name), chain(&error)))
                }
                .boxed()
            },
            migrate: |database| migrations::$name::Migrator::up(database.writer(), None).boxed(),
            is_subgraph: $is_subgraph,
        }
    };
}

/// Every part, in the order in which the demo is loaded.
pub const ALL: [Part; 9] = [
    part!(sidecar, false),
    part!(billing, true),
    part!(catalogue, true),
    part!(livetv, true),
    part!(accounts, true),
    part!(rights, true),
    part!(search, true),
    part!(recommendations, true),
    part!(analytics, true),
];

/// Which parts `--only` names, and whether the router is among them; nothing named is everything.
///
/// # Errors
/// A name that no part has.
pub fn select(only: &[String]) -> Result<(Vec<Part>, bool), Error> {
    if only.is_empty() {
        return Ok((ALL.to_vec(), true));
    }
    let names: Vec<&str> = ALL.iter().map(|part| part.name).chain([ROUTER]).collect();
    if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(Error::Setting(format!(
            "--only: there is no service {unknown:?}; there are {}",
            names.join(", ")
        )));
    }
    let parts = ALL
        .into_iter()
        .filter(|part| only.iter().any(|name| name == part.name))
        .collect();
    Ok((parts, only.iter().any(|name| name == ROUTER)))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
