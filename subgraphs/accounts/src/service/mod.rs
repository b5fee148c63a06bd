//! Use cases by noun; the only room that opens transactions, raises events and checks whose things are whose.

mod administration;
mod api_keys;
mod bulk;
mod exchange;
mod history;
mod identities;
mod introspection;
mod lists;
mod mail;
mod profiles;
mod providers;
mod ratings;
mod reads;
mod registration;
mod resets;
mod sessions;
mod titles;
mod watchlist;

use std::sync::Arc;

use auth::{Issuer, Verifier};
use cache::Kv;
use database::{Database, Tx};
use kernel::{AccountId, Clock, Ids, ProfileId, Refusal, TitleId};
use runtime::{Blocking, Platform};
use sea_orm::{EntityTrait, QuerySelect};

pub use administration::{AccountChange, AccountFilter, AdminProblem};
pub use api_keys::{ApiKeyProblem, NewApiKey};
pub use exchange::Issued;
pub use history::{Progress, ProgressProblem};
pub use introspection::Introspection;
pub use profiles::{CreateProfileProblem, DeleteProfileProblem, ProfileChange};
pub use ratings::RatingSummary;
pub use registration::{Newcomer, RegisterProblem};
pub use resets::ResetProblem;
pub use sessions::{LoginProblem, LogoutProblem, RefreshProblem, Tokens};
pub use watchlist::WatchlistProblem;

use self::providers::Providers;
use crate::{
    Error, Settings,
    entities::{account, profile, title},
};

/// What a use case gives: its result, or why the viewer is refused, or why we fail.
pub type Outcome<T, P> = Result<Result<T, P>, Error>;

/// There is no such title, or no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TitleNotFound;

/// Accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts(Arc<Inner>);

struct Inner {
    database: Database,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    kv: Arc<dyn Kv>,
    issuer: Issuer,
    verifier: Verifier,
    tokens: auth::Settings,
    hashing: Blocking,
    mailer: Arc<dyn mail::Mailer>,
    providers: Providers,
    /// Where clients find the graph.
    url: String,
    settings: Settings,
}

impl Accounts {
    /// Accounts over its database.
    ///
    /// # Errors
    /// The process has no key to sign tokens with; an identity provider's entry cannot work.
    pub fn try_new(platform: &Platform, database: Database, settings: Settings) -> Result<Self, Error> {
        Ok(Self(Arc::new(Inner {
            database,
            clock: platform.clock.clone(),
            ids: platform.ids.clone(),
            kv: platform.kv.clone(),
            issuer: platform.issuer.clone().ok_or(Error::NoIssuer)?,
            verifier: platform.verifier.clone(),
            tokens: platform.tokens.clone(),
            hashing: Blocking::new(settings.hashing_at_once.max(1)),
            mailer: Arc::new(mail::Folder::new(&settings.mail_folder, &platform.data_dir)),
            providers: Providers::try_new(&settings, &platform.clock)?,
            url: platform.urls.graph.clone(),
            settings,
        })))
    }
}

/// The profile, held until the transaction ends, when it is `account`'s. The account's own id stands for its oldest.
///
/// Whoever changes what belongs to a profile holds it, so that two beacons never overwrite each other.
async fn hold_profile(tx: &Tx, account: AccountId, profile: ProfileId) -> Result<profile::Model, Error> {
    let select = if profile.0 == account.0 {
        profile::Entity::owned_by(account).limit(1)
    } else {
        profile::Entity::one_owned_by(account, profile)
    };
    let held = select.lock_exclusive().one(tx).await?;
    Ok(held.ok_or_else(|| Refusal::not_found("profile"))?)
}

/// The account, held until the transaction ends: its sign-ins and profiles change one at a time.
async fn hold_account(tx: &Tx, account: AccountId) -> Result<account::Model, Error> {
    let held = account::Entity::find_by_id(account.0).lock_exclusive().one(tx).await?;
    // A token may outlive its account by half an hour.
    Ok(held.ok_or_else(Refusal::unauthenticated)?)
}

/// The title, when it can be found.
async fn find_title(tx: &Tx, title: TitleId) -> Result<Option<title::Model>, Error> {
    Ok(title::Entity::find_by_id(title.0)
        .one(tx)
        .await?
        .filter(|title| !title.withdrawn))
}
