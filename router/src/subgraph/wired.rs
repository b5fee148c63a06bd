//! An answer as JSON, as generously as servers write it: `null` for what they do not know.

use async_graphql::{ErrorExtensionValues, PathSegment, ServerError, Value};
use serde::{Deserialize, Deserializer};

use super::SubgraphAnswer;

/// What a subgraph answers: data, errors or both.
#[derive(Deserialize)]
pub(super) struct Wired {
    /// `None` when the member is missing; null is a value.
    #[serde(default, deserialize_with = "present")]
    data: Option<Value>,
    errors: Option<Vec<WiredError>>,
}

#[derive(Deserialize)]
struct WiredError {
    message: Option<String>,
    path: Option<Vec<PathSegment>>,
    extensions: Option<ErrorExtensionValues>,
}

fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

impl TryFrom<Wired> for SubgraphAnswer {
    type Error = &'static str;

    fn try_from(wired: Wired) -> Result<Self, &'static str> {
        if wired.data.is_none() && wired.errors.is_none() {
            // A proxy's own JSON, for example.
            return Err("neither data nor errors");
        }
        Ok(Self {
            data: wired.data.unwrap_or_default(),
            errors: wired.errors.unwrap_or_default().into_iter().map(Into::into).collect(),
            ..Self::default()
        })
    }
}

impl From<WiredError> for ServerError {
    fn from(wired: WiredError) -> Self {
        let mut error = Self::new(
            wired.message.unwrap_or_else(|| "an error without a message".to_owned()),
            None,
        );
        error.path = wired.path.unwrap_or_default();
        error.extensions = wired.extensions;
        error
    }
}

/// The errors of an `error` message.
pub(super) fn errors(text: &str) -> Vec<ServerError> {
    #[derive(Deserialize)]
    struct Payload {
        payload: Vec<WiredError>,
    }
    match serde_json::from_str::<Payload>(text) {
        Ok(payload) => payload.payload.into_iter().map(Into::into).collect(),
        Err(error) => vec![ServerError::new(format!("an error that cannot be read: {error}"), None)],
    }
}
