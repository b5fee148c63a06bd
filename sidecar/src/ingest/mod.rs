//! What operators send: guides.

mod flaw;
mod guide_check;
mod guides;
mod tag;
mod upload;
mod wellformed;

pub use guide_check::Limits;
pub(crate) use guides::Ingest;
pub(crate) use upload::routes;
