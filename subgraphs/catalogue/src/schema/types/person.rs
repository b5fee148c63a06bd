//! People.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use graphql::{
    Count, PageInput, Result, connection,
    directives::{CacheControl, CacheScope},
    page_request,
};
use kernel::PersonId;

use super::{
    artwork::Artwork,
    lists::TitleConnection,
    title::{Title, catalogue},
};
use crate::{entities::person, loaders::loaders};

/// Somebody with credits.
pub struct Person(pub(crate) Arc<person::Model>);

/// Somebody with credits.
#[Object(directive = CacheControl::apply(60, CacheScope::Public))]
impl Person {
    /// Their id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The name as credited.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// A portrait; null when there is none.
    async fn portrait(&self, ctx: &Context<'_>) -> Result<Option<Artwork>> {
        let pictures = loaders(ctx).artwork.load(self.0.id).await?;
        Ok(pictures.and_then(|pictures| pictures.first().cloned()).map(Artwork))
    }

    /// Published titles with a credit of this person, by name.
    async fn filmography(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "The cursor to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<TitleConnection> {
        let (catalogue, person) = (catalogue(ctx).clone(), PersonId(self.0.id));
        let page = catalogue
            .filmography(person, &page_request(first, after, page)?)
            .await?;
        let count = Count::lazy(move || {
            let catalogue = catalogue.clone();
            async move { Ok(catalogue.count_filmography(person).await?) }
        });
        Ok(connection(page.map(|row| Title::from(Arc::new(row))), count))
    }
}
