//! The public operations: the frontends' contract.

/// Each file of `schema/operations/`, by name.
pub const FILES: [(&str, &str); 6] = [
    ("accounts", include_str!("../operations/accounts.graphql")),
    ("browse", include_str!("../operations/browse.graphql")),
    ("commerce", include_str!("../operations/commerce.graphql")),
    ("insight", include_str!("../operations/insight.graphql")),
    ("live", include_str!("../operations/live.graphql")),
    ("playback", include_str!("../operations/playback.graphql")),
];
