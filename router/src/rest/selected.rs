//! What an operation selects, as a tree: which paths an answer has, and of what type.

use apollo_compiler::{
    ExecutableDocument, Schema,
    ast::Type,
    executable::{Operation, Selection, SelectionSet},
    schema::ExtendedType,
};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

/// A part of an answer.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    /// Its type in the graph.
    pub ty: Type,
    /// What is in it, by the name in the answer.
    pub members: IndexMap<String, Selected>,
    /// It is there for some types only.
    pub optional: bool,
}

/// One step of a path in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A member of an object.
    Member(String),
    /// An item of a list.
    Item(usize),
}

impl Selected {
    /// The data of `operation`.
    pub(super) fn of(document: &ExecutableDocument, operation: &Operation) -> Self {
        let mut members = IndexMap::new();
        collect(document, &operation.selection_set, false, &mut members);
        Self {
            ty: Type::NonNullNamed(operation.object_type().clone()),
            members,
            optional: false,
        }
    }

    /// What the path `text` leads to: `video.status`, `manifests.0.url`; `.` is this itself.
    ///
    /// # Errors
    /// What the path does not find, for people.
    pub(super) fn walk(&self, text: &str) -> Result<(Vec<Step>, Self), String> {
        let (mut steps, mut at, mut may_be_null) = (Vec::new(), self.clone(), !self.ty.is_non_null());
        for part in text.split('.').filter(|part| !part.is_empty()) {
            if at.ty.is_list() {
                let Ok(index) = part.parse() else {
                    return Err(format!("{text:?}: {part:?} is looked for in a list"));
                };
                steps.push(Step::Item(index));
                at.ty = at.ty.item_type().clone();
                may_be_null = true;
                continue;
            }
            let Some(next) = at.members.get(part) else {
                let known: Vec<&str> = at.members.keys().map(String::as_str).collect();
                return Err(format!(
                    "{text:?}: the operation selects no {part:?} there, but {known:?}"
                ));
            };
            steps.push(Step::Member(part.to_owned()));
            at = next.clone();
            may_be_null = may_be_null || at.optional || !at.ty.is_non_null();
        }
        if may_be_null {
            at.ty = at.ty.nullable();
        }
        Ok((steps, at))
    }

    /// JSON Schema of this part.
    pub(super) fn json_schema(&self, schema: &Schema) -> Value {
        of_type(&self.ty, schema, &|| self.object(schema))
    }

    fn object(&self, schema: &Schema) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (name, member) in &self.members {
            properties.insert(name.clone(), member.json_schema(schema));
            if !member.optional {
                required.push(name.clone());
            }
        }
        json!({ "type": "object", "properties": properties, "required": required })
    }
}

/// Finds what `steps` lead to.
pub(super) fn follow<'v>(value: &'v Value, steps: &[Step]) -> &'v Value {
    steps.iter().fold(value, |value, step| match step {
        Step::Member(name) => value.get(name).unwrap_or(&Value::Null),
        Step::Item(index) => value.get(index).unwrap_or(&Value::Null),
    })
}

fn collect(
    document: &ExecutableDocument,
    set: &SelectionSet,
    optional: bool,
    members: &mut IndexMap<String, Selected>,
) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => {
                let name = field.response_key().to_string();
                let member = members.entry(name).or_insert_with(|| Selected {
                    ty: field.ty().clone(),
                    members: IndexMap::new(),
                    optional,
                });
                member.optional = member.optional && optional;
                collect(document, &field.selection_set, false, &mut member.members);
            }
            Selection::InlineFragment(fragment) => {
                let narrows = fragment.type_condition.as_ref().is_some_and(|ty| *ty != set.ty);
                collect(document, &fragment.selection_set, optional || narrows, members);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = spread.fragment_def(document) {
                    let narrows = *fragment.type_condition() != set.ty;
                    collect(document, &fragment.selection_set, optional || narrows, members);
                }
            }
        }
    }
}

/// JSON Schema of a type of the graph; `object` describes an object that was selected.
pub(super) fn of_type(ty: &Type, schema: &Schema, object: &dyn Fn() -> Value) -> Value {
    let inner = if ty.is_list() {
        json!({ "type": "array", "items": of_type(ty.item_type(), schema, object) })
    } else {
        named(ty.inner_named_type(), schema, object)
    };
    if ty.is_non_null() { inner } else { or_null(inner) }
}

fn named(name: &str, schema: &Schema, object: &dyn Fn() -> Value) -> Value {
    match name {
        "ID" | "String" => json!({ "type": "string" }),
        "Int" => json!({ "type": "integer", "format": "int32" }),
        "Float" => json!({ "type": "number" }),
        "Boolean" => json!({ "type": "boolean" }),
        "DateTime" => json!({ "type": "string", "format": "date-time" }),
        _ => match schema.types.get(name) {
            Some(ExtendedType::Enum(values)) => {
                let values: Vec<&str> = values.values.keys().map(apollo_compiler::Name::as_str).collect();
                json!({ "type": "string", "enum": values })
            }
            Some(ExtendedType::Scalar(_)) | None => json!({}),
            Some(_) => object(),
        },
    }
}

/// The same, or null.
fn or_null(mut schema: Value) -> Value {
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
    if schema.get("$ref").is_some() {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    }
    // A schema without a type takes null already.
    if let Some(ty @ Value::String(_)) = schema.get_mut("type") {
        *ty = json!([ty.take(), "null"]);
    }
    schema
}
