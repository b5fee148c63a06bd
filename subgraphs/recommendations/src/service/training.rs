//! Training: computes the model from everything there is and measures how good it is.

use chrono::TimeDelta;
use kernel::{Instant, Refusal};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::Recommendations;
use crate::{
    domain::{Model, evaluation, model::Data, similarity::number},
    entities::training_run::{self, Metric, Metrics, ModelType, Status},
    error::Error,
};

/// A run that takes longer was cut off by the end of its process.
const LONGEST_RUN: TimeDelta = TimeDelta::hours(1);

/// Why nothing is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// This platform has no such model.
    NotSupported,
    /// A run goes on.
    AlreadyRunning,
}

/// A run that goes on, or why there is none.
pub type Started = Result<training_run::Model, Refused>;

impl Recommendations {
    /// Begins a run, which goes on by itself.
    pub async fn start_training(&self, model_type: ModelType) -> Result<Started, Error> {
        let started = self.begin_run(model_type).await?;
        if let Ok(run) = &started {
            let (recommendations, id) = (self.clone(), run.id);
            self.0.supervisor.spawn("recommendations.train", async move {
                if let Err(error) = recommendations.finish_run(id).await {
                    tracing::error!(training_run.id = %id, error = &error as &dyn std::error::Error, "training failed");
                }
            });
        }
        Ok(started)
    }

    /// One whole run, for the job.
    pub async fn train(&self) -> Result<(), Error> {
        if let Ok(run) = self.begin_run(ModelType::Hybrid).await? {
            self.finish_run(run.id).await?;
        }
        Ok(())
    }

    /// A run.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn training_run(&self, id: Uuid) -> Result<training_run::Model, Error> {
        let found = training_run::Entity::find_by_id(id).one(self.0.db.reader()).await?;
        found.ok_or_else(|| Refusal::not_found("training run").into())
    }

    async fn begin_run(&self, model_type: ModelType) -> Result<Started, Error> {
        if matches!(model_type, ModelType::MatrixFactorisation | ModelType::Embedding) {
            return Ok(Err(Refused::NotSupported));
        }
        let tx = self.0.db.begin().await?;
        let now = tx.now();
        let running = training_run::Column::Status.eq(Status::Running);
        training_run::Entity::update_many()
            .col_expr(training_run::Column::Status, Expr::value(Status::Failed))
            .col_expr(training_run::Column::FinishedAt, Expr::value(now))
            .filter(running.clone())
            .filter(training_run::Column::StartedAt.lt(now - LONGEST_RUN))
            .exec(&tx)
            .await?;
        if training_run::Entity::find().filter(running).one(&tx).await?.is_some() {
            tx.commit().await?;
            return Ok(Err(Refused::AlreadyRunning));
        }
        let run = training_run::ActiveModel {
            id: Set(tx.next_id()),
            kind: Set(model_type),
            status: Set(Status::Running),
            started_at: Set(now),
            finished_at: Set(None),
            metrics: Set(Metrics::default()),
        };
        let run = run.insert(&tx).await?;
        tx.commit().await?;
        Ok(Ok(run))
    }

    /// One snapshot feeds every part of the model, so each run renews all of them.
    async fn finish_run(&self, id: Uuid) -> Result<(), Error> {
        let trained = self.compute(train).await;
        let (status, metrics) = match &trained {
            Ok((_, metrics)) => (Status::Succeeded, metrics.clone()),
            Err(_) => (Status::Failed, Metrics::default()),
        };
        let tx = self.0.db.begin().await?;
        let row = training_run::ActiveModel {
            id: Set(id),
            status: Set(status),
            finished_at: Set(Some(tx.now())),
            metrics: Set(metrics),
            ..Default::default()
        };
        row.update(&tx).await?;
        tx.commit().await?;
        self.put_model(trained?.0);
        tracing::info!(training_run.id = %id, "model trained");
        Ok(())
    }
}

fn train(data: Data, now: Instant) -> (Model, Metrics) {
    let hit_rate = evaluation::hit_rate(&data, now);
    let profiles = data.watched.len();
    let interactions = data.watched.values().map(Vec::len).sum();
    let model = Model::build(data, now);
    let metrics = [
        ("titles", number(model.len())),
        ("profiles", number(profiles)),
        ("interactions", number(interactions)),
        ("coverage", model.coverage()),
        ("hit_rate_at_10", hit_rate),
    ];
    let metric = |(name, value): (&str, f64)| Metric {
        name: name.to_owned(),
        value,
    };
    (model, Metrics(metrics.into_iter().map(metric).collect()))
}
