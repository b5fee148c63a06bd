//! Makes the representations (`_Any`) that an entity fetch sends, as JSON text.

use std::collections::BTreeSet;

use hive_router_query_planner::ast::{selection_item::SelectionItem, selection_set::SelectionSet};

use super::{path::Path, rewrite::Rewrite, types::Types};
use crate::{
    data::{Data, Key, Names, Object},
    subgraph::Representations,
};

/// What is told of an object to those who know more of it.
#[derive(Debug)]
pub(crate) struct Requires {
    /// By the object's type.
    by_type: Vec<(Box<str>, Vec<Need>)>,
    /// Where the object does not say its type.
    any: Vec<Need>,
    /// Where its type is another one.
    other: Vec<Need>,
}

#[derive(Debug)]
struct Need {
    /// What it may be called in the data: by its own name first.
    keys: [Key; 2],
    is_type: bool,
    /// The name as it is sent: `"name":`.
    prefix: Box<[u8]>,
    below: Option<Requires>,
}

/// Which objects fields are needed of.
#[derive(Clone, Copy)]
enum Whose<'n> {
    /// Those of this type.
    Of(&'n str),
    /// Those of a type that is not mentioned.
    Other,
    /// Those that do not say their type.
    Silent,
}

/// The fields of one object while they are brought together: name, response key, what is below.
type Merged<'s> = Vec<(&'s str, &'s str, Vec<&'s SelectionSet>)>;

impl Requires {
    /// What the planner requires.
    ///
    /// # Errors
    /// As [`Names::add`].
    pub(crate) fn compile(types: &Types, selections: &SelectionSet, names: &mut Names) -> Result<Self, String> {
        Self::of(types, &[selections], names)
    }

    fn of(types: &Types, sets: &[&SelectionSet], names: &mut Names) -> Result<Self, String> {
        let mut mentioned = BTreeSet::new();
        for set in sets {
            mention(types, set, &mut mentioned);
        }
        let mut by_type = Vec::new();
        for name in mentioned {
            let needs = needs(types, sets, Whose::Of(name), names)?;
            by_type.push((name.into(), needs));
        }
        Ok(Self {
            by_type,
            any: needs(types, sets, Whose::Silent, names)?,
            other: needs(types, sets, Whose::Other, names)?,
        })
    }

    fn needs(&self, object: &Object) -> &[Need] {
        let Some(name) = object.type_name() else {
            return &self.any;
        };
        let known = self.by_type.binary_search_by(|(known, _)| known.as_bytes().cmp(name));
        known.map_or(&self.other, |place| &self.by_type[place].1)
    }

    /// Appends what is told of `value`; false when there is nothing to ask with.
    fn write(&self, value: &Data, out: &mut Vec<u8>) -> bool {
        match value {
            Data::Object(object) => self.write_object(object, out),
            Data::List(items) => {
                out.push(b'[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    if !self.write(item, out) {
                        out.extend_from_slice(b"null");
                    }
                }
                out.push(b']');
                true
            }
            Data::Null => false,
            Data::Leaf(leaf) => {
                out.extend_from_slice(leaf.raw());
                true
            }
        }
    }

    fn write_object(&self, object: &Object, out: &mut Vec<u8>) -> bool {
        let (start, mut hint, mut is_told) = (out.len(), 0, false);
        for need in self.needs(object) {
            let [first, second] = need.keys;
            let mut value = object.get_near(first, &mut hint);
            if value.is_none() && first != second {
                value = object.get_near(second, &mut hint);
            }
            let Some(value) = value else { continue };
            let before = out.len();
            out.push(if before == start { b'{' } else { b',' });
            out.extend_from_slice(&need.prefix);
            let is_written = match (&need.below, value) {
                (_, Data::Null) => {
                    out.extend_from_slice(b"null");
                    true
                }
                (Some(below), value) => below.write(value, out),
                (None, value) => {
                    value.write(out);
                    true
                }
            };
            if is_written {
                is_told |= !need.is_type;
            } else {
                out.truncate(before);
            }
        }
        if is_told {
            out.push(b'}');
        } else {
            out.truncate(start);
        }
        is_told
    }
}

/// The types whose objects are told of by other fields than others.
fn mention<'s>(types: &'s Types, set: &'s SelectionSet, mentioned: &mut BTreeSet<&'s str>) {
    for item in &set.items {
        if let SelectionItem::InlineFragment(fragment) = item {
            mentioned.extend(types.related(&fragment.type_condition));
            mention(types, &fragment.selections, mentioned);
        }
    }
}

/// What is needed of an object.
fn needs(types: &Types, sets: &[&SelectionSet], whose: Whose<'_>, names: &mut Names) -> Result<Vec<Need>, String> {
    let mut merged = Merged::new();
    for set in sets {
        merge(types, set, whose, &mut merged);
    }
    let mut needs = Vec::with_capacity(merged.len());
    for (name, key, below) in merged {
        names.add(name)?;
        names.add(key)?;
        let below = match below.as_slice() {
            [] => None,
            sets => Some(Requires::of(types, sets, names)?),
        };
        needs.push(Need {
            keys: [Key::of(name), Key::of(key)],
            is_type: key == "__typename",
            prefix: format!("\"{key}\":").into_bytes().into(),
            below,
        });
    }
    Ok(needs)
}

fn merge<'s>(types: &Types, set: &'s SelectionSet, whose: Whose<'_>, merged: &mut Merged<'s>) {
    for item in &set.items {
        match item {
            SelectionItem::Field(selected) => {
                let place = place_of(merged, &selected.name, selected.selection_identifier());
                if !selected.selections.items.is_empty() {
                    merged[place].2.push(&selected.selections);
                }
            }
            SelectionItem::InlineFragment(fragment) => {
                let fits = match whose {
                    Whose::Silent => true,
                    Whose::Other => false,
                    Whose::Of(name) => types.related(&fragment.type_condition).contains(name),
                };
                if fits {
                    place_of(merged, "__typename", "__typename");
                    merge(types, &fragment.selections, whose, merged);
                }
            }
            SelectionItem::FragmentSpread(_) => {}
        }
    }
}

/// Where the field `key` is; it is called `name`.
fn place_of<'s>(merged: &mut Merged<'s>, name: &'s str, key: &'s str) -> usize {
    let known = merged.iter().position(|(_, known, _)| *known == key);
    known.unwrap_or_else(|| {
        merged.push((name, key, Vec::new()));
        merged.len() - 1
    })
}

/// Represents every object at the end of `path`, each once; gives the index of each one's representation.
pub(crate) fn collect(
    list: &mut Representations,
    data: &Data,
    path: &Path,
    requires: &Requires,
    rewrites: &[Rewrite],
) -> Vec<Option<u32>> {
    let mut indices = Vec::new();
    path.visit(data, &mut |object| {
        // Rewrites come first: they give their names back to fields fetched under an internal alias.
        let index = if rewrites.is_empty() {
            list.add(|out| requires.write(object, out))
        } else {
            let mut object = object.clone();
            for change in rewrites {
                change.apply(&mut object);
            }
            list.add(|out| requires.write(&object, out))
        };
        indices.push(index);
    });
    indices
}
