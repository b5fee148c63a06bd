//! May it be watched? One pure function over the facts, asked by `access`, `checkAccess` and `startPlayback` alike.

use kernel::Instant;

/// What opens the door to content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// Nothing is needed, not even a sign-in.
    Free,
    /// One of these packages, or a purchase or rental of the very content. Empty: only a purchase or rental.
    Packages(Vec<String>),
}

/// What is known of content that can be watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What opens the door.
    pub door: Door,
    /// First instant of the window; `None` is always.
    pub starts_at: Option<Instant>,
    /// First instant after the window; `None` is for ever.
    pub ends_at: Option<Instant>,
    /// ISO 3166-1 countries; empty is everywhere.
    pub territories: Vec<String>,
    /// Youngest age it is for; unrated content is for everybody.
    pub min_age: Option<i32>,
}

/// How somebody came by a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// Rented: this content, for a time.
    Rental,
    /// By a subscription: packages, while it runs.
    Plan,
    /// Bought: this content, for good.
    Purchase,
}

/// One line of the ledger that concerns the content asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// How it was come by.
    pub source: Source,
    /// The packages it opens; empty for a purchase or rental, which opens the content asked for.
    pub packages: Vec<String>,
    /// From.
    pub starts_at: Instant,
    /// Until; `None` is for good.
    pub ends_at: Option<Instant>,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker<'a> {
    /// Nobody is signed in.
    Anonymous,
    /// An account with its claims.
    Account(&'a [Claim]),
}

/// Why somebody may watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// It is free.
    Free,
    /// A plan includes it.
    Plan,
    /// It was rented.
    Rental,
    /// It was bought.
    Purchase,
}

/// Why somebody may not watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Denial {
    /// Nobody is signed in.
    NotSignedIn,
    /// No plan, purchase or rental opens it.
    NotEntitled,
    /// Not yet, or no longer.
    OutsideWindow,
    /// Not here.
    OutsideTerritory,
    /// Not for this profile.
    ProfileRestricted,
    /// There is no such content.
    NotFound,
    /// Not here for the time being: a blackout.
    Blackout,
}

impl Denial {
    /// Whether an offer would help.
    pub const fn can_be_bought(self) -> bool {
        matches!(self, Self::NotSignedIn | Self::NotEntitled)
    }
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Why it may be watched, or why not.
    pub verdict: Result<Via, Denial>,
    /// When the right ends if nothing changes; `None` when it does not end, or there is none.
    pub expires_at: Option<Instant>,
}

impl Decision {
    /// No, for `denial`.
    pub const fn no(denial: Denial) -> Self {
        Self {
            verdict: Err(denial),
            expires_at: None,
        }
    }
}

/// Decides whether `asker` may watch the content of `facts` at `now` in `territory`, with a profile that may watch up
/// to `max_age`.
///
/// Window and territory bind everybody, buyers too: they are what the owner of the content allowed us. They are told
/// before the sign-in, because signing in would not help.
pub fn decide(
    facts: Option<&Facts>,
    asker: Asker<'_>,
    now: Instant,
    territory: &str,
    max_age: Option<i32>,
) -> Decision {
    let Some(facts) = facts else {
        return Decision::no(Denial::NotFound);
    };
    if facts.starts_at.is_some_and(|at| now < at) || facts.ends_at.is_some_and(|at| now >= at) {
        return Decision::no(Denial::OutsideWindow);
    }
    if !facts.territories.is_empty() && !facts.territories.iter().any(|allowed| allowed == territory) {
        return Decision::no(Denial::OutsideTerritory);
    }
    if let (Some(needed), Some(allowed)) = (facts.min_age, max_age)
        && needed > allowed
    {
        return Decision::no(Denial::ProfileRestricted);
    }
    let Door::Packages(packages) = &facts.door else {
        return Decision {
            verdict: Ok(Via::Free),
            expires_at: facts.ends_at,
        };
    };
    let Asker::Account(claims) = asker else {
        return Decision::no(Denial::NotSignedIn);
    };
    let Some(best) = best(claims, packages, now) else {
        return Decision::no(Denial::NotEntitled);
    };
    let via = match best.source {
        Source::Plan => Via::Plan,
        Source::Rental => Via::Rental,
        Source::Purchase => Via::Purchase,
    };
    Decision {
        verdict: Ok(via),
        expires_at: earliest(best.ends_at, facts.ends_at),
    }
}

/// The open claim that lasts longest; among equals the one that was dearest.
fn best<'a>(claims: &'a [Claim], packages: &[String], now: Instant) -> Option<&'a Claim> {
    let opens = |claim: &&Claim| {
        claim.starts_at <= now
            && claim.ends_at.is_none_or(|at| now < at)
            && (claim.source != Source::Plan || claim.packages.iter().any(|package| packages.contains(package)))
    };
    claims.iter().filter(opens).max_by_key(|claim| {
        let lasts = claim.ends_at.unwrap_or(Instant::MAX_UTC);
        (lasts, claim.source)
    })
}

/// The earlier of two ends; absent is for ever.
pub fn earliest(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests;
