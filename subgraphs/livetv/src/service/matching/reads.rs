//! What matching reads, and what it remembers.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict};
use uuid::Uuid;

use super::{Channels, MOST_CHANNELS, Matches, Matching};
use crate::{
    Error,
    entities::{channel, channel_match},
    service::{IDS_AT_ONCE, ROWS_AT_ONCE},
};

impl Matching<'_> {
    pub(super) async fn remembered(
        &self,
        wanted: &BTreeSet<String>,
    ) -> Result<HashMap<String, channel_match::Model>, Error> {
        use channel_match::Column;
        let ids: Vec<&String> = wanted.iter().collect();
        let mut found = HashMap::new();
        for chunk in ids.chunks(IDS_AT_ONCE) {
            let rows = channel_match::Entity::find()
                .filter(Column::SourceId.eq(self.source))
                .filter(Column::FileId.is_in(chunk.iter().map(|id| id.as_str())))
                .limit(chunk.len() as u64)
                .all(self.tx)
                .await?;
            found.extend(rows.into_iter().map(|row| (row.file_id.clone(), row)));
        }
        Ok(found)
    }

    pub(super) async fn remember(&self, rows: Vec<channel_match::Model>) -> Result<(), Error> {
        use channel_match::Column;
        let rows: Vec<_> = rows.into_iter().map(IntoActiveModel::into_active_model).collect();
        for chunk in rows.chunks(ROWS_AT_ONCE) {
            let overwrite = OnConflict::columns([Column::SourceId, Column::FileId])
                .update_columns([
                    Column::FileName,
                    Column::FileNumber,
                    Column::ChannelId,
                    Column::State,
                    Column::Reason,
                    Column::Confidence,
                    Column::ChangedAt,
                ])
                .to_owned();
            channel_match::Entity::insert_many(chunk.to_vec())
                .on_conflict(overwrite)
                .exec_without_returning(self.tx)
                .await?;
        }
        Ok(())
    }

    pub(super) async fn by_xmltv_id(&self, wanted: &BTreeSet<String>) -> Result<Matches, Error> {
        let ids: Vec<&String> = wanted.iter().collect();
        let mut found = Matches::new();
        for chunk in ids.chunks(IDS_AT_ONCE) {
            let is_wanted = channel::Column::XmltvId.is_in(chunk.iter().map(|id| id.as_str()));
            let rows = channel::Entity::find()
                .filter(is_wanted)
                .limit(chunk.len() as u64)
                .all(self.tx)
                .await?;
            found.extend(rows.into_iter().filter_map(|row| Some((row.xmltv_id.clone()?, row))));
        }
        Ok(found)
    }

    pub(super) async fn living(&self, ids: &BTreeSet<Uuid>) -> Result<Channels, Error> {
        let ids: Vec<Uuid> = ids.iter().copied().collect();
        let mut found = Channels::new();
        for chunk in ids.chunks(IDS_AT_ONCE) {
            let rows = channel::Entity::living()
                .filter(channel::Column::Id.is_in(chunk.iter().copied()))
                .limit(chunk.len() as u64)
                .all(self.tx)
                .await?;
            found.extend(rows.into_iter().map(|row| (row.id, row)));
        }
        Ok(found)
    }

    pub(super) async fn all_living(&self) -> Result<Vec<channel::Model>, Error> {
        let rows = channel::Entity::living()
            .order_by_asc(channel::Column::Id)
            .limit(MOST_CHANNELS)
            .all(self.tx)
            .await?;
        Ok(rows)
    }
}
