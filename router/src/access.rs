//! Who may ask for what: `@authenticated`, `@requiresScopes` and `@policy` of the graph, worked out once for each field.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use apollo_compiler::{
    Name, Schema,
    ast::{self, Definition, DirectiveList, Document, Value},
    schema::{ExtendedType, Implementers},
};

use crate::sources::Source;

/// Alternatives, each of which needs everything it lists.
pub(crate) type AnyOfAll = Vec<Vec<String>>;

/// One condition; a field has any number, all of which must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Somebody is signed in.
    Authenticated,
    /// The viewer has these scopes.
    Scopes(AnyOfAll),
    /// These policies allow it.
    Policies(AnyOfAll),
}

/// The rules of every guarded field, by type and field; `__typename` stands for the type itself.
#[derive(Debug, Default)]
pub(crate) struct Access(HashMap<String, HashMap<String, Arc<[Rule]>>>);

impl Access {
    /// Reads the rules of a supergraph.
    pub(crate) fn new(
        schema: &Schema,
        implementers: &apollo_compiler::collections::HashMap<Name, Implementers>,
    ) -> Self {
        let mut access = Self::default();
        for (name, definition) in &schema.types {
            let (fields, interfaces) = match definition {
                ExtendedType::Object(object) => (Some(&object.fields), Some(&object.implements_interfaces)),
                ExtendedType::Interface(interface) => (Some(&interface.fields), None),
                ExtendedType::Union(_) => (None, None),
                _ => continue,
            };
            let own = of_type(schema, name);
            access.insert(name, "__typename", own.clone());
            for (field, definition) in fields.into_iter().flatten() {
                let mut rules = own.clone();
                add(&mut rules, of_field(&definition.directives));
                add(&mut rules, of_leaf(schema, definition.ty.inner_named_type()));
                // What is promised through an interface is guarded on every way to it, in both directions.
                for interface in interfaces.into_iter().flatten() {
                    add(&mut rules, declared(schema, interface, field));
                }
                if let Some(implementers) = implementers.get(name).filter(|_| interfaces.is_none()) {
                    for object in &implementers.objects {
                        add(&mut rules, of_type(schema, object));
                        add(&mut rules, declared(schema, object, field));
                    }
                }
                access.insert(name, field, rules);
            }
        }
        access
    }

    /// What must hold for asking `field` of `parent`.
    pub(crate) fn of(&self, parent: &str, field: &str) -> Option<&Arc<[Rule]>> {
        self.0.get(parent)?.get(field)
    }

    fn insert(&mut self, parent: &str, field: &str, rules: Vec<Rule>) {
        if !rules.is_empty() {
            let fields = self.0.entry(parent.to_owned()).or_default();
            fields.insert(field.to_owned(), rules.into());
        }
    }
}

fn add(rules: &mut Vec<Rule>, more: Vec<Rule>) {
    for rule in more {
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
}

fn declared(schema: &Schema, parent: &str, field: &str) -> Vec<Rule> {
    let definition = schema.type_field(parent, field);
    definition.map_or_else(|_| Vec::new(), |definition| of_field(&definition.directives))
}

fn of_type(schema: &Schema, name: &str) -> Vec<Rule> {
    let Some(definition) = schema.types.get(name) else {
        return Vec::new();
    };
    let directives = definition.directives().iter();
    rules(directives.map(|directive| &***directive))
}

/// The rules of an enum or scalar: they guard the fields that hold one. Objects guard their own fields.
fn of_leaf(schema: &Schema, name: &str) -> Vec<Rule> {
    match schema.types.get(name) {
        Some(ExtendedType::Enum(_) | ExtendedType::Scalar(_)) => of_type(schema, name),
        _ => Vec::new(),
    }
}

fn of_field(directives: &DirectiveList) -> Vec<Rule> {
    rules(directives.iter().map(|directive| &**directive))
}

fn rules<'a>(directives: impl Iterator<Item = &'a ast::Directive>) -> Vec<Rule> {
    directives
        .filter_map(|directive| match directive.name.as_str() {
            "authenticated" => Some(Rule::Authenticated),
            "requiresScopes" => Some(Rule::Scopes(lists(directive, "scopes"))),
            "policy" => Some(Rule::Policies(lists(directive, "policies"))),
            _ => None,
        })
        .collect()
}

/// What cannot be read lets nobody pass: no alternative can be met.
fn lists(directive: &ast::Directive, argument: &str) -> AnyOfAll {
    let items = |value: &Value| value.as_list().map(<[_]>::to_vec).unwrap_or_default();
    let value = directive.specified_argument_by_name(argument);
    let all = value.map(|value| items(value)).unwrap_or_default();
    all.iter()
        .map(|list| {
            let names = items(list);
            names
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect()
        })
        .collect()
}

/// What several subgraphs say of one place when they do not say the same. The composition library takes the lists of
/// all for alternatives, so that the laxest would win.
pub(crate) fn contradictions(sources: &[Source]) -> Vec<String> {
    /// What is said by a subgraph.
    type Said<'s> = BTreeMap<&'s str, BTreeSet<BTreeSet<String>>>;
    let mut said: BTreeMap<(String, &str), Said<'_>> = BTreeMap::new();
    for source in sources {
        // What cannot be parsed is the composition's to tell.
        let Ok(document) = Document::parse(source.sdl.as_str(), &source.name) else {
            continue;
        };
        for definition in &document.definitions {
            for (place, directives) in places(definition) {
                for directive in directives {
                    let (name, argument) = match directive.name.as_str() {
                        "requiresScopes" => ("scopes", "scopes"),
                        "policy" => ("policies", "policies"),
                        _ => continue,
                    };
                    let sets = lists(directive, argument);
                    let sets = sets.into_iter().map(|list| list.into_iter().collect()).collect();
                    said.entry((place.clone(), name))
                        .or_default()
                        .insert(&source.name, sets);
                }
            }
        }
    }
    said.into_iter()
        .filter(|(_, by_subgraph)| by_subgraph.values().collect::<BTreeSet<_>>().len() > 1)
        .map(|((place, what), by_subgraph)| {
            let names: Vec<&str> = by_subgraph.into_keys().collect();
            format!("{place}: {} require different {what}", names.join(", "))
        })
        .collect()
}

fn places(definition: &Definition) -> Vec<(String, &DirectiveList)> {
    let Some(name) = definition.name() else {
        return Vec::new();
    };
    let fields = match definition {
        Definition::ObjectTypeDefinition(object) => &object.fields,
        Definition::ObjectTypeExtension(object) => &object.fields,
        Definition::InterfaceTypeDefinition(interface) => &interface.fields,
        Definition::InterfaceTypeExtension(interface) => &interface.fields,
        Definition::EnumTypeDefinition(_) | Definition::ScalarTypeDefinition(_) => {
            return vec![(name.to_string(), definition.directives())];
        }
        _ => return Vec::new(),
    };
    let own = (name.to_string(), definition.directives());
    let fields = fields
        .iter()
        .map(|field| (format!("{name}.{}", field.name), &field.directives));
    std::iter::once(own).chain(fields).collect()
}
