//! One file per table: model and finders, nothing else.

pub mod access_rule;
pub mod blackout;
pub mod channel;
pub mod entitlement;
pub mod offer;
pub mod playback_report;
pub mod playback_session;
pub mod position;
pub mod profile;
pub mod programme;
pub mod stream_slot;
pub mod title;

use schema::events::{catalogue::AssetRef, livetv::StreamSource};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// A list of words in one column: packages, territories.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Words(pub Vec<String>);

/// What is played, in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Asset(pub AssetRef);

/// Where a channel streams, in one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Sources(pub Vec<StreamSource>);
