//! Episodes of a whole series, season by season.

use kernel::{Page, PageRequest};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, RelationDef,
    Select,
    sea_query::{Alias, Expr, ExprTrait, IntoIden},
};
use uuid::Uuid;

use super::Catalogue;
use crate::{
    Error,
    entities::title::{Column, Entity, Kind, Model, State},
};

/// The season of an episode, in the statement.
const SEASON: &str = "season";

impl Catalogue {
    /// Published episodes of a series, by season and number.
    pub async fn episodes_of(&self, series: Uuid, request: &PageRequest) -> Result<Page<Model>, Error> {
        let number = || Expr::col((Alias::new(SEASON), Column::Number));
        let mut select = in_seasons(series)
            .column_as(number(), "season_number")
            .order_by(number(), sea_orm::Order::Asc)
            .order_by_asc(Column::Number);
        if let Some((season, episode)) = request.after_key::<(i32, i32)>()? {
            let same = Condition::all()
                .add(number().eq(season))
                .add(Column::Number.gt(episode));
            select = select.filter(Condition::any().add(number().gt(season)).add(same));
        }
        if request.number > 1 {
            select = select.offset(u64::from(request.skipped()));
        }
        let rows = select
            .limit(u64::from(request.first) + 1)
            .into_model::<Numbered>()
            .all(self.database.reader())
            .await?;
        let page = Page::from_rows(rows, request, |row| (row.season_number, row.episode.number));
        Ok(page.map(|row| row.episode))
    }

    /// How many [`Self::episodes_of`] has.
    pub async fn count_episodes_of(&self, series: Uuid) -> Result<u64, Error> {
        Ok(in_seasons(series).count(self.database.reader()).await?)
    }
}

/// An episode with the number of its season.
#[derive(sea_orm::FromQueryResult)]
struct Numbered {
    season_number: Option<i32>,
    #[sea_orm(nested)]
    episode: Model,
}

fn in_seasons(series: Uuid) -> Select<Entity> {
    let season: RelationDef = Entity::belongs_to(Entity).from(Column::ParentId).to(Column::Id).into();
    Entity::find()
        .join_as(JoinType::InnerJoin, season, Alias::new(SEASON).into_iden())
        .filter(Column::SeriesId.eq(series))
        .filter(Column::Kind.eq(Kind::Episode))
        .filter(Column::State.eq(State::Published))
}
