//! `deploy/kubernetes`: what the manifests say of the binary is true, and what they name is there.

mod manifests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use server::{Settings, services};

use self::manifests::{BASE, CANARY, all, container, environment, manifests, name, of_kind, runs, settings, texts};
use crate::read;

fn port_named(container: &Value, wanted: &str) -> u64 {
    let ports = container["ports"].as_array().expect("ports");
    let port = ports.iter().find(|port| port["name"] == wanted);
    port.and_then(|port| port["containerPort"].as_u64())
        .unwrap_or_else(|| panic!("no port {wanted}"))
}

fn port_of(address: &str) -> u64 {
    let (_, port) = address.rsplit_once(':').expect("a port");
    port.parse().expect("a number")
}

#[test]
fn every_part_of_the_platform_is_deployed_and_has_a_service() {
    let all = all();
    let parts = services::ALL
        .map(|part| part.name)
        .into_iter()
        .chain([services::ROUTER]);
    for part in parts {
        let is_it = |deployment: &&&Value| name(deployment) == part && runs(deployment).0 == part;
        let deployments = of_kind(&all, "Deployment");
        let deployment = deployments
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("{part} is not deployed"));
        let services = of_kind(&all, "Service");
        let service = services.iter().find(|service| name(service) == part);
        let service = service.unwrap_or_else(|| panic!("{part} has no service"));
        assert_eq!(service["spec"]["ports"][0]["port"], runs(deployment).1, "{part}");
    }
}

#[test]
fn what_a_pod_is_started_with_is_what_the_binary_takes() {
    let all = all();
    let health = read("platform/web/src/health.rs".as_ref());
    let image = read("Dockerfile".as_ref());
    for deployment in of_kind(&all, "Deployment") {
        let (part, port) = runs(deployment);
        services::select(&[part.to_owned()]).unwrap_or_else(|error| panic!("{error}"));
        let settings = settings(&all, deployment);
        assert!(
            !settings.server.demo && !settings.events.is_embedded() && !settings.kv.is_embedded(),
            "{part}"
        );
        let (container, pod) = (container(deployment), &deployment["spec"]["template"]["spec"]);
        assert_eq!(port_named(container, "http"), port, "{part}");
        assert_eq!(
            port_named(container, "metrics"),
            port_of(&settings.server.metrics_listen),
            "{part}"
        );
        for probe in ["startup", "live", "ready"] {
            let field = match probe {
                "startup" => "startupProbe",
                "live" => "livenessProbe",
                _ => "readinessProbe",
            };
            let path = format!("/health/{probe}");
            assert_eq!(container[field]["httpGet"]["path"], path, "{part}");
            assert!(health.contains(&format!("\"{path}\"")), "{path}");
        }
        // Requests, sockets and tasks are waited for, one after the other.
        let pause = texts(&container["lifecycle"]["preStop"]["exec"]["command"]);
        let pause: u64 = pause
            .last()
            .and_then(|seconds| seconds.parse().ok())
            .expect("sleep SECONDS");
        let grace = pod["terminationGracePeriodSeconds"].as_u64().expect("a number");
        assert!(grace >= pause + 3 * settings.web.drain_seconds, "{part}: {grace} s");
        let user = pod["securityContext"]["runAsUser"].as_u64().expect("a number");
        assert!(image.contains(&format!("--uid {user} ")), "the user of the image");
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{part}");
        assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true, "{part}");
        assert!(container["resources"]["limits"]["memory"].is_string(), "{part}");
        // The root is read-only: what is written or read as a file is mounted.
        let mounts = container["volumeMounts"].as_array().expect("mounts");
        let is_mounted = |path: &str| {
            mounts
                .iter()
                .any(|mount| path.starts_with(mount["mountPath"].as_str().expect("a path")))
        };
        let files = [&settings.auth.private_key_file, &settings.auth.path_secret_file];
        let objects = settings.objects.url.strip_prefix("file:");
        let files = files.into_iter().map(String::as_str).filter(|file| !file.is_empty());
        for file in files.chain(objects).chain(settings.server.data_dir.to_str()) {
            assert!(is_mounted(file), "{part}: {file} is not mounted");
        }
        let volumes: BTreeSet<&str> = pod["volumes"]
            .as_array()
            .expect("volumes")
            .iter()
            .map(|volume| volume["name"].as_str().expect("a name"))
            .collect();
        let mounted: BTreeSet<&str> = mounts
            .iter()
            .map(|mount| mount["name"].as_str().expect("a name"))
            .collect();
        assert_eq!(volumes, mounted, "{part}");
    }
}

#[test]
fn who_signs_and_who_checks_has_the_key_and_nobody_else() {
    let all = all();
    for deployment in of_kind(&all, "Deployment") {
        let (settings, (part, _)) = (settings(&all, deployment), runs(deployment));
        let has_secret = !settings.auth.path_secret_file.is_empty();
        assert_eq!(has_secret, ["rights", "sidecar"].contains(&part), "{part}");
        assert_eq!(!settings.auth.private_key_file.is_empty(), part == "accounts", "{part}");
        let shares_objects = settings.objects.url != "local";
        assert_eq!(
            shares_objects,
            ["sidecar", "catalogue", "livetv"].contains(&part),
            "{part}"
        );
    }
}

/// Host and port of each `http://host:port` in a text.
fn addresses(text: &str) -> Vec<(String, u64)> {
    let found = text.split("http://").skip(1);
    let end = |rest: &str| rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !":-.".contains(letter));
    let address = |rest: &str| {
        let address = &rest[..end(rest).unwrap_or(rest.len())];
        (
            address.split(':').next().unwrap_or_default().to_owned(),
            port_of(address),
        )
    };
    found.map(address).collect()
}

#[test]
fn what_is_named_is_there() {
    let all = all();
    let services: BTreeMap<&str, u64> = of_kind(&all, "Service")
        .iter()
        .map(|service| {
            (
                name(service),
                service["spec"]["ports"][0]["port"].as_u64().expect("a port"),
            )
        })
        .collect();
    for deployment in of_kind(&all, "Deployment") {
        for (key, value) in environment(&all, deployment) {
            for (host, port) in addresses(&value) {
                assert_eq!(services.get(host.as_str()), Some(&port), "{key}: {host}:{port}");
            }
        }
    }
    for route in of_kind(&all, "HTTPRoute") {
        let mut weights = Vec::new();
        for rule in route["spec"]["rules"].as_array().expect("rules") {
            for backend in rule["backendRefs"].as_array().expect("backends") {
                let service = backend["name"].as_str().expect("a name");
                assert_eq!(services.get(service).copied(), backend["port"].as_u64(), "{service}");
                weights.extend(backend["weight"].as_u64());
            }
        }
        assert!(weights.is_empty() || weights == [90, 10], "{weights:?}");
    }
    for scaler in of_kind(&all, "HorizontalPodAutoscaler") {
        let target = scaler["spec"]["scaleTargetRef"]["name"].as_str().expect("a name");
        let deployments = of_kind(&all, "Deployment");
        let deployment = deployments
            .iter()
            .find(|deployment| name(deployment) == target)
            .expect(target);
        assert!(deployment["spec"]["replicas"].is_null(), "{target} is scaled by two");
    }
}

/// Whether all of `wanted` is among the labels of a deployment's pods.
fn selects(wanted: &Value, deployment: &Value) -> bool {
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    wanted
        .as_object()
        .is_some_and(|wanted| wanted.iter().all(|(key, value)| labels[key] == *value))
}

#[test]
fn selectors_find_the_pods_they_mean() {
    let all = all();
    let deployments = of_kind(&all, "Deployment");
    let found = |wanted: &Value| -> Vec<&str> {
        let pods = deployments.iter().filter(|deployment| selects(wanted, deployment));
        pods.map(|deployment| name(deployment)).collect()
    };
    for deployment in &deployments {
        let own = found(&deployment["spec"]["selector"]["matchLabels"]);
        assert_eq!(own, [name(deployment)]);
    }
    for service in of_kind(&all, "Service") {
        assert_eq!(
            found(&service["spec"]["selector"]),
            [name(service)],
            "only these, and no canary"
        );
        assert_eq!(service["spec"]["ports"][0]["targetPort"], "http");
    }
    for budget in of_kind(&all, "PodDisruptionBudget") {
        assert_eq!(found(&budget["spec"]["selector"]["matchLabels"]), [name(budget)]);
        let deployment = deployments
            .iter()
            .find(|deployment| name(deployment) == name(budget))
            .expect("it is there");
        // With one replica a node could never be drained.
        let replicas = &deployment["spec"]["replicas"];
        assert!(replicas.is_null() || replicas.as_u64() > Some(1), "{}", name(budget));
    }
    let mut public = BTreeSet::new();
    for policy in of_kind(&all, "NetworkPolicy") {
        let selector = &policy["spec"]["podSelector"];
        let pods = found(&selector["matchLabels"]);
        assert!(!pods.is_empty(), "{}", name(policy));
        for rule in policy["spec"]["ingress"].as_array().into_iter().flatten() {
            for port in rule["ports"].as_array().expect("ports") {
                let port = port["port"].as_str().expect("a name");
                assert!(["http", "metrics"].contains(&port), "{port}");
            }
            if rule["from"].is_null() {
                let among = texts(&selector["matchExpressions"][0]["values"]);
                let component = |pod: &&str| {
                    let deployment = deployments.iter().find(|deployment| name(deployment) == *pod);
                    deployment.and_then(|found| found["metadata"]["labels"]["app.kubernetes.io/component"].as_str())
                };
                public.extend(
                    pods.iter()
                        .copied()
                        .filter(|pod| component(pod).is_some_and(|own| among.contains(&own))),
                );
            }
        }
    }
    assert_eq!(
        public,
        BTreeSet::from(["router", "router-canary", "sidecar"]),
        "and nobody else is public"
    );
}

#[test]
fn every_file_is_in_its_kustomization() {
    for folder in [BASE, CANARY] {
        let text = read(format!("{folder}/kustomization.yaml").as_ref());
        let listed: Value = serde_yaml_ng::from_str(&text).expect("YAML");
        let patches = listed["patches"].as_array().into_iter().flatten();
        let patches = patches.filter_map(|patch| patch["path"].as_str());
        let named: BTreeSet<&str> = texts(&listed["resources"])
            .into_iter()
            .chain(patches)
            .filter(|file| *file != "../../base")
            .collect();
        let there = manifests(folder);
        let there: BTreeSet<&str> = there.iter().map(|(file, _)| file.as_str()).collect();
        assert_eq!(named, there, "{folder}");
        let images: BTreeSet<&str> = listed["images"]
            .as_array()
            .expect("images")
            .iter()
            .map(|image| image["name"].as_str().expect("a name"))
            .collect();
        for (file, document) in manifests(folder)
            .iter()
            .filter(|(_, document)| document["kind"] == "Deployment")
        {
            assert!(
                images.contains(container(document)["image"].as_str().expect("an image")),
                "{folder}/{file}"
            );
        }
    }
}

/// The paths of a passthrough table.
fn passed_on(settings: &Settings) -> BTreeSet<String> {
    settings
        .router
        .passthrough
        .routes
        .iter()
        .map(|route| route.path.clone())
        .collect()
}

#[test]
fn every_split_shape_passes_on_the_same_paths_and_they_are_served() {
    let all = all();
    let routers = of_kind(&all, "Deployment")
        .into_iter()
        .filter(|deployment| runs(deployment).0 == services::ROUTER);
    let mut tables: Vec<BTreeSet<String>> = routers.map(|router| passed_on(&settings(&all, router))).collect();
    let mut compose: serde_yaml_ng::Value =
        serde_yaml_ng::from_str(&read("docker-compose.yml".as_ref())).expect("YAML");
    compose.apply_merge().expect("merges");
    let key = "MATINEE__ROUTER__PASSTHROUGH__ROUTES";
    let table = compose["services"]["router"]["environment"][key]
        .as_str()
        .expect("a table")
        .to_owned();
    let composed = Settings::load(Some("/dev/null".as_ref()), [(key.to_owned(), table)], &[]);
    tables.push(passed_on(&composed.unwrap_or_else(|error| panic!("{error}"))));
    assert!(tables.windows(2).all(|two| two[0] == two[1]), "{tables:?}");
    let sources: String = ["sidecar", "subgraphs/livetv"]
        .into_iter()
        .flat_map(crate::rust_files)
        .map(|path| read(&path))
        .collect();
    let split = read("scripts/split.sh".as_ref());
    for path in &tables[0] {
        assert!(split.contains(path.as_str()), "scripts/split.sh lacks {path}");
        let served = path.split("{*").next().unwrap_or_default();
        assert!(sources.contains(&format!("\"{served}")), "nobody serves {path}");
    }
}
