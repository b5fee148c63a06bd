//! The join directives, as Apollo's composition writes them: which subgraph has which type, key, field and value.

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Argument, Directive, DirectiveList, FieldDefinition, Value},
    name,
    schema::{Component, ExtendedType},
};

use super::part::{Part, fields, selected, text};

/// Their definitions.
const DEFINITIONS: &str = "
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, overrideLabel: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
";

/// Writes the join directives of `schema` anew.
pub(super) fn write(schema: &mut Schema, parts: &[Part]) {
    schema
        .directive_definitions
        .retain(|name, _| !name.starts_with("join__"));
    let definitions = match Schema::builder().parse(DEFINITIONS, "join.graphql").build() {
        Ok(schema) => schema,
        Err(errors) => errors.partial,
    };
    let joins = definitions.directive_definitions.into_iter();
    schema
        .directive_definitions
        .extend(joins.filter(|(name, _)| name.starts_with("join__")));
    for (name, definition) in &mut schema.types {
        let federation = name.contains("__");
        if federation || definition.is_built_in() {
            continue;
        }
        match definition {
            ExtendedType::Scalar(scalar) => replace(&mut scalar.make_mut().directives, type_joins(name, parts)),
            ExtendedType::Object(object) => {
                let object = object.make_mut();
                replace(&mut object.directives, type_joins(name, parts));
                for (field, definition) in &mut object.fields {
                    field_joins(parts, name, field, definition.make_mut());
                }
            }
            ExtendedType::Interface(interface) => {
                let interface = interface.make_mut();
                replace(&mut interface.directives, type_joins(name, parts));
                for (field, definition) in &mut interface.fields {
                    field_joins(parts, name, field, definition.make_mut());
                }
            }
            ExtendedType::Union(union) => replace(&mut union.make_mut().directives, type_joins(name, parts)),
            ExtendedType::Enum(definition) => {
                let definition = definition.make_mut();
                replace(&mut definition.directives, type_joins(name, parts));
                for (value, definition) in &mut definition.values {
                    let has = |part: &&Part| {
                        let behind = part.type_behind(name).and_then(ExtendedType::as_enum);
                        behind.is_some_and(|behind| behind.values.contains_key(value))
                    };
                    let joins = parts
                        .iter()
                        .filter(has)
                        .map(|part| join(name!("join__enumValue"), part, Vec::new()));
                    replace_in(&mut definition.make_mut().directives, joins.collect());
                }
            }
            ExtendedType::InputObject(input) => {
                let input = input.make_mut();
                replace(&mut input.directives, type_joins(name, parts));
                for field in input.fields.values_mut() {
                    // All subgraphs that have the input have each of its fields: others were left out.
                    replace_in(&mut field.make_mut().directives, Vec::new());
                }
            }
        }
    }
}

fn replace(directives: &mut apollo_compiler::schema::DirectiveList, joins: Vec<Directive>) {
    directives.0.retain(|directive| !directive.name.starts_with("join__"));
    directives.0.extend(joins.into_iter().map(Component::new));
}

fn replace_in(directives: &mut DirectiveList, joins: Vec<Directive>) {
    directives.0.retain(|directive| !directive.name.starts_with("join__"));
    directives.0.extend(joins.into_iter().map(Node::new));
}

fn join(name: Name, part: &Part, arguments: Vec<(Name, Value)>) -> Directive {
    let graph = (name!("graph"), Value::Enum(part.graph.clone()));
    let arguments = std::iter::once(graph).chain(arguments);
    let argument = |(name, value)| {
        Node::new(Argument {
            name,
            value: Node::new(value),
        })
    };
    Directive {
        name,
        arguments: arguments.map(argument).collect(),
    }
}

fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn type_joins(name: &Name, parts: &[Part]) -> Vec<Directive> {
    let mut joins = Vec::new();
    let mut below = Vec::new();
    for part in parts {
        let Some(definition) = part.type_behind(name) else {
            continue;
        };
        let mut always = Vec::new();
        let keys = part.keys(definition);
        if part.is_extension(definition) && !keys.is_empty() {
            always.push((name!("extension"), Value::Boolean(true)));
        }
        if part.is_interface_object(definition) {
            always.push((name!("isInterfaceObject"), Value::Boolean(true)));
        }
        if keys.is_empty() {
            joins.push(join(name!("join__type"), part, always));
        } else {
            for (key, resolvable) in keys {
                let mut arguments = vec![(name!("key"), string(key))];
                arguments.extend(always.clone());
                if !resolvable {
                    arguments.push((name!("resolvable"), Value::Boolean(false)));
                }
                joins.push(join(name!("join__type"), part, arguments));
            }
        }
        let members = |directive: Name, argument: Name, names: Vec<&Name>| {
            let named = names.into_iter();
            let of = move |member: &Name| join(directive.clone(), part, vec![(argument.clone(), string(member))]);
            named.map(of).collect::<Vec<_>>()
        };
        below.extend(match definition {
            ExtendedType::Object(object) => {
                let names = object.implements_interfaces.iter().map(|name| &name.name).collect();
                members(name!("join__implements"), name!("interface"), names)
            }
            ExtendedType::Interface(interface) => {
                let names = interface.implements_interfaces.iter().map(|name| &name.name).collect();
                members(name!("join__implements"), name!("interface"), names)
            }
            ExtendedType::Union(union) => {
                let names = union.members.iter().map(|name| &name.name).collect();
                members(name!("join__unionMember"), name!("member"), names)
            }
            _ => Vec::new(),
        });
    }
    joins.extend(below);
    joins
}

fn field_joins(parts: &[Part], type_name: &Name, field: &Name, composed: &mut FieldDefinition) {
    let holders = parts
        .iter()
        .filter(|part| part.type_behind(type_name).is_some())
        .count();
    let mut joins = Vec::new();
    let mut plain = true;
    let mut having = 0;
    let ty = composed.ty.to_string();
    let mixed = parts
        .iter()
        .filter_map(|part| part.field_behind(type_name, field))
        .any(|definition| definition.ty.to_string() != ty);
    for part in parts {
        let Some(definition) = part.field_behind(type_name, field) else {
            continue;
        };
        having += 1;
        let Some(mut arguments) = arguments(parts, part, type_name, field) else {
            plain = false;
            continue;
        };
        if mixed {
            arguments.push((name!("type"), string(&definition.ty.to_string())));
        }
        plain &= arguments.is_empty();
        joins.push(join(name!("join__field"), part, arguments));
    }
    if having == 0 {
        // An object has it from an interface that another subgraph contributes to by `@interfaceObject`.
        joins.push(Directive {
            name: name!("join__field"),
            arguments: Vec::new(),
        });
    } else if plain && having == holders {
        joins.clear();
    }
    replace_in(&mut composed.directives, joins);
}

/// What is to be said of a subgraph's field; `None` if it is no longer the subgraph's.
fn arguments(parts: &[Part], part: &Part, type_name: &Name, field: &Name) -> Option<Vec<(Name, Value)>> {
    let definition = part.field_behind(type_name, field)?;
    let directive = |name: &str| part.of_field(&definition.directives, name);
    let mut arguments = Vec::new();
    for (directive_name, argument) in [("requires", name!("requires")), ("provides", name!("provides"))] {
        if let Some(set) = directive(directive_name).and_then(|directive| text(directive, "fields")) {
            arguments.push((argument, string(set)));
        }
    }
    let external = is_external(part, type_name, field);
    if external {
        arguments.push((name!("external"), Value::Boolean(true)));
    }
    if let Some(overriding) = directive("override") {
        if let Some(from) = text(overriding, "from") {
            arguments.push((name!("override"), string(from)));
        }
        if let Some(label) = text(overriding, "label") {
            arguments.push((name!("overrideLabel"), string(label)));
        }
    } else {
        match taken_over(parts, part, type_name, field) {
            Some(Taken::Under(label)) => arguments.push((name!("overrideLabel"), string(&label))),
            Some(Taken::ForGood) if external => {}
            Some(Taken::ForGood) if is_used(part, type_name, field) => {
                arguments.push((name!("usedOverridden"), Value::Boolean(true)));
            }
            Some(Taken::ForGood) => return None,
            None => {}
        }
    }
    Some(arguments)
}

/// How another subgraph takes a field over.
enum Taken {
    ForGood,
    Under(String),
}

/// Whether another subgraph takes the field over.
fn taken_over(parts: &[Part], part: &Part, type_name: &Name, field: &Name) -> Option<Taken> {
    parts.iter().filter(|other| other.name != part.name).find_map(|other| {
        let definition = other.field_behind(type_name, field)?;
        let directive = other.of_field(&definition.directives, "override")?;
        let from_here = text(directive, "from")? == part.name;
        from_here.then(|| match text(directive, "label") {
            Some(label) => Taken::Under(label.to_owned()),
            None => Taken::ForGood,
        })
    })
}

/// Whether the subgraph still needs a field that another one took over: in a key, or for an interface.
fn is_used(part: &Part, type_name: &Name, field: &Name) -> bool {
    let Some(definition) = part.type_behind(type_name) else {
        return false;
    };
    let implemented = match definition {
        ExtendedType::Object(object) => &object.implements_interfaces,
        ExtendedType::Interface(interface) => &interface.implements_interfaces,
        _ => return false,
    };
    in_key(part, definition, field)
        || implemented.iter().any(|interface| {
            let interface = part.schema.types.get(&interface.name).and_then(fields);
            interface.is_some_and(|fields| fields.contains_key(field))
        })
}

fn in_key(part: &Part, definition: &ExtendedType, field: &Name) -> bool {
    let mut keys = part.keys(definition).into_iter();
    keys.any(|(key, _)| selected(key).into_iter().any(|(name, _)| name == field.as_str()))
}

/// Whether the field is another subgraph's. The external key of an extension is not: federation 1 asked for it.
fn is_external(part: &Part, type_name: &Name, field: &Name) -> bool {
    let (Some(definition), Some(behind)) = (part.type_behind(type_name), part.field_behind(type_name, field)) else {
        return false;
    };
    let said =
        part.of_field(&behind.directives, "external").is_some() || !part.of_type(definition, "external").is_empty();
    said && !(in_key(part, definition, field) && (part.is_extension(definition) || !part.is_v2))
}
