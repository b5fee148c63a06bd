//! Root fields of recommendations.

use async_graphql::{Context, ID, MergedObject, Object};
use auth::Role;
use graphql::{
    Require, Result,
    directives::{Cost, RequiresRole},
};
use kernel::{ProfileId, parse_uuid};

use super::{
    references::References,
    types::{Home, TrainingRun},
};
use crate::service::Recommendations;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(Roots, References);

/// Root fields of recommendations.
#[derive(Default)]
pub struct Roots;

#[Object]
impl Roots {
    /// The home screen: personal rails for one of the viewer's profiles, the same rails for everybody else.
    #[graphql(directive = Cost::apply(10))]
    async fn home(
        &self,
        #[graphql(desc = "For which profile of the viewer; absent, or signed out: nothing personal.")]
        profile_id: Option<ID>,
    ) -> Result<Option<Home>> {
        let profile = profile_id.map(|id| ProfileId::parse("profileId", &id)).transpose()?;
        Ok(Some(Home { profile }))
    }

    /// How a run of training stands. Role: ADMIN.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn training_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run, as trainModel gave it.")] id: ID,
    ) -> Result<TrainingRun> {
        let run = ctx
            .data_unchecked::<Recommendations>()
            .training_run(parse_uuid("id", &id)?)
            .await?;
        Ok(TrainingRun(run))
    }
}
