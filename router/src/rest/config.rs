//! `rest.yaml`: which method and path is answered by which operation, and how.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

/// Most routes of a file.
const MAX_ROUTES: usize = 500;
/// Largest file.
const MAX_BYTES: usize = 1024 * 1024;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// What every path begins with.
    pub prefix: String,
    /// HTTP status of a payload's problem, by its code.
    #[serde(default)]
    pub problems: IndexMap<String, u16>,
    /// The routes.
    pub routes: Vec<RouteConfig>,
}

/// One route.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteConfig {
    /// `GET /videos/{id}`.
    pub route: String,
    /// The source documents that promise it.
    #[serde(default)]
    pub sources: Vec<String>,
    /// One sentence for people.
    pub summary: String,
    /// Name of the operation that answers.
    pub operation: String,
    /// Who may call it.
    #[serde(default)]
    pub access: Access,
    /// Whose customs it has.
    #[serde(default)]
    pub style: Style,
    /// Where variables come from, beyond the rule: a placeholder of the path, else the query, else the body.
    #[serde(default)]
    pub arguments: IndexMap<String, Argument>,
    /// Members of the body or query that may be there and are not used.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// Values that have to be the id of the account that asks.
    #[serde(default)]
    pub own: Vec<String>,
    /// Where the access token is when there is no `Authorization` header.
    pub token: Option<String>,
    /// Status of success.
    #[serde(default = "ok")]
    pub status: u16,
    /// Where the new thing is, with `{path.in.answer}`.
    pub location: Option<String>,
    /// What the answer is made from: a path in the operation's data; null there is 404.
    pub of: Option<String>,
    /// The body, made from what `of` names.
    pub answer: Option<Value>,
    /// A list in the operation's data: a connection, or a plain list, in the pagination wrapper.
    pub list: Option<String>,
    /// One item of the list, made from an edge, or from an item of a plain list.
    pub item: Option<Value>,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Access {
    /// Anybody.
    #[default]
    Public,
    /// Who is signed in.
    Viewer,
    /// Who has a role that the graph asks for.
    Staff,
}

/// Whose customs a route has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Style {
    /// Ours: JSON, problems, below the prefix.
    #[default]
    Rest,
    /// OAuth's: forms, its errors, and the path is the whole path.
    OAuth,
}

/// Where a variable comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Argument {
    /// `query.page`.
    From(String),
    /// Several names for the same.
    FirstOf(Vec<String>),
    /// With a default, or a shape of its own.
    Full(FullArgument),
}

/// A variable with more than a place.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FullArgument {
    /// Names for it; the first that is there counts.
    #[serde(default)]
    pub from: Vec<String>,
    /// What it is when none is there.
    pub default: Option<Value>,
    /// For a list of objects: member of the variable's items → member of what is sent.
    pub each: Option<IndexMap<String, String>>,
}

const fn ok() -> u16 {
    200
}

impl Argument {
    /// The same in its full form.
    pub(super) fn full(&self) -> FullArgument {
        match self {
            Self::From(from) => FullArgument {
                from: vec![from.clone()],
                ..FullArgument::default()
            },
            Self::FirstOf(from) => FullArgument {
                from: from.clone(),
                ..FullArgument::default()
            },
            Self::Full(full) => full.clone(),
        }
    }
}

/// Reads `rest.yaml`.
///
/// # Errors
/// What is wrong with it, for people.
pub(super) fn read(yaml: &str) -> Result<Config, String> {
    if yaml.len() > MAX_BYTES {
        return Err(format!(
            "rest.yaml has {} bytes, at most {MAX_BYTES} are read",
            yaml.len()
        ));
    }
    let config: Config = serde_yaml_ng::from_str(yaml).map_err(|error| format!("rest.yaml cannot be read: {error}"))?;
    if config.routes.len() > MAX_ROUTES {
        let sent = config.routes.len();
        return Err(format!("rest.yaml has {sent} routes, at most {MAX_ROUTES} are read"));
    }
    if !config.prefix.starts_with('/') || config.prefix.ends_with('/') {
        return Err(format!(
            "prefix {:?} begins with / and does not end with it",
            config.prefix
        ));
    }
    for (code, status) in &config.problems {
        if !(400..=599).contains(status) {
            return Err(format!("problems.{code} is {status}, a status of 400 to 599 is needed"));
        }
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_understood_is_refused_with_its_reason() {
        for (yaml, reason) in [
            ("", "cannot be read"),
            ("prefix: /api\nroutes: []\nmore: 1", "unknown field `more`"),
            ("prefix: api\nroutes: []", "begins with /"),
            (
                "prefix: /api\nproblems: { GONE: 200 }\nroutes: []",
                "problems.GONE is 200",
            ),
            ("prefix: /api\nroutes: [{ route: GET /a }]", "missing field `summary`"),
            (
                "prefix: /api\nroutes: [{ route: GET /a, summary: s, operation: A, acess: viewer }]",
                "unknown field `acess`",
            ),
        ] {
            let refused = read(yaml).map(|_| ()).unwrap_err();
            assert!(refused.contains(reason), "{yaml}: {refused}");
        }
    }
}
