//! The REST façade: `rest.yaml` maps methods and paths to operations; no handler is written by hand.
//!
//! At start [`Rest::try_new`] makes every route ready ([`compile`]): an operation that does not fit the graph, a path of
//! an answer that it does not select, a code without a status stop it, named. A request goes through [`route`] (which
//! one), [`arguments`] (variables), the same pipeline as `POST /graphql`, and [`answer`] (template, pages, problems).
//! [`openapi`] describes it all. Routes of [`oauth`] have customs of their own.

mod answer;
mod arguments;
mod compile;
mod config;
mod oauth;
mod openapi;
mod operations;
mod problem;
mod route;
mod selected;
mod service;
mod template;
#[cfg(test)]
mod tests;
mod variables;
mod xml;

pub(crate) use service::Shared as Facade;
pub use service::{Rest, RestSource};
