//! What every subgraph's schema shares: failures with codes, Relay connections, guards, loaders, and the endpoint that
//! the router calls.
//!
//! A resolver returns [`Result`], never `async_graphql::Result`: the latter turns any error into its text and loses
//! the code. Begin with [`Failure`], then [`Connection`] for lists and [`Loader`] for per-item reads.

mod connection;
pub mod directives;
mod endpoint;
mod error_class;
mod failure;
mod guard;
mod loader;
mod money;
mod pagination;
mod sdl;
mod serve;

pub use connection::{Connection, Count, ListName, Named, connection, connection_with};
pub use endpoint::{AfterMutation, Endpoint, Prepare, SchemaEndpoint};
pub use error_class::{ErrorClass, PARSE_FAILED, VALIDATION_FAILED, error_classes};
pub use failure::{Failure, OrInternal, Result};
pub use guard::{Require, SignedIn, find_viewer, trace_id, viewer};
pub use loader::{Batch, Loader};
pub use money::Money;
pub use pagination::{PageInput, Pagination, page_request};
pub use sdl::federation_sdl;
pub use serve::routes;
