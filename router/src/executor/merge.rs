//! Puts what a subgraph answered to where it belongs.

use std::collections::HashMap;

use async_graphql::{PathSegment, ServerError};

use super::{
    path::Path,
    rewrite::{Rewrite, rename_path},
    types::Types,
};
use crate::{
    data::{Data, Key, Object},
    error::adopt,
    subgraph::SubgraphAnswer,
};

/// Most errors of one fetch that are handed on; a failing list would otherwise repeat itself for every item.
const MAX_ERRORS: usize = 100;

/// What is known of the answer so far.
#[derive(Default)]
pub(crate) struct State {
    /// The data, with more in it than the client asked for.
    pub(crate) data: Data,
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
    At(&'p Path),
    /// Entity by entity.
    Entities(Vec<Batch<'p>>),
}

/// The entities under one response key of a fetch.
pub(crate) struct Batch<'p> {
    /// The response key.
    pub(crate) alias: &'p str,
    /// For every object at the end of a path, in order: the index of its representation.
    pub(crate) places: Vec<(&'p Path, Vec<Option<u32>>)>,
    /// Changes to each entity before it is merged.
    pub(crate) rewrites: &'p [Rewrite],
}

/// An answer and where it belongs.
pub(crate) struct Fetched<'p> {
    pub(crate) answer: SubgraphAnswer,
    pub(crate) target: Target<'p>,
    pub(crate) rewrites: &'p [Rewrite],
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
            self.locate(error, &fetched, repeated);
        }
        for change in fetched.rewrites {
            change.apply(&mut fetched.answer.data);
        }
        match fetched.target {
            Target::Root => merge(types, &mut self.data, fetched.answer.data),
            Target::At(path) => {
                let data = fetched.answer.data;
                path.visit_mut(&mut self.data, &mut |target| merge(types, target, data.clone()));
            }
            Target::Entities(batches) => {
                let Data::Object(mut data) = fetched.answer.data else {
                    return;
                };
                for batch in batches {
                    if let Some(Data::List(entities)) = data.remove(Key::of(batch.alias)) {
                        self.take_entities(types, &batch, entities, failed);
                    }
                }
            }
        }
    }

    fn take_entities(&mut self, types: &Types, batch: &Batch<'_>, mut entities: Vec<Data>, failed: bool) {
        for change in batch.rewrites {
            for entity in &mut entities {
                change.apply(entity);
            }
        }
        self.dangling |= !failed && entities.iter().any(|entity| matches!(entity, Data::Null));
        // An entity wanted in one place only is moved, not cloned.
        let mut uses = vec![0_u32; entities.len()];
        for index in batch.places.iter().flat_map(|(_, indices)| indices.iter().flatten()) {
            if let Some(uses) = uses.get_mut(*index as usize) {
                *uses += 1;
            }
        }
        for (path, indices) in &batch.places {
            let mut indices = indices.iter();
            path.visit_mut(&mut self.data, &mut |target| {
                let Some(&Some(index)) = indices.next() else { return };
                let index = index as usize;
                let (Some(entity), Some(uses)) = (entities.get_mut(index), uses.get_mut(index)) else {
                    return;
                };
                *uses -= 1;
                if *uses == 0 {
                    merge(types, target, std::mem::take(entity));
                } else {
                    merge_copy(types, target, entity);
                }
            });
        }
    }

    /// Gives an error the path the client knows and keeps it; `repeated` errors before it had the same path.
    fn locate(&mut self, mut error: ServerError, fetched: &Fetched<'_>, repeated: usize) {
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
                let mut at = place.positions(&self.data).into_iter().next().unwrap_or_default();
                at.extend(renamed(fetched.rewrites, path));
                error.path = at;
            }
            Target::Entities(batches) => {
                if let Some((batch, index, rest)) = entity_of(batches, fetched, &path, repeated) {
                    let mut at = self.position_of(batch, index);
                    at.extend(renamed(batch.rewrites, path.split_off(rest)));
                    error.path = at;
                } else {
                    let places = batches.iter().flat_map(|batch| &batch.places);
                    error.path = places.map(|(place, _)| place.stem()).next().unwrap_or_default();
                }
            }
        }
        self.errors.push(error);
    }

    fn position_of(&self, batch: &Batch<'_>, index: usize) -> Vec<PathSegment> {
        let is = |candidate: &Option<u32>| candidate.is_some_and(|candidate| candidate as usize == index);
        for (path, indices) in &batch.places {
            if let Some(place) = indices.iter().position(is) {
                return path.positions(&self.data).into_iter().nth(place).unwrap_or_default();
            }
        }
        Vec::new()
    }
}

impl Target<'_> {
    /// The response keys of entities.
    pub(crate) fn aliases(&self) -> Vec<&str> {
        match self {
            Self::Entities(batches) => batches.iter().map(|batch| batch.alias).collect(),
            _ => Vec::new(),
        }
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
    let Data::Object(data) = &fetched.answer.data else {
        return None;
    };
    let Some(Data::List(entities)) = data.get(Key::of(batch.alias)) else {
        return None;
    };
    let (index, _) = entities
        .iter()
        .enumerate()
        .filter(|(_, entity)| leads_to_null(entity, rest))
        .nth(repeated)?;
    Some((batch, index, 1))
}

fn leads_to_null(value: &Data, path: &[PathSegment]) -> bool {
    let child = match (value, path.split_first()) {
        (Data::Null, _) => return true,
        (_, None) => return false,
        (Data::Object(object), Some((PathSegment::Field(key), rest))) => {
            object.get(Key::of(key)).map(|child| (child, rest))
        }
        (Data::List(items), Some((PathSegment::Index(index), rest))) => items.get(*index).map(|child| (child, rest)),
        _ => None,
    };
    child.is_some_and(|(child, rest)| leads_to_null(child, rest))
}

fn renamed(rewrites: &[Rewrite], mut path: Vec<PathSegment>) -> Vec<PathSegment> {
    rename_path(rewrites, &mut path);
    path
}

/// Fields of one object times fields of another, above which they are not compared one by one.
const MANY: usize = 4_096;

/// Merges `source` into `target`; null never replaces anything.
pub(crate) fn merge(types: &Types, target: &mut Data, source: Data) {
    match (target, source) {
        (_, Data::Null) => {}
        (Data::Object(target), Data::Object(source)) => merge_objects(types, target, source),
        (Data::List(target), Data::List(source)) if target.len() == source.len() => {
            for (target, source) in target.iter_mut().zip(source) {
                merge(types, target, source);
            }
        }
        (target, source) => *target = source,
    }
}

/// [`merge`] of what is wanted elsewhere, too: only what is new here is copied.
pub(super) fn merge_copy(types: &Types, target: &mut Data, source: &Data) {
    match (target, source) {
        (_, Data::Null) => {}
        (Data::Object(target), Data::Object(source)) if target.len() * source.len() <= MANY => {
            let mut hint = 0;
            let mut new = Vec::with_capacity(source.len());
            for (key, value) in source.iter() {
                match target.get_near_mut(key, &mut hint) {
                    Some(known) if stays(types, key, known, value) => {}
                    Some(known) => merge_copy(types, known, value),
                    None => new.push((key, value.clone())),
                }
            }
            target.extend(new);
        }
        (target, source) => merge(types, target, source.clone()),
    }
}

pub(super) fn merge_objects(types: &Types, target: &mut Object, source: Object) {
    if target.len() * source.len() > MANY {
        return merge_many(types, target, source);
    }
    let mut hint = 0;
    let mut new = Vec::with_capacity(source.len());
    for (key, value) in source {
        match target.get_near_mut(key, &mut hint) {
            Some(known) if stays(types, key, known, &value) => {}
            Some(known) => merge(types, known, value),
            None => new.push((key, value)),
        }
    }
    target.extend(new);
}

/// [`merge_objects`] by an index of what is known.
pub(super) fn merge_many(types: &Types, target: &mut Object, source: Object) {
    let places: HashMap<Key, usize> = target.iter().enumerate().map(|(i, (key, _))| (key, i)).collect();
    let mut new = Vec::with_capacity(source.len());
    for (key, value) in source {
        let known = places.get(&key).copied();
        match known.and_then(|mut place| target.get_near_mut(key, &mut place)) {
            Some(known) if stays(types, key, known, &value) => {}
            Some(known) => merge(types, known, value),
            None => new.push((key, value)),
        }
    }
    target.extend(new);
}

/// Whether what is known is better than what comes: a contributor by `@interfaceObject` knows only the interface's name.
fn stays(types: &Types, key: Key, known: &Data, new: &Data) -> bool {
    key == Key::TYPENAME && known != new && types.is_concrete(known) && !types.is_concrete(new)
}
