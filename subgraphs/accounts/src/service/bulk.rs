//! Many rows at once, for the demo.

use kernel::AccountId;
use sea_orm::{ActiveValue::Set, EntityTrait, TryIntoModel};

use super::{Accounts, profiles::changed};
use crate::{
    Error,
    entities::{account, profile, rating, resume_point},
};

/// Rows of one statement.
const ROWS: usize = 200;

impl Accounts {
    /// Whether the demo is here already.
    pub(crate) async fn has_account(&self, account: AccountId) -> Result<bool, Error> {
        Ok(account::Entity::find_by_id(account.0)
            .one(self.0.database.reader())
            .await?
            .is_some())
    }

    /// The present instant.
    pub(crate) fn now(&self) -> kernel::Instant {
        self.0.clock.now()
    }

    /// Keeps the demo: accounts that can sign in (with their events), and a crowd that cannot (without).
    pub(crate) async fn insert_demo(
        &self,
        accounts: Vec<(account::ActiveModel, Vec<profile::ActiveModel>)>,
        crowd: &[demo::Viewer],
    ) -> Result<(), Error> {
        let tx = self.0.database.begin().await?;
        for (account, profiles) in accounts {
            account::Entity::insert(account).exec_without_returning(&tx).await?;
            for profile in profiles {
                tx.raise(&changed(&profile.clone().try_into_model()?, false)).await?;
                profile::Entity::insert(profile).exec_without_returning(&tx).await?;
            }
        }
        for part in crowd.chunks(ROWS) {
            let accounts = part.iter().map(|viewer| self.stranger(viewer));
            account::Entity::insert_many(accounts)
                .exec_without_returning(&tx)
                .await?;
            let profiles = part.iter().map(|viewer| self.demo_profile(viewer.id, &viewer.profile));
            profile::Entity::insert_many(profiles)
                .exec_without_returning(&tx)
                .await?;
        }
        let points: Vec<_> = crowd.iter().flat_map(points).collect();
        for part in points.chunks(ROWS) {
            resume_point::Entity::insert_many(part.to_vec())
                .exec_without_returning(&tx)
                .await?;
        }
        let ratings: Vec<_> = crowd.iter().flat_map(ratings).collect();
        for part in ratings.chunks(ROWS) {
            rating::Entity::insert_many(part.to_vec())
                .exec_without_returning(&tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Somebody who never lived and cannot sign in.
    fn stranger(&self, viewer: &demo::Viewer) -> account::ActiveModel {
        account::ActiveModel {
            id: Set(viewer.id.0),
            email: Set(viewer.email.clone()),
            display_name: Set(viewer.name.clone()),
            password_hash: Set(None),
            roles: Set(auth::Role::Viewer.name().to_owned()),
            created_at: Set(self.0.clock.now()),
        }
    }
}

fn points(viewer: &demo::Viewer) -> impl Iterator<Item = resume_point::ActiveModel> {
    let profile = viewer.profile.id.0;
    viewer.history.iter().map(move |watched| resume_point::ActiveModel {
        profile_id: Set(profile),
        title_id: Set(watched.title.0),
        position_ms: Set(i64::from(watched.position_seconds) * 1000),
        duration_ms: Set(Some(i64::from(watched.duration_seconds) * 1000)),
        finished: Set(watched.finished),
        watched_at: Set(watched.watched_at),
    })
}

fn ratings(viewer: &demo::Viewer) -> impl Iterator<Item = rating::ActiveModel> {
    let profile = viewer.profile.id.0;
    viewer.ratings.iter().map(move |rated| rating::ActiveModel {
        profile_id: Set(profile),
        title_id: Set(rated.title.0),
        rating: Set(rated.rating),
        comment: Set(rated.comment.clone()),
        is_review: Set(rated.comment.is_some()),
        rated_at: Set(rated.rated_at),
    })
}
