//! An answer as JSON, as generously as servers write it: `null` for what they do not know.

use async_graphql::{ErrorExtensionValues, PathSegment, ServerError};
use bytes::Bytes;
use serde::Deserialize;

use super::{FetchOperation, SubgraphAnswer};
use crate::data::{self, Reading};

#[derive(Deserialize)]
struct WiredError {
    message: Option<String>,
    path: Option<Vec<PathSegment>>,
    extensions: Option<ErrorExtensionValues>,
}

impl SubgraphAnswer {
    /// Reads JSON text that answers `operation`: data, errors or both.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn read(operation: &FetchOperation, text: &Bytes) -> Result<Self, String> {
        Self::read_as(&operation.reading, text)
    }

    /// [`SubgraphAnswer::read`] of what selects `reading`.
    pub(super) fn read_as(reading: &Reading, text: &Bytes) -> Result<Self, String> {
        let answer = data::answer(text, reading).map_err(|error| error.to_string())?;
        if answer.data.is_none() && answer.errors.is_none() {
            // A proxy's own JSON, for example.
            return Err("neither data nor errors".to_owned());
        }
        let errors = match answer.errors {
            Some(text) => read_errors(&text)?,
            None => Vec::new(),
        };
        Ok(Self {
            data: answer.data.unwrap_or_default(),
            errors,
            ..Self::default()
        })
    }
}

fn read_errors(text: &[u8]) -> Result<Vec<ServerError>, String> {
    let errors: Option<Vec<WiredError>> = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    Ok(errors.unwrap_or_default().into_iter().map(Into::into).collect())
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
