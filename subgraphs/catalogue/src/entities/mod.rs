//! One file per table: model and finders, nothing else.

pub mod artwork;
pub mod asset;
pub mod credit;
pub mod genre;
pub mod person;
pub mod title;
pub mod title_genre;
pub mod title_word;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// A list of words in one column: tags, packages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Words(pub Vec<String>);
