//! Small changes a plan asks for on the way in or out of a subgraph: a type name set, a key renamed.

use async_graphql::PathSegment;
use hive_router_query_planner::planner::plan_nodes::{FetchNodePathSegment, FetchRewrite};

use super::types::{TypeSet, Types};
use crate::data::{Data, Key, Leaf, Names};

/// One change.
#[derive(Debug)]
pub(crate) struct Rewrite {
    path: Vec<Segment>,
    change: Change,
}

#[derive(Debug)]
enum Change {
    Set(Leaf),
    /// The last step of the path is the name it had.
    Rename {
        from: Box<str>,
        to: Box<str>,
    },
}

#[derive(Debug)]
enum Segment {
    Field(Key),
    Types(TypeSet),
}

impl Rewrite {
    /// Changes of the planner's.
    ///
    /// # Errors
    /// As [`Names::add`].
    pub(crate) fn compile_all(
        types: &Types,
        rewrites: Option<&Vec<FetchRewrite>>,
        names: &mut Names,
    ) -> Result<Vec<Self>, String> {
        let rewrites = rewrites.map_or(&[][..], Vec::as_slice).iter();
        rewrites.map(|rewrite| Self::compile(types, rewrite, names)).collect()
    }

    fn compile(types: &Types, rewrite: &FetchRewrite, names: &mut Names) -> Result<Self, String> {
        let (path, change) = match rewrite {
            FetchRewrite::ValueSetter(setter) => {
                (setter.path.as_slice(), Change::Set(Leaf::of_json(&setter.set_value_to)))
            }
            FetchRewrite::KeyRenamer(renamer) => {
                let Some((FetchNodePathSegment::Key(from), before)) = renamer.path.split_last() else {
                    return Err("a plan renames what has no name".to_owned());
                };
                names.add(from)?;
                names.add(&renamer.rename_key_to)?;
                let change = Change::Rename {
                    from: from.as_str().into(),
                    to: renamer.rename_key_to.as_str().into(),
                };
                (before, change)
            }
        };
        let mut segments = Vec::new();
        for segment in path {
            segments.push(match segment {
                FetchNodePathSegment::Key(name) => {
                    names.add(name)?;
                    Segment::Field(Key::of(name))
                }
                FetchNodePathSegment::TypenameEquals(conditions) => {
                    Segment::Types(types.that_are(conditions.iter().map(String::as_str)))
                }
            });
        }
        Ok(Self { path: segments, change })
    }

    /// Changes `value`.
    pub(crate) fn apply(&self, value: &mut Data) {
        self.walk(&self.path, value);
    }

    fn walk(&self, path: &[Segment], value: &mut Data) {
        if let Data::List(items) = value {
            for item in items {
                self.walk(path, item);
            }
            return;
        }
        match path.split_first() {
            None => self.change(value),
            Some((Segment::Types(types), rest)) => {
                if matches!(&*value, Data::Object(object) if types.admits(object)) {
                    self.walk(rest, value);
                }
            }
            Some((Segment::Field(key), rest)) => {
                if let Data::Object(object) = value
                    && let Some(child) = object.get_mut(*key)
                {
                    self.walk(rest, child);
                }
            }
        }
    }

    fn change(&self, value: &mut Data) {
        match (&self.change, value) {
            (Change::Set(leaf), value) => *value = Data::Leaf(leaf.clone()),
            (Change::Rename { from, to }, Data::Object(object)) => {
                if let Some(child) = object.remove(Key::of(from)) {
                    object.insert(Key::of(to), child);
                }
            }
            (Change::Rename { .. }, _) => {}
        }
    }
}

/// Gives an error's path the names the client knows, where the plan had fetched under other ones.
pub(crate) fn rename_path(rewrites: &[Rewrite], path: &mut [PathSegment]) {
    for rewrite in rewrites {
        let Change::Rename { from, to } = &rewrite.change else {
            continue;
        };
        for segment in path.iter_mut() {
            if matches!(segment, PathSegment::Field(name) if **name == **from) {
                *segment = PathSegment::Field(to.to_string());
            }
        }
    }
}
