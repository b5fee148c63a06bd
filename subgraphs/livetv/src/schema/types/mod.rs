//! One file for each noun of the graph.

pub mod admin;
pub mod audit;
pub mod channel;
pub mod extras;
pub mod finding;
pub mod import;
pub mod programme;
pub mod update;

use async_graphql::Context;

use crate::{loaders::Loaders, service::LiveTv};

/// Live TV, behind every resolver.
pub(crate) fn livetv<'a>(ctx: &Context<'a>) -> &'a LiveTv {
    ctx.data_unchecked::<LiveTv>()
}

/// The request's loaders.
pub(crate) fn loaders<'a>(ctx: &Context<'a>) -> &'a Loaders {
    ctx.data_unchecked::<Loaders>()
}
