//! Works to watch, of every kind.

use kernel::{Instant, TitleId};
use sea_orm::{QueryOrder, Select, entity::prelude::*};

use super::{Words, title_genre, title_word};

/// What a title is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// A film.
    #[sea_orm(string_value = "MOVIE")]
    Movie,
    /// Seasons of episodes.
    #[sea_orm(string_value = "SERIES")]
    Series,
    /// A season of a series.
    #[sea_orm(string_value = "SEASON")]
    Season,
    /// An episode of a season.
    #[sea_orm(string_value = "EPISODE")]
    Episode,
    /// Uploaded by a member.
    #[sea_orm(string_value = "VIDEO")]
    Video,
}

/// Who can find a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum State {
    /// Editors only: not published yet.
    #[sea_orm(string_value = "DRAFT")]
    Draft,
    /// Everybody.
    #[sea_orm(string_value = "PUBLISHED")]
    Published,
    /// Editors only: it was published once.
    #[sea_orm(string_value = "WITHDRAWN")]
    Withdrawn,
}

/// A work to watch.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "titles")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is.
    pub kind: Kind,
    /// Who can find it.
    pub state: State,
    /// Its name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The name as lists sort it: folded, without a leading article.
    #[sea_orm(column_type = "Text")]
    pub sort_name: String,
    /// What it is about.
    #[sea_orm(column_type = "Text")]
    pub synopsis: String,
    /// Year of first release.
    pub release_year: Option<i32>,
    /// Length; absent for series and seasons.
    pub runtime_seconds: Option<i32>,
    /// Who rated it.
    pub rating_system: Option<String>,
    /// Their code.
    pub rating_code: Option<String>,
    /// Youngest age it is for.
    pub min_age: Option<i32>,
    /// ISO 3166-1 code of the country of origin.
    pub country: Option<String>,
    /// Free words.
    pub tags: Words,
    /// Packages it belongs to; empty when it is free.
    pub packages: Words,
    /// The series of a season, the season of an episode.
    pub parent_id: Option<Uuid>,
    /// The series of a season or an episode.
    pub series_id: Option<Uuid>,
    /// Number in the parent, from 1.
    pub number: Option<i32>,
    /// Whose upload it is.
    pub uploader_id: Option<Uuid>,
    /// What is played.
    pub asset_id: Option<Uuid>,
    /// Picture of a member's video, elsewhere.
    #[sea_orm(column_type = "Text", nullable)]
    pub thumbnail_url: Option<String>,
    /// When it was first published.
    pub published_at: Option<Instant>,
    /// Grows with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Its typed id.
    pub fn title(&self) -> TitleId {
        TitleId(self.id)
    }

    /// Whether everybody can find it.
    pub fn is_published(&self) -> bool {
        self.state == State::Published
    }
}

impl Entity {
    /// Published titles that stand by themselves: no seasons, no episodes.
    pub fn latest() -> Select<Self> {
        let alone = [Kind::Movie, Kind::Series, Kind::Video];
        Self::find()
            .filter(Column::State.eq(State::Published))
            .filter(Column::Kind.is_in(alone))
    }

    /// Published titles of one kind.
    pub fn published(kind: Kind) -> Select<Self> {
        Self::find()
            .filter(Column::Kind.eq(kind))
            .filter(Column::State.eq(State::Published))
    }

    /// Published parts of `parents`, by number.
    pub fn parts_of(parents: &[Uuid]) -> Select<Self> {
        Self::find()
            .filter(Column::ParentId.is_in(parents.iter().copied()))
            .filter(Column::State.eq(State::Published))
            .order_by_asc(Column::Number)
    }
}

/// Narrows `select` to titles of a genre.
pub fn of_genre(select: Select<Entity>, genre: Uuid) -> Select<Entity> {
    let links = title_genre::Entity::of_genre(genre);
    select.filter(Column::Id.in_subquery(links))
}

/// Narrows `select` to titles with a word of the name that begins with `prefix` (folded).
pub fn with_word(select: Select<Entity>, prefix: &str) -> Select<Entity> {
    select.filter(Column::Id.in_subquery(title_word::Entity::beginning_with(prefix)))
}
