//! D1: a crate depends only on strictly lower layers; inside layer 0, any way that has no cycle. D7: dev-dependencies.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use crate::root;

/// The layer of a crate, by its folder.
fn layer(folder: &str) -> u8 {
    match folder.split('/').next().unwrap_or_default() {
        "platform" => 0,
        "schema" | "migrations" | "media" | "demo" => 1,
        "subgraphs" | "sidecar" | "router" => 2,
        "server" => 3,
        "tests" | "bench" => 4,
        other => panic!("the folder {other} has no layer: docs/ARCHITECTURE.md names them all"),
    }
}

#[test]
fn a_crate_depends_only_on_lower_layers() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let mut folders = BTreeMap::new();
    let packages = metadata["packages"].as_array().expect("packages");
    for package in packages {
        let manifest = package["manifest_path"].as_str().expect("a path");
        let folder = manifest
            .strip_prefix(&format!("{}/", root().display()))
            .expect("a member");
        folders.insert(
            package["name"].as_str().expect("a name").to_owned(),
            folder.replace("/Cargo.toml", ""),
        );
    }
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let own = layer(&folders[name]);
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let other = dependency["name"].as_str().expect("a name");
            let Some(folder) = folders.get(other) else { continue };
            let is_dev = dependency["kind"] == "dev";
            let allowed = match (own, layer(folder)) {
                // Platform crates would see two copies of their own types.
                (0, 0) => !(is_dev && other == "testkit"),
                (mine, theirs) => theirs < mine,
            };
            if !allowed {
                wrong.push(format!("{} → {folder}", folders[name]));
            }
            if is_dev && own == 2 && !["testkit", "migrations"].contains(&other) {
                wrong.push(format!(
                    "{} → {folder} (dev): only testkit and migrations",
                    folders[name]
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "dependencies that point up or sideways:\n{}",
        wrong.join("\n")
    );
}
