//! What the catalogue says of accounts: nothing but who uploaded a video.

use async_graphql::{ID, SimpleObject};

/// Who uploaded a video; accounts tells more.
#[derive(SimpleObject)]
#[graphql(unresolvable)]
pub struct Account {
    /// Its id.
    pub(crate) id: ID,
}
