//! What clients send.

use async_graphql::{ID, InputObject};
use kernel::{AssetId, GenreId, PersonId, Refusal, TitleId};

use super::types::{
    credit::CreditRole,
    title::{PublicationState, TitleKind},
};
use crate::{
    domain::details::{self, CreditDraft, Details, Rating},
    service::{MovieFilter, Part, TitleFilter},
};

/// Which movies or series.
#[derive(InputObject, Default)]
#[graphql(name = "MovieFilter")]
pub struct MovieFilterInput {
    /// A genre, by id or by name.
    genre: Option<String>,
    /// Year of first release.
    year: Option<i32>,
    /// Words of the name, or their beginnings; accents and case do not matter.
    query: Option<String>,
}

impl TryFrom<MovieFilterInput> for MovieFilter {
    type Error = Refusal;

    fn try_from(input: MovieFilterInput) -> Result<Self, Refusal> {
        for (limit, text) in [("filter.genre", &input.genre), ("filter.query", &input.query)] {
            let sent = text.as_ref().map_or(0, |text| text.chars().count());
            if sent > details::MAX_NAME {
                return Err(Refusal::limit(limit, details::MAX_NAME as u64, sent as u64));
            }
        }
        Ok(Self {
            genre: input.genre,
            year: input.year,
            query: input.query,
        })
    }
}

/// Which titles an editor wants to see.
#[derive(InputObject, Default)]
#[graphql(name = "TitleFilter")]
pub struct TitleFilterInput {
    /// Of this kind.
    kind: Option<TitleKind>,
    /// In this state.
    state: Option<PublicationState>,
    /// Parts of this series or season.
    parent_id: Option<ID>,
}

impl TryFrom<TitleFilterInput> for TitleFilter {
    type Error = Refusal;

    fn try_from(input: TitleFilterInput) -> Result<Self, Refusal> {
        let parent = input
            .parent_id
            .map(|id| kernel::parse_uuid("filter.parentId", &id))
            .transpose()?;
        Ok(Self {
            kind: input.kind.map(Into::into),
            state: input.state.map(Into::into),
            parent,
        })
    }
}

/// For whom a title is suitable.
#[derive(InputObject)]
pub struct ContentRatingInput {
    /// Who rates: `BBFC`.
    system: String,
    /// Their code: `PG`.
    code: String,
    /// Youngest age it is for, in years, 0 to 21.
    min_age: i32,
}

/// Somebody's part in a title.
#[derive(InputObject)]
pub struct CreditInput {
    /// Who.
    person_id: ID,
    /// What they did.
    role: CreditRole,
    /// Whom an actor plays.
    character: Option<String>,
}

/// What an editor writes about a title. What is absent stays as it is; a list that is given replaces the old one.
#[derive(InputObject, Default)]
pub struct TitleDetailsInput {
    /// What it is about, at most 4,000 characters.
    synopsis: Option<String>,
    /// Year of first release.
    release_year: Option<i32>,
    /// Its length in seconds; not for series and seasons.
    runtime_seconds: Option<i32>,
    /// For whom it is suitable.
    content_rating: Option<ContentRatingInput>,
    /// ISO 3166-1 code of the country of origin.
    country: Option<String>,
    /// Free words, at most 20.
    tags: Option<Vec<String>>,
    /// Packages it belongs to, at most 10; none makes it free.
    packages: Option<Vec<String>>,
    /// Ids of its genres, main genre first, at most 8.
    genre_ids: Option<Vec<ID>>,
    /// Who made it, in order of billing, at most 200.
    credits: Option<Vec<CreditInput>>,
    /// What is played; not for series and seasons.
    asset_id: Option<ID>,
}

impl TitleDetailsInput {
    /// The details, with a name.
    pub(super) fn named(self, name: Option<String>) -> Result<Details, Refusal> {
        let genres = self
            .genre_ids
            .map(|ids| ids.iter().map(|id| GenreId::parse("input.genreIds", id)).collect());
        let credits = self
            .credits
            .map(|credits| credits.into_iter().map(CreditInput::draft).collect());
        Ok(Details {
            name,
            synopsis: self.synopsis,
            release_year: self.release_year,
            runtime_seconds: self.runtime_seconds,
            rating: self.content_rating.map(|rating| Rating {
                system: rating.system,
                code: rating.code,
                min_age: rating.min_age,
            }),
            country: self.country,
            tags: self.tags,
            packages: self.packages,
            genres: genres.transpose()?,
            credits: credits.transpose()?,
            asset: self
                .asset_id
                .map(|id| AssetId::parse("input.assetId", &id))
                .transpose()?,
        })
    }
}

impl CreditInput {
    fn draft(self) -> Result<CreditDraft, Refusal> {
        let person = PersonId::parse("input.credits.personId", &self.person_id)?;
        Ok(CreditDraft {
            person,
            role: self.role.into(),
            character: self.character,
        })
    }
}

/// A new movie.
#[derive(InputObject)]
pub struct CreateMovieInput {
    /// Its name, 1 to 200 characters.
    pub(super) name: String,
    /// What else is known.
    #[graphql(flatten)]
    pub(super) details: TitleDetailsInput,
}

/// A new series.
#[derive(InputObject)]
pub struct CreateSeriesInput {
    /// Its name, 1 to 200 characters.
    pub(super) name: String,
    /// What else is known.
    #[graphql(flatten)]
    pub(super) details: TitleDetailsInput,
}

/// A new season.
#[derive(InputObject)]
pub struct CreateSeasonInput {
    /// Its series.
    series_id: ID,
    /// Its number in the series, from 1.
    number: i32,
    /// Its name; `Season 1` when absent.
    pub(super) name: Option<String>,
    /// What else is known.
    #[graphql(flatten)]
    pub(super) details: TitleDetailsInput,
}

impl CreateSeasonInput {
    pub(super) fn part(&self) -> Result<Part, Refusal> {
        Ok(Part {
            parent: TitleId::parse("input.seriesId", &self.series_id)?,
            number: self.number,
        })
    }
}

/// A new episode.
#[derive(InputObject)]
pub struct CreateEpisodeInput {
    /// Its season.
    season_id: ID,
    /// Its number in the season, from 1.
    number: i32,
    /// Its name; `Episode 1` when absent.
    pub(super) name: Option<String>,
    /// What else is known.
    #[graphql(flatten)]
    pub(super) details: TitleDetailsInput,
}

impl CreateEpisodeInput {
    pub(super) fn part(&self) -> Result<Part, Refusal> {
        Ok(Part {
            parent: TitleId::parse("input.seasonId", &self.season_id)?,
            number: self.number,
        })
    }
}

/// A change of a title.
#[derive(InputObject)]
pub struct UpdateTitleInput {
    /// Which.
    pub(super) title_id: ID,
    /// What it is: a title of another kind is not found.
    pub(super) kind: Option<TitleKind>,
    /// Its new name.
    pub(super) name: Option<String>,
    /// What else changes.
    #[graphql(flatten)]
    pub(super) details: TitleDetailsInput,
}

/// Which title to publish.
#[derive(InputObject)]
pub struct PublishTitleInput {
    /// Which; of a series or a season all parts are published with it.
    pub(super) title_id: ID,
}

/// Which title to withdraw.
#[derive(InputObject)]
pub struct WithdrawTitleInput {
    /// Which; of a series or a season all parts are withdrawn with it.
    pub(super) title_id: ID,
}

/// Which title to delete.
#[derive(InputObject)]
pub struct DeleteTitleInput {
    /// Which; of a series or a season all parts are deleted with it.
    pub(super) title_id: ID,
    /// What it is: a title of another kind is not found.
    pub(super) kind: Option<TitleKind>,
}

/// A new person.
#[derive(InputObject)]
pub struct CreatePersonInput {
    /// The name as credited.
    pub(super) name: String,
}

/// A new genre.
#[derive(InputObject)]
pub struct CreateGenreInput {
    /// Its name, in English.
    pub(super) name: String,
}
