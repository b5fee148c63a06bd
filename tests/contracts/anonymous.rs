//! Who may come without a sign-in: every root field has a guard, or stands here with its reason.

use crate::{read, rust_files};

/// Root fields without a guard. Adding one is a decision; say why in the line.
const ANONYMOUS: [(&str, &str); 0] = [];

#[test]
fn a_root_field_without_a_guard_is_listed() {
    let mut found = Vec::new();
    for path in rust_files("subgraphs") {
        let name = path.display().to_string();
        if !name.contains("/src/schema/") || !["query", "mutation", "subscription"].iter().any(|room| name.contains(room)) {
            continue;
        }
        let service = name.split('/').nth(1).unwrap_or_default().to_owned();
        found.extend(unguarded(&read(&path)).into_iter().map(|field| format!("{service}.{field}")));
    }
    let listed: Vec<&str> = ANONYMOUS.iter().map(|(field, _)| *field).collect();
    let missing: Vec<&String> = found.iter().filter(|field| !listed.contains(&field.as_str())).collect();
    let stale: Vec<&&str> = listed.iter().filter(|field| !found.iter().any(|found| found == **field)).collect();
    assert!(missing.is_empty(), "root fields without a guard that are not listed here:\n{missing:#?}");
    assert!(stale.is_empty(), "listed here, but guarded or gone:\n{stale:#?}");
}

/// Resolvers of root types (not entity resolvers) whose attribute has no guard.
fn unguarded(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut attribute = String::new();
    let mut is_root = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("impl ") {
            let named = line.trim_start_matches("impl ").trim_end_matches(" {");
            is_root = ["Query", "Mutation", "Subscription"].iter().any(|root| named.ends_with(root));
        }
        if line.starts_with("#[graphql") || (!attribute.is_empty() && !attribute.ends_with(']')) {
            attribute.push_str(line);
        } else if let Some(rest) = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("pub async fn ")) {
            let field: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if is_root && !attribute.contains("guard") && !attribute.contains("entity") {
                found.push(field);
            }
            attribute.clear();
        }
    }
    found
}
