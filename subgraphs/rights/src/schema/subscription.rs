//! What can be followed.

use async_graphql::{Context, ID, Subscription as GraphqlSubscription};
use futures_util::{Stream, StreamExt};
use graphql::{Result, SignedIn, directives::Authenticated, viewer};
use kernel::{PlaybackSessionId, Refusal};

use super::{rights, types::playback_event::PlaybackEvent};

/// What can be followed.
pub(crate) struct Subscription;

#[GraphqlSubscription]
impl Subscription {
    /// What happens in a playback session from now on, until it ends. Its owner and staff may follow.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn playback_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session.")] session_id: ID,
    ) -> Result<impl Stream<Item = Result<PlaybackEvent>> + use<>> {
        let id = PlaybackSessionId::parse("sessionId", &session_id)?;
        let (rights, viewer) = (rights(ctx).clone(), viewer(ctx)?.clone());
        // Listening comes first: what happens between the look and the first event is not missed.
        let mut events = rights.listen(id).await?;
        let found = rights.find_session(&viewer, id).await?;
        let mut session = found.ok_or_else(|| Refusal::not_found("the session").with("field", "sessionId"))?;
        Ok(async_stream::stream! {
            if session.ended_at.is_some() {
                return;
            }
            while let Some(heard) = events.next().await {
                let is_last = heard.is_last;
                match rights.find_session(&viewer, id).await {
                    Ok(Some(found)) => session = found,
                    Ok(None) => return,
                    Err(error) => {
                        yield Err(error.into());
                        return;
                    }
                }
                yield Ok(PlaybackEvent { heard, session: session.clone() });
                if is_last {
                    return;
                }
            }
        })
    }
}
