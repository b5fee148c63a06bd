//! Batched reads behind types and references, made for each request.

use std::{collections::HashMap, fmt::Debug, hash::Hash, sync::Arc};

use async_graphql::Context;
use async_trait::async_trait;
use futures_util::{FutureExt, future::BoxFuture};
use graphql::{Batch, Loader, Result};
use kernel::Page;
use uuid::Uuid;

use crate::{
    Error,
    entities::{artwork, asset, credit, genre, person, title},
    service::{Catalogue, EpisodePage},
};

/// A list that many askers share.
pub(crate) type Shared<T> = Arc<Vec<T>>;

/// Every loader of a request.
pub(crate) struct Loaders {
    pub(crate) titles: Loader<Uuid, Arc<title::Model>>,
    pub(crate) genres: Loader<Uuid, Arc<genre::Model>>,
    pub(crate) people: Loader<Uuid, Arc<person::Model>>,
    pub(crate) assets: Loader<Uuid, Arc<asset::Model>>,
    /// Genre ids by title.
    pub(crate) genre_ids: Loader<Uuid, Shared<Uuid>>,
    /// By title.
    pub(crate) credits: Loader<Uuid, Shared<Arc<credit::Model>>>,
    /// By title or person.
    pub(crate) artwork: Loader<Uuid, Shared<Arc<artwork::Model>>>,
    /// By series.
    pub(crate) seasons: Loader<Uuid, Shared<Arc<title::Model>>>,
    /// By series or season.
    pub(crate) part_counts: Loader<Uuid, i64>,
    pub(crate) episodes: Loader<EpisodePage, Arc<Page<Arc<title::Model>>>>,
}

/// The loaders of this request.
pub(crate) fn loaders<'a>(ctx: &Context<'a>) -> &'a Loaders {
    ctx.data::<Loaders>().expect("the endpoint prepares every request")
}

impl Loaders {
    /// Empty loaders over `catalogue`.
    pub(crate) fn new(catalogue: &Catalogue) -> Self {
        Self {
            titles: shared(catalogue, |catalogue, keys| {
                async move { catalogue.titles(&keys).await }.boxed()
            }),
            genres: shared(catalogue, |catalogue, keys| {
                async move { catalogue.genres(&keys).await }.boxed()
            }),
            people: shared(catalogue, |catalogue, keys| {
                async move { catalogue.people(&keys).await }.boxed()
            }),
            assets: shared(catalogue, |catalogue, keys| {
                async move { catalogue.assets(&keys).await }.boxed()
            }),
            genre_ids: shared(catalogue, |catalogue, keys| {
                async move { catalogue.genre_ids(&keys).await }.boxed()
            }),
            credits: lists(catalogue, |catalogue, keys| {
                async move { catalogue.credits(&keys).await }.boxed()
            }),
            artwork: lists(catalogue, |catalogue, keys| {
                async move { catalogue.artwork(&keys).await }.boxed()
            }),
            seasons: lists(catalogue, |catalogue, keys| {
                async move { catalogue.seasons(&keys).await }.boxed()
            }),
            part_counts: reads(catalogue, |catalogue, keys| {
                async move { catalogue.part_counts(&keys).await }.boxed()
            }),
            episodes: reads(catalogue, |catalogue, keys| {
                async move {
                    let pages = catalogue.episodes(&keys).await?;
                    Ok(pages
                        .into_iter()
                        .map(|(key, page)| (key, Arc::new(page.map(Arc::new))))
                        .collect())
                }
                .boxed()
            }),
        }
    }
}

type Found<K, R> = BoxFuture<'static, std::result::Result<HashMap<K, R>, Error>>;
type Read<K, R> = fn(Catalogue, Vec<K>) -> Found<K, R>;

/// A batch that is one call into the service.
struct Reads<K, R, V> {
    catalogue: Catalogue,
    read: Read<K, R>,
    wrap: fn(R) -> V,
}

fn reads<K, V>(catalogue: &Catalogue, read: Read<K, V>) -> Loader<K, V>
where
    K: Eq + Hash + Clone + Debug + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Loader::new(Reads {
        catalogue: catalogue.clone(),
        read,
        wrap: |row| row,
    })
}

fn shared<R: Send + Sync + 'static>(catalogue: &Catalogue, read: Read<Uuid, R>) -> Loader<Uuid, Arc<R>> {
    Loader::new(Reads {
        catalogue: catalogue.clone(),
        read,
        wrap: Arc::new,
    })
}

fn lists<R: Send + Sync + 'static>(catalogue: &Catalogue, read: Read<Uuid, Vec<R>>) -> Loader<Uuid, Shared<Arc<R>>> {
    let wrap = |rows: Vec<R>| Arc::new(rows.into_iter().map(Arc::new).collect());
    Loader::new(Reads {
        catalogue: catalogue.clone(),
        read,
        wrap,
    })
}

#[async_trait]
impl<K, R, V> Batch<K, V> for Reads<K, R, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    R: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    async fn load(&self, keys: &[K]) -> Result<HashMap<K, V>> {
        let found = (self.read)(self.catalogue.clone(), keys.to_vec()).await?;
        Ok(found.into_iter().map(|(key, row)| (key, (self.wrap)(row))).collect())
    }
}
