//! What a fetch selects: which fields can come, in which order, and which of them have fields of their own.

use std::{collections::HashMap, sync::Arc};

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet};

use super::{Key, Names};

/// The fields that are read of an object; others are passed over.
#[derive(Debug, Default)]
pub struct Reading {
    pub(super) fields: Vec<Expected>,
}

/// A field that may come.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) name: Box<str>,
    pub(super) key: Key,
    /// What is read of what it holds; none where that is a leaf.
    pub(super) below: Option<Arc<Reading>>,
}

impl Reading {
    /// What the operation of `document` selects. Its fragments are taken together: what is for one type only does not
    /// come for the others.
    pub(crate) fn of(document: &ExecutableDocument) -> Arc<Self> {
        let mut compiler = Compiler {
            document,
            made: HashMap::new(),
        };
        match &document.operations {
            DocumentOperations::Single(operation) => compiler.reading(&[&operation.node.selection_set.node]),
            DocumentOperations::Multiple(_) => Arc::default(),
        }
    }

    /// The field called `name`, looked for from the place `hint` on.
    #[inline]
    pub(super) fn find(&self, name: &[u8], hint: usize) -> Option<usize> {
        let is = |field: &Expected| field.name.as_bytes() == name;
        if self.fields.get(hint).is_some_and(is) {
            return Some(hint);
        }
        self.fields.iter().position(is)
    }

    /// All names in it.
    ///
    /// # Errors
    /// As [`Names::add`].
    pub(crate) fn collect(&self, names: &mut Names) -> Result<(), String> {
        for field in &self.fields {
            names.add(&field.name)?;
            if let Some(below) = &field.below {
                below.collect(names)?;
            }
        }
        Ok(())
    }
}

struct Compiler<'d> {
    document: &'d ExecutableDocument,
    /// By the selection sets that were taken together: what is spread often is compiled once.
    made: HashMap<Vec<usize>, Arc<Reading>>,
}

impl<'d> Compiler<'d> {
    fn reading(&mut self, sets: &[&'d SelectionSet]) -> Arc<Reading> {
        let made_of: Vec<usize> = sets.iter().map(|set| std::ptr::from_ref(*set).addr()).collect();
        if let Some(reading) = self.made.get(&made_of) {
            return reading.clone();
        }
        let mut merged: Vec<(&'d str, Vec<&'d SelectionSet>)> = Vec::new();
        for set in sets {
            self.collect(set, &mut merged);
        }
        let mut fields = Vec::with_capacity(merged.len());
        for (name, below) in merged {
            fields.push(Expected {
                key: Key::of(name),
                below: (!below.is_empty()).then(|| self.reading(&below)),
                name: name.into(),
            });
        }
        let reading = Arc::new(Reading { fields });
        self.made.insert(made_of, reading.clone());
        reading
    }

    fn collect(&self, set: &'d SelectionSet, merged: &mut Vec<(&'d str, Vec<&'d SelectionSet>)>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.response_key().node.as_str();
                    let place = merged.iter().position(|(known, _)| *known == name);
                    let place = place.unwrap_or_else(|| {
                        merged.push((name, Vec::new()));
                        merged.len() - 1
                    });
                    let below = &field.node.selection_set.node;
                    if !below.items.is_empty() {
                        merged[place].1.push(below);
                    }
                }
                Selection::InlineFragment(fragment) => self.collect(&fragment.node.selection_set.node, merged),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        self.collect(&fragment.node.selection_set.node, merged);
                    }
                }
            }
        }
    }
}
