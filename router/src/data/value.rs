//! Answers of subgraphs in this process come as values.

use async_graphql::{Name, Value, indexmap::IndexMap};

use super::{Data, Leaf, Object, Reading};

/// What `reading` says of `value`.
pub(crate) fn of_value(value: Value, reading: Option<&Reading>) -> Data {
    match (value, reading) {
        (Value::Null, _) => Data::Null,
        (Value::List(items), _) => Data::List(items.into_iter().map(|item| of_value(item, reading)).collect()),
        (Value::Object(members), Some(reading)) => Data::Object(of_members(members, reading)),
        (Value::Boolean(true), _) => Data::Leaf(Leaf::of_raw(b"true")),
        (Value::Boolean(false), _) => Data::Leaf(Leaf::of_raw(b"false")),
        (leaf, _) => Data::Leaf(Leaf::of_json(&leaf)),
    }
}

fn of_members(members: IndexMap<Name, Value>, reading: &Reading) -> Object {
    let (mut object, mut next) = (Object::with_capacity(members.len()), 0);
    for (name, value) in members {
        if let Some(place) = reading.find(name.as_bytes(), next) {
            next = place + 1;
            let field = &reading.fields[place];
            // A map has each name once.
            object.push(field.key, of_value(value, field.below.as_deref()));
        }
    }
    object
}
