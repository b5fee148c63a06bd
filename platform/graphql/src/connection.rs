//! Relay connections whose `totalCount` costs nothing unless it is selected.

use std::{fmt, sync::Arc};

use async_graphql::{
    Object, ObjectType, OutputType,
    connection::{self, ConnectionNameType, DisableNodesField, Edge, EdgeNameType, EmptyFields},
};
use futures_util::{FutureExt, future::BoxFuture};
use kernel::Page;

use crate::{Pagination, Result, pagination::clamp};

type Counter = Arc<dyn Fn() -> BoxFuture<'static, Result<u64>> + Send + Sync>;

/// Fields of every connection beside `edges` and `pageInfo`.
pub struct Count {
    counter: Option<Counter>,
    /// Number of the page and rows of a page.
    place: Option<(u32, u32)>,
}

impl Count {
    /// Counts with `count` when a client selects `totalCount`.
    pub fn lazy<F>(count: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<u64>> + Send + 'static,
    {
        Self {
            counter: Some(Arc::new(move || count().boxed())),
            place: None,
        }
    }

    /// The count is known already.
    pub fn known(count: u64) -> Self {
        Self::lazy(move || async move { Ok(count) })
    }

    /// The list is not counted: `totalCount` is null.
    pub const fn none() -> Self {
        Self {
            counter: None,
            place: None,
        }
    }

    async fn count(&self) -> Result<Option<u64>> {
        match &self.counter {
            Some(count) => Ok(Some(count().await?)),
            None => Ok(None),
        }
    }
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Count")
    }
}

/// What a connection adds to Relay's fields.
#[Object]
impl Count {
    /// Rows of the whole list, computed only when selected; null where a list is not counted.
    async fn total_count(&self) -> Result<Option<i32>> {
        Ok(self.count().await?.map(clamp))
    }

    /// Where the page stands among the numbered pages; null after a cursor, and where a list is not counted.
    async fn pagination(&self) -> Result<Option<Pagination>> {
        let Some((number, size)) = self.place else {
            return Ok(None);
        };
        Ok(self.count().await?.map(|total| Pagination::new(number, size, total)))
    }
}

/// The name of a list: `Watchlist` gives `WatchlistConnection` and `WatchlistEdge`. Two subgraphs must not use the same.
pub trait ListName: Send + Sync {
    /// Upper camel case.
    const NAME: &'static str;
}

/// Names a connection and its edge after a [`ListName`].
pub struct Named<L>(std::marker::PhantomData<L>);

impl<L: ListName> ConnectionNameType for Named<L> {
    fn type_name<T: OutputType>() -> String {
        format!("{}Connection", L::NAME)
    }
}

impl<L: ListName> EdgeNameType for Named<L> {
    fn type_name<T: OutputType>() -> String {
        format!("{}Edge", L::NAME)
    }
}

/// A Relay connection of `N` (use `Option<T>` for nodes of another subgraph), named by `L`, its edges carrying `F`.
pub type Connection<N, L, F = EmptyFields> =
    connection::Connection<String, N, Count, F, Named<L>, Named<L>, DisableNodesField>;

/// The connection of a page of nodes.
pub fn connection<N, L>(page: Page<N>, count: Count) -> Connection<N, L>
where
    N: OutputType,
    L: ListName,
{
    connection_with(page, count, |node| (node, EmptyFields))
}

/// The connection of a page whose edges carry fields: `edge` splits a row into node and edge fields.
pub fn connection_with<R, N, L, F>(
    page: Page<R>,
    count: Count,
    mut edge: impl FnMut(R) -> (N, F),
) -> Connection<N, L, F>
where
    N: OutputType,
    F: ObjectType,
    L: ListName,
{
    let count = Count {
        place: page.place,
        ..count
    };
    let mut all = Connection::with_additional_fields(page.has_previous, page.has_next, count);
    all.edges.extend(page.rows.into_iter().map(|(cursor, row)| {
        let (node, fields) = edge(row);
        Edge::with_additional_fields(cursor.into_text(), node, fields)
    }));
    all
}
