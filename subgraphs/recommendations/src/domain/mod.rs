//! What to show to whom: pure, no I/O.

pub mod evaluation;
pub mod model;
pub mod ranking;
pub mod similarity;
pub mod taste;
pub mod title;

pub use model::Model;
pub use taste::{Resume, Taste};
pub use title::{Named, Title};
