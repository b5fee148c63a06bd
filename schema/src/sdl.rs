//! The SDL of each subgraph, as committed, and the file that composes them.

/// `supergraph.yaml`, in rover's format.
pub const SUPERGRAPH: &str = include_str!("../../supergraph.yaml");

/// Each subgraph's federation SDL, by the path that `supergraph.yaml` names.
pub const FILES: [(&str, &str); 8] = [
    ("schema/accounts.graphql", include_str!("../accounts.graphql")),
    ("schema/catalogue.graphql", include_str!("../catalogue.graphql")),
    ("schema/livetv.graphql", include_str!("../livetv.graphql")),
    ("schema/rights.graphql", include_str!("../rights.graphql")),
    ("schema/search.graphql", include_str!("../search.graphql")),
    (
        "schema/recommendations.graphql",
        include_str!("../recommendations.graphql"),
    ),
    ("schema/billing.graphql", include_str!("../billing.graphql")),
    ("schema/analytics.graphql", include_str!("../analytics.graphql")),
];

/// The committed file at `path`.
///
/// # Errors
/// There is none.
pub fn read(path: &str) -> std::io::Result<String> {
    let found = FILES.iter().find(|(name, _)| *name == path);
    found
        .map(|(_, sdl)| (*sdl).to_owned())
        .ok_or_else(|| std::io::Error::other(format!("{path} is not compiled in")))
}
