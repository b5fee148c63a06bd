//! Batched reads behind types and references, made for each request.

use std::{collections::HashMap, hash::Hash};

use async_graphql::Context;
use async_trait::async_trait;
use futures_util::{FutureExt, future::BoxFuture};
use graphql::{Batch, Loader, Result};
use uuid::Uuid;

use crate::{
    Error,
    entities::{account, profile, rating, resume_point},
    service::{Accounts, RatingSummary},
};

/// Every loader of a request.
pub(crate) struct Loaders {
    pub(crate) accounts: Loader<Uuid, account::Model>,
    pub(crate) profiles: Loader<Uuid, profile::Model>,
    /// By profile and title.
    pub(crate) resume_points: Loader<(Uuid, Uuid), resume_point::Model>,
    /// By profile and title.
    pub(crate) ratings: Loader<(Uuid, Uuid), rating::Model>,
    /// By title.
    pub(crate) rating_summaries: Loader<Uuid, RatingSummary>,
}

/// The loaders of this request.
pub(crate) fn loaders<'a>(ctx: &Context<'a>) -> &'a Loaders {
    ctx.data::<Loaders>().expect("the endpoint prepares every request")
}

impl Loaders {
    /// Empty loaders over `accounts`.
    pub(crate) fn new(accounts: &Accounts) -> Self {
        Self {
            accounts: reads(accounts, |accounts, keys| {
                async move { accounts.load_accounts(&keys).await }.boxed()
            }),
            profiles: reads(accounts, |accounts, keys| {
                async move { accounts.load_profiles(&keys).await }.boxed()
            }),
            resume_points: reads(accounts, |accounts, keys| {
                async move { accounts.load_resume_points(&keys).await }.boxed()
            }),
            ratings: reads(accounts, |accounts, keys| {
                async move { accounts.load_ratings(&keys).await }.boxed()
            }),
            rating_summaries: reads(accounts, |accounts, keys| {
                async move { accounts.rating_summaries(&keys).await }.boxed()
            }),
        }
    }
}

type Found<K, V> = BoxFuture<'static, std::result::Result<HashMap<K, V>, Error>>;
type Read<K, V> = fn(Accounts, Vec<K>) -> Found<K, V>;

/// A batch that is one call into the service.
struct Reads<K, V> {
    accounts: Accounts,
    read: Read<K, V>,
}

#[async_trait]
impl<K, V> Batch<K, V> for Reads<K, V>
where
    K: Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    async fn load(&self, keys: &[K]) -> Result<HashMap<K, V>> {
        Ok((self.read)(self.accounts.clone(), keys.to_vec()).await?)
    }
}

fn reads<K, V>(accounts: &Accounts, read: Read<K, V>) -> Loader<K, V>
where
    K: Eq + Hash + Clone + std::fmt::Debug + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Loader::new(Reads {
        accounts: accounts.clone(),
        read,
    })
}
