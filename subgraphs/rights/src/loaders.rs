//! Batched reads behind types and references, made for each request.

use std::{collections::HashMap, sync::Arc};

use async_graphql::Context;
use async_trait::async_trait;
use graphql::{Batch, Loader, Result};
use kernel::AccountId;
use uuid::Uuid;

use crate::{
    entities::playback_session,
    service::{Content, Ledger, OfferBook, Rights},
};

/// Every loader of a request.
pub(crate) struct Loaders {
    /// By title or channel.
    pub(crate) contents: Loader<Uuid, Arc<Content>>,
    /// By title or channel.
    pub(crate) offers: Loader<Uuid, Arc<OfferBook>>,
    /// By account: one, whoever asks.
    pub(crate) ledgers: Loader<AccountId, Arc<Ledger>>,
    /// By session, whoever owns it.
    pub(crate) sessions: Loader<Uuid, Arc<playback_session::Model>>,
}

/// The loaders of this request.
pub(crate) fn loaders<'a>(ctx: &Context<'a>) -> &'a Loaders {
    ctx.data::<Loaders>().expect("the endpoint prepares every request")
}

impl Loaders {
    /// Empty loaders over `rights`.
    pub(crate) fn new(rights: &Rights) -> Self {
        let reads = Reads(rights.clone());
        Self {
            contents: Loader::new(reads.clone()),
            offers: Loader::new(reads.clone()),
            ledgers: Loader::new(reads.clone()),
            sessions: Loader::new(reads),
        }
    }
}

#[derive(Clone)]
struct Reads(Rights);

#[async_trait]
impl Batch<Uuid, Arc<Content>> for Reads {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, Arc<Content>>> {
        let found = self.0.contents(keys).await?;
        Ok(found.into_iter().map(|(id, content)| (id, Arc::new(content))).collect())
    }
}

#[async_trait]
impl Batch<Uuid, Arc<OfferBook>> for Reads {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, Arc<OfferBook>>> {
        let found = self.0.offers(keys).await?;
        Ok(found.into_iter().map(|(id, book)| (id, Arc::new(book))).collect())
    }
}

#[async_trait]
impl Batch<AccountId, Arc<Ledger>> for Reads {
    async fn load(&self, keys: &[AccountId]) -> Result<HashMap<AccountId, Arc<Ledger>>> {
        let mut found = HashMap::new();
        for account in keys {
            found.insert(*account, Arc::new(self.0.ledger(*account).await?));
        }
        Ok(found)
    }
}

#[async_trait]
impl Batch<Uuid, Arc<playback_session::Model>> for Reads {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, Arc<playback_session::Model>>> {
        let found = self.0.sessions(keys).await?;
        Ok(found
            .into_iter()
            .map(|session| (session.id, Arc::new(session)))
            .collect())
    }
}
