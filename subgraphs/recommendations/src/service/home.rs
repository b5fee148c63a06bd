//! The home screen, and what is recommended to a profile.

use std::collections::HashMap;

use auth::Viewer;
use kernel::{AccountId, ProfileId, Refusal, TitleId};

use super::Recommendations;
use crate::{
    domain::{
        Resume, Taste,
        ranking::{self, Audience, Pick, Rail},
        taste::Watched,
    },
    entities::{interaction, profile, rating},
    error::Error,
};

/// What one profile watched, as far back as its recommendations look.
const WATCHED: u64 = 200;
/// Titles that can be continued.
const RESUMED: u64 = 50;

/// A profile of the viewer, with its taste.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The profile.
    pub profile: ProfileId,
    /// What it watched, and what it may see.
    pub taste: Taste,
}

impl Recommendations {
    /// The rails of the home screen, at most `first`; personal ones only for a profile of the viewer.
    ///
    /// # Errors
    /// `NOT_FOUND` for a profile that is not the viewer's.
    pub async fn home(
        &self,
        viewer: Option<&Viewer>,
        profile: Option<ProfileId>,
        first: usize,
    ) -> Result<Vec<Rail>, Error> {
        let model = self.model().await?;
        let mut person = None;
        let mut resume = Vec::new();
        if let (Some(viewer), Some(profile)) = (viewer, profile) {
            person = Some(self.person(viewer.account, profile).await?);
            let rows = interaction::Entity::to_resume(profile, RESUMED)
                .all(self.0.db.reader())
                .await?;
            resume = rows
                .iter()
                .map(|row| Resume {
                    title: TitleId(row.title_id),
                    at: row.at,
                })
                .collect();
        }
        let audience = Audience {
            taste: person.as_ref().map(|person| &person.taste),
            resume: &resume,
            editorial_tag: &self.0.settings.editorial_tag,
        };
        Ok(ranking::rails(&model, audience, first))
    }

    /// A profile of the account.
    ///
    /// # Errors
    /// `NOT_FOUND` for a profile that is not the account's.
    async fn person(&self, account: AccountId, profile: ProfileId) -> Result<Person, Error> {
        let mut found = self.people(account, &[profile]).await?;
        found
            .remove(&profile)
            .ok_or_else(|| Refusal::not_found("profile").into())
    }

    /// Those of `profiles` that are the account's: three statements, however many there are.
    pub async fn people(
        &self,
        account: AccountId,
        profiles: &[ProfileId],
    ) -> Result<HashMap<ProfileId, Person>, Error> {
        let reader = self.0.db.reader();
        let rows = profile::Entity::owned(account, profiles).all(reader).await?;
        let mut people: HashMap<ProfileId, Person> = HashMap::new();
        for row in rows {
            let kids = row.kids.then_some(self.0.settings.kids_max_age);
            let max_age = row.max_age.or(kids);
            let profile = ProfileId(row.id);
            people.insert(
                profile,
                Person {
                    profile,
                    taste: Taste {
                        max_age,
                        ..Taste::default()
                    },
                },
            );
        }
        let ids: Vec<ProfileId> = people.keys().copied().collect();
        if ids.is_empty() {
            return Ok(people);
        }
        let limit = WATCHED * ids.len() as u64;
        for row in interaction::Entity::latest(&ids, limit).all(reader).await? {
            let watched = Watched {
                title: TitleId(row.title_id),
                share: row.share,
                at: row.at,
            };
            if let Some(person) = people.get_mut(&ProfileId(row.profile_id)) {
                person.taste.watched.push(watched);
            }
        }
        for row in rating::Entity::latest(&ids, limit).all(reader).await? {
            if let Some(person) = people.get_mut(&ProfileId(row.profile_id)) {
                person.taste.ratings.insert(TitleId(row.title_id), row.rating);
            }
        }
        Ok(people)
    }

    /// What `person` may like, best first.
    pub async fn recommend(&self, person: &Person, first: usize) -> Result<Vec<Pick>, Error> {
        Ok(ranking::recommend(&*self.model().await?, &person.taste, first))
    }

    /// What belongs to `title`, best first; `None` for a title that is not known.
    pub async fn related(&self, title: TitleId, first: usize) -> Result<Option<Vec<Pick>>, Error> {
        let model = self.model().await?;
        Ok(model.find(title).map(|_| ranking::related(&model, title, first)))
    }
}
