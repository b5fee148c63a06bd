//! The interface of everything to watch, and the fields that all its kinds share.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Interface, Object, SimpleObject};
use auth::Role;
use chrono::{DateTime, Utc};
use graphql::{
    Result,
    directives::{CacheControl, CacheScope, CacheWithParent},
    find_viewer,
};
use uuid::Uuid;

use super::{
    artwork::{Artwork, ArtworkKind},
    credit::{Credit, CreditRole},
    episode::Episode,
    genre::Genre,
    movie::Movie,
    season::Season,
    series::Series,
    video::Video,
};
use crate::{
    domain::details::Role as CreditedAs,
    entities::title::{self, Kind, State},
    loaders::loaders,
    service::Catalogue,
};

/// A stored title, shared by all who look at it.
pub(crate) type Row = Arc<title::Model>;

/// The catalogue that the schema was built over.
pub(crate) fn catalogue<'a>(ctx: &Context<'a>) -> &'a Catalogue {
    ctx.data::<Catalogue>().expect("the schema is built over a catalogue")
}

/// Whether the viewer edits the catalogue.
pub(crate) fn is_editor(ctx: &Context<'_>) -> bool {
    find_viewer(ctx).is_some_and(|viewer| viewer.has_any(&[Role::Editor]))
}

/// The title `id`, if the viewer may know of it: editors see drafts and withdrawn titles.
pub(crate) async fn visible(ctx: &Context<'_>, id: Uuid) -> Result<Option<Row>> {
    let row = loaders(ctx).titles.load(id).await?;
    Ok(row.filter(|row| row.is_published() || is_editor(ctx)))
}

/// Who can find a title.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "State")]
pub enum PublicationState {
    /// Editors only: not published yet.
    Draft,
    /// Everybody.
    Published,
    /// Editors only: it was published once.
    Withdrawn,
}

/// What a title is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Kind")]
pub enum TitleKind {
    /// A film.
    Movie,
    /// Seasons of episodes.
    Series,
    /// A season of a series.
    Season,
    /// An episode of a season.
    Episode,
    /// A short video that a member uploaded.
    Video,
}

/// For whom a title is suitable.
#[derive(SimpleObject)]
#[graphql(directive = CacheWithParent::apply())]
pub struct ContentRating {
    /// Who rates: `BBFC`.
    system: String,
    /// Their code: `PG`.
    code: String,
    /// Youngest age it is for, in years; 0 is for everybody.
    min_age: i32,
}

/// Something to watch. Other subgraphs add to it: access, resume points, ratings, related titles.
#[derive(Interface)]
#[graphql(
    directive = CacheControl::apply(60, CacheScope::Public),
    field(name = "id", ty = "ID", desc = "Its id."),
    field(name = "name", ty = "String", desc = "Its name."),
    field(
        name = "synopsis",
        ty = "String",
        desc = "What it is about, in a few sentences; empty while nobody wrote it."
    ),
    field(
        name = "release_year",
        ty = "Option<i32>",
        desc = "Year of first release; null when unknown."
    ),
    field(
        name = "published_at",
        ty = "Option<DateTime<Utc>>",
        desc = "When it was first published here; null for a draft."
    ),
    field(name = "state", ty = "PublicationState", desc = "Who can find it."),
    field(name = "genres", ty = "Vec<Genre>", desc = "Its genres, main genre first."),
    field(
        name = "credits",
        ty = "Vec<Credit>",
        desc = "Who made it, in order of billing.",
        arg(
            name = "roles",
            ty = "Option<Vec<CreditRole>>",
            desc = "Only these roles; all when absent."
        )
    ),
    field(
        name = "artwork",
        ty = "Vec<Artwork>",
        desc = "Its pictures, largest first; a season or an episode without its own has its series'.",
        arg(name = "kind", ty = "Option<ArtworkKind>", desc = "Only this kind; all when absent.")
    ),
    field(
        name = "content_rating",
        ty = "Option<ContentRating>",
        desc = "For whom it is suitable; null when not rated."
    ),
    field(name = "tags", ty = "Vec<String>", desc = "Free words."),
    field(
        name = "country",
        ty = "Option<String>",
        desc = "ISO 3166-1 code of the country of origin; null when unknown."
    )
)]
pub enum Title {
    /// A film.
    Movie(Movie),
    /// Seasons of episodes.
    Series(Series),
    /// A season of a series.
    Season(Season),
    /// An episode of a season.
    Episode(Episode),
    /// A short video that a member uploaded.
    Video(Video),
}

impl From<Row> for Title {
    fn from(row: Row) -> Self {
        match row.kind {
            Kind::Movie => Self::Movie(row.into()),
            Kind::Series => Self::Series(row.into()),
            Kind::Season => Self::Season(row.into()),
            Kind::Episode => Self::Episode(row.into()),
            Kind::Video => Self::Video(row.into()),
        }
    }
}

/// The fields of every title, merged into each of its kinds.
pub struct Common(pub(crate) Row);

/// The fields of every title.
#[Object]
impl Common {
    /// Its id.
    async fn id(&self) -> Result<ID> {
        Ok(self.0.id.into())
    }

    /// Its name.
    async fn name(&self) -> Result<String> {
        Ok(self.0.name.clone())
    }

    /// What it is about, in a few sentences; empty while nobody wrote it.
    async fn synopsis(&self) -> Result<String> {
        Ok(self.0.synopsis.clone())
    }

    /// Year of first release; null when unknown.
    async fn release_year(&self) -> Result<Option<i32>> {
        Ok(self.0.release_year)
    }

    /// When it was first published here; null for a draft.
    async fn published_at(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(self.0.published_at)
    }

    /// Who can find it.
    async fn state(&self) -> Result<PublicationState> {
        Ok(self.0.state.into())
    }

    /// Its genres, main genre first.
    async fn genres(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
        let loaders = loaders(ctx);
        let Some(ids) = loaders.genre_ids.load(self.0.id).await? else {
            return Ok(Vec::new());
        };
        let genres = loaders.genres.load_many(ids.iter().copied()).await?;
        Ok(genres.into_iter().flatten().map(Genre).collect())
    }

    /// Who made it, in order of billing.
    async fn credits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these roles; all when absent.")] roles: Option<Vec<CreditRole>>,
    ) -> Result<Vec<Credit>> {
        let Some(credits) = loaders(ctx).credits.load(self.0.id).await? else {
            return Ok(Vec::new());
        };
        let wanted = credits.iter().filter(|credit| {
            roles
                .as_ref()
                .is_none_or(|roles| roles.contains(&CreditRole::from(CreditedAs::from(credit.role))))
        });
        Ok(wanted.cloned().map(Credit).collect())
    }

    /// Its pictures, largest first; a season or an episode without its own has its series'.
    async fn artwork(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this kind; all when absent.")] kind: Option<ArtworkKind>,
    ) -> Result<Vec<Artwork>> {
        let own = pictures(ctx, self.0.id, kind).await?;
        match self.0.series_id {
            Some(series) if own.is_empty() => pictures(ctx, series, kind).await,
            _ => Ok(own),
        }
    }

    /// For whom it is suitable; null when not rated.
    async fn content_rating(&self) -> Result<Option<ContentRating>> {
        let row = &self.0;
        let rated = row.rating_system.clone().zip(row.rating_code.clone()).zip(row.min_age);
        Ok(rated.map(|((system, code), min_age)| ContentRating { system, code, min_age }))
    }

    /// Free words.
    async fn tags(&self) -> Result<Vec<String>> {
        Ok(self.0.tags.0.clone())
    }

    /// ISO 3166-1 code of the country of origin; null when unknown.
    async fn country(&self) -> Result<Option<String>> {
        Ok(self.0.country.clone())
    }
}

async fn pictures(ctx: &Context<'_>, of: Uuid, kind: Option<ArtworkKind>) -> Result<Vec<Artwork>> {
    let Some(pictures) = loaders(ctx).artwork.load(of).await? else {
        return Ok(Vec::new());
    };
    let wanted = pictures
        .iter()
        .filter(|picture| kind.is_none_or(|kind| kind == picture.kind.into()));
    Ok(wanted.cloned().map(Artwork).collect())
}

/// What the interface asks of each kind, answered by its common fields: written once instead of once for each kind.
pub(crate) trait Kinded: Sync {
    /// The common fields.
    fn common(&self) -> &Common;

    async fn id(&self, ctx: &Context<'_>) -> Result<ID> {
        self.common().id(ctx).await
    }

    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        self.common().name(ctx).await
    }

    async fn synopsis(&self, ctx: &Context<'_>) -> Result<String> {
        self.common().synopsis(ctx).await
    }

    async fn release_year(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        self.common().release_year(ctx).await
    }

    async fn published_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        self.common().published_at(ctx).await
    }

    async fn state(&self, ctx: &Context<'_>) -> Result<PublicationState> {
        self.common().state(ctx).await
    }

    async fn genres(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
        self.common().genres(ctx).await
    }

    async fn credits(&self, ctx: &Context<'_>, roles: Option<Vec<CreditRole>>) -> Result<Vec<Credit>> {
        self.common().credits(ctx, roles).await
    }

    async fn artwork(&self, ctx: &Context<'_>, kind: Option<ArtworkKind>) -> Result<Vec<Artwork>> {
        self.common().artwork(ctx, kind).await
    }

    async fn content_rating(&self, ctx: &Context<'_>) -> Result<Option<ContentRating>> {
        self.common().content_rating(ctx).await
    }

    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        self.common().tags(ctx).await
    }

    async fn country(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        self.common().country(ctx).await
    }
}
