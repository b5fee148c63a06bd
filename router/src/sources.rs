//! What the graph is made of: `supergraph.yaml` and the SDL it names.

use std::io;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::error::Error;

/// One subgraph on its way into the graph.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Where it answers when it runs by itself; several addresses are separated by commas.
    pub url: String,
    /// Its federation SDL.
    pub sdl: String,
}

impl Source {
    /// A subgraph `name` at `url` with `sdl`.
    pub fn new(name: impl Into<String>, url: impl Into<String>, sdl: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            sdl: sdl.into(),
        }
    }
}

/// `supergraph.yaml` in rover's format.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    #[serde(default, rename = "federation_version")]
    _federation_version: Option<serde_yaml_ng::Value>,
    subgraphs: IndexMap<String, SubgraphConfig>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubgraphConfig {
    routing_url: Addresses,
    schema: SchemaConfig,
}

/// One address, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Addresses {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemaConfig {
    file: Option<String>,
    sdl: Option<String>,
}

/// Reads `supergraph.yaml`; `read` gives the content of a schema file (from disk, or compiled in).
///
/// # Errors
/// [`Error::Config`], [`Error::Schema`].
pub fn sources(yaml: &str, read: impl Fn(&str) -> io::Result<String>) -> Result<Vec<Source>, Error> {
    let config: Config = serde_yaml_ng::from_str(yaml).map_err(|error| Error::Config(error.to_string()))?;
    let mut sources = Vec::with_capacity(config.subgraphs.len());
    for (name, subgraph) in config.subgraphs {
        let sdl = match (subgraph.schema.sdl, subgraph.schema.file) {
            (Some(sdl), None) => sdl,
            (None, Some(file)) => match read(&file) {
                Ok(sdl) => sdl,
                Err(source) => {
                    return Err(Error::Schema {
                        subgraph: name,
                        file,
                        source,
                    });
                }
            },
            _ => return Err(Error::Config(format!("{name}.schema needs either `file` or `sdl`"))),
        };
        sources.push(Source {
            name,
            url: match subgraph.routing_url {
                Addresses::One(url) => url,
                Addresses::Several(urls) => urls.join(", "),
            },
            sdl,
        });
    }
    Ok(sources)
}
