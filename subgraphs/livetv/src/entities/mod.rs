//! One file per table: model and finders, nothing else.

pub mod channel;
pub mod guide_change;
pub mod guide_import;
pub mod guide_log;
pub mod import_message;
pub mod programme;

use schema::events::{catalogue::AssetRef, livetv::StreamSource};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::domain::{extras::Extras, report::Finding};

/// A list of words in one column: packages, categories.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Words(pub Vec<String>);

/// Where a channel streams, in one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Sources(pub Vec<StreamSource>);

/// What a channel plays in place of an upstream, in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Loop(pub AssetRef);

/// What else a guide says of a programme, in one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct More(pub Extras);

/// What an import found, by code, in one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Findings(pub Vec<Finding>);
