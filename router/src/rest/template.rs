//! Answers in the shape that a route promises, made from what the graph answers.

use apollo_compiler::Schema;
use serde_json::{Map, Value, json};

use super::selected::{Selected, Step, follow};

/// Deepest nesting of a template.
const MAX_DEPTH: usize = 16;
/// Member that makes an object a list: what it is made from.
const OF: &str = "$of";
/// Member beside it: one item.
const EACH: &str = "$each";

/// How a value is made.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Template {
    /// What a path leads to.
    Path(Vec<Step>),
    /// The same in small letters: an enum's value as the source documents write it.
    Lower(Vec<Step>),
    /// An object, member by member.
    Object(Vec<(String, Template)>),
    /// A list, item by item.
    List(Vec<Step>, Box<Template>),
    /// The first that is not null.
    First(Vec<Template>),
    /// Always the same.
    Fixed(Value),
}

impl Template {
    /// Compiles `written` over `from`, with the JSON Schema of what it makes.
    ///
    /// A text is a path; after `|lower` its text is made small; `a ?? b` is b where a is null; `=` begins a fixed
    /// text. `{ $of: path, $each: template }`
    /// is a list.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub(super) fn compile(written: &Value, from: &Selected, schema: &Schema) -> Result<(Self, Value), String> {
        compile(written, from, schema, 0)
    }

    /// Makes the value.
    pub(super) fn render(&self, from: &Value) -> Value {
        match self {
            Self::Path(steps) => follow(from, steps).clone(),
            Self::Lower(steps) => match follow(from, steps) {
                Value::String(text) => Value::String(text.to_ascii_lowercase()),
                other => other.clone(),
            },
            Self::Object(members) => {
                let made = members
                    .iter()
                    .map(|(name, template)| (name.clone(), template.render(from)));
                Value::Object(made.collect())
            }
            Self::List(steps, item) => match follow(from, steps) {
                Value::Array(items) => Value::Array(items.iter().map(|one| item.render(one)).collect()),
                other => other.clone(),
            },
            Self::First(choices) => {
                let mut made = choices.iter().map(|choice| choice.render(from));
                made.find(|value| !value.is_null()).unwrap_or_default()
            }
            Self::Fixed(value) => value.clone(),
        }
    }
}

fn compile(written: &Value, from: &Selected, schema: &Schema, depth: usize) -> Result<(Template, Value), String> {
    if depth > MAX_DEPTH {
        return Err(format!("the answer is nested deeper than {MAX_DEPTH}"));
    }
    match written {
        Value::String(text) => path(text, from, schema),
        Value::Object(members) if members.contains_key(OF) || members.contains_key(EACH) => {
            list(members, from, schema, depth)
        }
        Value::Object(members) => {
            let (mut made, mut properties) = (Vec::new(), Map::new());
            for (name, written) in members {
                let (template, described) = compile(written, from, schema, depth + 1)?;
                made.push((name.clone(), template));
                properties.insert(name.clone(), described);
            }
            let required: Vec<&String> = members.keys().collect();
            let described = json!({ "type": "object", "properties": properties, "required": required });
            Ok((Template::Object(made), described))
        }
        Value::Array(_) => Err(format!("a list is written {{ {OF}: path, {EACH}: item }}")),
        fixed => Ok((Template::Fixed(fixed.clone()), json!({ "const": fixed }))),
    }
}

fn path(text: &str, from: &Selected, schema: &Schema) -> Result<(Template, Value), String> {
    if text.contains("??") {
        let choices = text.split("??").map(|choice| path(choice.trim(), from, schema));
        let (made, described): (Vec<_>, Vec<_>) = choices.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        return Ok((Template::First(made), json!({ "anyOf": described })));
    }
    if let Some(fixed) = text.strip_prefix('=') {
        return Ok((Template::Fixed(fixed.into()), json!({ "const": fixed })));
    }
    let (path, is_lower) = text.strip_suffix("|lower").map_or((text, false), |path| (path, true));
    let (steps, found) = from.walk(path)?;
    let mut described = found.json_schema(schema);
    if !is_lower {
        return Ok((Template::Path(steps), described));
    }
    for value in described
        .get_mut("enum")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Value::String(text) = value {
            text.make_ascii_lowercase();
        }
    }
    Ok((Template::Lower(steps), described))
}

fn list(
    members: &Map<String, Value>,
    from: &Selected,
    schema: &Schema,
    depth: usize,
) -> Result<(Template, Value), String> {
    let (Some(Value::String(of)), Some(each), 2) = (members.get(OF), members.get(EACH), members.len()) else {
        return Err(format!("a list has {OF}, a path, and {EACH}, one item"));
    };
    let (steps, found) = from.walk(of)?;
    if !found.ty.is_list() {
        return Err(format!("{of:?} is no list"));
    }
    let (item, described) = compile(each, &item_of(&found), schema, depth + 1)?;
    let ty = if found.ty.is_non_null() {
        json!("array")
    } else {
        json!(["array", "null"])
    };
    Ok((
        Template::List(steps, Box::new(item)),
        json!({ "type": ty, "items": described }),
    ))
}

/// One item of a list.
pub(super) fn item_of(list: &Selected) -> Selected {
    Selected {
        ty: list.ty.item_type().clone(),
        ..list.clone()
    }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::ExecutableDocument;

    use super::*;

    const SCHEMA: &str = "type Query { video: Video hits: [Hit!]! } enum Status { PENDING READY } scalar DateTime
        type Video { id: ID! status: Status! tags: [String!]! pictures: [Picture!]! at: DateTime }
        type Picture { url: String! } type Person { name: String! } union Hit = Video | Person";

    fn selected(schema: &apollo_compiler::validation::Valid<Schema>) -> Selected {
        let text = "{ video { videoId: id status tags pictures { url } at } hits { ...on Person { name } ...on Video { id } } }";
        let document = ExecutableDocument::parse_and_validate(schema, text, "q").unwrap();
        Selected::of(&document, document.operations.get(None).unwrap())
    }

    #[test]
    fn an_answer_has_the_shape_of_its_template_and_its_schema_says_so() {
        let schema = Schema::parse_and_validate(SCHEMA, "s").unwrap();
        let written = json!({
            "id": "video.videoId", "status": "video.status|lower", "picture": "video.pictures.0.url", "kind": "=video",
            "tags": "video.tags", "when": "video.at ?? video.videoId", "names": { "$of": "hits", "$each": { "name": "name" } },
        });
        let (template, described) = Template::compile(&written, &selected(&schema), &schema).unwrap();
        let data = json!({ "video": { "videoId": "7", "status": "PENDING", "tags": ["a"], "pictures": [], "at": null },
            "hits": [{ "name": "Ada" }, { "id": "8" }] });
        assert_eq!(
            template.render(&data),
            json!({ "id": "7", "status": "pending", "picture": null, "kind": "video", "tags": ["a"], "when": "7",
                "names": [{ "name": "Ada" }, { "name": null }] })
        );
        let properties = &described["properties"];
        assert_eq!(
            properties["status"],
            json!({ "type": ["string", "null"], "enum": ["pending", "ready", null] })
        );
        assert_eq!(
            properties["names"]["items"]["properties"]["name"]["type"],
            json!(["string", "null"])
        );
        // a hole in the data is a hole in the answer, never a panic
        assert_eq!(template.render(&json!(7))["tags"], Value::Null);
    }

    #[test]
    fn a_template_that_does_not_fit_its_operation_is_refused() {
        let schema = Schema::parse_and_validate(SCHEMA, "s").unwrap();
        for (written, reason) in [
            (json!("video.name"), "selects no \"name\""),
            (json!("video.tags.first"), "in a list"),
            (json!(["video"]), "a list is written"),
            (json!({ "$of": "video", "$each": "." }), "no list"),
            (json!({ "$of": "hits" }), "a list has"),
        ] {
            let refused = Template::compile(&written, &selected(&schema), &schema).unwrap_err();
            assert!(refused.contains(reason), "{written}: {refused}");
        }
    }
}
