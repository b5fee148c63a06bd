//! What the catalogue tells of its titles.

use database::is_first_delivery;
use kernel::{EventId, TitleId};
use schema::events::catalogue::{TitleFacts, TitleKind};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::Accounts;
use crate::{Error, entities::title};

/// Kind of a title that was withdrawn before it was told of.
const UNKNOWN: &str = "UNKNOWN";

impl Accounts {
    /// A title was published or changed; an older version is passed over.
    pub async fn take_title(&self, event: EventId, facts: TitleFacts) -> Result<(), Error> {
        let tx = self.0.database.begin().await?;
        if !is_first_delivery(&tx, event).await? {
            return Ok(());
        }
        let kept = title::Entity::find_by_id(facts.title.0).one(&tx).await?;
        if kept.as_ref().is_none_or(|kept| kept.version < facts.version) {
            let row = title::Model {
                id: facts.title.0,
                kind: kind(facts.kind).to_owned(),
                runtime_seconds: facts.runtime_seconds,
                series_id: facts.series.map(|series| series.0),
                season_number: facts.season_number,
                episode_number: facts.episode_number,
                withdrawn: false,
                version: facts.version,
            };
            let row = row.into_active_model();
            if kept.is_some() {
                row.reset_all().update(&tx).await?;
            } else {
                title::Entity::insert(row).exec_without_returning(&tx).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// A title can no longer be found; what was watched, listed and rated stays for its return.
    pub async fn take_withdrawal(&self, event: EventId, title: TitleId, version: i64) -> Result<(), Error> {
        let tx = self.0.database.begin().await?;
        if !is_first_delivery(&tx, event).await? {
            return Ok(());
        }
        match title::Entity::find_by_id(title.0).one(&tx).await? {
            Some(kept) if kept.version > version => {}
            Some(kept) => {
                let row = title::Model {
                    withdrawn: true,
                    version,
                    ..kept
                };
                row.into_active_model().reset_all().update(&tx).await?;
            }
            None => {
                // Kept all the same: its publication, told late, must not bring it back.
                let row = title::Model {
                    id: title.0,
                    kind: UNKNOWN.to_owned(),
                    runtime_seconds: None,
                    series_id: None,
                    season_number: None,
                    episode_number: None,
                    withdrawn: true,
                    version,
                };
                title::Entity::insert(row.into_active_model())
                    .exec_without_returning(&tx)
                    .await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

const fn kind(kind: TitleKind) -> &'static str {
    match kind {
        TitleKind::Movie => "MOVIE",
        TitleKind::Series => "SERIES",
        TitleKind::Season => "SEASON",
        TitleKind::Episode => "EPISODE",
        TitleKind::Video => "VIDEO",
    }
}
