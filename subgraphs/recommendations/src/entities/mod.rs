//! One file per table: model and finders, nothing else.

pub mod interaction;
pub mod profile;
pub mod rating;
pub mod title;
pub mod training_run;
