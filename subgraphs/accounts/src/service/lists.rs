//! Lists of a profile and of a title, a page at a time.

use database::page;
use kernel::{Instant, Page, PageRequest, ProfileId, TitleId};
use sea_orm::{Order, PaginatorTrait};
use uuid::Uuid;

use super::Accounts;
use crate::{
    Error,
    entities::{rating, resume_point, watchlist_entry},
};

/// The sort key of these lists: newest first, then by id.
type Newest = (Instant, Uuid);

fn values((at, id): Newest) -> Vec<sea_orm::Value> {
    vec![at.into(), id.into()]
}

impl Accounts {
    /// A page of a watchlist, last added first.
    pub async fn watchlist(
        &self,
        profile: ProfileId,
        request: &PageRequest,
    ) -> Result<Page<watchlist_entry::Model>, Error> {
        use watchlist_entry::{Column, Entity};
        let order = [(Column::AddedAt, Order::Desc), (Column::TitleId, Order::Desc)];
        let key = |row: &watchlist_entry::Model| (row.added_at, row.title_id);
        page(
            self.0.database.reader(),
            Entity::of(profile),
            &order,
            request,
            key,
            values,
        )
        .await
    }

    /// Titles on a watchlist.
    pub async fn count_watchlist(&self, profile: ProfileId) -> Result<u64, Error> {
        Ok(watchlist_entry::Entity::of(profile)
            .count(self.0.database.reader())
            .await?)
    }

    /// A page of what a profile watched, latest first.
    pub async fn history(&self, profile: ProfileId, request: &PageRequest) -> Result<Page<resume_point::Model>, Error> {
        self.points(resume_point::Entity::of(profile), request).await
    }

    /// Titles that a profile watched.
    pub async fn count_history(&self, profile: ProfileId) -> Result<u64, Error> {
        Ok(resume_point::Entity::of(profile)
            .count(self.0.database.reader())
            .await?)
    }

    /// A page of what a profile began and did not finish, latest first.
    pub async fn continue_watching(
        &self,
        profile: ProfileId,
        request: &PageRequest,
    ) -> Result<Page<resume_point::Model>, Error> {
        self.points(resume_point::Entity::unfinished(profile), request).await
    }

    /// Titles that a profile began and did not finish.
    pub async fn count_continue_watching(&self, profile: ProfileId) -> Result<u64, Error> {
        Ok(resume_point::Entity::unfinished(profile)
            .count(self.0.database.reader())
            .await?)
    }

    async fn points(
        &self,
        select: sea_orm::Select<resume_point::Entity>,
        request: &PageRequest,
    ) -> Result<Page<resume_point::Model>, Error> {
        use resume_point::Column;
        let order = [(Column::WatchedAt, Order::Desc), (Column::TitleId, Order::Desc)];
        let key = |row: &resume_point::Model| (row.watched_at, row.title_id);
        page(self.0.database.reader(), select, &order, request, key, values).await
    }

    /// A page of a profile's ratings, latest first.
    pub async fn ratings(&self, profile: ProfileId, request: &PageRequest) -> Result<Page<rating::Model>, Error> {
        use rating::{Column, Entity};
        let order = [(Column::RatedAt, Order::Desc), (Column::TitleId, Order::Desc)];
        let key = |row: &rating::Model| (row.rated_at, row.title_id);
        page(
            self.0.database.reader(),
            Entity::by(profile),
            &order,
            request,
            key,
            values,
        )
        .await
    }

    /// Titles that a profile rated.
    pub async fn count_ratings(&self, profile: ProfileId) -> Result<u64, Error> {
        Ok(rating::Entity::by(profile).count(self.0.database.reader()).await?)
    }

    /// A page of a title's reviews, latest first.
    pub async fn reviews(&self, title: TitleId, request: &PageRequest) -> Result<Page<rating::Model>, Error> {
        use rating::{Column, Entity};
        let order = [(Column::RatedAt, Order::Desc), (Column::ProfileId, Order::Desc)];
        let key = |row: &rating::Model| (row.rated_at, row.profile_id);
        page(
            self.0.database.reader(),
            Entity::reviews_of(title),
            &order,
            request,
            key,
            values,
        )
        .await
    }

    /// Reviews of a title.
    pub async fn count_reviews(&self, title: TitleId) -> Result<u64, Error> {
        Ok(rating::Entity::reviews_of(title)
            .count(self.0.database.reader())
            .await?)
    }
}
