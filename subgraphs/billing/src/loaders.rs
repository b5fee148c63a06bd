//! Batched reads behind types and references, made for each request.

use std::{collections::HashMap, sync::Arc};

use async_graphql::Context;
use async_trait::async_trait;
use graphql::{Batch, Loader, Result};
use uuid::Uuid;

use crate::{
    entities::{offer, plan},
    service::Billing,
};

/// Every loader of a request.
pub(crate) struct Loaders {
    pub(crate) plans: Loader<Uuid, Arc<plan::Model>>,
    pub(crate) offers: Loader<Uuid, Arc<offer::Model>>,
}

/// The loaders of this request.
pub(crate) fn loaders<'a>(ctx: &Context<'a>) -> &'a Loaders {
    ctx.data::<Loaders>().expect("the endpoint prepares every request")
}

impl Loaders {
    /// Empty loaders over `billing`.
    pub(crate) fn new(billing: &Billing) -> Self {
        Self {
            plans: Loader::new(Reads(billing.clone())),
            offers: Loader::new(Reads(billing.clone())),
        }
    }
}

struct Reads(Billing);

#[async_trait]
impl Batch<Uuid, Arc<plan::Model>> for Reads {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, Arc<plan::Model>>> {
        let found = self.0.plans_by_id(keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, Arc::new(row))).collect())
    }
}

#[async_trait]
impl Batch<Uuid, Arc<offer::Model>> for Reads {
    async fn load(&self, keys: &[Uuid]) -> Result<HashMap<Uuid, Arc<offer::Model>>> {
        let found = self.0.offers_by_id(keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, Arc::new(row))).collect())
    }
}
