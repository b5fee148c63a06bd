//! Whose something is.

use async_graphql::{Context, ID};
use graphql::{Result, find_viewer, viewer};
use kernel::ProfileId;

use super::{livetv, loaders};
use crate::service::Owner;

/// The profile that `field` names, if it is one of the account that asks.
///
/// # Errors
/// `NOT_FOUND` for any other.
pub(crate) async fn owner(ctx: &Context<'_>, field: &str, profile: &ID) -> Result<Owner> {
    let profile = ProfileId::parse(field, profile)?;
    Ok(livetv(ctx).owner(viewer(ctx)?.account, profile).await?)
}

/// The profile that a field of the guide is asked for; `None` without one, and signed out.
///
/// # Errors
/// `NOT_FOUND` for a profile of another account.
pub(crate) async fn personal(ctx: &Context<'_>, profile: Option<&ID>) -> Result<Option<Owner>> {
    let Some(profile) = profile else {
        return Ok(None);
    };
    let profile = ProfileId::parse("profileId", profile)?;
    let Some(viewer) = find_viewer(ctx) else {
        return Ok(None);
    };
    // Fields of many programmes wait for one batch, and go on together.
    let found = loaders(ctx).profiles.load(profile.0).await?;
    Ok(Some(Owner::try_new(viewer.account, found.as_ref())?))
}
