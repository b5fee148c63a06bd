//! `@sharedStream`: what a root field of subscriptions says of sharing itself.

use std::collections::HashMap;

use apollo_compiler::{Schema, ast::Value};

use crate::pipeline::Prepared;

/// When somebody may join an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Join {
    /// As long as nothing was said.
    #[default]
    BeforeFirst,
    /// As long as all that was said is remembered; it is said again.
    Replay,
    /// Always.
    Live,
}

/// What a field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark {
    pub(crate) join: Join,
    /// It says the same to every viewer.
    pub(crate) is_public: bool,
}

/// What the fields of a graph say, by their names.
pub(crate) struct Marks(HashMap<String, Mark>);

impl Marks {
    /// Reads the marks of a supergraph.
    pub(crate) fn new(schema: &Schema) -> Self {
        let root = schema.schema_definition.subscription.as_ref();
        let fields = root.and_then(|root| schema.get_object(root.as_str()));
        let mut marks = HashMap::new();
        for (name, field) in fields.iter().flat_map(|object| &object.fields) {
            let Some(directive) = field.directives.get("sharedStream") else {
                continue;
            };
            let says = |argument: &str, value: &str| {
                let said = directive.specified_argument_by_name(argument);
                matches!(said.map(AsRef::as_ref), Some(Value::Enum(said)) if said == value)
            };
            let join = match () {
                () if says("join", "REPLAY") => Join::Replay,
                () if says("join", "LIVE") => Join::Live,
                () => Join::BeforeFirst,
            };
            let is_public = says("scope", "PUBLIC");
            marks.insert(name.to_string(), Mark { join, is_public });
        }
        Self(marks)
    }

    /// What the root field of a subscription says.
    pub(crate) fn of(&self, prepared: &Prepared) -> Mark {
        let root = prepared.operation.root_fields(&prepared.document).next();
        let mark = root.and_then(|field| self.0.get(field.name.as_str()));
        mark.copied().unwrap_or_default()
    }
}
