//! Use cases by noun; the only room that opens transactions, raises events and checks ownership.

mod access;
mod ledger;
mod links;
mod live;
mod playback;
mod read_models;
mod reports;
mod rules;
mod sessions;

use std::sync::Arc;

use auth::{REVOKED_TOKENS, Viewer};
use database::Database;
use kernel::{AccountId, ErrorCode, Instant, ProfileId, Refusal};
use runtime::Platform;

pub use access::{Content, Ledger, OfferBook};
pub use links::Links;
pub use playback::{Drm, Grant, Protocol, Refused, Start, Started};
pub use reports::{PlayerEvent, Report, Reported};
pub use rules::NewRule;
pub use sessions::Heard;
pub(crate) use sessions::may_see;

use crate::{Error, Settings, entities::profile};

/// Rights. Cheap to clone.
#[derive(Clone)]
pub struct Rights(Arc<Inner>);

struct Inner {
    platform: Platform,
    db: Database,
    settings: Settings,
}

impl Rights {
    /// Rights over their database.
    pub fn new(platform: &Platform, db: Database, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            platform: platform.clone(),
            db,
            settings,
        }))
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn now(&self) -> Instant {
        self.0.platform.clock.now()
    }

    fn db(&self) -> &Database {
        &self.0.db
    }

    fn platform(&self) -> &Platform {
        &self.0.platform
    }

    /// Refuses a signed-out token: what is minted here outlives the access token.
    async fn require_unrevoked(&self, viewer: &Viewer) -> Result<(), Error> {
        let revoked = self
            .platform()
            .kv
            .get(REVOKED_TOKENS, &viewer.token_id.to_string())
            .await?;
        match revoked {
            Some(_) => Err(Refusal::new(ErrorCode::Unauthenticated, "this sign-in was ended; sign in again").into()),
            None => Ok(()),
        }
    }

    /// The viewer's own profile; the account's own id stands for its oldest.
    async fn require_profile(&self, account: AccountId, profile: ProfileId) -> Result<profile::Model, Error> {
        let select = if profile.0 == account.0 {
            profile::Entity::all_of(account)
        } else {
            profile::Entity::owned_by(account, profile)
        };
        let found = select.one(self.db().reader()).await?;
        Ok(found.ok_or_else(|| Refusal::not_found("the profile").with("field", "input.profileId"))?)
    }
}
