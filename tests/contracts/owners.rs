//! D3, D4: every library that talks to the outside has one owner.

use crate::{read, rust_files};

/// Library, and the folders that may name it.
const OWNERS: [(&str, &[&str]); 16] = [
    ("redis::", &["platform/cache/"]),
    ("async_nats::", &["platform/bus/"]),
    ("jsonwebtoken::", &["platform/auth/"]),
    ("argon2::", &["subgraphs/accounts/"]),
    ("tantivy::", &["subgraphs/search/"]),
    (
        "sea_orm_migration::",
        &["migrations/", "platform/testkit/", "platform/runtime/"],
    ),
    ("tracing_subscriber::", &["platform/telemetry/", "bench/"]),
    ("metrics_exporter_prometheus::", &["platform/telemetry/"]),
    ("opentelemetry::", &["platform/telemetry/"]),
    ("opentelemetry_sdk::", &["platform/telemetry/"]),
    ("dataloader::", &["platform/graphql/"]),
    ("memmap2::", &["platform/storage/"]),
    (
        "hive_router_query_planner::",
        &["router/src/plan.rs", "router/src/executor/", "router/src/satisfy.rs"],
    ),
    ("graphql_composition::", &["router/src/compose/"]),
    ("quick_xml::", &["subgraphs/livetv/", "sidecar/"]),
    (
        "hyper_util::client",
        &[
            "router/src/subgraph/http.rs",
            "platform/auth/src/keys.rs",
            "platform/web/src/outside.rs",
            "tests/kit/",
            "bench/",
            "router/tests/",
        ],
    ),
];

#[test]
fn every_outside_library_has_one_owner() {
    let mut wrong = Vec::new();
    for folder in [
        "platform",
        "schema",
        "migrations",
        "media",
        "demo",
        "subgraphs",
        "sidecar",
        "router",
        "server",
        "bench",
    ] {
        for path in rust_files(folder) {
            let text = read(&path);
            let name = path.display().to_string();
            for (library, owners) in OWNERS {
                let names_it = text.lines().any(|line| {
                    let line = line.trim_start();
                    !line.starts_with("//")
                        && (line.starts_with(&format!("use {library}")) || line.contains(&format!(" {library}")))
                });
                if names_it && !owners.iter().any(|owner| name.starts_with(owner)) {
                    wrong.push(format!("{name} names {library}, which is {}'s", owners.join(" and ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Tables of what viewers want, by service: only their own files read and write them as a whole.
const VIEWERS_TABLES: [(&str, &[&str]); 1] = [("livetv", &["reminder", "recording", "series_rule", "rule_match"])];

#[test]
fn a_viewers_table_is_only_entered_through_its_owner() {
    let mut wrong = Vec::new();
    for (service, tables) in VIEWERS_TABLES {
        for path in rust_files(&format!("subgraphs/{service}/src")) {
            let (text, name) = (read(&path), path.display().to_string());
            if name.contains("/entities/") {
                continue;
            }
            for table in tables {
                for door in ["find", "find_by_id", "delete_many", "delete_by_id", "update_many"] {
                    if text.contains(&format!("{table}::Entity::{door}(")) {
                        wrong.push(format!(
                            "{name}: {table}::Entity::{door} is nobody's: begin with owned_by"
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
