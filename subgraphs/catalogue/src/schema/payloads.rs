//! What editors get back.

use std::sync::Arc;

use async_graphql::{Enum, ID, SimpleObject};
use kernel::TitleId;

use super::types::{
    episode::Episode,
    genre::Genre,
    movie::Movie,
    person::Person,
    season::Season,
    series::Series,
    title::{Row, Title},
};
use crate::{
    entities::{genre, title},
    service::Problem,
};

/// Why a change of the catalogue was refused.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogueProblemCode {
    /// There is no such title.
    NotFound,
    /// There is no such series to add a season to, or season to add an episode to.
    ParentNotFound,
    /// There is no such genre.
    GenreNotFound,
    /// A credit names nobody.
    PersonNotFound,
    /// There is no such film.
    AssetNotFound,
    /// The number is in use in the series or season.
    NumberTaken,
    /// The name is in use.
    NameTaken,
    /// A part cannot be published before what it is part of.
    ParentNotPublished,
    /// A series and a season have neither runtime nor asset.
    NotPlayable,
}

/// Why a change of the catalogue was refused.
#[derive(SimpleObject)]
pub struct CatalogueProblem {
    /// For programs.
    code: CatalogueProblemCode,
    /// For people, in English.
    message: String,
}

impl From<Problem> for CatalogueProblem {
    fn from(problem: Problem) -> Self {
        let code = match problem {
            Problem::TitleNotFound(_) => CatalogueProblemCode::NotFound,
            Problem::ParentNotFound(_) => CatalogueProblemCode::ParentNotFound,
            Problem::GenreNotFound(_) => CatalogueProblemCode::GenreNotFound,
            Problem::PersonNotFound => CatalogueProblemCode::PersonNotFound,
            Problem::AssetNotFound(_) => CatalogueProblemCode::AssetNotFound,
            Problem::NumberTaken => CatalogueProblemCode::NumberTaken,
            Problem::NameTaken => CatalogueProblemCode::NameTaken,
            Problem::ParentNotPublished => CatalogueProblemCode::ParentNotPublished,
            Problem::NotPlayable => CatalogueProblemCode::NotPlayable,
        };
        Self {
            code,
            message: problem.to_string(),
        }
    }
}

/// What `createMovie` did.
#[derive(SimpleObject)]
pub struct CreateMoviePayload {
    /// The draft; null when `problem` says why not.
    movie: Option<Movie>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

impl From<Result<title::Model, Problem>> for CreateMoviePayload {
    fn from(done: Result<title::Model, Problem>) -> Self {
        let (movie, problem) = split(done);
        Self {
            movie: movie.map(Movie::from),
            problem,
        }
    }
}

/// What `createSeries` did.
#[derive(SimpleObject)]
pub struct CreateSeriesPayload {
    /// The draft; null when `problem` says why not.
    series: Option<Series>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

impl From<Result<title::Model, Problem>> for CreateSeriesPayload {
    fn from(done: Result<title::Model, Problem>) -> Self {
        let (series, problem) = split(done);
        Self {
            series: series.map(Series::from),
            problem,
        }
    }
}

/// What `createSeason` did.
#[derive(SimpleObject)]
pub struct CreateSeasonPayload {
    /// The draft; null when `problem` says why not.
    season: Option<Season>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

impl From<Result<title::Model, Problem>> for CreateSeasonPayload {
    fn from(done: Result<title::Model, Problem>) -> Self {
        let (season, problem) = split(done);
        Self {
            season: season.map(Season::from),
            problem,
        }
    }
}

/// What `createEpisode` did.
#[derive(SimpleObject)]
pub struct CreateEpisodePayload {
    /// The draft; null when `problem` says why not.
    episode: Option<Episode>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

impl From<Result<title::Model, Problem>> for CreateEpisodePayload {
    fn from(done: Result<title::Model, Problem>) -> Self {
        let (episode, problem) = split(done);
        Self {
            episode: episode.map(Episode::from),
            problem,
        }
    }
}

/// What `updateTitle` did.
#[derive(SimpleObject)]
pub struct UpdateTitlePayload {
    /// The changed title; null when `problem` says why not.
    title: Option<Title>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

impl From<Result<title::Model, Problem>> for UpdateTitlePayload {
    fn from(done: Result<title::Model, Problem>) -> Self {
        let (title, problem) = split(done);
        Self {
            title: title.map(Title::from),
            problem,
        }
    }
}

/// What `publishTitle` did.
#[derive(SimpleObject)]
pub struct PublishTitlePayload {
    /// The published title; null when `problem` says why not.
    title: Option<Title>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

impl From<Result<title::Model, Problem>> for PublishTitlePayload {
    fn from(done: Result<title::Model, Problem>) -> Self {
        let (title, problem) = split(done);
        Self {
            title: title.map(Title::from),
            problem,
        }
    }
}

/// What `withdrawTitle` did.
#[derive(SimpleObject)]
pub struct WithdrawTitlePayload {
    /// The withdrawn title; null when `problem` says why not.
    title: Option<Title>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

impl From<Result<title::Model, Problem>> for WithdrawTitlePayload {
    fn from(done: Result<title::Model, Problem>) -> Self {
        let (title, problem) = split(done);
        Self {
            title: title.map(Title::from),
            problem,
        }
    }
}

/// What `deleteTitle` did.
#[derive(SimpleObject)]
pub struct DeleteTitlePayload {
    /// The title that is gone; null when `problem` says why it is not.
    title_id: Option<ID>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

impl From<Result<TitleId, Problem>> for DeleteTitlePayload {
    fn from(done: Result<TitleId, Problem>) -> Self {
        Self {
            title_id: done.ok().map(|id| id.to_string().into()),
            problem: done.err().map(CatalogueProblem::from),
        }
    }
}

/// What `createGenre` did.
#[derive(SimpleObject)]
pub struct CreateGenrePayload {
    /// The genre; null when `problem` says why not.
    genre: Option<Genre>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

impl From<Result<genre::Model, Problem>> for CreateGenrePayload {
    fn from(done: Result<genre::Model, Problem>) -> Self {
        match done {
            Ok(genre) => Self {
                genre: Some(Genre(Arc::new(genre))),
                problem: None,
            },
            Err(problem) => Self {
                genre: None,
                problem: Some(problem.into()),
            },
        }
    }
}

/// What `createPerson` did.
#[derive(SimpleObject)]
pub struct CreatePersonPayload {
    /// The person.
    pub(super) person: Option<Person>,
    /// Always null: nothing is refused yet.
    pub(super) problem: Option<CatalogueProblem>,
}

pub(super) fn split(done: Result<title::Model, Problem>) -> (Option<Row>, Option<CatalogueProblem>) {
    match done {
        Ok(row) => (Some(Arc::new(row)), None),
        Err(problem) => (None, Some(problem.into())),
    }
}
