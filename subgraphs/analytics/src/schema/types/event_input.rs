//! What an app reports.

use async_graphql::{ID, InputObject};
use kernel::Instant;
use serde_json::Value;

use crate::service::Reported;

/// What happened in an app.
#[derive(InputObject)]
pub struct EventInput {
    /// The app's id of it, at most 64 bytes: what is sent twice counts once.
    id: ID,
    /// What happened: page.viewed, item.shown, item.selected, search.submitted, playback.error, playback.stalled,
    /// ad.shown, app.started, or a word of the app's own of a-z and _, at most 64 letters.
    #[graphql(name = "type")]
    name: String,
    /// When: not more than seven days ago, not more than five minutes from now.
    at: Instant,
    /// What it is about: a title, a page. At most 200 bytes.
    subject: Option<String>,
    /// What else there is to say: an object, at most 4,096 bytes of JSON.
    metadata: Option<Value>,
}

impl From<EventInput> for Reported {
    fn from(input: EventInput) -> Self {
        Self {
            id: input.id.0,
            name: input.name,
            at: input.at,
            subject: input.subject,
            metadata: input.metadata,
        }
    }
}
