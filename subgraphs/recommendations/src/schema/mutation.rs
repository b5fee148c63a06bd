//! Mutations of recommendations.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use auth::Role;
use graphql::{
    Require, Result,
    directives::{Cost, RequiresRole},
};

use super::types::{ModelType, TrainingRun};
use crate::service::{Recommendations, Refused};

/// What `trainModel` needs.
#[derive(InputObject)]
pub struct TrainModelInput {
    /// What to train.
    model_type: ModelType,
}

/// Why nothing is trained.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum TrainModelProblemCode {
    /// This platform has no such model.
    ModelNotSupported,
    /// A run goes on; wait for it.
    AlreadyRunning,
}

/// Why nothing is trained.
#[derive(SimpleObject)]
pub struct TrainModelProblem {
    /// For the app.
    code: TrainModelProblemCode,
    /// For people.
    message: String,
}

impl From<Refused> for TrainModelProblem {
    fn from(refused: Refused) -> Self {
        let (code, message) = match refused {
            Refused::NotSupported => (TrainModelProblemCode::ModelNotSupported, "this model is not supported"),
            Refused::AlreadyRunning => (TrainModelProblemCode::AlreadyRunning, "a training goes on already"),
        };
        Self {
            code,
            message: message.to_owned(),
        }
    }
}

/// What `trainModel` gives.
#[derive(SimpleObject, Default)]
pub struct TrainModelPayload {
    /// The run, which goes on; null when `problem` says why there is none.
    run: Option<TrainingRun>,
    /// Why nothing is trained; null when a run began.
    problem: Option<TrainModelProblem>,
}

/// Mutations of recommendations.
pub struct Mutation;

/// What can be done.
#[Object]
impl Mutation {
    /// Begins to train a model and answers at once: ask `trainingRun` how it goes. Role: ADMIN.
    #[graphql(
        guard = "Require(&[Role::Admin])",
        directive = RequiresRole::apply(&[Role::Admin]),
        directive = Cost::apply(1000)
    )]
    async fn train_model(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to train.")] input: TrainModelInput,
    ) -> Result<TrainModelPayload> {
        let started = ctx
            .data_unchecked::<Recommendations>()
            .start_training(input.model_type.into())
            .await?;
        Ok(match started {
            Ok(run) => TrainModelPayload {
                run: Some(TrainingRun(run)),
                problem: None,
            },
            Err(refused) => TrainModelPayload {
                run: None,
                problem: Some(refused.into()),
            },
        })
    }
}
