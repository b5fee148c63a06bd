//! How large an operation may be. Fragments count wherever they are spread, so that a short text cannot ask for a lot.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{Definition, Document, Selection};
use kernel::{ErrorCode, Refusal};
use serde_json::{Map, Value};

use super::{Prepared, text::measure};
use crate::{error::Rejection, settings::Settings};

/// Checks the text of a document, before parsing.
pub(crate) fn check_text(query: &str, settings: &Settings) -> Result<(), Rejection> {
    let measured = measure(query);
    check("tokens", settings.max_tokens, measured.tokens)?;
    check("nesting", settings.max_nesting, measured.nesting)
}

/// Checks the operations of a parsed document, before validation.
pub(crate) fn check_document(document: &Document, settings: &Settings) -> Result<(), Rejection> {
    let mut fragments = HashMap::new();
    for definition in &document.definitions {
        if let Definition::FragmentDefinition(fragment) = definition {
            fragments.insert(fragment.name.as_str(), fragment.selection_set.as_slice());
        }
    }
    let mut counter = Counter {
        fragments,
        sizes: HashMap::new(),
        open: HashSet::new(),
    };
    for definition in &document.definitions {
        let Definition::OperationDefinition(operation) = definition else {
            continue;
        };
        let size = counter.selections(&operation.selection_set);
        check("depth", settings.max_depth, size.depth)?;
        check("aliases", settings.max_aliases, size.aliases)?;
        check("root fields", settings.max_root_fields, size.width)?;
        check(
            "directives",
            settings.max_directives,
            size.directives + operation.directives.len() as u64,
        )?;
        check("fields", settings.max_fields, size.fields)?;
    }
    Ok(())
}

/// Checks the variables as they were sent.
pub(crate) fn check_variables(variables: &Map<String, Value>, settings: &Settings) -> Result<(), Rejection> {
    let mut values = 0_u64;
    let mut deepest = 0_u64;
    let mut open: Vec<(&Value, u64)> = variables.values().map(|value| (value, 1)).collect();
    while let Some((value, depth)) = open.pop() {
        values += 1;
        deepest = deepest.max(depth);
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => open.extend(members.values().map(|member| (member, depth + 1))),
            _ => {}
        }
    }
    check("variable values", settings.max_variable_values, values)?;
    check("variable nesting", settings.max_variable_nesting, deepest)
}

/// Refuses `__schema` and `__type` where they are switched off.
pub(crate) fn check_introspection(prepared: &Prepared, settings: &Settings) -> Result<(), Rejection> {
    if settings.introspection || !prepared.introspects {
        return Ok(());
    }
    let refusal = Refusal::new(ErrorCode::Forbidden, "introspection is switched off here")
        .with("limit", "introspection")
        .with("allowed", false);
    Err(Rejection::of(&refusal).of_document())
}

fn check(limit: &str, allowed: u64, sent: u64) -> Result<(), Rejection> {
    if sent <= allowed {
        return Ok(());
    }
    Err(Rejection::of(&Refusal::limit(limit, allowed, sent)).of_document())
}

/// The size of a selection.
#[derive(Default, Clone, Copy)]
struct Size {
    depth: u64,
    aliases: u64,
    directives: u64,
    fields: u64,
    /// Fields of the selection itself, without those below.
    width: u64,
}

struct Counter<'d> {
    fragments: HashMap<&'d str, &'d [Selection]>,
    /// Sizes of fragments: each is counted once, however often it is spread.
    sizes: HashMap<&'d str, Size>,
    /// Fragments being counted: one that spreads itself is refused by validation, here it must only come to an end.
    open: HashSet<&'d str>,
}

impl<'d> Counter<'d> {
    fn selections(&mut self, selections: &'d [Selection]) -> Size {
        let mut total = Size::default();
        for selection in selections {
            let (size, directives) = match selection {
                Selection::Field(field) => {
                    let mut inner = self.selections(&field.selection_set);
                    // Introspection is deeper than any query of ours and has a bound of its own.
                    let meta = matches!(field.name.as_str(), "__schema" | "__type");
                    inner.depth = if meta { 1 } else { inner.depth.saturating_add(1) };
                    inner.aliases = inner.aliases.saturating_add(u64::from(field.alias.is_some()));
                    inner.fields = inner.fields.saturating_add(1);
                    inner.width = 1;
                    (inner, field.directives.len())
                }
                Selection::InlineFragment(fragment) => {
                    (self.selections(&fragment.selection_set), fragment.directives.len())
                }
                Selection::FragmentSpread(spread) => {
                    (self.fragment(spread.fragment_name.as_str()), spread.directives.len())
                }
            };
            total.depth = total.depth.max(size.depth);
            total.aliases = total.aliases.saturating_add(size.aliases);
            total.fields = total.fields.saturating_add(size.fields);
            total.width = total.width.saturating_add(size.width);
            total.directives = total
                .directives
                .saturating_add(size.directives)
                .saturating_add(directives as u64);
        }
        total
    }

    fn fragment(&mut self, name: &'d str) -> Size {
        if let Some(size) = self.sizes.get(name) {
            return *size;
        }
        let Some(selections) = self.fragments.get(name).copied() else {
            return Size::default();
        };
        if !self.open.insert(name) {
            return Size::default();
        }
        let size = self.selections(selections);
        self.open.remove(name);
        self.sizes.insert(name, size);
        size
    }
}
