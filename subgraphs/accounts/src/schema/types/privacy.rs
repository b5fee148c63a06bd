//! Who may see what belongs to an account.

use async_graphql::{Context, ID};
use auth::Role;
use graphql::{Result, find_viewer};
use kernel::{AccountId, ProfileId};

use crate::{loaders::loaders, service::Accounts};

/// Whether `account` itself asks.
pub fn is_owner(ctx: &Context<'_>, account: AccountId) -> bool {
    find_viewer(ctx).is_some_and(|viewer| viewer.account == account)
}

/// Whether `account` itself asks, or staff.
pub fn may_see(ctx: &Context<'_>, account: AccountId) -> bool {
    find_viewer(ctx).is_some_and(|viewer| viewer.account == account || viewer.has_any(&[Role::Support]))
}

/// A personal field of a title: what `read` finds for the profile; `None` without a profile or a sign-in.
///
/// Reads before it knows whose profile it is, and shows nothing until then: fields of many titles wait for one batch, not
/// for one after the other.
///
/// # Errors
/// `NOT_FOUND` for a profile of another account.
pub async fn personal<T, F>(
    ctx: &Context<'_>,
    profile: Option<ID>,
    read: impl FnOnce(ProfileId) -> F,
) -> Result<Option<T>>
where
    F: Future<Output = Result<Option<T>>>,
{
    let Some(profile) = profile else {
        return Ok(None);
    };
    let profile = ProfileId::parse("profileId", &profile)?;
    let Some(viewer) = find_viewer(ctx) else {
        return Ok(None);
    };
    let owner = loaders(ctx).profiles.load(profile.0);
    let (owner, value) = futures_util::try_join!(owner, read(profile))?;
    Accounts::require_own(viewer.account, owner.as_ref())?;
    Ok(value)
}
