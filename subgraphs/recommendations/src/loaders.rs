//! Batch reads behind types and references.

use std::collections::HashMap;

use async_trait::async_trait;
use graphql::{Batch, Loader, Result};
use kernel::{AccountId, ProfileId};

use crate::service::{Person, Recommendations};

/// The loaders of one request.
pub struct Loaders {
    /// Profiles of an account, with their taste.
    pub people: Loader<(AccountId, ProfileId), Person>,
}

impl Loaders {
    /// Fresh loaders.
    pub fn new(recommendations: &Recommendations) -> Self {
        Self {
            people: Loader::new(People(recommendations.clone())),
        }
    }
}

struct People(Recommendations);

#[async_trait]
impl Batch<(AccountId, ProfileId), Person> for People {
    async fn load(&self, keys: &[(AccountId, ProfileId)]) -> Result<HashMap<(AccountId, ProfileId), Person>> {
        let mut by_account: HashMap<AccountId, Vec<ProfileId>> = HashMap::new();
        for (account, profile) in keys {
            by_account.entry(*account).or_default().push(*profile);
        }
        let mut found = HashMap::new();
        // One account: a request has one viewer.
        for (account, profiles) in by_account {
            let people = self.0.people(account, &profiles).await?;
            found.extend(people.into_iter().map(|(profile, person)| ((account, profile), person)));
        }
        Ok(found)
    }
}
