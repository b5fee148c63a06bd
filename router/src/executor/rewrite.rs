//! Small changes a plan asks for on the way in or out of a subgraph: a type name set, a key renamed.

use async_graphql::{Name, PathSegment, Value};
use hive_router_query_planner::planner::plan_nodes::{FetchNodePathSegment as Segment, FetchRewrite};

use super::types::Types;

/// Applies `rewrite` to `value`.
pub(crate) fn rewrite(types: &Types, rewrite: &FetchRewrite, value: &mut Value) {
    match rewrite {
        FetchRewrite::ValueSetter(setter) => set(types, &setter.path, &setter.set_value_to, value),
        FetchRewrite::KeyRenamer(renamer) => rename(types, &renamer.path, &renamer.rename_key_to, value),
    }
}

fn set(types: &Types, path: &[Segment], to: &str, value: &mut Value) {
    if let Value::List(items) = value {
        for item in items {
            set(types, path, to, item);
        }
        return;
    }
    match path.split_first() {
        None => *value = Value::String(to.to_owned()),
        Some((segment, rest)) => {
            if let Some(child) = step(types, segment, value) {
                set(types, rest, to, child);
            }
        }
    }
}

fn rename(types: &Types, path: &[Segment], to: &str, value: &mut Value) {
    if let Value::List(items) = value {
        for item in items {
            rename(types, path, to, item);
        }
        return;
    }
    match path.split_first() {
        None => {}
        Some((Segment::Key(key), [])) => {
            if let Value::Object(object) = value
                && let Some(child) = object.swap_remove(key.as_str())
            {
                object.insert(Name::new(to), child);
            }
        }
        Some((segment, rest)) => {
            if let Some(child) = step(types, segment, value) {
                rename(types, rest, to, child);
            }
        }
    }
}

fn step<'v>(types: &Types, segment: &Segment, value: &'v mut Value) -> Option<&'v mut Value> {
    match segment {
        Segment::TypenameEquals(names) => {
            let fits = matches!(&*value, Value::Object(object) if types.is_any(object, names));
            fits.then_some(value)
        }
        Segment::Key(key) => match value {
            Value::Object(object) => object.get_mut(key.as_str()),
            _ => None,
        },
    }
}

/// Gives an error's path the names the client knows, where the plan had fetched under other ones.
pub(crate) fn rename_path(rewrites: &[FetchRewrite], path: &mut [PathSegment]) {
    for rewrite in rewrites {
        let FetchRewrite::KeyRenamer(renamer) = rewrite else {
            continue;
        };
        let Some(Segment::Key(from)) = renamer.path.last() else {
            continue;
        };
        for segment in path.iter_mut() {
            if matches!(segment, PathSegment::Field(name) if name == from) {
                *segment = PathSegment::Field(renamer.rename_key_to.clone());
            }
        }
    }
}
