//! One file per GraphQL type.

pub(crate) mod account;
pub(crate) mod artwork;
pub(crate) mod asset;
pub(crate) mod credit;
pub(crate) mod episode;
pub(crate) mod genre;
pub(crate) mod lists;
pub(crate) mod movie;
pub(crate) mod person;
pub(crate) mod season;
pub(crate) mod series;
pub(crate) mod title;
pub(crate) mod video;
