//! The operations of `router/rest/*.graphql`, each with the fragments it uses.

use apollo_compiler::ast::{Definition, Document, FragmentDefinition, OperationDefinition, Selection};
use indexmap::{IndexMap, IndexSet};

/// Operations and fragments by name.
pub(super) struct Operations {
    operations: IndexMap<String, OperationDefinition>,
    fragments: IndexMap<String, FragmentDefinition>,
}

impl Operations {
    /// Reads one text with all of them.
    ///
    /// # Errors
    /// It is no GraphQL, or a name stands for two.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let document = Document::parse(text, "router/rest")
            .map_err(|failed| format!("router/rest/*.graphql: {}", failed.errors))?;
        let mut made = Self {
            operations: IndexMap::new(),
            fragments: IndexMap::new(),
        };
        for definition in document.definitions {
            let twice = match definition {
                Definition::OperationDefinition(operation) => {
                    let name = operation
                        .name
                        .as_ref()
                        .ok_or("router/rest/*.graphql: an operation has no name")?;
                    made.operations
                        .insert(name.to_string(), operation.as_ref().clone())
                        .map(|_| name.to_string())
                }
                Definition::FragmentDefinition(fragment) => {
                    let name = fragment.name.to_string();
                    made.fragments
                        .insert(name.clone(), fragment.as_ref().clone())
                        .map(|_| name)
                }
                _ => return Err("router/rest/*.graphql hold operations and fragments only".to_owned()),
            };
            if let Some(name) = twice {
                return Err(format!("router/rest/*.graphql: the name {name} stands for two"));
            }
        }
        Ok(made)
    }

    /// Names of the operations.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// The operation with the fragments it uses, and nothing else.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let operation = self.operations.get(name)?;
        let mut used = IndexSet::new();
        self.collect(&operation.selection_set, &mut used);
        let mut text = operation.serialize().to_string();
        for fragment in used.into_iter().filter_map(|name| self.fragments.get(name)) {
            text.push_str(&fragment.serialize().to_string());
        }
        Some(text)
    }

    fn collect<'o>(&'o self, selections: &'o [Selection], used: &mut IndexSet<&'o str>) {
        for selection in selections {
            match selection {
                Selection::Field(field) => self.collect(&field.selection_set, used),
                Selection::InlineFragment(inline) => self.collect(&inline.selection_set, used),
                Selection::FragmentSpread(spread) => {
                    if used.insert(spread.fragment_name.as_str())
                        && let Some(fragment) = self.fragments.get(spread.fragment_name.as_str())
                    {
                        self.collect(&fragment.selection_set, used);
                    }
                }
            }
        }
    }
}
