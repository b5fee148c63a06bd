//! Who may come without a sign-in: every root field has a guard, or stands here with its reason.

use crate::{read, rust_files};

/// Root fields without a guard. Adding one is a decision; say why in the line.
const ANONYMOUS: [(&str, &str); 36] = [
    ("accounts.register", "makes an account"),
    ("accounts.login", "signs in"),
    ("accounts.refresh_token", "the refresh token is the sign-in"),
    ("accounts.exchange_token", "the token that is exchanged is the sign-in"),
    ("accounts.request_password_reset", "who forgot a password is signed out"),
    (
        "accounts.complete_password_reset",
        "the token of the mail is the sign-in",
    ),
    ("accounts.viewer", "null when signed out"),
    ("accounts.me", "null when signed out"),
    ("analytics.error_catalog", "documentation"),
    ("billing.plans", "what is sold"),
    ("billing.offers", "what is sold"),
    ("catalogue.title", "public"),
    ("catalogue.movie", "public"),
    ("catalogue.series", "public"),
    ("catalogue.episode", "public"),
    ("catalogue.video", "public"),
    ("catalogue.videos", "public"),
    ("catalogue.episodes", "public"),
    ("catalogue.person", "public"),
    ("catalogue.genres", "public"),
    ("catalogue.latest_titles", "public"),
    ("catalogue.movies", "public"),
    ("catalogue.series_list", "public"),
    ("livetv.channels", "the guide is public"),
    ("livetv.channel", "the guide is public"),
    ("livetv.epg", "the guide is public"),
    ("livetv.lineups", "the guide is public"),
    ("livetv.lineup", "the guide is public"),
    ("livetv.programme", "the guide is public"),
    ("livetv.epg_updates", "the guide is public"),
    ("livetv.now_next", "the guide is public"),
    (
        "recommendations.home",
        "personal rails only with a profile of the viewer's",
    ),
    ("rights.check_access", "says NOT_SIGNED_IN when signed out"),
    ("search.search", "public"),
    ("search.suggest", "public"),
    ("search.global_search", "public"),
];

#[test]
fn a_root_field_without_a_guard_is_listed() {
    let mut found = Vec::new();
    for path in rust_files("subgraphs") {
        let name = path.display().to_string();
        if !["query", "mutation", "subscription"]
            .iter()
            .any(|room| name.contains(&format!("/src/schema/{room}")))
        {
            continue;
        }
        let service = name.split('/').nth(1).unwrap_or_default().to_owned();
        found.extend(
            unguarded(&read(&path))
                .into_iter()
                .map(|field| format!("{service}.{field}")),
        );
    }
    let listed: Vec<&str> = ANONYMOUS.iter().map(|(field, _)| *field).collect();
    let missing: Vec<&String> = found.iter().filter(|field| !listed.contains(&field.as_str())).collect();
    let stale: Vec<&&str> = listed
        .iter()
        .filter(|field| !found.iter().any(|found| found == **field))
        .collect();
    assert!(
        missing.is_empty(),
        "root fields without a guard that are not listed here:\n{missing:#?}"
    );
    assert!(stale.is_empty(), "listed here, but guarded or gone:\n{stale:#?}");
}

/// Resolvers of root types (not entity resolvers) whose attribute has no guard.
fn unguarded(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut attribute = String::new();
    let mut is_open = false;
    for line in text.lines() {
        // Methods and their attributes stand at four spaces; arguments and bodies deeper.
        let is_method_level = line.starts_with("    ") && !line.starts_with("     ");
        let line = line.trim();
        if is_open || (is_method_level && line.starts_with("#[graphql")) {
            attribute.push_str(line);
            is_open = !line.ends_with(']');
        } else if let Some(rest) = line.strip_prefix("async fn ").filter(|_| is_method_level) {
            let field: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !attribute.contains("guard") && !attribute.contains("entity") {
                found.push(field);
            }
            attribute.clear();
        }
    }
    found
}
