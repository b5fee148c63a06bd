//! Federation keys in, objects out. Unknown and malformed keys resolve to nothing.

use async_graphql::{Context, ID, Object};
use graphql::{Result, find_viewer};
use kernel::{ChannelId, PlaybackSessionId, ProgrammeId, TitleId};

use super::types::{channel::Channel, playback_session::PlaybackSession, programme::Programme, title::Title};
use crate::loaders::loaders;

/// Entities by key.
#[derive(Default)]
pub(crate) struct References;

#[Object]
impl References {
    #[graphql(entity)]
    async fn find_title(&self, id: ID) -> Option<Title> {
        TitleId::parse("id", &id).ok().map(Title)
    }

    #[graphql(entity)]
    async fn find_channel(&self, id: ID) -> Option<Channel> {
        ChannelId::parse("id", &id).ok().map(Channel)
    }

    #[graphql(entity)]
    async fn find_programme(&self, id: ID) -> Option<Programme> {
        ProgrammeId::parse("id", &id).ok().map(Programme)
    }

    #[graphql(entity)]
    async fn find_playback_session(&self, ctx: &Context<'_>, id: ID) -> Result<Option<PlaybackSession>> {
        let (Some(viewer), Ok(id)) = (find_viewer(ctx), PlaybackSessionId::parse("id", &id)) else {
            return Ok(None);
        };
        let found = loaders(ctx).sessions.load(id.0).await?;
        let own = found.filter(|session| crate::service::may_see(viewer, session));
        Ok(own.map(|session| PlaybackSession::known((*session).clone())))
    }
}
