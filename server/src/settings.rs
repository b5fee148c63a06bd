//! Defaults → file → environment → flags; every unknown key is an error that names it.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use crate::Error;

/// The default file: every setting with its comment. It is also the list of keys that exist.
pub const DEFAULTS: &str = include_str!("../config.default.toml");

/// The settings file that is read when none is named.
pub(crate) const FILE: &str = "matinee.toml";
/// The section whose keys are not a fixed list: the subgraphs of whatever graph is served.
const SUBGRAPHS: &str = "subgraphs";
/// Another one: types and fields of that graph.
const MOCK_VALUES: &str = "router.mock.values";

/// The settings of all crates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The process.
    pub server: Server,
    /// Base URLs.
    pub public: Public,
    /// Logs.
    pub log: telemetry::Settings,
    /// Traces.
    pub traces: telemetry::traces::Settings,
    /// HTTP.
    pub web: web::Settings,
    /// Databases.
    pub database: database::Settings,
    /// Events.
    pub events: bus::Settings,
    /// Short-lived values.
    pub kv: cache::Settings,
    /// Objects.
    pub objects: storage::Settings,
    /// Tokens and keys.
    pub auth: auth::Settings,
    /// Where subgraphs are that run elsewhere.
    pub subgraphs: std::collections::BTreeMap<String, String>,
    /// The router.
    pub router: router::Settings,
    /// The sidecar.
    pub sidecar: sidecar::Settings,
    /// Accounts.
    pub accounts: accounts::Settings,
    /// The catalogue.
    pub catalogue: catalogue::Settings,
    /// Live TV.
    pub livetv: livetv::Settings,
    /// Rights.
    pub rights: rights::Settings,
    /// Search.
    pub search: search::Settings,
    /// Recommendations.
    pub recommendations: recommendations::Settings,
    /// Billing.
    pub billing: billing::Settings,
    /// Analytics.
    pub analytics: analytics::Settings,
    /// All of them as they were read, for comparing.
    #[serde(skip)]
    all: Table,
}

/// The process.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Where this process listens.
    pub listen: String,
    /// Where metrics are; empty: off.
    pub metrics_listen: String,
    /// Folder of embedded backends and keys.
    pub data_dir: PathBuf,
    /// Load the demo.
    pub demo: bool,
}

/// Base URLs that clients see.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Public {
    /// The graph.
    pub graph_url: String,
    /// The sidecar.
    pub media_url: String,
}

impl Settings {
    /// Reads all sources. `flags` are `section.key` with the value as text.
    ///
    /// # Errors
    /// The first setting that is unknown or has a wrong value, named.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &[(&str, String)],
    ) -> Result<Self, Error> {
        let defaults: Table = DEFAULTS
            .parse()
            .map_err(|error| Error::Setting(format!("config.default.toml: {error}")))?;
        let mut all = defaults.clone();
        if let Some((path, text)) = read_file(file)? {
            let table: Table = text
                .parse()
                .map_err(|error| Error::Setting(format!("{}: {error}", path.display())))?;
            merge(&mut all, table, &path.display().to_string())?;
        }
        for (name, value) in environment {
            if let Some(key) = name.strip_prefix("MATINEE__") {
                let key = key.to_ascii_lowercase().replace("__", ".");
                set(&mut all, &key, &value, &format!("environment variable {name}"))?;
            }
        }
        for (key, value) in flags {
            set(&mut all, key, value, "flag")?;
        }
        // The text form keeps the names of keys in the messages.
        let text = toml::to_string(&all).map_err(|error| Error::Setting(error.to_string()))?;
        let mut settings: Self =
            toml::from_str(&text).map_err(|error| Error::Setting(format!("settings: {}", error.message())))?;
        settings.all = all;
        Ok(settings)
    }

    /// The names of the settings that are not as in `other`.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        compare(&self.all, &other.all, "", &mut found);
        found
    }
}

/// Whether a section has whatever keys the graph has.
pub(crate) fn is_open(section: &str) -> bool {
    [SUBGRAPHS, MOCK_VALUES].contains(&section)
}

fn compare(these: &Table, those: &Table, prefix: &str, found: &mut Vec<String>) {
    let names: std::collections::BTreeSet<&String> = these.keys().chain(those.keys()).collect();
    for name in names {
        match (these.get(name), those.get(name)) {
            (Some(Value::Table(these)), Some(Value::Table(those))) => {
                compare(these, those, &format!("{prefix}{name}."), found);
            }
            (this, that) if this != that => found.push(format!("{prefix}{name}")),
            _ => {}
        }
    }
}

fn read_file(file: Option<&Path>) -> Result<Option<(PathBuf, String)>, Error> {
    let path = file.unwrap_or(Path::new(FILE));
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((path.to_owned(), text))),
        // Only the file that was asked for must be there.
        Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::File(path.display().to_string(), error)),
    }
}

fn merge(into: &mut Table, from: Table, source: &str) -> Result<(), Error> {
    for (section, values) in from {
        let Value::Table(values) = values else {
            return Err(Error::Setting(format!(
                "{source}: {section} must be a section: [{section}]"
            )));
        };
        let known = into.get_mut(&section).and_then(Value::as_table_mut);
        let Some(known) = known else {
            return Err(Error::Setting(format!("{source}: there is no section [{section}]")));
        };
        merge_section(known, values, &section, source)?;
    }
    Ok(())
}

fn merge_section(known: &mut Table, values: Table, section: &str, source: &str) -> Result<(), Error> {
    for (key, value) in values {
        match (known.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(values)) => {
                merge_section(inner, values, &format!("{section}.{key}"), source)?;
            }
            (Some(known), value) => *known = value,
            (None, value) if is_open(section) => {
                known.insert(key, value);
            }
            (None, _) => {
                let keys: Vec<&str> = known.keys().map(String::as_str).collect();
                return Err(Error::Setting(format!(
                    "{source}: there is no setting {section}.{key}; [{section}] has {}",
                    keys.join(", ")
                )));
            }
        }
    }
    Ok(())
}

/// Sets `section.key` (or `section.part.key`) from text, read as what the default is.
fn set(into: &mut Table, key: &str, text: &str, source: &str) -> Result<(), Error> {
    let unknown = || Error::Setting(format!("{source}: there is no setting {key}"));
    if let Some(name) = key.strip_prefix("subgraphs.")
        && let Some(subgraphs) = into.get_mut(SUBGRAPHS).and_then(Value::as_table_mut)
    {
        subgraphs.insert(name.to_owned(), Value::String(text.to_owned()));
        return Ok(());
    }
    let mut names = key.split('.');
    let mut known = names
        .next()
        .and_then(|section| into.get_mut(section))
        .ok_or_else(unknown)?;
    for name in names {
        known = known
            .as_table_mut()
            .and_then(|table| table.get_mut(name))
            .ok_or_else(unknown)?;
    }
    if known.is_table() {
        return Err(unknown());
    }
    let wrong = |what: &str| Error::Setting(format!("{source}: {key} must be {what}, not {text:?}"));
    *known = match known {
        Value::Boolean(_) => Value::Boolean(text.parse().map_err(|_| wrong("true or false"))?),
        Value::Integer(_) => Value::Integer(text.parse().map_err(|_| wrong("a whole number"))?),
        Value::Float(_) => Value::Float(text.parse().map_err(|_| wrong("a number"))?),
        // A list of anything but texts is written as in the file.
        Value::Array(_) if text.trim_start().starts_with('[') => {
            let list = format!("list = {text}").parse::<Table>();
            let list = list.map_err(|error| wrong(&format!("a list ({})", error.message())))?;
            list.get("list").cloned().ok_or_else(|| wrong("a list"))?
        }
        Value::Array(_) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
        }
        _ => Value::String(text.to_owned()),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(environment: &[(&str, &str)], flags: &[(&str, String)]) -> Result<Settings, Error> {
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::load(None, environment, flags)
    }

    #[test]
    fn the_default_file_holds_exactly_the_settings_there_are() {
        // A key that is missing in the file would be refused, as it is not in the list of keys; one too many is refused
        // by the settings themselves.
        load(&[], &[]).unwrap();
    }

    #[test]
    fn later_sources_win_and_unknown_keys_are_named() {
        let settings = load(
            &[("MATINEE__SERVER__LISTEN", "127.0.0.1:1")],
            &[("server.listen", "127.0.0.1:2".to_owned())],
        )
        .unwrap();
        assert_eq!(settings.server.listen, "127.0.0.1:2");
        let routes = r#"[{ path = "/s/{*rest}", to = "http://a, http://b 0" }, { path = "/i/{id}", to = "http://c" }]"#;
        let listed = load(
            &[
                ("MATINEE__ROUTER__PASSTHROUGH__ROUTES", routes),
                ("MATINEE__WEB__TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
            ],
            &[],
        )
        .unwrap();
        assert_eq!(listed.web.trusted_proxies, ["10.0.0.0/8", "::1"]);
        assert_eq!(listed.router.passthrough.routes[0].to, "http://a, http://b 0");
        assert_eq!(listed.router.passthrough.routes[1].path, "/i/{id}");
        let error = load(&[("MATINEE__ROUTER__PASSTHROUGH__ROUTES", "[{ path = ]")], &[])
            .unwrap_err()
            .to_string();
        assert!(error.contains("router.passthrough.routes must be a list"), "{error}");
        let error = load(&[("MATINEE__SERVER__LISTN", "x")], &[]).unwrap_err().to_string();
        assert!(
            error.contains("MATINEE__SERVER__LISTN") && error.contains("server.listn"),
            "{error}"
        );
        let error = load(&[("MATINEE__SERVER__DEMO", "maybe")], &[])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("server.demo") && error.contains("true or false"),
            "{error}"
        );
    }
}
