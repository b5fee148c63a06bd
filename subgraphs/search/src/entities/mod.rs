//! One file per table: model and finders, nothing else.

pub mod document;
pub mod sequence;
pub mod title_person;
