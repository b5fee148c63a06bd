//! What apps report.

use chrono::TimeDelta;
use kernel::{AccountId, Instant, Refusal};
use serde_json::Value;
use uuid::Uuid;

use super::{Analytics, NewEvent, events::record};
use crate::{domain::kind, error::Error};

/// Events of one call.
const MOST_EVENTS: usize = 500;
/// Longest id, in bytes.
const LONGEST_ID: usize = 64;
/// Longest subject, in bytes.
const LONGEST_SUBJECT: usize = 200;
/// Longest metadata, in bytes of JSON.
const LONGEST_METADATA: usize = 4096;
/// How far an app's clock may be ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// How late an app may report: devices are offline for days.
const LATE: TimeDelta = TimeDelta::days(7);

/// What an app reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// The app's id of it.
    pub id: String,
    /// Its type.
    pub name: String,
    /// When it happened.
    pub at: Instant,
    /// What it is about.
    pub subject: Option<String>,
    /// What else there is to say.
    pub metadata: Option<Value>,
}

/// Why an event was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionCode {
    /// Empty or too long.
    BadId,
    /// Neither known nor a word.
    BadType,
    /// Too long ago.
    TooOld,
    /// Not yet.
    InFuture,
    /// Too long.
    BadSubject,
    /// Too long, or not an object.
    BadMetadata,
}

impl RejectionCode {
    /// The reason for people.
    pub const fn message(self) -> &'static str {
        match self {
            Self::BadId => "the id is empty or longer than 64 bytes",
            Self::BadType => "the type is neither known nor a word of a-z and _, at most 64 letters",
            Self::TooOld => "it happened more than seven days ago",
            Self::InFuture => "it happens more than five minutes from now",
            Self::BadSubject => "the subject is longer than 200 bytes",
            Self::BadMetadata => "metadata is no object, or longer than 4096 bytes of JSON",
        }
    }
}

/// An event that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    /// Its place in the call, from 0.
    pub index: usize,
    /// Why.
    pub code: RejectionCode,
}

/// What became of the events of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingested {
    /// New ones.
    pub accepted: usize,
    /// Known ones.
    pub duplicates: usize,
    /// Those that were not taken.
    pub rejected: Vec<Rejection>,
}

impl Analytics {
    /// Takes what an app of `account` reports; the good events are taken even if others are rejected.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` for more than 500 events.
    pub async fn ingest(&self, account: AccountId, reported: Vec<Reported>) -> Result<Ingested, Error> {
        if reported.len() > MOST_EVENTS {
            let limit = Refusal::limit("events", MOST_EVENTS as u64, reported.len() as u64);
            return Err(limit.with("field", "input.events").into());
        }
        let now = self.0.clock.now();
        let (mut good, mut rejected) = (Vec::with_capacity(reported.len()), Vec::new());
        for (index, event) in reported.into_iter().enumerate() {
            match read(account, event, now) {
                Ok(event) => good.push(event),
                Err(code) => rejected.push(Rejection { index, code }),
            }
        }
        let sent = good.len();
        let mut accepted = 0;
        if sent > 0 {
            let tx = self.0.db.begin().await?;
            accepted = record(&tx, good).await?;
            tx.commit().await?;
        }
        Ok(Ingested {
            accepted,
            duplicates: sent - accepted,
            rejected,
        })
    }
}

fn read(account: AccountId, event: Reported, now: Instant) -> Result<NewEvent, RejectionCode> {
    if event.id.is_empty() || event.id.len() > LONGEST_ID {
        return Err(RejectionCode::BadId);
    }
    let kind = kind::of_app(&event.name).ok_or(RejectionCode::BadType)?;
    if event.at < now - LATE {
        return Err(RejectionCode::TooOld);
    }
    if event.at > now + AHEAD {
        return Err(RejectionCode::InFuture);
    }
    if event
        .subject
        .as_ref()
        .is_some_and(|subject| subject.len() > LONGEST_SUBJECT)
    {
        return Err(RejectionCode::BadSubject);
    }
    let metadata = event.metadata.filter(|metadata| !metadata.is_null());
    if metadata.as_ref().is_some_and(|metadata| !metadata.is_object()) {
        return Err(RejectionCode::BadMetadata);
    }
    let metadata = metadata.map(|metadata| metadata.to_string());
    if metadata
        .as_ref()
        .is_some_and(|metadata| metadata.len() > LONGEST_METADATA)
    {
        return Err(RejectionCode::BadMetadata);
    }
    // Under the account: nobody can take the id of another's event.
    let id = Uuid::new_v5(&account.0, event.id.as_bytes());
    Ok(NewEvent {
        id,
        kind,
        at: event.at,
        account: Some(account),
        subject: event.subject,
        metadata,
    })
}
