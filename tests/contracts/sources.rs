//! Size of files, rooms of a subgraph, headings of its README.

use std::path::Path;

use crate::{read, root, rust_files};

const FOLDERS: [&str; 11] = [
    "platform",
    "schema",
    "migrations",
    "media",
    "demo",
    "subgraphs",
    "sidecar",
    "router",
    "server",
    "tests",
    "bench",
];

#[test]
fn a_file_has_at_most_400_lines() {
    let mut long = Vec::new();
    for path in FOLDERS.into_iter().flat_map(rust_files) {
        let lines = read(&path).lines().count();
        if lines > 400 {
            long.push(format!("{} has {lines}", path.display()));
        }
    }
    assert!(long.is_empty(), "split these by noun:\n{}", long.join("\n"));
}

#[test]
fn layers_inside_a_subgraph_point_inwards() {
    let mut wrong = Vec::new();
    for path in rust_files("subgraphs") {
        let (text, name) = (read(&path), path.display().to_string());
        let uses = |word: &str| {
            text.lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains(word))
        };
        if name.contains("/src/domain/") && (uses("async fn") || uses("sea_orm::") || uses("async_graphql::")) {
            wrong.push(format!("{name}: domain/ is pure: no async, no SeaORM, no GraphQL"));
        }
        if name.contains("/src/schema/")
            && (uses("EntityTrait") || uses(".begin()") || uses("entities::"))
            && uses("::find(")
        {
            wrong.push(format!("{name}: schema/ holds no SQL"));
        }
        if name.contains("/src/entities/") && (uses("async_graphql::") || uses(".raise(")) {
            wrong.push(format!("{name}: entities/ are tables and nothing else"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_subgraph_has_a_readme_with_the_six_headings() {
    let mut wrong = Vec::new();
    for name in [
        "accounts",
        "catalogue",
        "livetv",
        "rights",
        "search",
        "recommendations",
        "billing",
        "analytics",
    ] {
        let path = format!("subgraphs/{name}/README.md");
        let text = std::fs::read_to_string(root().join(&path)).unwrap_or_default();
        for heading in ["Owns", "Tables", "GraphQL", "Publishes", "Consumes", "Jobs"] {
            if !text
                .lines()
                .any(|line| line.trim_start_matches('#').trim() == heading && line.starts_with('#'))
            {
                wrong.push(format!("{path} lacks the heading {heading}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_migration_never_imports_an_entity() {
    for path in rust_files("migrations") {
        let text = read(&path);
        for name in [
            "accounts::",
            "catalogue::",
            "livetv::",
            "rights::",
            "billing::",
            "entities::",
        ] {
            let is_used = text
                .lines()
                .any(|line| line.trim_start().starts_with(&format!("use {name}")));
            assert!(!is_used, "{} imports {name}", path.display());
        }
    }
}

#[test]
fn the_project_stands_alone() {
    // What a checkout needs is in it: no path outside the repository is named.
    let outside = ["..", "shared"].join("/");
    for folder in FOLDERS {
        for path in rust_files(folder) {
            assert!(
                !read(&path).contains(&outside),
                "{} names a folder outside",
                path.display()
            );
        }
    }
    assert!(Path::new(&root().join("LICENSE")).exists());
}
