//! What a whole answer depends on: found once, when it is kept.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use super::{
    Hints, Tag,
    invalidation::{self, every},
};
use crate::{
    data::{Data, Object},
    executor::{Field, Kind, Output, Shape},
};

/// Most objects told by id; an answer with more depends on every object of their families.
const MAX_TAGS: usize = 64;

/// The tags of an answer with these fields and this data.
pub(crate) fn tags_of(hints: &Hints, fields: &[Field], data: &Data) -> BTreeSet<Tag> {
    let mut collector = Collector {
        hints,
        tags: BTreeSet::new(),
        seen: HashSet::new(),
    };
    let empty = Object::default();
    let root = if let Data::Object(root) = data { root } else { &empty };
    collector.object(fields, root);
    let mut tags = collector.tags;
    if tags.len() > MAX_TAGS {
        tags = tags
            .iter()
            .map(|tag| tag.split_once(':').map_or(&**tag, |(family, _)| family).into())
            .collect();
    }
    tags
}

struct Collector<'h> {
    hints: &'h Hints,
    tags: BTreeSet<Tag>,
    /// Shapes whose families are in already.
    seen: HashSet<usize>,
}

impl Collector<'_> {
    fn object(&mut self, fields: &[Field], object: &Object) {
        for field in fields {
            if let Kind::Data(output) = &field.kind {
                self.value(output, object.get(field.key));
            }
        }
    }

    fn value(&mut self, output: &Output, value: Option<&Data>) {
        match output {
            Output::NonNull(inner) => self.value(inner, value),
            // Who is in a list changes with any of the family.
            Output::List(item) => self.below(item),
            Output::Object(shape) => match value {
                Some(Data::Object(object)) => self.known(shape, object),
                // Something may come here.
                _ => self.shape(shape),
            },
            _ => {}
        }
    }

    fn known(&mut self, shape: &Arc<Shape>, object: &Object) {
        let Some((name, fields)) = shape.fields_of(object) else {
            self.shape(shape);
            return;
        };
        if let Some(family) = self.hints.family(name) {
            // Under its own name, whatever the client calls it.
            let id = fields
                .iter()
                .find(|field| field.coordinate.split_once('.').is_some_and(|(_, name)| name == "id"));
            let id = match id.and_then(|id| object.get(id.key)) {
                Some(Data::Leaf(id)) => id.as_text(),
                _ => None,
            };
            match id {
                Some(id) => self.tags.extend(invalidation::tags_of(family, &id)),
                None => self.tags.extend([family.into(), every(family)]),
            }
        }
        self.object(fields, object);
    }

    fn below(&mut self, output: &Output) {
        match output {
            Output::NonNull(inner) | Output::List(inner) => self.below(inner),
            Output::Object(shape) => self.shape(shape),
            _ => {}
        }
    }

    /// All families of a shape and below it.
    fn shape(&mut self, shape: &Arc<Shape>) {
        if !self.seen.insert(Arc::as_ptr(shape).addr()) {
            return;
        }
        for name in shape
            .by_type
            .iter()
            .map(|(name, _)| name.as_str())
            .chain([shape.name.as_str()])
        {
            if let Some(family) = self.hints.family(name) {
                self.tags.extend([family.into(), every(family)]);
            }
        }
        let fields = shape
            .by_type
            .iter()
            .map(|(_, fields)| fields)
            .chain(&shape.any)
            .flatten();
        for field in fields {
            if let Kind::Data(output) = &field.kind {
                self.below(output);
            }
        }
    }
}
