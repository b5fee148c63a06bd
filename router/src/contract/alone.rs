//! One operation of a document that has several.

use std::collections::BTreeSet;

use apollo_compiler::{
    Name,
    ast::{Definition, Document, Selection},
};

/// The operation `name` and the fragments that it needs. `None`: the document has nothing else, or no such operation.
pub(crate) fn alone(document: &Document, name: &str) -> Option<Document> {
    let is_named = |definition: &Definition| match definition {
        Definition::OperationDefinition(operation) => operation.name.as_deref() == Some(name),
        _ => false,
    };
    let mut needed = BTreeSet::new();
    let wanted = document.definitions.iter().find(|definition| is_named(definition))?;
    let mut sets = vec![wanted.as_operation_definition()?.selection_set.as_slice()];
    while let Some(set) = sets.pop() {
        for selection in set {
            match selection {
                Selection::Field(field) => sets.push(&field.selection_set),
                Selection::InlineFragment(fragment) => sets.push(&fragment.selection_set),
                Selection::FragmentSpread(spread) if needed.insert(&spread.fragment_name) => {
                    sets.extend(fragment(document, &spread.fragment_name));
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    let is_kept = |definition: &Definition| match definition {
        Definition::FragmentDefinition(fragment) => needed.contains(&fragment.name),
        other => is_named(other),
    };
    let kept: Vec<Definition> = document.definitions.iter().filter(|d| is_kept(d)).cloned().collect();
    (kept.len() < document.definitions.len()).then(|| Document {
        sources: document.sources.clone(),
        definitions: kept,
    })
}

fn fragment<'d>(document: &'d Document, name: &Name) -> Option<&'d [Selection]> {
    document.definitions.iter().find_map(|definition| match definition {
        Definition::FragmentDefinition(fragment) if fragment.name == *name => Some(fragment.selection_set.as_slice()),
        _ => None,
    })
}
