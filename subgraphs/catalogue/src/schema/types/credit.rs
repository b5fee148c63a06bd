//! Who did what.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object};
use graphql::{Result, directives::CacheWithParent};

use super::person::Person;
use crate::{domain::details::Role, entities::credit, loaders::loaders};

/// What somebody did for a title.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Role")]
pub enum CreditRole {
    /// Directed it.
    Director,
    /// Plays in it.
    Actor,
    /// Wrote it.
    Writer,
    /// Produced it.
    Producer,
    /// Composed its music.
    Composer,
}

/// Somebody's part in a title.
pub struct Credit(pub(crate) Arc<credit::Model>);

/// Somebody's part in a title.
#[Object(directive = CacheWithParent::apply())]
impl Credit {
    /// What they did.
    async fn role(&self) -> CreditRole {
        Role::from(self.0.role).into()
    }

    /// Whom an actor plays; null for everybody else.
    async fn character(&self) -> Option<&str> {
        self.0.character.as_deref()
    }

    /// Who it is; null once the person was removed.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(loaders(ctx).people.load(self.0.person_id).await?.map(Person))
    }
}
