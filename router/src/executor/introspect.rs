//! `__schema` and `__type`, answered from the schema clients see (GraphQL §4.2). [`super::meta`] knows what each field
//! holds; here is the walk over what was selected.

use std::{collections::HashMap, rc::Rc};

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::{DirectiveList, Value as Literal},
    collections::IndexMap,
    executable::{Field, Operation, Selection, SelectionSet},
    response::{JsonMap, serde_json_bytes::Value as Json},
    schema::Implementers,
    validation::Valid,
};
use async_graphql::Value;

use super::meta::{Content, Meta};
use crate::subgraph::Map;

/// Answers the introspection fields of an operation, by response key.
pub(crate) fn introspect(
    schema: &Valid<Schema>,
    implementers: &apollo_compiler::collections::HashMap<Name, Implementers>,
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> Map {
    let mut walk = Walk {
        schema,
        implementers,
        document,
        variables,
        collected: HashMap::new(),
    };
    let root = walk.collect(&[&operation.selection_set], operation.object_type());
    let mut answered = Map::new();
    for selected in root.iter() {
        let found = match selected.field.name.as_str() {
            "__schema" => Some(Meta::Schema),
            "__type" => walk
                .string(selected.field, "name")
                .and_then(|name| Meta::named(schema, name)),
            _ => continue,
        };
        let value = found.map_or(Value::Null, |meta| walk.object(&meta, &selected.sets));
        answered.insert(async_graphql::Name::new(selected.key), value);
    }
    answered
}

/// One field of an answer, with all selections that say what it holds.
struct Selected<'a> {
    key: &'a str,
    field: &'a Node<Field>,
    sets: Vec<&'a SelectionSet>,
}

struct Walk<'a> {
    schema: &'a Schema,
    implementers: &'a apollo_compiler::collections::HashMap<Name, Implementers>,
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    /// What the same selection sets came to before: they are met once for every type of the schema.
    collected: HashMap<Vec<usize>, Rc<[Selected<'a>]>>,
}

type Merged<'a> = IndexMap<&'a Name, (&'a Node<Field>, Vec<&'a SelectionSet>)>;

impl<'a> Walk<'a> {
    fn object(&mut self, meta: &Meta<'a>, sets: &[&'a SelectionSet]) -> Value {
        let mut object = Map::new();
        for selected in self.collect(sets, meta.type_name()).iter() {
            let name = selected.field.name.as_str();
            let value = if name == "__typename" {
                Value::String(meta.type_name().to_owned())
            } else {
                let deprecated = self.is_true(selected.field, "includeDeprecated");
                match meta.field(self.schema, self.implementers, name, deprecated) {
                    Content::Leaf(value) => value,
                    Content::One(inner) => self.object(&inner, &selected.sets),
                    Content::Many(items) => {
                        let items = items.iter().map(|item| self.object(item, &selected.sets));
                        Value::List(items.collect())
                    }
                }
            };
            object.insert(async_graphql::Name::new(selected.key), value);
        }
        Value::Object(object)
    }

    fn collect(&mut self, sets: &[&'a SelectionSet], type_name: &str) -> Rc<[Selected<'a>]> {
        let key: Vec<usize> = sets.iter().map(|set| std::ptr::from_ref(*set).addr()).collect();
        if let Some(known) = self.collected.get(&key) {
            return known.clone();
        }
        let mut merged = Merged::default();
        for set in sets {
            self.merge(set, type_name, &mut merged);
        }
        let selected: Rc<[Selected<'a>]> = merged
            .into_iter()
            .map(|(key, (field, sets))| Selected { key, field, sets })
            .collect();
        self.collected.insert(key, selected.clone());
        selected
    }

    fn merge(&self, set: &'a SelectionSet, type_name: &str, merged: &mut Merged<'a>) {
        for selection in &set.selections {
            if self.is_skipped(selection.directives()) {
                continue;
            }
            let inner = match selection {
                Selection::Field(field) => {
                    let entry = merged
                        .entry(field.response_key())
                        .or_insert_with(|| (field, Vec::new()));
                    entry.1.push(&field.selection_set);
                    continue;
                }
                Selection::InlineFragment(fragment) => &fragment.selection_set,
                Selection::FragmentSpread(spread) => match self.document.fragments.get(&spread.fragment_name) {
                    Some(fragment) => &fragment.selection_set,
                    None => continue,
                },
            };
            // The types of introspection are objects, and so is the root: a condition is the type or no match.
            if inner.ty == type_name || self.schema.is_subtype(&inner.ty, type_name) {
                self.merge(inner, type_name, merged);
            }
        }
    }

    fn is_skipped(&self, directives: &DirectiveList) -> bool {
        let condition = |name: &str| {
            let value = directives.get(name)?.specified_argument_by_name("if")?;
            self.boolean(value)
        };
        condition("skip") == Some(true) || condition("include") == Some(false)
    }

    fn is_true(&self, field: &Field, argument: &str) -> bool {
        let value = field.specified_argument_by_name(argument);
        value.and_then(|value| self.boolean(value)) == Some(true)
    }

    fn boolean(&self, value: &Literal) -> Option<bool> {
        match value {
            Literal::Boolean(value) => Some(*value),
            Literal::Variable(name) => self.variables.get(name.as_str()).and_then(Json::as_bool),
            _ => None,
        }
    }

    fn string(&self, field: &'a Field, argument: &str) -> Option<&'a str> {
        match field.specified_argument_by_name(argument)?.as_ref() {
            Literal::String(value) => Some(value),
            Literal::Variable(name) => self.variables.get(name.as_str()).and_then(Json::as_str),
            _ => None,
        }
    }
}
