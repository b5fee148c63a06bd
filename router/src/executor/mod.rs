//! Walks a plan: fetches, merges, and at the end projects what the client asked for.

mod describe;
mod extend;
mod fetch;
mod introspect;
mod merge;
mod meta;
mod path;
mod project;
mod represent;
mod rewrite;
mod shape;
mod steps;
mod subscribe;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use describe::describe;
pub(crate) use extend::with_extension;
pub(crate) use fetch::{Run, ask};
pub(crate) use introspect::introspect;
pub(crate) use merge::State;
pub(crate) use project::{Written, answer, write_json};
pub(crate) use rewrite::Rewrite;
pub(crate) use shape::{Compiler, Field, Kind, Output, Shape};
pub(crate) use steps::{Compiler as StepCompiler, Step};
pub(crate) use subscribe::subscribe;
pub(crate) use types::Types;
