//! Batched reads: many keys, one statement.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Accounts;
use crate::{
    Error,
    entities::{account, profile, rating, resume_point},
};

/// A profile and a title.
pub type ProfileAndTitle = (Uuid, Uuid);

impl Accounts {
    /// Accounts by id.
    pub async fn load_accounts(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, account::Model>, Error> {
        let select = account::Entity::find().filter(account::Column::Id.is_in(ids.iter().copied()));
        let found = select.all(self.0.database.reader()).await?;
        Ok(found.into_iter().map(|account| (account.id, account)).collect())
    }

    /// Profiles by id.
    pub async fn load_profiles(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, profile::Model>, Error> {
        let select = profile::Entity::find().filter(profile::Column::Id.is_in(ids.iter().copied()));
        let found = select.all(self.0.database.reader()).await?;
        Ok(found.into_iter().map(|profile| (profile.id, profile)).collect())
    }

    /// Resume points by profile and title.
    pub async fn load_resume_points(
        &self,
        keys: &[ProfileAndTitle],
    ) -> Result<HashMap<ProfileAndTitle, resume_point::Model>, Error> {
        use resume_point::{Column, Entity};
        let select = Entity::find().filter(pairs(Column::ProfileId, Column::TitleId, keys));
        let found = select.all(self.0.database.reader()).await?;
        Ok(found
            .into_iter()
            .map(|point| ((point.profile_id, point.title_id), point))
            .collect())
    }

    /// Ratings by profile and title.
    pub async fn load_ratings(
        &self,
        keys: &[ProfileAndTitle],
    ) -> Result<HashMap<ProfileAndTitle, rating::Model>, Error> {
        use rating::{Column, Entity};
        let select = Entity::find().filter(pairs(Column::ProfileId, Column::TitleId, keys));
        let found = select.all(self.0.database.reader()).await?;
        Ok(found
            .into_iter()
            .map(|rating| ((rating.profile_id, rating.title_id), rating))
            .collect())
    }
}

/// The pairs, profile by profile: a request seldom asks for more than one.
fn pairs<C: ColumnTrait>(profile_column: C, title_column: C, keys: &[ProfileAndTitle]) -> Condition {
    let mut titles: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (profile, title) in keys {
        titles.entry(*profile).or_default().push(*title);
    }
    titles.into_iter().fold(Condition::any(), |any, (profile, titles)| {
        any.add(
            Condition::all()
                .add(profile_column.eq(profile))
                .add(title_column.is_in(titles)),
        )
    })
}
