//! Lists of titles, page by page.

use kernel::{Instant, Page, PageRequest, PersonId};
use sea_orm::{ColumnTrait, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::Catalogue;
use crate::{
    Error,
    domain::words,
    entities::{
        credit, genre,
        title::{self, Column, Kind, State},
    },
};

/// Most genres there are: they are an editor's list, not a folksonomy.
pub(crate) const MAX_GENRES: u64 = 200;
/// Most words of a filter that are looked up.
const MAX_QUERY_WORDS: usize = 8;

/// Which movies or series.
#[derive(Debug, Clone, Default)]
pub struct MovieFilter {
    /// A genre by id or by name.
    pub genre: Option<String>,
    /// Year of release.
    pub year: Option<i32>,
    /// Beginnings of words of the name.
    pub query: Option<String>,
}

/// Which titles an editor wants to see.
#[derive(Debug, Clone, Copy, Default)]
pub struct TitleFilter {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// In this state.
    pub state: Option<State>,
    /// Parts of this series or season.
    pub parent: Option<Uuid>,
}

impl Catalogue {
    /// Published titles, newest first, without seasons and episodes.
    pub async fn latest(&self, request: &PageRequest) -> Result<Page<title::Model>, Error> {
        let order = [(Column::PublishedAt, Order::Desc), (Column::Id, Order::Desc)];
        let key = |row: &title::Model| (row.published_at, row.id);
        let values = |(at, id): (Option<Instant>, Uuid)| vec![at.into(), id.into()];
        database::page(
            self.database.reader(),
            title::Entity::latest(),
            &order,
            request,
            key,
            values,
        )
        .await
    }

    /// How many [`Self::latest`] has.
    pub async fn count_latest(&self) -> Result<u64, Error> {
        Ok(title::Entity::latest().count(self.database.reader()).await?)
    }

    /// Published titles of a kind, by name.
    pub async fn filtered(
        &self,
        kind: Kind,
        filter: &MovieFilter,
        request: &PageRequest,
    ) -> Result<Page<title::Model>, Error> {
        match self.narrowed(kind, filter).await? {
            Some(select) => self.by_name(select, request).await,
            None => Ok(Page::empty(request)),
        }
    }

    /// How many [`Self::filtered`] has.
    pub async fn count_filtered(&self, kind: Kind, filter: &MovieFilter) -> Result<u64, Error> {
        match self.narrowed(kind, filter).await? {
            Some(select) => Ok(select.count(self.database.reader()).await?),
            None => Ok(0),
        }
    }

    /// Titles in any state, last changed first.
    pub async fn edited(&self, filter: &TitleFilter, request: &PageRequest) -> Result<Page<title::Model>, Error> {
        let order = [(Column::UpdatedAt, Order::Desc), (Column::Id, Order::Desc)];
        let key = |row: &title::Model| (row.updated_at, row.id);
        let values = |(at, id): (Instant, Uuid)| vec![at.into(), id.into()];
        database::page(
            self.database.reader(),
            for_editors(filter),
            &order,
            request,
            key,
            values,
        )
        .await
    }

    /// How many [`Self::edited`] has.
    pub async fn count_edited(&self, filter: &TitleFilter) -> Result<u64, Error> {
        Ok(for_editors(filter).count(self.database.reader()).await?)
    }

    /// Published titles with a credit of `person`, by name.
    pub async fn filmography(&self, person: PersonId, request: &PageRequest) -> Result<Page<title::Model>, Error> {
        self.by_name(credited(person), request).await
    }

    /// How many [`Self::filmography`] has.
    pub async fn count_filmography(&self, person: PersonId) -> Result<u64, Error> {
        Ok(credited(person).count(self.database.reader()).await?)
    }

    /// All genres, by name.
    pub async fn all_genres(&self) -> Result<Vec<genre::Model>, Error> {
        let rows = genre::Entity::find()
            .order_by_asc(genre::Column::Folded)
            .limit(MAX_GENRES);
        Ok(rows.all(self.database.reader()).await?)
    }

    async fn by_name(&self, select: Select<title::Entity>, request: &PageRequest) -> Result<Page<title::Model>, Error> {
        let order = [(Column::SortName, Order::Asc), (Column::Id, Order::Asc)];
        let key = |row: &title::Model| (row.sort_name.clone(), row.id);
        let values = |(name, id): (String, Uuid)| vec![name.into(), id.into()];
        database::page(self.database.reader(), select, &order, request, key, values).await
    }

    /// The titles that `filter` leaves; `None` when it names a genre that does not exist.
    async fn narrowed(&self, kind: Kind, filter: &MovieFilter) -> Result<Option<Select<title::Entity>>, Error> {
        let mut select = title::Entity::published(kind);
        if let Some(year) = filter.year {
            select = select.filter(Column::ReleaseYear.eq(year));
        }
        if let Some(text) = &filter.genre {
            let Some(genre) = self.genre_called(text).await? else {
                return Ok(None);
            };
            select = title::of_genre(select, genre);
        }
        for word in filter
            .query
            .iter()
            .flat_map(|text| words::words(text))
            .take(MAX_QUERY_WORDS)
        {
            select = title::with_word(select, &word);
        }
        Ok(Some(select))
    }

    async fn genre_called(&self, text: &str) -> Result<Option<Uuid>, Error> {
        if let Ok(id) = kernel::parse_uuid("filter.genre", text) {
            return Ok(Some(id));
        }
        let named = genre::Entity::find().filter(genre::Column::Folded.eq(words::fold(text.trim())));
        Ok(named.one(self.database.reader()).await?.map(|genre| genre.id))
    }
}

fn credited(person: PersonId) -> Select<title::Entity> {
    let titles = credit::Entity::titles_of(person.0);
    title::Entity::find()
        .filter(Column::Id.in_subquery(titles))
        .filter(Column::State.eq(State::Published))
}

fn for_editors(filter: &TitleFilter) -> Select<title::Entity> {
    let mut select = title::Entity::find();
    if let Some(kind) = filter.kind {
        select = select.filter(Column::Kind.eq(kind));
    }
    if let Some(state) = filter.state {
        select = select.filter(Column::State.eq(state));
    }
    if let Some(parent) = filter.parent {
        select = select.filter(Column::ParentId.eq(parent));
    }
    select
}
