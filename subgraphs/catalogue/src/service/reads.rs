//! Batched reads: each is one statement, whatever the number of keys.

use std::{collections::HashMap, hash::Hash};

use kernel::{Page, PageRequest};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Query, WindowStatement},
};
use uuid::Uuid;

use super::Catalogue;
use crate::{
    Error,
    entities::{artwork, asset, credit, genre, person, title, title_genre},
};

/// Which episodes of which season.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EpisodePage {
    /// The season.
    pub season: Uuid,
    /// How many.
    pub first: u32,
    /// Only those with a higher number.
    pub after: Option<i32>,
}

#[derive(FromQueryResult)]
struct Count {
    parent_id: Option<Uuid>,
    parts: i64,
}

fn group<K: Eq + Hash, V>(rows: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in rows {
        groups.entry(key).or_default().push(value);
    }
    groups
}

fn ids(keys: &[Uuid]) -> impl Iterator<Item = Uuid> + '_ {
    keys.iter().copied()
}

impl Catalogue {
    /// Titles in any state, by id.
    pub async fn titles(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, title::Model>, Error> {
        let rows = title::Entity::find()
            .filter(title::Column::Id.is_in(ids(keys)))
            .limit(limit(keys));
        Ok(rows
            .all(self.database.reader())
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect())
    }

    /// Genres by id.
    pub async fn genres(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, genre::Model>, Error> {
        let rows = genre::Entity::find()
            .filter(genre::Column::Id.is_in(ids(keys)))
            .limit(limit(keys));
        Ok(rows
            .all(self.database.reader())
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect())
    }

    /// People by id.
    pub async fn people(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, person::Model>, Error> {
        let rows = person::Entity::find()
            .filter(person::Column::Id.is_in(ids(keys)))
            .limit(limit(keys));
        Ok(rows
            .all(self.database.reader())
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect())
    }

    /// Films by id.
    pub async fn assets(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, asset::Model>, Error> {
        let rows = asset::Entity::find()
            .filter(asset::Column::Id.is_in(ids(keys)))
            .limit(limit(keys));
        Ok(rows
            .all(self.database.reader())
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect())
    }

    /// Ids of the genres of titles, main genre first.
    pub async fn genre_ids(&self, titles: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
        let rows = title_genre::Entity::find()
            .filter(title_genre::Column::TitleId.is_in(ids(titles)))
            .order_by_asc(title_genre::Column::Position)
            .limit(limit(titles));
        Ok(group(
            rows.all(self.database.reader())
                .await?
                .into_iter()
                .map(|row| (row.title_id, row.genre_id)),
        ))
    }

    /// Credits of titles, in order of billing.
    pub async fn credits(&self, titles: &[Uuid]) -> Result<HashMap<Uuid, Vec<credit::Model>>, Error> {
        let rows = credit::Entity::find()
            .filter(credit::Column::TitleId.is_in(ids(titles)))
            .order_by_asc(credit::Column::Position)
            .limit(limit(titles));
        Ok(group(
            rows.all(self.database.reader())
                .await?
                .into_iter()
                .map(|row| (row.title_id, row)),
        ))
    }

    /// Pictures of titles or people, largest first.
    pub async fn artwork(&self, owners: &[Uuid]) -> Result<HashMap<Uuid, Vec<artwork::Model>>, Error> {
        let rows = artwork::Entity::find()
            .filter(artwork::Column::OwnerId.is_in(ids(owners)))
            .limit(limit(owners));
        let mut rows = rows.all(self.database.reader()).await?;
        rows.sort_by_key(|row| (-i64::from(row.width) * i64::from(row.height), row.id));
        Ok(group(rows.into_iter().map(|row| (row.owner_id, row))))
    }

    /// Published seasons of series, by number.
    pub async fn seasons(&self, series: &[Uuid]) -> Result<HashMap<Uuid, Vec<title::Model>>, Error> {
        let rows = title::Entity::parts_of(series)
            .limit(limit(series))
            .all(self.database.reader())
            .await?;
        Ok(group(rows.into_iter().filter_map(|row| Some((row.parent_id?, row)))))
    }

    /// How many published parts series or seasons have.
    pub async fn part_counts(&self, parents: &[Uuid]) -> Result<HashMap<Uuid, i64>, Error> {
        let rows = title::Entity::find()
            .select_only()
            .column(title::Column::ParentId)
            .column_as(title::Column::Id.count(), "parts")
            .filter(title::Column::ParentId.is_in(ids(parents)))
            .filter(title::Column::State.eq(title::State::Published))
            .group_by(title::Column::ParentId)
            .limit(limit(parents))
            .into_model::<Count>()
            .all(self.database.reader())
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((row.parent_id?, row.parts)))
            .collect())
    }

    /// Pages of episodes, those of equal size and place in one statement.
    pub async fn episodes(&self, pages: &[EpisodePage]) -> Result<HashMap<EpisodePage, Page<title::Model>>, Error> {
        let mut found = HashMap::new();
        for ((first, after), seasons) in group(pages.iter().map(|page| ((page.first, page.after), page.season))) {
            let mut rows = self.first_episodes(&seasons, first, after).await?;
            for season in seasons {
                let request = PageRequest {
                    first,
                    after: after.map(|number| kernel::Cursor::of(&number)),
                    number: 1,
                };
                let page = Page::from_rows(rows.remove(&season).unwrap_or_default(), &request, |row| row.number);
                found.insert(EpisodePage { season, first, after }, page);
            }
        }
        Ok(found)
    }

    /// The first `first` + 1 episodes of each season, ranked by the database so that no season is read whole.
    async fn first_episodes(
        &self,
        seasons: &[Uuid],
        first: u32,
        after: Option<i32>,
    ) -> Result<HashMap<Uuid, Vec<title::Model>>, Error> {
        let place = Alias::new("place");
        let window = WindowStatement::partition_by(title::Column::ParentId)
            .order_by(title::Column::Number, Order::Asc)
            .to_owned();
        let mut ranked = Query::select();
        ranked
            .column(title::Column::Id)
            .expr_window_as(Expr::cust("ROW_NUMBER()"), window, place.clone())
            .from(title::Entity)
            .and_where(title::Column::ParentId.is_in(ids(seasons)))
            .and_where(title::Column::State.eq(title::State::Published))
            .and_where(title::Column::Number.gt(after.unwrap_or(0)));
        let mut wanted = Query::select();
        wanted
            .column(title::Column::Id)
            .from_subquery(ranked, "ranked")
            .and_where(Expr::col(place).lte(i64::from(first) + 1));
        let rows = title::Entity::parts_of(seasons).filter(title::Column::Id.in_subquery(wanted));
        let most = (u64::from(first) + 1) * seasons.len() as u64;
        let rows = rows.limit(most).all(self.database.reader()).await?;
        Ok(group(rows.into_iter().filter_map(|row| Some((row.parent_id?, row)))))
    }
}

/// Rows that a batch may have: what writing allows for each key, so nothing is ever cut.
fn limit(keys: &[Uuid]) -> u64 {
    keys.len() as u64 * 1000
}
