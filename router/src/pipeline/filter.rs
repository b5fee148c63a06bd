//! `router.access.unauthorised = "filter"`: what the viewer may not ask is taken out of a query before it is planned, and
//! is null in its answer, with an error at its place.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use apollo_compiler::{
    ExecutableDocument, Name, Node,
    ast::{Argument, DirectiveList, Value as Literal},
    executable::{Field, InlineFragment, Operation, OperationMap, OperationType, Selection, SelectionSet},
};
use async_graphql::ServerError;

use super::{
    Context, Prepared, Request,
    authorise::{may_see, unmet},
};
use crate::{contract::View, engine::Engine, error::Rejection, settings::Unauthorised, subgraph::Map};

/// What is withheld: type and field, with the error that says why.
pub(crate) type Withheld = HashMap<String, ServerError>;

/// A query of which something was taken out.
pub(crate) struct Filtered {
    /// The query as it was asked: the shape of its answer.
    pub(crate) asked: Arc<Prepared>,
    /// The query as it is run.
    pub(crate) left: Arc<Prepared>,
    pub(crate) withheld: Withheld,
}

/// Takes out what the viewer may not ask; `None` when that is nothing, when it is to be refused, or when the operation is
/// no query: half of a mutation is not what was asked for.
///
/// # Errors
/// As for any operation that is made ready: what is left is asked of the graph that the viewer sees, of all of it where
/// the document is trusted.
pub(crate) async fn filter(
    engine: &Arc<Engine>,
    asked: &Arc<Prepared>,
    variables: &Map,
    (context, trusted): (&Context, bool),
) -> Result<Option<Filtered>, Rejection> {
    let is_on = engine.settings.access.unauthorised == Unauthorised::Filter;
    if !is_on || asked.kind() != OperationType::Query {
        return Ok(None);
    }
    let withheld = unmet(&asked.needs, variables, context);
    if withheld.is_empty() {
        return Ok(None);
    }
    let mut taking = Taking {
        engine,
        document: &asked.document,
        view: &asked.view,
        context,
        withheld,
    };
    let text = taking.rest_of(&asked.operation);
    let withheld = taking.withheld;
    let request = Request {
        operation_name: asked.operation.name.as_ref().map(ToString::to_string),
        trusted,
        ..Request::new(text)
    };
    Ok(Some(Filtered {
        asked: asked.clone(),
        left: engine.prepare(&request, context).await?,
        withheld,
    }))
}

struct Taking<'a> {
    engine: &'a Engine,
    document: &'a ExecutableDocument,
    view: &'a View,
    context: &'a Context,
    withheld: Withheld,
}

impl Taking<'_> {
    /// The text of what is left. Fragments are written where they are spread: one of them may have become empty.
    fn rest_of(&mut self, operation: &Node<Operation>) -> String {
        let mut left = operation.as_ref().clone();
        left.selection_set = self
            .rest(&operation.selection_set)
            .unwrap_or_else(|_| self.only_its_type(&operation.selection_set));
        let mut used = HashSet::new();
        directives(&left.directives, &mut used);
        variables(&left.selection_set, &mut used);
        left.variables.retain(|variable| used.contains(&variable.name));
        let mut document = ExecutableDocument {
            sources: self.document.sources.clone(),
            operations: OperationMap::default(),
            fragments: apollo_compiler::collections::IndexMap::default(),
        };
        document.operations.insert(left);
        document.to_string()
    }

    /// What is left of a selection.
    ///
    /// # Errors
    /// Nothing is, and the viewer may not even know what type is there: why.
    fn rest(&mut self, set: &SelectionSet) -> Result<SelectionSet, ServerError> {
        let mut kept = SelectionSet::new(set.ty.clone());
        let mut last = None;
        for selection in &set.selections {
            let (type_condition, directives, inner) = match selection {
                Selection::Field(field) => {
                    match self.rest_of_field(&set.ty, field) {
                        Ok(field) => kept.push(field),
                        Err(reason) => last = Some(reason),
                    }
                    continue;
                }
                Selection::InlineFragment(fragment) => (
                    fragment.type_condition.clone(),
                    &fragment.directives,
                    &fragment.selection_set,
                ),
                Selection::FragmentSpread(spread) => match self.document.fragments.get(&spread.fragment_name) {
                    Some(fragment) => (
                        Some(fragment.selection_set.ty.clone()),
                        &spread.directives,
                        &fragment.selection_set,
                    ),
                    None => continue,
                },
            };
            match self.rest(inner) {
                Ok(selection_set) => kept.push(InlineFragment {
                    type_condition,
                    directives: directives.clone(),
                    selection_set,
                }),
                Err(reason) => last = Some(reason),
            }
        }
        match last {
            Some(reason) if kept.is_empty() => {
                let may_see = may_see(&self.engine.access, &set.ty, self.context);
                may_see.then(|| self.only_its_type(set)).ok_or(reason)
            }
            _ => Ok(kept),
        }
    }

    fn rest_of_field(&mut self, ty: &Name, field: &Node<Field>) -> Result<Node<Field>, ServerError> {
        let coordinate = format!("{ty}.{}", field.name);
        if let Some(reason) = self.withheld.get(&coordinate) {
            return Err(reason.clone());
        }
        if field.selection_set.is_empty() {
            return Ok(field.clone());
        }
        match self.rest(&field.selection_set) {
            Ok(selection_set) => {
                let mut field = field.clone();
                field.make_mut().selection_set = selection_set;
                Ok(field)
            }
            Err(reason) => {
                self.withheld.insert(coordinate, reason.clone());
                Err(reason)
            }
        }
    }

    /// A selection needs a field.
    fn only_its_type(&self, set: &SelectionSet) -> SelectionSet {
        let mut kept = SelectionSet::new(set.ty.clone());
        if let Ok(definition) = self.view.api.type_field(&set.ty, "__typename") {
            kept.push(Field::new(
                apollo_compiler::name!("__typename"),
                definition.node.clone(),
            ));
        }
        kept
    }
}

/// The variables of a selection.
fn variables(set: &SelectionSet, used: &mut HashSet<Name>) {
    for selection in &set.selections {
        directives(selection.directives(), used);
        match selection {
            Selection::Field(field) => {
                arguments(&field.arguments, used);
                variables(&field.selection_set, used);
            }
            Selection::InlineFragment(fragment) => variables(&fragment.selection_set, used),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn directives(list: &DirectiveList, used: &mut HashSet<Name>) {
    for directive in list {
        arguments(&directive.arguments, used);
    }
}

fn arguments(list: &[Node<Argument>], used: &mut HashSet<Name>) {
    for argument in list {
        literal(&argument.value, used);
    }
}

fn literal(value: &Literal, used: &mut HashSet<Name>) {
    match value {
        Literal::Variable(name) => {
            used.insert(name.clone());
        }
        Literal::List(items) => items.iter().for_each(|item| literal(item, used)),
        Literal::Object(members) => members.iter().for_each(|(_, member)| literal(member, used)),
        _ => {}
    }
}
