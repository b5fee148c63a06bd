//! Guards decide *role*; ownership is the service's business.

use std::sync::Arc;

use async_graphql::{Context, Guard};
use auth::{Role, Viewer};
use kernel::Refusal;

use crate::{Failure, Result};

/// Who asks, when signed in.
pub fn find_viewer<'a>(ctx: &Context<'a>) -> Option<&'a Viewer> {
    ctx.data_opt::<Arc<Viewer>>().map(Arc::as_ref)
}

/// Who asks.
///
/// # Errors
/// `UNAUTHENTICATED`.
pub fn viewer<'a>(ctx: &Context<'a>) -> Result<&'a Viewer> {
    Ok(find_viewer(ctx).ok_or_else(Refusal::unauthenticated)?)
}

/// The trace of this request, in hexadecimal; nothing without one.
pub fn trace_id(ctx: &Context<'_>) -> Option<String> {
    ctx.data_opt::<telemetry::Trace>()?.id()
}

/// Lets only signed-in viewers pass: `#[graphql(guard = "SignedIn")]`.
pub struct SignedIn;

impl Guard for SignedIn {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        viewer(ctx)?;
        Ok(())
    }
}

/// Lets only viewers with one of the roles pass: `#[graphql(guard = "Require(&[Role::Admin])")]`.
pub struct Require(pub &'static [Role]);

impl Guard for Require {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        viewer(ctx)?.require_any(self.0).map_err(Failure::from)?;
        Ok(())
    }
}
