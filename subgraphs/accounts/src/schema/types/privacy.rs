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

/// The profile that a personal field of a title is about; `None` without a profile or a sign-in.
///
/// # Errors
/// `NOT_FOUND` for a profile of another account.
pub async fn own_profile(ctx: &Context<'_>, profile: Option<ID>) -> Result<Option<ProfileId>> {
    let Some(profile) = profile else { return Ok(None) };
    let profile = ProfileId::parse("profileId", &profile)?;
    let Some(viewer) = find_viewer(ctx) else {
        return Ok(None);
    };
    let found = loaders(ctx).profiles.load(profile.0).await?;
    Ok(Some(Accounts::require_own(viewer.account, found.as_ref())?))
}
