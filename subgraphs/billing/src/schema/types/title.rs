//! The catalogue's titles, by key.

use async_graphql::{ID, Object};
use kernel::TitleId;

/// A title; the catalogue tells more.
pub(crate) struct Title(pub(crate) TitleId);

/// A title; the catalogue tells more.
#[Object(interface_object)]
impl Title {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.to_string().into()
    }
}
