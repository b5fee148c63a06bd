//! The default file is the manual: every field of every `Settings` stands in it.

use std::collections::BTreeSet;

use crate::read;

/// Section, and the file that declares its `Settings`.
const SECTIONS: [(&str, &str); 19] = [
    ("log", "platform/telemetry/src/lib.rs"),
    ("traces", "platform/telemetry/src/traces.rs"),
    ("router.observe", "router/src/observe/settings.rs"),
    ("web", "platform/web/src/shell.rs"),
    ("database", "platform/database/src/connect.rs"),
    ("events", "platform/bus/src/lib.rs"),
    ("kv", "platform/cache/src/lib.rs"),
    ("objects", "platform/storage/src/lib.rs"),
    ("auth", "platform/auth/src/keys.rs"),
    ("router", "router/src/settings.rs"),
    ("sidecar", "sidecar/src/lib.rs"),
    ("accounts", "subgraphs/accounts/src/lib.rs"),
    ("catalogue", "subgraphs/catalogue/src/lib.rs"),
    ("livetv", "subgraphs/livetv/src/lib.rs"),
    ("rights", "subgraphs/rights/src/lib.rs"),
    ("search", "subgraphs/search/src/lib.rs"),
    ("recommendations", "subgraphs/recommendations/src/lib.rs"),
    ("billing", "subgraphs/billing/src/lib.rs"),
    ("analytics", "subgraphs/analytics/src/lib.rs"),
];

/// The names of the public fields of `pub struct Settings` in `text`.
fn fields(text: &str) -> BTreeSet<String> {
    let body = text
        .split("pub struct Settings")
        .nth(1)
        .expect("a struct called Settings");
    let body = body
        .split('}')
        .next()
        .expect("it ends")
        .split('{')
        .nth(1)
        .unwrap_or_default();
    let names = body
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub ")?.split(':').next());
    names.map(str::to_owned).collect()
}

#[test]
fn every_setting_is_in_the_default_file() {
    let defaults: toml::Table = server::DEFAULTS.parse().expect("the default file is TOML");
    for (section, file) in SECTIONS {
        let (outer, inner) = section.split_once('.').unwrap_or((section, ""));
        let table = if inner.is_empty() {
            &defaults[outer]
        } else {
            &defaults[outer][inner]
        };
        let written: BTreeSet<String> = table.as_table().expect("a section").keys().cloned().collect();
        assert_eq!(written, fields(&read(file.as_ref())), "[{section}] and {file}");
    }
}

#[test]
fn every_setting_has_a_comment() {
    for line in server::DEFAULTS.lines().filter(|line| line.contains(" = ")) {
        let is_url = line.ends_with("= \"\"");
        assert!(is_url || line.contains('#'), "no comment: {line}");
    }
}
