//! Every endpoint of the source documents' tables is mapped, or said not to be.

use router::RestSource;

/// Endpoints by source document. `002` writes "List & Details" and "CRUD" for several of them.
const PROMISED: &[(&str, &str)] = &[
    (
        "000",
        "GET /videos/latest, GET /videos/{id}, POST /videos, PUT /videos/{id}, PATCH /videos/{id}, DELETE /videos/{id}",
    ),
    ("000", "POST /users/register, POST /users/login"),
    (
        "001",
        "POST /auth/signup, POST /auth/login, POST /auth/refresh, POST /auth/logout, GET /auth/me",
    ),
    ("001", "POST /auth/password-reset, POST /auth/password-reset/complete"),
    ("001", "GET /profiles/{userId}, PUT /profiles/{userId}"),
    (
        "001",
        "GET /profiles/{userId}/watchlist, POST /profiles/{userId}/watchlist",
    ),
    ("001", "DELETE /profiles/{userId}/watchlist/{videoId}"),
    ("001", "GET /profiles/{userId}/history, POST /profiles/{userId}/history"),
    ("001", "GET /profiles/{userId}/ratings, POST /profiles/{userId}/ratings"),
    (
        "001",
        "POST /videos, GET /videos/{id}, GET /videos, PUT /videos/{id}, DELETE /videos/{id}",
    ),
    (
        "001",
        "GET /search, GET /videos/{id}/related, GET /playback/{videoId}/manifest",
    ),
    (
        "001",
        "GET /recs/{userId}, POST /recs/train, POST /events, GET /metrics",
    ),
    (
        "001",
        "POST /subscriptions, GET /subscriptions/{userId}, POST /subscriptions/{id}/cancel, GET /plans",
    ),
    (
        "002",
        "POST /auth/register, POST /auth/login, GET /users/me, GET /users/profiles, POST /users/profiles",
    ),
    (
        "002",
        "GET /users/profiles/{profile_id}, PUT /users/profiles/{profile_id}, DELETE /users/profiles/{profile_id}",
    ),
    (
        "002",
        "GET /ondemand/movies, GET /ondemand/movies/{id}, GET /ondemand/series, GET /ondemand/series/{id}",
    ),
    (
        "002",
        "GET /ondemand/series/{series_id}/episodes, GET /ondemand/episodes/{episode_id}",
    ),
    (
        "002",
        "GET /livetv/channels, GET /livetv/channels/{id}, GET /livetv/epg",
    ),
    (
        "002",
        "GET /subscriptions, GET /users/subscriptions, POST /users/subscriptions, DELETE /users/subscriptions",
    ),
    (
        "002",
        "POST /ondemand/purchase/{content_id}, GET /users/purchases, POST /ondemand/rent/{content_id}, GET /users/rentals",
    ),
    (
        "002",
        "GET /play/ondemand/{content_id}, GET /play/live/{channel_id}, GET /search/global, GET /rights/check_access",
    ),
    (
        "002",
        "GET /admin/users, GET /admin/users/{user_id}, PUT /admin/users/{user_id}, DELETE /admin/users/{user_id}",
    ),
    (
        "002",
        "GET /admin/ondemand/movies, POST /admin/ondemand/movies, GET /admin/ondemand/movies/{id}",
    ),
    (
        "002",
        "PUT /admin/ondemand/movies/{id}, DELETE /admin/ondemand/movies/{id}",
    ),
    (
        "002",
        "GET /admin/ondemand/series, POST /admin/ondemand/series, GET /admin/ondemand/series/{id}",
    ),
    (
        "002",
        "PUT /admin/ondemand/series/{id}, DELETE /admin/ondemand/series/{id}",
    ),
    (
        "002",
        "GET /admin/ondemand/episodes, POST /admin/ondemand/episodes, GET /admin/ondemand/episodes/{id}",
    ),
    (
        "002",
        "PUT /admin/ondemand/episodes/{id}, DELETE /admin/ondemand/episodes/{id}",
    ),
    (
        "002",
        "GET /admin/livetv/channels, POST /admin/livetv/channels, GET /admin/livetv/channels/{id}",
    ),
    (
        "002",
        "PUT /admin/livetv/channels/{id}, DELETE /admin/livetv/channels/{id}",
    ),
    (
        "002",
        "GET /admin/rights/plans, POST /admin/rights/plans, PUT /admin/rights/plans/{id}, DELETE /admin/rights/plans/{id}",
    ),
    ("002", "GET /admin/rights/rules, POST /admin/rights/rules"),
    (
        "002",
        "PUT /admin/rights/rules/{content_id}, DELETE /admin/rights/rules/{content_id}",
    ),
];

#[test]
fn every_endpoint_of_the_sources_is_mapped_to_an_operation() {
    let config = RestSource::embedded().config;
    let mut missing = Vec::new();
    for (source, endpoints) in PROMISED {
        for endpoint in endpoints.split(", ") {
            let mut lines = config
                .lines()
                .skip_while(|line| line.trim() != format!("- route: {endpoint}"));
            let sources = lines.nth(1).unwrap_or_default();
            if !sources.contains(source) {
                missing.push(format!("{source}: {endpoint}"));
            }
        }
    }
    assert!(missing.is_empty(), "no route for:\n{}", missing.join("\n"));
}

#[test]
fn the_table_of_endpoints_in_the_documentation_is_whole() {
    let table = crate::read(std::path::Path::new("docs/REST.md"));
    let config = RestSource::embedded().config;
    let routes = config.lines().filter_map(|line| line.trim().strip_prefix("- route: "));
    let missing: Vec<&str> = routes
        .filter(|route| {
            let (method, path) = route.split_once(' ').unwrap_or_default();
            !table.contains(&format!("| {method} | `{path}` |"))
        })
        .collect();
    assert!(
        missing.is_empty(),
        "docs/REST.md does not list:\n{}",
        missing.join("\n")
    );
}
