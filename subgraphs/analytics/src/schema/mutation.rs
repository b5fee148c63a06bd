//! Mutations of analytics.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use graphql::{Result, SignedIn, directives::Authenticated, viewer};

use super::types::{EventInput, RejectedEvent};
use crate::service::Analytics;

/// What `ingestEvents` needs.
#[derive(InputObject)]
pub struct IngestEventsInput {
    /// What happened, at most 500 events.
    events: Vec<EventInput>,
}

/// What `ingestEvents` gives. It refuses by item.
#[derive(SimpleObject)]
pub struct IngestEventsPayload {
    /// Events that are new.
    accepted: i32,
    /// Events that were known already, and were not counted again.
    duplicates: i32,
    /// Events that were not taken, in the order of the call.
    rejected: Vec<RejectedEvent>,
}

/// Mutations of analytics.
pub struct Mutation;

/// What can be done.
#[Object]
impl Mutation {
    /// Reports what happened in an app. The same event may be sent again. Signed in.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn ingest_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What happened.")] input: IngestEventsInput,
    ) -> Result<IngestEventsPayload> {
        let events = input.events.into_iter().map(Into::into).collect();
        let ingested = ctx
            .data_unchecked::<Analytics>()
            .ingest(viewer(ctx)?.account, events)
            .await?;
        let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        Ok(IngestEventsPayload {
            accepted: count(ingested.accepted),
            duplicates: count(ingested.duplicates),
            rejected: ingested.rejected.into_iter().map(RejectedEvent).collect(),
        })
    }
}
