//! `Profile`: who watches.

use async_graphql::{Context, ID, Object, SimpleObject};
use graphql::{Connection, Count, PageInput, Result, connection, connection_with, page_request};
use kernel::{ProfileId, TitleId};

use super::{
    privacy::may_see,
    rating::{Rating, Ratings},
    resume_point::{ContinueWatching, ResumePoint, WatchHistory, WatchHistoryEntry},
    title::Title,
    watchlist::{Watchlist, WatchlistEdgeFields},
};
use crate::{Error, entities::profile, service::Accounts};

pub struct Profile {
    model: profile::Model,
    /// It was reached through its own account.
    is_own: bool,
}

/// How a profile likes to watch.
#[derive(SimpleObject)]
pub struct ProfilePreferences {
    /// Preferred language of sound, BCP 47; null for the title's own.
    pub language: Option<String>,
    /// Preferred language of subtitles, BCP 47; null for none.
    pub subtitle_language: Option<String>,
    /// Whether the next episode starts by itself.
    pub autoplay: bool,
}

impl Profile {
    /// A profile that somebody came across.
    pub fn of(model: profile::Model) -> Self {
        Self { model, is_own: false }
    }

    /// A profile of whoever asks.
    pub fn own(model: profile::Model) -> Self {
        Self { model, is_own: true }
    }

    fn is_visible(&self, ctx: &Context<'_>) -> bool {
        self.is_own || may_see(ctx, self.model.account())
    }

    fn id_of(&self) -> ProfileId {
        self.model.profile()
    }
}

/// Counts a list of `profile` when a client asks.
fn counted<F>(ctx: &Context<'_>, profile: ProfileId, count: fn(Accounts, ProfileId) -> F) -> Count
where
    F: Future<Output = std::result::Result<u64, Error>> + Send + 'static,
{
    let accounts = ctx.data_unchecked::<Accounts>().clone();
    Count::lazy(move || {
        let counting = count(accounts.clone(), profile);
        async move { Ok(counting.await?) }
    })
}

/// Who watches. All but `id` and `name` answer only its account and staff, and are null to others.
#[Object]
impl Profile {
    /// The profile's id.
    async fn id(&self) -> ID {
        self.model.id.into()
    }

    /// The account it belongs to; null to others.
    async fn account_id(&self, ctx: &Context<'_>) -> Option<ID> {
        self.is_visible(ctx).then(|| self.model.account_id.into())
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.model.name
    }

    /// URL of its picture; null when it has none, and to others.
    async fn avatar_url(&self, ctx: &Context<'_>) -> Option<&str> {
        self.model.avatar_url.as_deref().filter(|_| self.is_visible(ctx))
    }

    /// Whether it is a child's; null to others.
    async fn kids(&self, ctx: &Context<'_>) -> Option<bool> {
        self.is_visible(ctx).then_some(self.model.kids)
    }

    /// Titles for older viewers are refused to it, in years; null when it sets no age itself, and to others.
    async fn max_age(&self, ctx: &Context<'_>) -> Option<i32> {
        self.model.max_age.filter(|_| self.is_visible(ctx))
    }

    /// How it likes to watch; null to others.
    async fn preferences(&self, ctx: &Context<'_>) -> Option<ProfilePreferences> {
        self.is_visible(ctx).then(|| ProfilePreferences {
            language: self.model.language.clone(),
            subtitle_language: self.model.subtitle_language.clone(),
            autoplay: self.model.autoplay,
        })
    }

    /// What it began and did not finish, latest first; null to others.
    #[graphql(complexity = "5 + first.unwrap_or(10).max(0) as usize * child_complexity")]
    async fn continue_watching(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Option<Connection<ResumePoint, ContinueWatching>>> {
        let request = page_request(first, after, page)?;
        if !self.is_visible(ctx) {
            return Ok(None);
        }
        let page = ctx
            .data_unchecked::<Accounts>()
            .continue_watching(self.id_of(), &request)
            .await?;
        let count = counted(ctx, self.id_of(), |accounts, profile| async move {
            accounts.count_continue_watching(profile).await
        });
        Ok(Some(connection(page.map(ResumePoint), count)))
    }

    /// What it means to watch, last added first; null to others.
    #[graphql(complexity = "5 + first.unwrap_or(10).max(0) as usize * child_complexity")]
    async fn watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Option<Connection<Option<Title>, Watchlist, WatchlistEdgeFields>>> {
        let request = page_request(first, after, page)?;
        if !self.is_visible(ctx) {
            return Ok(None);
        }
        let page = ctx
            .data_unchecked::<Accounts>()
            .watchlist(self.id_of(), &request)
            .await?;
        let count = counted(ctx, self.id_of(), |accounts, profile| async move {
            accounts.count_watchlist(profile).await
        });
        Ok(Some(connection_with(page, count, |entry| {
            (
                Some(Title(TitleId(entry.title_id))),
                WatchlistEdgeFields {
                    added_at: entry.added_at,
                },
            )
        })))
    }

    /// What it watched, latest first, each title once; null to others.
    #[graphql(complexity = "5 + first.unwrap_or(10).max(0) as usize * child_complexity")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Option<Connection<WatchHistoryEntry, WatchHistory>>> {
        let request = page_request(first, after, page)?;
        if !self.is_visible(ctx) {
            return Ok(None);
        }
        let page = ctx.data_unchecked::<Accounts>().history(self.id_of(), &request).await?;
        let count = counted(ctx, self.id_of(), |accounts, profile| async move {
            accounts.count_history(profile).await
        });
        Ok(Some(connection(page.map(WatchHistoryEntry), count)))
    }

    /// What it rated, latest first; null to others.
    #[graphql(complexity = "5 + first.unwrap_or(10).max(0) as usize * child_complexity")]
    async fn ratings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Option<Connection<Rating, Ratings>>> {
        let request = page_request(first, after, page)?;
        if !self.is_visible(ctx) {
            return Ok(None);
        }
        let page = ctx.data_unchecked::<Accounts>().ratings(self.id_of(), &request).await?;
        let count = counted(ctx, self.id_of(), |accounts, profile| async move {
            accounts.count_ratings(profile).await
        });
        Ok(Some(connection(page.map(Rating), count)))
    }
}
