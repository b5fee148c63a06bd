//! Puts what a subgraph answered to where it belongs.

use async_graphql::{PathSegment, ServerError, Value};
use hive_router_query_planner::planner::plan_nodes::{FetchRewrite, FlattenNodePath};

use super::{
    path::{positions, stem, visit_mut},
    rewrite::{rename_path, rewrite},
    types::Types,
};
use crate::{
    error::adopt,
    subgraph::{Map, SubgraphAnswer},
};

/// Most errors of one fetch that are handed on; a failing list would otherwise repeat itself for every item.
const MAX_ERRORS: usize = 100;

/// What is known of the answer so far.
#[derive(Default)]
pub(crate) struct State {
    /// The data, with more in it than the client asked for.
    pub(crate) data: Value,
    /// The errors, their paths as the client knows them.
    pub(crate) errors: Vec<ServerError>,
    /// Whether a reference led nowhere: an owner said "no such thing" without an error.
    pub(crate) dangling: bool,
}

/// Where an answer belongs.
pub(crate) enum Target<'p> {
    /// At the root.
    Root,
    /// At the end of a path.
    At(&'p FlattenNodePath),
    /// Entity by entity.
    Entities(Vec<Batch<'p>>),
}

/// The entities under one response key of a fetch.
pub(crate) struct Batch<'p> {
    /// The response key.
    pub(crate) alias: &'p str,
    /// For every object at the end of a path, in order: the index of its representation.
    pub(crate) places: Vec<(&'p FlattenNodePath, Vec<Option<usize>>)>,
    /// Changes to each entity before it is merged.
    pub(crate) rewrites: &'p [FetchRewrite],
}

/// An answer and where it belongs.
pub(crate) struct Fetched<'p> {
    pub(crate) answer: SubgraphAnswer,
    pub(crate) target: Target<'p>,
    pub(crate) rewrites: &'p [FetchRewrite],
    pub(crate) service: &'p str,
    pub(crate) root_keys: &'p [String],
}

impl State {
    /// Takes in one answer.
    pub(crate) fn take(&mut self, types: &Types, mut fetched: Fetched<'_>) {
        let errors = std::mem::take(&mut fetched.answer.errors);
        let failed = !errors.is_empty();
        let mut seen: Vec<Vec<PathSegment>> = Vec::new();
        for mut error in errors.into_iter().take(MAX_ERRORS) {
            adopt(&mut error, fetched.service);
            let repeated = seen.iter().filter(|path| **path == error.path).count();
            seen.push(error.path.clone());
            self.locate(types, error, &fetched, repeated);
        }
        for change in fetched.rewrites {
            rewrite(types, change, &mut fetched.answer.data);
        }
        match fetched.target {
            Target::Root => merge(types, &mut self.data, fetched.answer.data),
            Target::At(path) => {
                let data = fetched.answer.data;
                visit_mut(types, &mut self.data, path.as_slice(), &mut |target| {
                    merge(types, target, data.clone());
                });
            }
            Target::Entities(batches) => {
                let Value::Object(mut data) = fetched.answer.data else {
                    return;
                };
                for batch in batches {
                    if let Some(Value::List(entities)) = data.swap_remove(batch.alias) {
                        self.take_entities(types, &batch, entities, failed);
                    }
                }
            }
        }
    }

    fn take_entities(&mut self, types: &Types, batch: &Batch<'_>, mut entities: Vec<Value>, failed: bool) {
        for change in batch.rewrites {
            for entity in &mut entities {
                rewrite(types, change, entity);
            }
        }
        self.dangling |= !failed && entities.contains(&Value::Null);
        // An entity wanted in one place only is moved, not cloned.
        let mut uses = vec![0_u32; entities.len()];
        for index in batch.places.iter().flat_map(|(_, indices)| indices.iter().flatten()) {
            if let Some(uses) = uses.get_mut(*index) {
                *uses += 1;
            }
        }
        for (path, indices) in &batch.places {
            let mut indices = indices.iter();
            visit_mut(types, &mut self.data, path.as_slice(), &mut |target| {
                let Some(&Some(index)) = indices.next() else { return };
                let (Some(entity), Some(uses)) = (entities.get_mut(index), uses.get_mut(index)) else {
                    return;
                };
                *uses -= 1;
                let entity = if *uses == 0 {
                    std::mem::take(entity)
                } else {
                    entity.clone()
                };
                merge(types, target, entity);
            });
        }
    }

    /// Gives an error the path the client knows and keeps it; `repeated` errors before it had the same path.
    fn locate(&mut self, types: &Types, mut error: ServerError, fetched: &Fetched<'_>, repeated: usize) {
        let mut path = std::mem::take(&mut error.path);
        match &fetched.target {
            Target::Root if path.is_empty() => {
                // The whole fetch failed: each of its root fields did.
                for key in fetched.root_keys {
                    let path = vec![PathSegment::Field(key.clone())];
                    self.errors
                        .push(error.clone().with_path(renamed(fetched.rewrites, path)));
                }
                return;
            }
            Target::Root => error.path = renamed(fetched.rewrites, path),
            Target::At(place) => {
                let mut at = positions(types, &self.data, place.as_slice())
                    .into_iter()
                    .next()
                    .unwrap_or_default();
                at.extend(renamed(fetched.rewrites, path));
                error.path = at;
            }
            Target::Entities(batches) => {
                if let Some((batch, index, rest)) = entity_of(batches, fetched, &path, repeated) {
                    let mut at = self.position_of(types, batch, index);
                    at.extend(renamed(batch.rewrites, path.split_off(rest)));
                    error.path = at;
                } else {
                    let places = batches.iter().flat_map(|batch| &batch.places);
                    error.path = places
                        .map(|(place, _)| stem(place.as_slice()))
                        .next()
                        .unwrap_or_default();
                }
            }
        }
        self.errors.push(error);
    }

    fn position_of(&self, types: &Types, batch: &Batch<'_>, index: usize) -> Vec<PathSegment> {
        for (path, indices) in &batch.places {
            if let Some(place) = indices.iter().position(|candidate| *candidate == Some(index)) {
                return positions(types, &self.data, path.as_slice())
                    .into_iter()
                    .nth(place)
                    .unwrap_or_default();
            }
        }
        Vec::new()
    }
}

/// The entity an error speaks of, and how much of its path led there.
///
/// async-graphql leaves the index out of the path (`_entities`, `access`). It is then the entity that has a null in
/// that place; of several, each error in turn takes one.
fn entity_of<'b, 'p>(
    batches: &'b [Batch<'p>],
    fetched: &Fetched<'_>,
    path: &[PathSegment],
    repeated: usize,
) -> Option<(&'b Batch<'p>, usize, usize)> {
    let Some((PathSegment::Field(alias), rest)) = path.split_first() else {
        return None;
    };
    let batch = batches.iter().find(|batch| batch.alias == alias)?;
    if let Some(PathSegment::Index(index)) = rest.first() {
        return Some((batch, *index, 2));
    }
    let Value::Object(data) = &fetched.answer.data else {
        return None;
    };
    let Some(Value::List(entities)) = data.get(batch.alias) else {
        return None;
    };
    let (index, _) = entities
        .iter()
        .enumerate()
        .filter(|(_, entity)| leads_to_null(entity, rest))
        .nth(repeated)?;
    Some((batch, index, 1))
}

fn leads_to_null(value: &Value, path: &[PathSegment]) -> bool {
    let child = match (value, path.split_first()) {
        (Value::Null, _) => return true,
        (_, None) => return false,
        (Value::Object(object), Some((PathSegment::Field(key), rest))) => {
            object.get(key.as_str()).map(|child| (child, rest))
        }
        (Value::List(items), Some((PathSegment::Index(index), rest))) => items.get(*index).map(|child| (child, rest)),
        _ => None,
    };
    child.is_some_and(|(child, rest)| leads_to_null(child, rest))
}

fn renamed(rewrites: &[FetchRewrite], mut path: Vec<PathSegment>) -> Vec<PathSegment> {
    rename_path(rewrites, &mut path);
    path
}

/// Merges `source` into `target`; null never replaces anything.
pub(crate) fn merge(types: &Types, target: &mut Value, source: Value) {
    match (target, source) {
        (_, Value::Null) => {}
        (Value::Object(target), Value::Object(source)) => merge_objects(types, target, source),
        (Value::List(target), Value::List(source)) if target.len() == source.len() => {
            for (target, source) in target.iter_mut().zip(source) {
                merge(types, target, source);
            }
        }
        (target, source) => *target = source,
    }
}

fn merge_objects(types: &Types, target: &mut Map, source: Map) {
    for (key, value) in source {
        match target.get_mut(&key) {
            // A contributor by `@interfaceObject` knows only the interface's name: what the owner said stays.
            Some(known) if key == "__typename" && is_concrete(types, known) && !is_concrete(types, &value) => {}
            Some(known) => merge(types, known, value),
            None => {
                target.insert(key, value);
            }
        }
    }
}

fn is_concrete(types: &Types, name: &Value) -> bool {
    matches!(name, Value::String(name) if types.is_object(name))
}
