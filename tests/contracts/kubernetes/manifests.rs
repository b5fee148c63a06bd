//! The manifests, and what of them is asked about.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use server::Settings;

use crate::{read, root};

pub(super) const BASE: &str = "deploy/kubernetes/base";
pub(super) const CANARY: &str = "deploy/kubernetes/overlays/canary";

/// The documents of a folder, with their files.
pub(super) fn manifests(folder: &str) -> Vec<(String, Value)> {
    let mut files: Vec<_> = std::fs::read_dir(root().join(folder))
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|name| name != "kustomization.yaml")
        .collect();
    files.sort();
    let documents = |name: &String| {
        let text = read(format!("{folder}/{name}").as_ref());
        let documents = serde_yaml_ng::Deserializer::from_str(&text).map(|document| {
            let value = Value::deserialize(document).unwrap_or_else(|error| panic!("{folder}/{name}: {error}"));
            (name.clone(), value)
        });
        documents.collect::<Vec<_>>()
    };
    files.iter().flat_map(documents).collect()
}

/// What is applied with the canary: the base, and what the overlay adds to it.
pub(super) fn all() -> Vec<Value> {
    let both = [manifests(BASE), manifests(CANARY)].concat();
    both.into_iter().map(|(_, document)| document).collect()
}

pub(super) fn of_kind<'m>(all: &'m [Value], kind: &str) -> Vec<&'m Value> {
    all.iter().filter(|document| document["kind"] == kind).collect()
}

pub(super) fn name(document: &Value) -> &str {
    document["metadata"]["name"].as_str().expect("a name")
}

pub(super) fn container(deployment: &Value) -> &Value {
    let containers = &deployment["spec"]["template"]["spec"]["containers"];
    assert_eq!(containers.as_array().map(Vec::len), Some(1), "{}", name(deployment));
    &containers[0]
}

pub(super) fn texts(list: &Value) -> Vec<&str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// The part and the port in the arguments.
pub(super) fn runs(deployment: &Value) -> (&str, u64) {
    let args = texts(&container(deployment)["args"]);
    let ["run", "--only", part, "--listen", listen] = args[..] else {
        panic!("{}: {args:?}", name(deployment));
    };
    let port = listen.strip_prefix("0.0.0.0:").and_then(|port| port.parse().ok());
    (part, port.expect("an address that others reach"))
}

/// The environment of a deployment, from its maps, its secrets and its own.
pub(super) fn environment(all: &[Value], deployment: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for source in container(deployment)["envFrom"].as_array().expect("envFrom") {
        let (kind, field, wanted) = match &source["configMapRef"]["name"] {
            Value::String(wanted) => ("ConfigMap", "data", wanted.as_str()),
            _ => (
                "Secret",
                "stringData",
                source["secretRef"]["name"].as_str().expect("a name"),
            ),
        };
        let map = of_kind(all, kind).into_iter().find(|map| name(map) == wanted);
        let map = map.unwrap_or_else(|| panic!("there is no {kind} {wanted}"));
        for (key, value) in map[field].as_object().expect("values") {
            let text = value.as_str().unwrap_or_else(|| panic!("{key} is no text"));
            found.insert(key.clone(), text.to_owned());
        }
    }
    for own in container(deployment)["env"].as_array().into_iter().flatten() {
        let text = |field: &str| own[field].as_str().expect("a text").to_owned();
        found.insert(text("name"), text("value"));
    }
    found
}

pub(super) fn settings(all: &[Value], deployment: &Value) -> Settings {
    let environment = environment(all, deployment);
    Settings::load(Some("/dev/null".as_ref()), environment, &[])
        .unwrap_or_else(|error| panic!("{}: {error}", name(deployment)))
}
