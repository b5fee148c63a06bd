//! What editors do.

use std::sync::Arc;

use async_graphql::{Context, Object};
use auth::Role;
use graphql::{Require, Result, directives::RequiresRole};
use kernel::TitleId;

use super::{
    inputs::{
        CreateEpisodeInput, CreateGenreInput, CreateMovieInput, CreatePersonInput, CreateSeasonInput,
        CreateSeriesInput, DeleteTitleInput, PublishTitleInput, UpdateTitleInput, WithdrawTitleInput,
    },
    payloads::{
        CreateEpisodePayload, CreateGenrePayload, CreateMoviePayload, CreatePersonPayload, CreateSeasonPayload,
        CreateSeriesPayload, DeleteTitlePayload, PublishTitlePayload, UpdateTitlePayload, WithdrawTitlePayload,
    },
    types::{person::Person, title::catalogue},
};
use crate::entities::title::Kind;

/// What editors do.
pub struct Editing;

/// What editors do.
#[Object]
impl Editing {
    /// Makes a draft of a movie. Needs the role EDITOR.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn create_movie(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The movie.")] input: CreateMovieInput,
    ) -> Result<CreateMoviePayload> {
        let details = input.details.named(Some(input.name))?;
        Ok(catalogue(ctx).create(Kind::Movie, None, details).await?.into())
    }

    /// Makes a draft of a series. Needs the role EDITOR.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn create_series(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The series.")] input: CreateSeriesInput,
    ) -> Result<CreateSeriesPayload> {
        let details = input.details.named(Some(input.name))?;
        Ok(catalogue(ctx).create(Kind::Series, None, details).await?.into())
    }

    /// Makes a draft of a season. Needs the role EDITOR.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn create_season(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The season.")] input: CreateSeasonInput,
    ) -> Result<CreateSeasonPayload> {
        let (part, details) = (input.part()?, input.details.named(input.name)?);
        Ok(catalogue(ctx).create(Kind::Season, Some(part), details).await?.into())
    }

    /// Makes a draft of an episode. Needs the role EDITOR.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn create_episode(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The episode.")] input: CreateEpisodeInput,
    ) -> Result<CreateEpisodePayload> {
        let (part, details) = (input.part()?, input.details.named(input.name)?);
        Ok(catalogue(ctx).create(Kind::Episode, Some(part), details).await?.into())
    }

    /// Changes a title of any kind; when it is published, everybody sees it at once. Needs the role EDITOR.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn update_title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateTitleInput,
    ) -> Result<UpdateTitlePayload> {
        let id = TitleId::parse("input.titleId", &input.title_id)?;
        let details = input.details.named(input.name)?;
        let kind = input.kind.map(Into::into);
        Ok(catalogue(ctx).update(id, kind, details).await?.into())
    }

    /// Lets everybody find a title and its parts; twice is once. Needs the role EDITOR.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn publish_title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which title.")] input: PublishTitleInput,
    ) -> Result<PublishTitlePayload> {
        let id = TitleId::parse("input.titleId", &input.title_id)?;
        Ok(catalogue(ctx).publish(id).await?.into())
    }

    /// Hides a title and its parts from everybody but editors; twice is once. Needs the role EDITOR.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn withdraw_title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which title.")] input: WithdrawTitleInput,
    ) -> Result<WithdrawTitlePayload> {
        let id = TitleId::parse("input.titleId", &input.title_id)?;
        Ok(catalogue(ctx).withdraw(id).await?.into())
    }

    /// Deletes a title and its parts for good. Needs the role EDITOR.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn delete_title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which title.")] input: DeleteTitleInput,
    ) -> Result<DeleteTitlePayload> {
        let id = TitleId::parse("input.titleId", &input.title_id)?;
        Ok(catalogue(ctx).delete(id, input.kind.map(Into::into)).await?.into())
    }

    /// Adds a genre. Needs the role EDITOR.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn create_genre(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The genre.")] input: CreateGenreInput,
    ) -> Result<CreateGenrePayload> {
        Ok(catalogue(ctx).create_genre(input.name).await?.into())
    }

    /// Adds a person, to be named in credits. Needs the role EDITOR.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn create_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person.")] input: CreatePersonInput,
    ) -> Result<CreatePersonPayload> {
        let person = catalogue(ctx).create_person(input.name).await?;
        Ok(CreatePersonPayload {
            person: Some(Person(Arc::new(person))),
            problem: None,
        })
    }
}
