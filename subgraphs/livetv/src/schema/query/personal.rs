//! Root fields that read what a profile asked for.

use async_graphql::{Context, ID, Object};
use graphql::{Connection, Count, Result, SignedIn, connection, directives::Authenticated, viewer};
use kernel::{PageRequest, parse_uuid};
use schema::events::livetv::RecordingId;

use crate::schema::types::{
    livetv,
    owner::owner,
    recording::{Recording, RecordingFilter, RecordingQuota, Recordings},
    reminder::{Reminder, Reminders},
    series_rule::{SeriesRule, SeriesRules},
};

/// What a profile asked for.
#[derive(Default)]
pub struct PersonalQuery;

/// What a profile asked for.
#[Object]
impl PersonalQuery {
    /// A profile's reminders of programmes that have not begun, next first.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn reminders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; a profile of the account that is signed in.")] profile_id: ID,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Connection<Reminder, Reminders>> {
        let request = PageRequest::try_new(first, after)?;
        let owner = owner(ctx, "profileId", &profile_id).await?;
        let livetv = livetv(ctx).clone();
        let page = livetv.list_reminders(owner, &request).await?;
        let count = Count::lazy(move || {
            let livetv = livetv.clone();
            async move { Ok(livetv.count_reminders(owner).await?) }
        });
        Ok(connection(page.map(Reminder::new), count))
    }

    /// A profile's recordings, latest start first.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn recordings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; a profile of the account that is signed in.")] profile_id: ID,
        #[graphql(desc = "Which recordings.")] filter: Option<RecordingFilter>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Connection<Recording, Recordings>> {
        let request = PageRequest::try_new(first, after)?;
        let filter = filter.unwrap_or_default().read()?;
        let owner = owner(ctx, "profileId", &profile_id).await?;
        let livetv = livetv(ctx).clone();
        let page = livetv.list_recordings(owner, &filter, &request).await?;
        let count = Count::lazy(move || {
            let (livetv, filter) = (livetv.clone(), filter.clone());
            async move { Ok(livetv.count_recordings(owner, &filter).await?) }
        });
        Ok(connection(page.map(Recording), count))
    }

    /// A profile's recording; null when the profile has none of this id.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn recording(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; a profile of the account that is signed in.")] profile_id: ID,
        #[graphql(desc = "The recording's id.")] id: ID,
    ) -> Result<Option<Recording>> {
        let id = RecordingId(parse_uuid("id", &id)?);
        let owner = owner(ctx, "profileId", &profile_id).await?;
        Ok(livetv(ctx).find_recording(owner, id).await?.map(Recording))
    }

    /// A profile's series rules, oldest first.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn series_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; a profile of the account that is signed in.")] profile_id: ID,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Connection<SeriesRule, SeriesRules>> {
        let request = PageRequest::try_new(first, after)?;
        let owner = owner(ctx, "profileId", &profile_id).await?;
        let livetv = livetv(ctx).clone();
        let page = livetv.list_series_rules(owner, &request).await?;
        let count = Count::lazy(move || {
            let livetv = livetv.clone();
            async move { Ok(livetv.count_series_rules(owner).await?) }
        });
        Ok(connection(page.map(SeriesRule), count))
    }

    /// How much the account that is signed in may record, all its profiles together.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn recording_quota(&self, ctx: &Context<'_>) -> Result<RecordingQuota> {
        Ok(livetv(ctx).quota(viewer(ctx)?.account).await?.into())
    }
}
