//! Titles that a profile means to watch.

use kernel::{AccountId, ProfileId, TitleId};
use schema::events::accounts::WatchlistUpdated;
use sea_orm::{EntityTrait, IntoActiveModel, PaginatorTrait};

use super::{Accounts, Outcome, TitleNotFound, find_title, hold_profile};
use crate::entities::watchlist_entry;

/// Why a watchlist does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchlistProblem {
    /// There is no such title.
    TitleNotFound,
    /// The list holds as many as it may.
    Full(u32),
}

impl Accounts {
    /// Puts a title on a watchlist; one that is there already stays where it is.
    pub async fn add_to_watchlist(
        &self,
        account: AccountId,
        profile: ProfileId,
        title: TitleId,
    ) -> Outcome<watchlist_entry::Model, WatchlistProblem> {
        let tx = self.0.database.begin().await?;
        let profile = hold_profile(&tx, account, profile).await?.profile();
        let there = watchlist_entry::Entity::find_by_id((profile.0, title.0))
            .one(&tx)
            .await?;
        if let Some(entry) = there {
            return Ok(Ok(entry));
        }
        if find_title(&tx, title).await?.is_none() {
            return Ok(Err(WatchlistProblem::TitleNotFound));
        }
        let most = self.0.settings.max_watchlist;
        if watchlist_entry::Entity::of(profile).count(&tx).await? >= most.into() {
            return Ok(Err(WatchlistProblem::Full(most)));
        }
        let now = self.0.clock.now();
        let entry = watchlist_entry::Model {
            profile_id: profile.0,
            title_id: title.0,
            added_at: now,
        };
        watchlist_entry::Entity::insert(entry.clone().into_active_model())
            .exec_without_returning(&tx)
            .await?;
        tx.raise(&WatchlistUpdated {
            profile,
            title,
            listed: true,
            at: now,
        })
        .await?;
        tx.commit().await?;
        Ok(Ok(entry))
    }

    /// Takes a title from a watchlist; false when it was not on it.
    pub async fn remove_from_watchlist(
        &self,
        account: AccountId,
        profile: ProfileId,
        title: TitleId,
    ) -> Outcome<bool, TitleNotFound> {
        let tx = self.0.database.begin().await?;
        let profile = hold_profile(&tx, account, profile).await?.profile();
        let removed = watchlist_entry::Entity::delete_by_id((profile.0, title.0))
            .exec(&tx)
            .await?
            .rows_affected;
        if removed == 0 {
            let known = find_title(&tx, title).await?.is_some();
            return Ok(if known { Ok(false) } else { Err(TitleNotFound) });
        }
        tx.raise(&WatchlistUpdated {
            profile,
            title,
            listed: false,
            at: self.0.clock.now(),
        })
        .await?;
        tx.commit().await?;
        Ok(Ok(true))
    }
}
