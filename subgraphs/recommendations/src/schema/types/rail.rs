//! A row of the home screen.

use async_graphql::{Enum, ID, Object, SimpleObject};
use graphql::{Connection, Count, ListName, Result, connection_with};
use kernel::{Page, PageRequest};

use super::Title;
use crate::domain::ranking::{self, Pick};

/// What a rail is about. More may come.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "ranking::RailKind")]
pub enum RailKind {
    /// Begun and not finished, the newest first.
    ContinueWatching,
    /// For this profile.
    Recommended,
    /// Belongs to something that was watched.
    BecauseYouWatched,
    /// Watched by many lately.
    Trending,
    /// Published lately, the newest first.
    New,
    /// Chosen by editors.
    Editorial,
    /// Of one genre, the most popular first.
    Genre,
}

/// What a rail's edge says of its title.
#[derive(SimpleObject)]
pub struct RailReason {
    /// Why the title is here, for people.
    reason: String,
}

/// The name of the list.
pub struct RailItems;

impl ListName for RailItems {
    const NAME: &'static str = "RailItem";
}

/// A row of the home screen.
pub struct Rail(pub(crate) ranking::Rail);

/// A row of the home screen.
#[Object]
impl Rail {
    /// The same for the same rail, whoever asks.
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// What it is about.
    async fn kind(&self) -> RailKind {
        self.0.kind.into()
    }

    /// What stands above it.
    async fn heading(&self) -> &str {
        &self.0.heading
    }

    /// Its titles, best first, at most 20.
    async fn items(
        &self,
        #[graphql(desc = "Most titles: 10 when absent, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The cursor of the title to begin after.")] after: Option<String>,
    ) -> Result<Connection<Option<Title>, RailItems, RailReason>> {
        let request = PageRequest::try_new(first, after)?;
        let start = request.after_key::<u32>()?.unwrap_or(0);
        let all = &self.0.items;
        let rest = (start + 1..)
            .zip(all.iter().skip(start as usize))
            .take(request.first as usize + 1);
        let rows: Vec<(u32, &Pick)> = rest.collect();
        let page = Page::from_rows(rows, &request, |(place, _)| *place);
        let edge = |(_, pick): (u32, &Pick)| {
            (
                Some(Title { id: pick.title }),
                RailReason {
                    reason: pick.reason.clone(),
                },
            )
        };
        Ok(connection_with(page, Count::known(all.len() as u64), edge))
    }
}
