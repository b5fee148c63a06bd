//! Access rules.

use async_graphql::{Enum, ID, Object};
use graphql::ListName;
use kernel::Instant;

use crate::entities::access_rule;

/// The list of access rules.
pub(crate) struct ContentAccessRules;

impl ListName for ContentAccessRules {
    const NAME: &'static str = "ContentAccessRule";
}

/// What opens the door to content.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessModel {
    /// Nothing is needed.
    Free,
    /// A plan with one of the packages, or a purchase or rental.
    Packages,
    /// A purchase or rental only.
    Offers,
}

impl From<access_rule::AccessModel> for AccessModel {
    fn from(model: access_rule::AccessModel) -> Self {
        match model {
            access_rule::AccessModel::Free => Self::Free,
            access_rule::AccessModel::Packages => Self::Packages,
            access_rule::AccessModel::Offers => Self::Offers,
        }
    }
}

impl From<AccessModel> for access_rule::AccessModel {
    fn from(model: AccessModel) -> Self {
        match model {
            AccessModel::Free => Self::Free,
            AccessModel::Packages => Self::Packages,
            AccessModel::Offers => Self::Offers,
        }
    }
}

/// Who may watch a title or channel, when and where.
pub(crate) struct ContentAccessRule(pub(crate) access_rule::Model);

/// Who may watch a title or channel, when and where.
#[Object]
impl ContentAccessRule {
    /// The title or channel.
    async fn content_id(&self) -> ID {
        self.0.content_id.to_string().into()
    }

    /// What opens the door.
    async fn model(&self) -> AccessModel {
        self.0.door.into()
    }

    /// Packages that open it; null: those that the content belongs to.
    async fn packages(&self) -> Option<&[String]> {
        self.0.packages.as_ref().map(|packages| packages.0.as_slice())
    }

    /// First instant of the window; null is always.
    async fn starts_at(&self) -> Option<Instant> {
        self.0.starts_at
    }

    /// First instant after the window; null is for ever.
    async fn ends_at(&self) -> Option<Instant> {
        self.0.ends_at
    }

    /// ISO 3166-1 codes of the countries where it may be shown; empty is everywhere.
    async fn territories(&self) -> &[String] {
        &self.0.territories.0
    }

    /// When it was last set.
    async fn updated_at(&self) -> Instant {
        self.0.updated_at
    }
}
