//! `matinee settings --json-schema`: what a settings file may hold, for editors and for tools that write such files.
//!
//! It is read off the default file, which is the manual: its keys are all there are, a default tells the type, its comment
//! what it is for. What a comment alone says (the words that a setting takes, its bounds) is checked at the start, not here.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use toml::{Table, Value};

use super::print;
use crate::{DEFAULTS, Error, settings};

/// Writes the JSON Schema.
///
/// # Errors
/// The default file cannot be read, which a test rules out; standard output fails.
pub fn json_schema() -> Result<(), Error> {
    let schema = schema()?;
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Error::Setting(error.to_string()))?;
    print(&text)
}

fn schema() -> Result<Json, Error> {
    let defaults: Table = DEFAULTS
        .parse()
        .map_err(|error| Error::Setting(format!("config.default.toml: {error}")))?;
    let mut schema = table(&defaults, "", &comments(DEFAULTS));
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("Settings of Matinee");
    Ok(schema)
}

/// What the file says of each section and key, by its full name.
fn comments(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let (mut section, mut above) = (String::new(), Vec::new());
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix('#') {
            above.push(comment.trim());
            continue;
        }
        let (code, comment) = split(line);
        if let Some(name) = code.strip_prefix('[').and_then(|code| code.strip_suffix(']')) {
            name.clone_into(&mut section);
            above.extend((!comment.is_empty()).then_some(comment));
            if !above.is_empty() {
                found.insert(section.clone(), above.join(" "));
            }
        } else if let Some((key, _)) = code.split_once('=') {
            found.insert(format!("{section}.{}", key.trim()), comment.to_owned());
        }
        above.clear();
    }
    found
}

/// A line without its comment, and the comment.
fn split(line: &str) -> (&str, &str) {
    let mut is_text = false;
    let at = line.find(|letter| {
        is_text ^= letter == '"';
        letter == '#' && !is_text
    });
    let (code, comment) = at.map_or((line, ""), |at| line.split_at(at));
    (code.trim(), comment.trim_start_matches('#').trim())
}

fn table(values: &Table, name: &str, comments: &BTreeMap<String, String>) -> Json {
    let inner = |key: &str| {
        if name.is_empty() {
            key.to_owned()
        } else {
            format!("{name}.{key}")
        }
    };
    let properties = values.iter().map(|(key, value)| {
        let name = inner(key);
        let mut schema = match value {
            Value::Table(values) => table(values, &name, comments),
            value => leaf(value),
        };
        if let Some(comment) = comments.get(&name) {
            schema["description"] = json!(comment);
        }
        (key.clone(), schema)
    });
    let properties: serde_json::Map<String, Json> = properties.collect();
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": settings::is_open(name),
    })
}

fn leaf(value: &Value) -> Json {
    let default = serde_json::to_value(value).unwrap_or_default();
    let of = |name: &str| json!({ "type": name, "default": default });
    match value {
        Value::Boolean(_) => of("boolean"),
        Value::Integer(_) => of("integer"),
        Value::Float(_) => of("number"),
        Value::Array(items) => {
            let mut list = of("array");
            if !items.is_empty() && items.iter().all(Value::is_str) {
                list["items"] = json!({ "type": "string" });
            }
            list
        }
        _ => of("string"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every setting, by its full name.
    fn leaves(schema: &Json, name: &str, found: &mut BTreeMap<String, Json>) {
        for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
            let name = format!("{name}{key}");
            if inner["type"] == "object" {
                leaves(inner, &format!("{name}."), found);
            } else {
                found.insert(name, inner.clone());
            }
        }
    }

    #[test]
    fn every_setting_stands_in_the_schema_with_its_type_default_and_comment() {
        let schema = schema().unwrap();
        let mut all = BTreeMap::new();
        leaves(&schema, "", &mut all);
        assert!(all.len() > 150, "{}", all.len());
        let lines = DEFAULTS.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.filter(|line| split(line).0.contains(" = ")).count(), all.len());
        let types = [
            "router.suggestions",
            "router.max_depth",
            "router.traffic.retry_ratio",
            "router.contract.hides",
            "kv.url",
        ];
        let types = types.map(|name| all[name]["type"].as_str().unwrap().to_owned());
        assert_eq!(types, ["boolean", "integer", "number", "array", "string"]);
        let listen = &all["server.listen"];
        assert_eq!(
            (&listen["default"], &listen["description"]),
            (&json!("127.0.0.1:4000"), &json!("where this process listens"))
        );
        assert_eq!(all["router.contract.hides"]["items"], json!({ "type": "string" }));
        assert!(
            schema["properties"]["router"]["properties"]["mock"]["description"]
                .as_str()
                .unwrap()
                .contains("development")
        );
    }

    #[test]
    fn a_key_that_is_none_is_refused_but_where_the_graph_decides() {
        let schema = schema().unwrap();
        let router = &schema["properties"]["router"];
        for closed in [
            &schema,
            router,
            &schema["properties"]["server"],
            &router["properties"]["mock"],
        ] {
            assert_eq!(closed["additionalProperties"], false);
        }
        for open in [
            &schema["properties"]["subgraphs"],
            &router["properties"]["mock"]["properties"]["values"],
        ] {
            assert_eq!(open["additionalProperties"], true);
        }
    }
}
