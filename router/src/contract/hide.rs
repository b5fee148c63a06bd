//! A schema without what carries a tag, and without what then nobody can come to.

use std::collections::BTreeSet;

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, FieldDefinition, InputValueDefinition},
    collections::IndexMap,
    schema::{Component, ExtendedType},
};

/// The tagged types, fields, enum values and arguments of a supergraph: `Movie`, `Movie.packages`, `Movie.cast(first:)`.
pub(super) fn tagged(schema: &Schema, tags: &[String]) -> BTreeSet<String> {
    let mut found = Found {
        tags,
        coordinates: BTreeSet::new(),
    };
    for (name, definition) in &schema.types {
        let directives = definition.directives().iter();
        found.note(name.to_string(), directives.map(|directive| &***directive));
        match definition {
            ExtendedType::Object(object) => found.note_fields(name, &object.fields),
            ExtendedType::Interface(interface) => found.note_fields(name, &interface.fields),
            ExtendedType::InputObject(input) => {
                for (field, definition) in &input.fields {
                    found.note(
                        format!("{name}.{field}"),
                        definition.directives.iter().map(|own| &**own),
                    );
                }
            }
            ExtendedType::Enum(definition) => {
                for (value, definition) in &definition.values {
                    found.note(
                        format!("{name}.{value}"),
                        definition.directives.iter().map(|own| &**own),
                    );
                }
            }
            ExtendedType::Union(_) | ExtendedType::Scalar(_) => {}
        }
    }
    let mut coordinates = found.coordinates;
    // What an object does not show, its interface cannot promise.
    for (name, definition) in &schema.types {
        let ExtendedType::Object(object) = definition else {
            continue;
        };
        for field in object.fields.keys() {
            if coordinates.contains(&format!("{name}.{field}")) {
                let interfaces = object.implements_interfaces.iter();
                coordinates.extend(interfaces.map(|interface| format!("{interface}.{field}")));
            }
        }
    }
    coordinates
}

struct Found<'t> {
    tags: &'t [String],
    coordinates: BTreeSet<String>,
}

impl Found<'_> {
    fn note<'d>(&mut self, coordinate: String, mut directives: impl Iterator<Item = &'d Directive>) {
        let is_tagged = directives.any(|directive| {
            let name = directive.specified_argument_by_name("name");
            let name = name.and_then(|name| name.as_str());
            directive.name == "tag" && name.is_some_and(|name| self.tags.iter().any(|tag| tag == name))
        });
        if is_tagged {
            self.coordinates.insert(coordinate);
        }
    }

    fn note_fields(&mut self, ty: &Name, fields: &IndexMap<Name, Component<FieldDefinition>>) {
        for (name, field) in fields {
            self.note(format!("{ty}.{name}"), field.directives.iter().map(|own| &**own));
            for argument in &field.arguments {
                let coordinate = format!("{ty}.{name}({}:)", argument.name);
                self.note(coordinate, argument.directives.iter().map(|own| &**own));
            }
        }
    }
}

/// Takes the coordinates out of a schema, and all that then nobody can come to.
pub(super) fn take_out(schema: &mut Schema, coordinates: &BTreeSet<String>) {
    let is_shown = |coordinate: &str| !coordinates.contains(coordinate);
    schema.types.retain(|name, _| is_shown(name.as_str()));
    for (name, definition) in &mut schema.types {
        match definition {
            ExtendedType::Object(object) => take_fields(name, &mut object.make_mut().fields, &is_shown),
            ExtendedType::Interface(interface) => take_fields(name, &mut interface.make_mut().fields, &is_shown),
            ExtendedType::InputObject(input) => {
                let fields = &mut input.make_mut().fields;
                fields.retain(|field, _| is_shown(&format!("{name}.{field}")));
            }
            ExtendedType::Enum(definition) => {
                let values = &mut definition.make_mut().values;
                values.retain(|value, _| is_shown(&format!("{name}.{value}")));
            }
            ExtendedType::Union(_) | ExtendedType::Scalar(_) => {}
        }
    }
    while prune(schema) {}
}

fn take_fields(ty: &Name, fields: &mut IndexMap<Name, Component<FieldDefinition>>, is_shown: &impl Fn(&str) -> bool) {
    fields.retain(|field, _| is_shown(&format!("{ty}.{field}")));
    for (name, field) in fields {
        let is_kept = |argument: &Node<InputValueDefinition>| is_shown(&format!("{ty}.{name}({}:)", argument.name));
        if !field.arguments.iter().all(is_kept) {
            field.make_mut().arguments.retain(is_kept);
        }
    }
}

/// Takes out what leads to something that is not there any more, what is empty, and what nothing leads to; false when
/// there was nothing of the kind.
fn prune(schema: &mut Schema) -> bool {
    let before = size(schema);
    let reachable = reachable(schema);
    schema
        .types
        .retain(|name, definition| definition.is_built_in() || reachable.contains(name));
    let there: BTreeSet<Name> = schema.types.keys().cloned().collect();
    let is_there = |name: &Name| there.contains(name);
    for definition in schema.types.values_mut() {
        match definition {
            ExtendedType::Object(object) => {
                let object = object.make_mut();
                object.implements_interfaces.retain(|interface| is_there(interface));
                prune_fields(&mut object.fields, &is_there);
            }
            ExtendedType::Interface(interface) => {
                let interface = interface.make_mut();
                interface.implements_interfaces.retain(|interface| is_there(interface));
                prune_fields(&mut interface.fields, &is_there);
            }
            ExtendedType::InputObject(input) => {
                input
                    .make_mut()
                    .fields
                    .retain(|_, field| is_there(field.ty.inner_named_type()));
            }
            ExtendedType::Union(union) => union.make_mut().members.retain(|member| is_there(member)),
            _ => {}
        }
    }
    schema.types.retain(|_, definition| match definition {
        ExtendedType::Object(object) => !object.fields.is_empty(),
        ExtendedType::Interface(interface) => !interface.fields.is_empty(),
        ExtendedType::InputObject(input) => !input.fields.is_empty(),
        ExtendedType::Union(union) => !union.members.is_empty(),
        ExtendedType::Enum(definition) => !definition.values.is_empty(),
        ExtendedType::Scalar(_) => true,
    });
    let there: BTreeSet<Name> = schema.types.keys().cloned().collect();
    let roots = schema.schema_definition.make_mut();
    for root in [&mut roots.query, &mut roots.mutation, &mut roots.subscription] {
        if root.as_ref().is_some_and(|name| !there.contains(&name.name)) {
            *root = None;
        }
    }
    size(schema) != before
}

/// Without fields that give something that is not there, and without arguments that take such a thing. A field that needs
/// such an argument cannot be asked.
fn prune_fields(fields: &mut IndexMap<Name, Component<FieldDefinition>>, is_there: &impl Fn(&Name) -> bool) {
    let takes_known = |argument: &Node<InputValueDefinition>| is_there(argument.ty.inner_named_type());
    fields.retain(|_, field| {
        let can_be_asked = |argument: &Node<InputValueDefinition>| takes_known(argument) || !argument.is_required();
        is_there(field.ty.inner_named_type()) && field.arguments.iter().all(can_be_asked)
    });
    for field in fields.values_mut() {
        if !field.arguments.iter().all(takes_known) {
            field.make_mut().arguments.retain(takes_known);
        }
    }
}

/// Types, fields and members: each turn of pruning leaves fewer.
fn size(schema: &Schema) -> usize {
    let of = |definition: &ExtendedType| match definition {
        ExtendedType::Object(object) => object.fields.len() + object.implements_interfaces.len(),
        ExtendedType::Interface(interface) => interface.fields.len() + interface.implements_interfaces.len(),
        ExtendedType::InputObject(input) => input.fields.len(),
        ExtendedType::Union(union) => union.members.len(),
        ExtendedType::Enum(definition) => definition.values.len(),
        ExtendedType::Scalar(_) => 0,
    };
    schema.types.len() + schema.types.values().map(of).sum::<usize>()
}

/// The types that a client can come to.
fn reachable(schema: &Schema) -> BTreeSet<Name> {
    let roots = &schema.schema_definition;
    let roots = [&roots.query, &roots.mutation, &roots.subscription]
        .into_iter()
        .flatten();
    let arguments = schema
        .directive_definitions
        .values()
        .flat_map(|definition| &definition.arguments);
    let arguments = arguments.map(|argument| argument.ty.inner_named_type().clone());
    let mut open: Vec<Name> = roots.map(|root| root.name.clone()).chain(arguments).collect();
    let mut found = BTreeSet::new();
    let implementers = schema.implementers_map();
    while let Some(name) = open.pop() {
        let Some(definition) = schema.types.get(&name) else {
            continue;
        };
        if !found.insert(name.clone()) {
            continue;
        }
        let (fields, interfaces) = match definition {
            ExtendedType::Object(object) => (&object.fields, &object.implements_interfaces),
            ExtendedType::Interface(interface) => (&interface.fields, &interface.implements_interfaces),
            ExtendedType::Union(union) => {
                open.extend(union.members.iter().map(|member| member.name.clone()));
                continue;
            }
            ExtendedType::InputObject(input) => {
                open.extend(input.fields.values().map(|field| field.ty.inner_named_type().clone()));
                continue;
            }
            ExtendedType::Enum(_) | ExtendedType::Scalar(_) => continue,
        };
        open.extend(interfaces.iter().map(|interface| interface.name.clone()));
        if let Some(implementers) = implementers.get(&name) {
            open.extend(implementers.iter().cloned());
        }
        for field in fields.values() {
            open.push(field.ty.inner_named_type().clone());
            open.extend(
                field
                    .arguments
                    .iter()
                    .map(|argument| argument.ty.inner_named_type().clone()),
            );
        }
    }
    found
}
