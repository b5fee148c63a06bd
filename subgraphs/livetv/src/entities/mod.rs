//! One file per table: model and finders, nothing else.

pub mod audit_entry;
pub mod blackout;
pub mod channel;
pub mod channel_match;
pub mod field_lock;
pub mod guide_change;
pub mod guide_follower;
pub mod guide_import;
pub mod guide_log;
pub mod guide_source;
pub mod import_image;
pub mod import_message;
pub mod lineup;
pub mod lineup_channel;
pub mod profile;
pub mod programme;
pub mod recording;
pub mod recording_account;
pub mod reminder;
pub mod rule_match;
pub mod series_rule;

use schema::events::{catalogue::AssetRef, livetv::StreamSource};
use sea_orm::{
    FromJsonQueryResult,
    sea_query::{Expr, ExprTrait, LikeExpr},
};
use serde::{Deserialize, Serialize};

use crate::domain::{extras::Extras, report::Finding};

/// A list of words in one column: packages, categories.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Words(pub Vec<String>);

/// Whether the text of a [`Words`] column has this word.
pub fn has_word(text: Expr, word: &str) -> Expr {
    let quoted = serde_json::Value::from(word).to_string();
    let escaped = quoted.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    text.like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// Where a channel streams, in one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Sources(pub Vec<StreamSource>);

/// What an entry of the audit log says of fields, in one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct FieldChanges(pub Vec<crate::domain::audit::FieldChange>);

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
