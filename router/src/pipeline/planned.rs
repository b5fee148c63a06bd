//! What the planner is given: the operation without what is answered here, and with the type names that are needed to
//! hide what is hidden.

use apollo_compiler::{
    ExecutableDocument, Node,
    executable::{Field, InlineFragment, Operation, OperationMap, Selection, SelectionSet},
};

use crate::contract::View;

/// The planner's document.
pub(crate) enum Rewritten {
    /// The client's.
    Same,
    /// Another one with the same operation name.
    Text(String),
    /// None: nothing is left to plan.
    Nothing,
}

/// Takes the root's `__schema`, `__type` and `__typename` out, which the planner does not know, and asks for
/// `__typename` wherever an `@inaccessible` type could come.
pub(crate) fn for_planner(document: &ExecutableDocument, operation: &Node<Operation>, view: &View) -> Rewritten {
    let meta = operation
        .root_fields(document)
        .any(|field| field.name.starts_with("__"));
    if !meta && view.hiding.is_empty() {
        return Rewritten::Same;
    }
    let mut rewritten = ExecutableDocument {
        sources: document.sources.clone(),
        operations: OperationMap::default(),
        fragments: document.fragments.clone(),
    };
    let mut operation = operation.as_ref().clone();
    if meta {
        match without_meta(document, &operation.selection_set) {
            Some(selection_set) => operation.selection_set = selection_set,
            None => return Rewritten::Nothing,
        }
    }
    ask_types(&mut operation.selection_set, view);
    for fragment in rewritten.fragments.values_mut() {
        ask_types(&mut fragment.make_mut().selection_set, view);
    }
    rewritten.operations.insert(operation);
    Rewritten::Text(rewritten.to_string())
}

fn without_meta(document: &ExecutableDocument, set: &SelectionSet) -> Option<SelectionSet> {
    let mut kept = SelectionSet::new(set.ty.clone());
    for selection in &set.selections {
        let (directives, inner) = match selection {
            Selection::Field(field) if field.name.starts_with("__") => continue,
            Selection::Field(field) => {
                kept.push(field.clone());
                continue;
            }
            Selection::InlineFragment(fragment) => (&fragment.directives, &fragment.selection_set),
            Selection::FragmentSpread(spread) => (
                &spread.directives,
                &document.fragments.get(&spread.fragment_name)?.selection_set,
            ),
        };
        if let Some(selection_set) = without_meta(document, inner) {
            let directives = directives.clone();
            kept.push(InlineFragment {
                type_condition: Some(set.ty.clone()),
                directives,
                selection_set,
            });
        }
    }
    (!kept.is_empty()).then_some(kept)
}

fn ask_types(set: &mut SelectionSet, view: &View) {
    for selection in &mut set.selections {
        match selection {
            Selection::Field(field) if field.selection_set.is_empty() => {}
            Selection::Field(field) => ask_types(&mut field.make_mut().selection_set, view),
            Selection::InlineFragment(fragment) => ask_types(&mut fragment.make_mut().selection_set, view),
            Selection::FragmentSpread(_) => {}
        }
    }
    if view.hiding.contains(set.ty.as_str())
        && let Ok(definition) = view.api.type_field(&set.ty, "__typename")
    {
        set.push(Field::new(
            apollo_compiler::name!("__typename"),
            definition.node.clone(),
        ));
    }
}
