//! A name that completes what was typed.

use async_graphql::Object;

use super::SearchType;
use crate::domain::suggestion;

/// A name that completes what was typed.
pub struct Suggestion(pub(crate) suggestion::Suggestion);

/// A name that completes what was typed.
#[Object]
impl Suggestion {
    /// The name.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// What it names.
    async fn kind(&self) -> SearchType {
        self.0.kind.into()
    }

    /// The name as HTML, escaped: what was typed stands in `<em>`.
    async fn highlight(&self) -> &str {
        &self.0.highlight
    }
}
