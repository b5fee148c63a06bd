//! Runs of training.

use kernel::Instant;
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// It goes on.
    #[sea_orm(string_value = "RUNNING")]
    Running,
    /// The new model is in use.
    #[sea_orm(string_value = "SUCCEEDED")]
    Succeeded,
    /// The old model stays.
    #[sea_orm(string_value = "FAILED")]
    Failed,
}

/// What is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ModelType {
    /// What titles are made of.
    #[sea_orm(string_value = "RULES")]
    Rules,
    /// What many watch.
    #[sea_orm(string_value = "POPULARITY")]
    Popularity,
    /// What the same people watch.
    #[sea_orm(string_value = "ITEM_CF")]
    ItemCf,
    /// Hidden factors.
    #[sea_orm(string_value = "MATRIX_FACTORISATION")]
    MatrixFactorisation,
    /// What texts mean.
    #[sea_orm(string_value = "EMBEDDING")]
    Embedding,
    /// All that there is.
    #[sea_orm(string_value = "HYBRID")]
    Hybrid,
}

/// One measure of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// What is measured.
    pub name: String,
    /// The value.
    pub value: f64,
}

/// What was measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Metrics(pub Vec<Metric>);

/// A run of training.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "training_runs")]
pub struct Model {
    /// The run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What is trained.
    pub kind: ModelType,
    /// How it stands.
    pub status: Status,
    /// When it began.
    pub started_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// What was measured.
    pub metrics: Metrics,
}

impl ActiveModelBehavior for ActiveModel {}
