//! A run of training.

use async_graphql::{Enum, ID, Object, SimpleObject};
use kernel::Instant;

use crate::entities::training_run;

/// What can be trained.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "training_run::ModelType")]
pub enum ModelType {
    /// What titles are made of: people, genres, tags.
    Rules,
    /// What many watch.
    Popularity,
    /// What the same people watch.
    ItemCf,
    /// Hidden factors. Not supported yet.
    MatrixFactorisation,
    /// What texts mean. Not supported yet.
    Embedding,
    /// All that there is.
    Hybrid,
}

/// How a run stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "training_run::Status")]
pub enum TrainingStatus {
    /// It goes on.
    Running,
    /// The new model is in use.
    Succeeded,
    /// The old model stays.
    Failed,
}

/// One measure of a run.
#[derive(SimpleObject)]
pub struct TrainingMetric {
    /// What is measured: titles, profiles, interactions, coverage, hit_rate_at_10.
    name: String,
    /// The value.
    value: f64,
}

/// A run of training. One snapshot of the data feeds every model, so each run renews all of them.
pub struct TrainingRun(pub(crate) training_run::Model);

/// A run of training. One snapshot of the data feeds every model, so each run renews all of them.
#[Object]
impl TrainingRun {
    /// Its id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// What was asked for.
    async fn model_type(&self) -> ModelType {
        self.0.kind.into()
    }

    /// How it stands.
    async fn status(&self) -> TrainingStatus {
        self.0.status.into()
    }

    /// When it began.
    async fn started_at(&self) -> Instant {
        self.0.started_at
    }

    /// When it ended; null while it goes on.
    async fn finished_at(&self) -> Option<Instant> {
        self.0.finished_at
    }

    /// What was measured; empty while it goes on.
    async fn metrics(&self) -> Vec<TrainingMetric> {
        let metrics = self.0.metrics.0.iter();
        metrics
            .map(|metric| TrainingMetric {
                name: metric.name.clone(),
                value: metric.value,
            })
            .collect()
    }
}
