//! One file per table.

pub mod guide_upload;
