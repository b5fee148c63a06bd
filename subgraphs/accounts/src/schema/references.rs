//! Federation keys in, objects out. What is unknown or malformed is nothing, so that it costs its own fields only.

use async_graphql::{Context, ID, Object};
use graphql::Result;
use kernel::{AccountId, ProfileId, TitleId};

use super::types::{account::Account, profile::Profile, title::Title, viewer::Viewer};
use crate::{loaders::loaders, schema::types::privacy::is_owner};

pub struct References;

#[Object]
impl References {
    #[graphql(entity)]
    async fn find_viewer_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Viewer>> {
        let Ok(id) = AccountId::parse("id", &id) else {
            return Ok(None);
        };
        // A viewer is nobody else's business, not even staff's.
        if !is_owner(ctx, id) {
            return Ok(None);
        }
        Ok(loaders(ctx).accounts.load(id.0).await?.map(Viewer))
    }

    #[graphql(entity)]
    async fn find_account_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Account>> {
        let Ok(id) = AccountId::parse("id", &id) else {
            return Ok(None);
        };
        Ok(loaders(ctx).accounts.load(id.0).await?.map(Account::of))
    }

    #[graphql(entity)]
    async fn find_profile_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Profile>> {
        let Ok(id) = ProfileId::parse("id", &id) else {
            return Ok(None);
        };
        Ok(loaders(ctx).profiles.load(id.0).await?.map(Profile::of))
    }

    #[graphql(entity)]
    async fn find_title_by_id(&self, id: ID) -> Option<Title> {
        TitleId::parse("id", &id).ok().map(Title)
    }
}
