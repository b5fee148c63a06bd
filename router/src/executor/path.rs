//! Walks along a plan's paths through the data.

use async_graphql::{PathSegment, Value};
use hive_router_query_planner::planner::plan_nodes::FlattenNodePathSegment as Segment;

use super::types::Types;

/// Visits every value at the end of `path`, in order; lists at the end are entered.
pub(crate) fn visit<'d>(types: &Types, value: &'d Value, path: &[Segment], visitor: &mut impl FnMut(&'d Value)) {
    let Some((segment, rest)) = path.split_first() else {
        match value {
            Value::List(items) => items.iter().for_each(visitor),
            value => visitor(value),
        }
        return;
    };
    match (segment, value) {
        (Segment::List, Value::List(items)) => items.iter().for_each(|item| visit(types, item, rest, visitor)),
        (Segment::Field(key), Value::Object(object)) => {
            if let Some(child) = object.get(key.as_str()) {
                visit(types, child, rest, visitor);
            }
        }
        (Segment::TypeCondition(names), Value::Object(object)) if types.is_any(object, names) => {
            visit(types, value, rest, visitor);
        }
        (Segment::TypeCondition(_), Value::List(items)) => {
            for item in items {
                visit(types, item, path, visitor);
            }
        }
        _ => {}
    }
}

/// [`visit`] for changing: the same values in the same order.
pub(crate) fn visit_mut(types: &Types, value: &mut Value, path: &[Segment], visitor: &mut impl FnMut(&mut Value)) {
    let Some((segment, rest)) = path.split_first() else {
        match value {
            Value::List(items) => items.iter_mut().for_each(visitor),
            value => visitor(value),
        }
        return;
    };
    match (segment, value) {
        (Segment::List, Value::List(items)) => {
            for item in items {
                visit_mut(types, item, rest, visitor);
            }
        }
        (Segment::Field(key), Value::Object(object)) => {
            if let Some(child) = object.get_mut(key.as_str()) {
                visit_mut(types, child, rest, visitor);
            }
        }
        (Segment::TypeCondition(names), value @ Value::Object(_)) => {
            if matches!(&*value, Value::Object(object) if types.is_any(object, names)) {
                visit_mut(types, value, rest, visitor);
            }
        }
        (Segment::TypeCondition(_), Value::List(items)) => {
            for item in items {
                visit_mut(types, item, path, visitor);
            }
        }
        _ => {}
    }
}

/// Where the values at the end of `path` are, in the order of [`visit`]. Only made for errors.
pub(crate) fn positions(types: &Types, value: &Value, path: &[Segment]) -> Vec<Vec<PathSegment>> {
    let mut found = Vec::new();
    locate(types, value, path, &mut Vec::new(), &mut found);
    found
}

fn locate(
    types: &Types,
    value: &Value,
    path: &[Segment],
    at: &mut Vec<PathSegment>,
    found: &mut Vec<Vec<PathSegment>>,
) {
    let Some((segment, rest)) = path.split_first() else {
        if let Value::List(items) = value {
            for i in 0..items.len() {
                at.push(PathSegment::Index(i));
                found.push(at.clone());
                at.pop();
            }
        } else {
            found.push(at.clone());
        }
        return;
    };
    match (segment, value) {
        (Segment::List, Value::List(items)) => {
            for (i, item) in items.iter().enumerate() {
                at.push(PathSegment::Index(i));
                locate(types, item, rest, at, found);
                at.pop();
            }
        }
        (Segment::Field(key), Value::Object(object)) => {
            if let Some(child) = object.get(key.as_str()) {
                at.push(PathSegment::Field(key.clone()));
                locate(types, child, rest, at, found);
                at.pop();
            }
        }
        (Segment::TypeCondition(names), Value::Object(object)) if types.is_any(object, names) => {
            locate(types, value, rest, at, found);
        }
        (Segment::TypeCondition(_), Value::List(items)) => {
            for (i, item) in items.iter().enumerate() {
                at.push(PathSegment::Index(i));
                locate(types, item, path, at, found);
                at.pop();
            }
        }
        _ => {}
    }
}

/// The part of `path` before its first list: where a fetch that failed as a whole is reported.
pub(crate) fn stem(path: &[Segment]) -> Vec<PathSegment> {
    path.iter()
        .take_while(|segment| !matches!(segment, Segment::List))
        .filter_map(|segment| match segment {
            Segment::Field(key) => Some(PathSegment::Field(key.clone())),
            _ => None,
        })
        .collect()
}
