//! Values that are not made up: `router.mock.values`, looked at before anything is served.

use std::collections::BTreeMap;

use apollo_compiler::{
    Name, Schema,
    ast::Type,
    schema::{ExtendedType, FieldDefinition},
};
use serde_json::Value;

use crate::error::Error;

/// Whether every value names something of the graph and fits its type.
///
/// # Errors
/// [`Error::Mock`] with the first that does not.
pub(super) fn check(schema: &Schema, values: &BTreeMap<String, Value>) -> Result<(), Error> {
    for (coordinate, value) in values {
        let wrong = |reason: String| Error::Mock(format!("values: {coordinate:?}: {reason}"));
        let (ty, field) = match coordinate.split_once('.') {
            Some((ty, field)) => (ty, Some(field)),
            None => (coordinate.as_str(), None),
        };
        let Some(definition) = schema.types.get(ty) else {
            return Err(wrong("the graph has no such type".to_owned()));
        };
        let fits = match field {
            None => named(schema, definition, value),
            Some(field) => match field_of(definition, field) {
                Some(field) => typed(schema, &field.ty, value),
                None => Err(format!("the type {ty} has no such field")),
            },
        };
        fits.map_err(wrong)?;
    }
    Ok(())
}

fn field_of<'s>(definition: &'s ExtendedType, name: &str) -> Option<&'s FieldDefinition> {
    let fields = match definition {
        ExtendedType::Object(object) => &object.fields,
        ExtendedType::Interface(interface) => &interface.fields,
        _ => return None,
    };
    fields.get(name).map(|field| &*field.node)
}

/// Null fits everywhere: where it may not stand the object around it is null, which is worth a try.
fn typed(schema: &Schema, ty: &Type, value: &Value) -> Result<(), String> {
    match (ty, value) {
        (_, Value::Null) => Ok(()),
        (Type::List(inner) | Type::NonNullList(inner), Value::Array(items)) => {
            items.iter().try_for_each(|item| typed(schema, inner, item))
        }
        (Type::List(_) | Type::NonNullList(_), other) => Err(format!("{other} is no list")),
        (Type::Named(name) | Type::NonNullNamed(name), value) => match schema.types.get(name) {
            Some(definition) => named(schema, definition, value),
            None => Err(format!("the graph has no type {name}")),
        },
    }
}

fn named(schema: &Schema, definition: &ExtendedType, value: &Value) -> Result<(), String> {
    let name = definition.name();
    let wrong = || Err(format!("{value} is no {name}"));
    match (definition, value) {
        (_, Value::Null) => Ok(()),
        (ExtendedType::Scalar(_), value) => {
            let fits = match name.as_str() {
                "String" => value.is_string(),
                "ID" => value.is_string() || value.is_i64(),
                "Boolean" => value.is_boolean(),
                "Float" => value.is_number(),
                "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
                _ => true,
            };
            if fits { Ok(()) } else { wrong() }
        }
        (ExtendedType::Enum(definition), Value::String(text)) => {
            if definition.values.contains_key(text.as_str()) {
                return Ok(());
            }
            let known: Vec<&str> = definition.values.keys().map(Name::as_str).collect();
            Err(format!("{text:?} is no {name}, which has {}", known.join(", ")))
        }
        (ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_), Value::Object(members)) => {
            let concrete = members.get("__typename").and_then(Value::as_str);
            let definition = match concrete {
                None => definition,
                Some(concrete) => match schema.types.get(concrete) {
                    Some(found) if concrete == name.as_str() || schema.is_subtype(name, concrete) => found,
                    _ => return Err(format!("{concrete:?} is no {name}")),
                },
            };
            members
                .iter()
                .filter(|(member, _)| *member != "__typename")
                .try_for_each(|(member, value)| match field_of(definition, member) {
                    Some(field) => typed(schema, &field.ty, value),
                    None => Err(format!("the type {} has no field {member:?}", definition.name())),
                })
        }
        _ => wrong(),
    }
}
