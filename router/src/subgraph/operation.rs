//! What a plan asks of a subgraph: made once per plan.

use std::sync::Arc;

use async_graphql::{
    Name,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationType, Selection},
    },
};

use super::Inputs;
use crate::data::Reading;

/// What a plan asks of a subgraph.
#[derive(Debug)]
pub struct FetchOperation {
    /// The subgraph.
    pub service: String,
    /// The operation as text.
    pub text: String,
    /// The operation, parsed.
    pub document: ExecutableDocument,
    /// The client's variables it uses.
    pub variables: Vec<Name>,
    /// The response keys of its root fields.
    pub root_keys: Vec<String>,
    /// What is read of its answers.
    pub(crate) reading: Arc<Reading>,
    is_query: bool,
    /// What every request begins with: `{"query":"…","variables":`.
    head: Box<[u8]>,
}

impl FetchOperation {
    /// The operation `text` for `service`, with these of the client's variables.
    ///
    /// # Errors
    /// It cannot be parsed, or there are several.
    pub fn new(service: &str, text: String, variables: Vec<Name>) -> Result<Self, String> {
        let document = parse_query(&text).map_err(|error| error.to_string())?;
        let DocumentOperations::Single(operation) = &document.operations else {
            return Err("a fetch has one operation".to_owned());
        };
        let root = &operation.node.selection_set.node;
        let root_keys = root
            .items
            .iter()
            .filter_map(|item| match &item.node {
                Selection::Field(field) => Some(field.node.response_key().node.to_string()),
                _ => None,
            })
            .collect();
        let mut head = b"{\"query\":".to_vec();
        crate::executor::write_json(&mut head, &text);
        head.extend_from_slice(b",\"variables\":");
        Ok(Self {
            service: service.to_owned(),
            root_keys,
            reading: Reading::of(&document),
            is_query: operation.node.ty == OperationType::Query,
            head: head.into(),
            text,
            document,
            variables,
        })
    }

    /// The answer `value` as the router takes it: what was not asked for is left out.
    pub fn read(&self, value: async_graphql::Value) -> crate::data::Data {
        crate::data::of_value(value, Some(&self.reading))
    }

    /// Whether it changes nothing, so that it may be sent again.
    pub(crate) const fn is_query(&self) -> bool {
        self.is_query
    }

    /// The body of a request.
    pub(crate) fn body(&self, inputs: &Inputs) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.head.len() + 256);
        body.extend_from_slice(&self.head);
        inputs.write(&mut body);
        body.push(b'}');
        body
    }
}
