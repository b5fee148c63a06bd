//! The answer to "may I watch this?".

use std::sync::Arc;

use async_graphql::{Context, Enum, Object};
use graphql::{Result, find_viewer};
use kernel::Instant;
use uuid::Uuid;

use super::offer::Offer;
use crate::{
    domain::decision::{Decision, Denial, Via},
    loaders::loaders,
    schema::rights,
    service::Content,
};

/// Why somebody may not watch.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessReason {
    /// Nobody is signed in.
    NotSignedIn,
    /// No plan, purchase or rental of the account opens it.
    NotEntitled,
    /// It is not shown yet, or no longer.
    OutsideWindow,
    /// It may not be shown in this country.
    OutsideTerritory,
    /// It is not for the age of this profile.
    ProfileRestricted,
    /// There is no such content.
    NotFound,
    /// It may not be shown here for the time being.
    Blackout,
}

/// What gives the right to watch.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessVia {
    /// Nothing is needed.
    Free,
    /// A subscription to a plan.
    Plan,
    /// A rental.
    Rental,
    /// A purchase.
    Purchase,
}

/// Whether the viewer may watch something now.
pub(crate) struct AccessDecision {
    content: Option<Arc<Content>>,
    decision: Decision,
}

impl AccessDecision {
    /// The decision for whoever asks; any number of them costs the same few statements.
    pub(crate) async fn of(ctx: &Context<'_>, content: Uuid) -> Result<Self> {
        let content = loaders(ctx).contents.load(content).await?;
        let ledger = match find_viewer(ctx) {
            Some(viewer) => loaders(ctx).ledgers.load(viewer.account).await?,
            None => None,
        };
        let decision = rights(ctx).decide(content.as_deref(), ledger.as_deref(), None);
        Ok(Self { content, decision })
    }
}

/// Whether the viewer may watch something now.
#[Object]
impl AccessDecision {
    /// Yes or no.
    async fn allowed(&self) -> bool {
        self.decision.verdict.is_ok()
    }

    /// Why not; null when it is allowed.
    async fn reason(&self) -> Option<AccessReason> {
        self.decision.verdict.err().map(AccessReason::from)
    }

    /// Why; null when it is not allowed.
    async fn via(&self) -> Option<AccessVia> {
        self.decision.verdict.ok().map(AccessVia::from)
    }

    /// When the right ends unless it is renewed; null when it does not end, or there is none.
    async fn expires_at(&self) -> Option<Instant> {
        self.decision.expires_at
    }

    /// Offers that would open it, cheapest first, at most 50; empty when it is allowed or cannot be bought. Null only
    /// when billing does not answer.
    async fn offers(&self, ctx: &Context<'_>) -> Result<Option<Vec<Offer>>> {
        let Some(content) = &self.content else {
            return Ok(Some(Vec::new()));
        };
        match self.decision.verdict {
            Err(denial) if denial.can_be_bought() => Ok(Some(offers_of(ctx, content).await?)),
            _ => Ok(Some(Vec::new())),
        }
    }
}

/// Offers that open `content`, cheapest first.
pub(crate) async fn offers_of(ctx: &Context<'_>, content: &Content) -> Result<Vec<Offer>> {
    let book = loaders(ctx).offers.load(content.played_id()).await?;
    let ids = book.map(|book| book.opening(&content.facts.door)).unwrap_or_default();
    Ok(ids
        .into_iter()
        .map(|id| Offer {
            id: id.to_string().into(),
        })
        .collect())
}

impl From<Denial> for AccessReason {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::NotSignedIn => Self::NotSignedIn,
            Denial::NotEntitled => Self::NotEntitled,
            Denial::OutsideWindow => Self::OutsideWindow,
            Denial::OutsideTerritory => Self::OutsideTerritory,
            Denial::ProfileRestricted => Self::ProfileRestricted,
            Denial::NotFound => Self::NotFound,
            Denial::Blackout => Self::Blackout,
        }
    }
}

impl From<Via> for AccessVia {
    fn from(via: Via) -> Self {
        match via {
            Via::Free => Self::Free,
            Via::Plan => Self::Plan,
            Via::Rental => Self::Rental,
            Via::Purchase => Self::Purchase,
        }
    }
}
