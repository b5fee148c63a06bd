//! One file for each noun of the graph.

pub mod admin;
pub mod asked;
pub mod audit;
pub mod blackout;
pub mod channel;
pub mod extras;
pub mod finding;
pub mod import;
pub mod lineup;
pub mod owner;
pub mod programme;
pub mod progress;
pub mod recording;
pub mod reminder;
pub mod series_rule;
pub mod source;
pub mod update;
pub mod window;

use std::sync::Arc;

use async_graphql::Context;

use crate::{
    loaders::{Loaders, Moment},
    service::LiveTv,
};

/// Live TV, behind every resolver.
pub(crate) fn livetv<'a>(ctx: &Context<'a>) -> &'a LiveTv {
    ctx.data_unchecked::<LiveTv>()
}

/// The request's loaders.
pub(crate) fn loaders<'a>(ctx: &Context<'a>) -> &'a Loaders {
    ctx.data_unchecked::<Loaders>()
}

/// The loaders that messages of subscriptions share.
pub(crate) fn moment<'a>(ctx: &Context<'a>) -> &'a Arc<Moment> {
    ctx.data_unchecked::<Arc<Moment>>()
}
