//! Walks along a plan's paths through the data.

use std::fmt;

use async_graphql::PathSegment;
use hive_router_query_planner::planner::plan_nodes::{FlattenNodePath, FlattenNodePathSegment};

use super::types::{TypeSet, Types};
use crate::data::{Data, Key, Names};

/// Where in an answer something belongs.
#[derive(Debug)]
pub(crate) struct Path {
    segments: Vec<Segment>,
    /// For people.
    text: Box<str>,
}

/// One step.
#[derive(Debug)]
enum Segment {
    /// Into each item.
    List,
    /// To a field.
    Field(Key, Box<str>),
    /// On, where the type is one of these.
    Types(TypeSet),
}

impl Path {
    /// A path of the planner's.
    ///
    /// # Errors
    /// As [`Names::add`].
    pub(crate) fn compile(types: &Types, path: &FlattenNodePath, names: &mut Names) -> Result<Self, String> {
        let mut segments = Vec::new();
        for segment in path.as_slice() {
            segments.push(match segment {
                FlattenNodePathSegment::List => Segment::List,
                FlattenNodePathSegment::Field(name) => {
                    names.add(name)?;
                    Segment::Field(Key::of(name), name.as_str().into())
                }
                FlattenNodePathSegment::TypeCondition(conditions) => {
                    Segment::Types(types.that_are(conditions.iter().map(String::as_str)))
                }
            });
        }
        Ok(Self {
            segments,
            text: path.to_string().into(),
        })
    }

    /// Visits every value at the end, in order; lists at the end are entered.
    pub(crate) fn visit<'d>(&self, value: &'d Data, visitor: &mut impl FnMut(&'d Data)) {
        visit(value, &self.segments, visitor);
    }

    /// [`Path::visit`] for changing: the same values in the same order.
    pub(crate) fn visit_mut(&self, value: &mut Data, visitor: &mut impl FnMut(&mut Data)) {
        visit_mut(value, &self.segments, visitor);
    }

    /// Where the values at the end are, in the order of [`Path::visit`]. Only made for errors.
    pub(crate) fn positions(&self, value: &Data) -> Vec<Vec<PathSegment>> {
        let mut found = Vec::new();
        locate(value, &self.segments, &mut Vec::new(), &mut found);
        found
    }

    /// The part before the first list: where a fetch that failed as a whole is reported.
    pub(crate) fn stem(&self) -> Vec<PathSegment> {
        self.segments
            .iter()
            .take_while(|segment| !matches!(segment, Segment::List))
            .filter_map(|segment| match segment {
                Segment::Field(_, name) => Some(PathSegment::Field(name.to_string())),
                _ => None,
            })
            .collect()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn visit<'d>(value: &'d Data, path: &[Segment], visitor: &mut impl FnMut(&'d Data)) {
    let Some((segment, rest)) = path.split_first() else {
        match value {
            Data::List(items) => items.iter().for_each(visitor),
            value => visitor(value),
        }
        return;
    };
    match (segment, value) {
        (Segment::List, Data::List(items)) => items.iter().for_each(|item| visit(item, rest, visitor)),
        (Segment::Field(key, _), Data::Object(object)) => {
            if let Some(child) = object.get(*key) {
                visit(child, rest, visitor);
            }
        }
        (Segment::Types(types), Data::Object(object)) if types.admits(object) => visit(value, rest, visitor),
        (Segment::Types(_), Data::List(items)) => items.iter().for_each(|item| visit(item, path, visitor)),
        _ => {}
    }
}

fn visit_mut(value: &mut Data, path: &[Segment], visitor: &mut impl FnMut(&mut Data)) {
    let Some((segment, rest)) = path.split_first() else {
        match value {
            Data::List(items) => items.iter_mut().for_each(visitor),
            value => visitor(value),
        }
        return;
    };
    match (segment, value) {
        (Segment::List, Data::List(items)) => items.iter_mut().for_each(|item| visit_mut(item, rest, visitor)),
        (Segment::Field(key, _), Data::Object(object)) => {
            if let Some(child) = object.get_mut(*key) {
                visit_mut(child, rest, visitor);
            }
        }
        (Segment::Types(types), value @ Data::Object(_)) => {
            if matches!(&*value, Data::Object(object) if types.admits(object)) {
                visit_mut(value, rest, visitor);
            }
        }
        (Segment::Types(_), Data::List(items)) => items.iter_mut().for_each(|item| visit_mut(item, path, visitor)),
        _ => {}
    }
}

fn locate(value: &Data, path: &[Segment], at: &mut Vec<PathSegment>, found: &mut Vec<Vec<PathSegment>>) {
    let Some((segment, rest)) = path.split_first() else {
        if let Data::List(items) = value {
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
        (Segment::List, Data::List(items)) => {
            for (i, item) in items.iter().enumerate() {
                at.push(PathSegment::Index(i));
                locate(item, rest, at, found);
                at.pop();
            }
        }
        (Segment::Field(key, name), Data::Object(object)) => {
            if let Some(child) = object.get(*key) {
                at.push(PathSegment::Field(name.to_string()));
                locate(child, rest, at, found);
                at.pop();
            }
        }
        (Segment::Types(types), Data::Object(object)) if types.admits(object) => locate(value, rest, at, found),
        (Segment::Types(_), Data::List(items)) => {
            for (i, item) in items.iter().enumerate() {
                at.push(PathSegment::Index(i));
                locate(item, path, at, found);
                at.pop();
            }
        }
        _ => {}
    }
}
