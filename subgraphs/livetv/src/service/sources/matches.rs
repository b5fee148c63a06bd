//! Whose channels a source's channels are, as administrators see and decide it.

use kernel::{ChannelId, Page, PageRequest};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, Select, sea_query::OnConflict,
};
use uuid::Uuid;

use super::edit::look_again;
use crate::{
    Error,
    domain::audit::Facts,
    entities::{
        audit_entry::Subject,
        channel,
        channel_match::{self, MatchReason, MatchState},
        guide_source,
    },
    service::{Actor, LiveTv, audit, channel_fields::text},
};

/// Longest id of a file's channel.
const MAX_ID: usize = 200;

/// What an administrator decides of a source's channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchDecision {
    /// It is this one of ours.
    Channel(ChannelId),
    /// Nothing of it is wanted.
    Ignore,
    /// The next import decides by itself.
    Auto,
}

/// Why a decision was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MatchProblem {
    /// There is no such source.
    #[error("this source does not exist")]
    SourceNotFound,
    /// There is no such channel.
    #[error("this channel does not exist")]
    ChannelNotFound,
}

impl LiveTv {
    /// A page of a source's channels (none: of guides without a source), the least sure first.
    pub async fn list_matches(
        &self,
        source: Option<Uuid>,
        only_uncertain: bool,
        request: &PageRequest,
    ) -> Result<Page<channel_match::Model>, Error> {
        use channel_match::Column;
        let order = [(Column::Confidence, Order::Asc), (Column::FileId, Order::Asc)];
        database::page(
            self.database.reader(),
            of_source(source, only_uncertain),
            &order,
            request,
            |row| (row.confidence, row.file_id.clone()),
            |(confidence, id): (i32, String)| vec![confidence.into(), id.into()],
        )
        .await
    }

    /// How many there are.
    pub async fn count_matches(&self, source: Option<Uuid>, only_uncertain: bool) -> Result<u64, Error> {
        Ok(of_source(source, only_uncertain).count(self.database.reader()).await?)
    }

    /// Decides what a source's channel is; imports keep to it from the next one on. `None` where they decide again.
    ///
    /// # Errors
    /// Malformed input; the database does not answer.
    pub async fn set_match(
        &self,
        actor: &Actor,
        source: Option<Uuid>,
        file_id: &str,
        decision: MatchDecision,
    ) -> Result<Result<Option<channel_match::Model>, MatchProblem>, Error> {
        let file_id = text("fileId", file_id, MAX_ID)?;
        let tx = self.database.begin().await?;
        if let Some(id) = source
            && guide_source::Entity::find_by_id(id).one(&tx).await?.is_none()
        {
            return Ok(Err(MatchProblem::SourceNotFound));
        }
        let source = source.unwrap_or_default();
        let before = channel_match::Entity::find_by_id((source, file_id.clone()))
            .one(&tx)
            .await?;
        let (state, channel) = match decision {
            MatchDecision::Channel(id) => (MatchState::Matched, Some(id.0)),
            MatchDecision::Ignore => (MatchState::Ignored, None),
            MatchDecision::Auto => {
                channel_match::Entity::delete_by_id((source, file_id.clone()))
                    .exec(&tx)
                    .await?;
                let facts = (&told(&file_id, before.as_ref()), &Vec::new());
                audit::note(&tx, actor, "setChannelMatch", (Subject::Source, source), facts).await?;
                look_again(&tx, source).await?;
                tx.commit().await?;
                return Ok(Ok(None));
            }
        };
        if let Some(id) = channel {
            let found = channel::Entity::living()
                .filter(channel::Column::Id.eq(id))
                .one(&tx)
                .await?;
            if found.is_none() {
                return Ok(Err(MatchProblem::ChannelNotFound));
            }
        }
        let row = channel_match::Model {
            source_id: source,
            file_name: before.as_ref().and_then(|before| before.file_name.clone()),
            file_number: before.as_ref().and_then(|before| before.file_number.clone()),
            file_id,
            channel_id: channel,
            state,
            reason: MatchReason::Manual,
            confidence: 100,
            is_manual: true,
            changed_at: tx.now(),
        };
        save(&tx, &row).await?;
        let facts = (&told(&row.file_id, before.as_ref()), &told(&row.file_id, Some(&row)));
        audit::note(&tx, actor, "setChannelMatch", (Subject::Source, source), facts).await?;
        look_again(&tx, source).await?;
        tx.commit().await?;
        Ok(Ok(Some(row)))
    }
}

fn of_source(source: Option<Uuid>, only_uncertain: bool) -> Select<channel_match::Entity> {
    use channel_match::Column;
    let select = channel_match::Entity::find().filter(Column::SourceId.eq(source.unwrap_or_default()));
    if only_uncertain {
        select.filter(Column::State.eq(MatchState::Uncertain))
    } else {
        select
    }
}

async fn save(tx: &database::Tx, row: &channel_match::Model) -> Result<(), Error> {
    use channel_match::Column;
    let overwrite = OnConflict::columns([Column::SourceId, Column::FileId])
        .update_columns([
            Column::ChannelId,
            Column::State,
            Column::Reason,
            Column::Confidence,
            Column::IsManual,
            Column::ChangedAt,
        ])
        .to_owned();
    channel_match::Entity::insert(row.clone().into_active_model())
        .on_conflict(overwrite)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// A decision as the log tells it.
fn told(file_id: &str, row: Option<&channel_match::Model>) -> Facts {
    let channel = row.and_then(|row| row.channel_id).map(|id| id.to_string());
    let is_ignored = row.is_some_and(|row| row.state == MatchState::Ignored);
    // What an import found and an administrator says is the same channel, but from then on it sticks.
    let is_manual = row.is_some_and(|row| row.is_manual);
    vec![
        ("fileId", file_id.into()),
        ("channelId", channel.into()),
        ("ignored", is_ignored.into()),
        ("manual", is_manual.into()),
    ]
}
