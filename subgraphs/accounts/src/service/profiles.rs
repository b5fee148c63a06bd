//! Who watches: the profiles of an account.

use database::Tx;
use kernel::{AccountId, ProfileId, Refusal};
use schema::events::accounts::ProfileChanged;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, PaginatorTrait, QuerySelect};

use super::{Accounts, Outcome, administration::forget_profile, hold_account, hold_profile};
use crate::{Error, domain::change::Change, entities::profile};

/// What is to be different in a profile; `None` leaves it. Texts are checked already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// Its name.
    pub name: Option<String>,
    /// Its picture.
    pub avatar_url: Change<String>,
    /// Whether it is a child's.
    pub kids: Option<bool>,
    /// Youngest age of titles that are refused to it.
    pub max_age: Change<i32>,
    /// Language of sound.
    pub language: Change<String>,
    /// Language of subtitles.
    pub subtitle_language: Change<String>,
    /// Whether the next episode starts by itself.
    pub autoplay: Option<bool>,
}

/// Why a profile is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateProfileProblem {
    /// The account has as many as it may.
    ProfileLimit(u32),
}

/// Why a profile is not deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteProfileProblem {
    /// An account keeps at least one.
    LastProfile,
}

impl Accounts {
    /// Most profiles of an account.
    pub fn max_profiles(&self) -> u64 {
        self.0.settings.max_profiles.into()
    }

    /// The profiles of `account`, oldest first.
    pub async fn profiles_of(&self, account: AccountId) -> Result<Vec<profile::Model>, Error> {
        let owned = profile::Entity::owned_by(account).limit(self.max_profiles());
        Ok(owned.all(self.0.database.reader()).await?)
    }

    /// The oldest profile of `account`.
    pub async fn first_profile(&self, account: AccountId) -> Result<Option<profile::Model>, Error> {
        Ok(profile::Entity::owned_by(account).one(self.0.database.reader()).await?)
    }

    /// Makes a profile.
    pub async fn create_profile(
        &self,
        account: AccountId,
        change: ProfileChange,
    ) -> Outcome<profile::Model, CreateProfileProblem> {
        let tx = self.0.database.begin().await?;
        hold_account(&tx, account).await?;
        if profile::Entity::owned_by(account).count(&tx).await? >= self.max_profiles() {
            return Ok(Err(CreateProfileProblem::ProfileLimit(self.0.settings.max_profiles)));
        }
        let made = self.insert_profile(&tx, account, change).await?;
        tx.commit().await?;
        Ok(Ok(made))
    }

    pub(super) async fn insert_profile(
        &self,
        tx: &Tx,
        account: AccountId,
        change: ProfileChange,
    ) -> Result<profile::Model, Error> {
        let now = self.0.clock.now();
        let made = profile::Model {
            id: self.0.ids.next(),
            account_id: account.0,
            name: change.name.unwrap_or_default(),
            avatar_url: change.avatar_url.apply(None),
            kids: change.kids.unwrap_or_default(),
            max_age: change.max_age.apply(None),
            language: change.language.apply(None),
            subtitle_language: change.subtitle_language.apply(None),
            autoplay: change.autoplay.unwrap_or(true),
            created_at: now,
            updated_at: now,
        };
        profile::Entity::insert(made.clone().into_active_model())
            .exec_without_returning(tx)
            .await?;
        tx.raise(&changed(&made, false)).await?;
        Ok(made)
    }

    /// Changes a profile of `account`.
    pub async fn update_profile(
        &self,
        account: AccountId,
        profile: ProfileId,
        change: ProfileChange,
    ) -> Result<profile::Model, Error> {
        let tx = self.0.database.begin().await?;
        let held = hold_profile(&tx, account, profile).await?;
        // Read models take the latest: two changes within one millisecond still differ.
        let updated_at = self
            .0
            .clock
            .now()
            .max(held.updated_at + chrono::TimeDelta::milliseconds(1));
        let next = profile::Model {
            name: change.name.unwrap_or(held.name),
            avatar_url: change.avatar_url.apply(held.avatar_url),
            kids: change.kids.unwrap_or(held.kids),
            max_age: change.max_age.apply(held.max_age),
            language: change.language.apply(held.language),
            subtitle_language: change.subtitle_language.apply(held.subtitle_language),
            autoplay: change.autoplay.unwrap_or(held.autoplay),
            updated_at,
            ..held
        };
        next.clone().into_active_model().reset_all().update(&tx).await?;
        tx.raise(&changed(&next, false)).await?;
        tx.commit().await?;
        Ok(next)
    }

    /// Deletes a profile of `account` and all that is its own.
    pub async fn delete_profile(&self, account: AccountId, profile: ProfileId) -> Outcome<(), DeleteProfileProblem> {
        let tx = self.0.database.begin().await?;
        hold_account(&tx, account).await?;
        let mut held = hold_profile(&tx, account, profile).await?;
        if profile::Entity::owned_by(account).count(&tx).await? < 2 {
            return Ok(Err(DeleteProfileProblem::LastProfile));
        }
        forget_profile(&tx, held.id).await?;
        held.updated_at = self
            .0
            .clock
            .now()
            .max(held.updated_at + chrono::TimeDelta::milliseconds(1));
        tx.raise(&changed(&held, true)).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Refuses a profile that is not `account`'s.
    pub fn require_own(account: AccountId, profile: Option<&profile::Model>) -> Result<(), Refusal> {
        match profile {
            Some(profile) if profile.account() == account => Ok(()),
            _ => Err(Refusal::not_found("profile")),
        }
    }

    /// A profile of the demo, without its event.
    pub(crate) fn demo_profile(&self, account: AccountId, profile: &demo::Profile) -> profile::ActiveModel {
        let now = self.0.clock.now();
        profile::ActiveModel {
            id: Set(profile.id.0),
            account_id: Set(account.0),
            name: Set(profile.name.clone()),
            avatar_url: Set(None),
            kids: Set(profile.kids),
            max_age: Set(None),
            language: Set(None),
            subtitle_language: Set(None),
            autoplay: Set(true),
            created_at: Set(now),
            updated_at: Set(now),
        }
    }
}

/// What others are told of a profile.
pub(super) fn changed(profile: &profile::Model, deleted: bool) -> ProfileChanged {
    ProfileChanged {
        profile: profile.profile(),
        account: profile.account(),
        kids: profile.kids,
        max_age: profile.max_age,
        deleted,
        at: profile.updated_at,
    }
}
