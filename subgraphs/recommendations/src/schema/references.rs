//! Federation keys in, objects out.

use async_graphql::{ID, Object};
use kernel::{ProfileId, TitleId};

use super::types::{Profile, Title};

/// Reference resolvers.
#[derive(Default)]
pub struct References;

#[Object]
impl References {
    /// What recommendations add to a title.
    #[graphql(entity)]
    async fn find_title(&self, #[graphql(desc = "The title.")] id: ID) -> Option<Title> {
        TitleId::parse("id", &id).ok().map(|id| Title { id })
    }

    /// What recommendations add to a profile.
    #[graphql(entity)]
    async fn find_profile(&self, #[graphql(desc = "The profile.")] id: ID) -> Option<Profile> {
        ProfileId::parse("id", &id).ok().map(|id| Profile { id })
    }
}
