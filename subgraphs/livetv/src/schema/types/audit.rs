//! The audit log in the graph.

use async_graphql::{Enum, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use graphql::{ListName, Result};
use kernel::parse_uuid;
use serde_json::Value;

use crate::{entities::audit_entry, service::AuditFilter};

/// What an entry is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::entities::audit_entry::Subject")]
pub enum AuditSubject {
    /// A channel.
    Channel,
    /// A programme.
    Programme,
    /// A line-up.
    Lineup,
    /// A blackout.
    Blackout,
    /// A source of guides.
    Source,
}

/// Who changed what of live TV.
pub struct AuditEntry(pub(crate) audit_entry::Model);

/// Who changed what of live TV.
#[Object(name = "LivetvAuditEntry")]
impl AuditEntry {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// The account that asked for it.
    async fn account_id(&self) -> ID {
        self.0.account_id.into()
    }

    /// What was asked: the name of the mutation.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// What was changed.
    async fn subject_kind(&self) -> AuditSubject {
        self.0.subject_kind.into()
    }

    /// Which one.
    async fn subject_id(&self) -> ID {
        self.0.subject_id.into()
    }

    /// The fields that changed. Addresses of upstreams are told without passwords and without their query.
    async fn changes(&self) -> Vec<AuditChange> {
        let changes = self.0.changes.0.iter();
        changes
            .map(|change| AuditChange {
                field: change.field.clone(),
                before: text(&change.before),
                after: text(&change.after),
            })
            .collect()
    }

    /// The trace of the request, in hexadecimal; null without one.
    async fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }
}

/// One changed field.
#[derive(SimpleObject)]
#[graphql(name = "LivetvAuditChange")]
pub struct AuditChange {
    /// Its name.
    field: String,
    /// What it was, as JSON; null when it was empty or new.
    before: Option<String>,
    /// What it is, as JSON; null when it is empty or gone.
    after: Option<String>,
}

fn text(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| value.to_string())
}

/// A list of entries: names its connection.
pub struct AuditEntries;

impl ListName for AuditEntries {
    const NAME: &'static str = "LivetvAuditEntry";
}

/// Which entries a list has.
#[derive(InputObject, Default)]
#[graphql(name = "LivetvAuditFilter")]
pub struct AuditLogFilter {
    /// About this channel, programme, line-up, blackout or source.
    subject_id: Option<ID>,
    /// About subjects of this kind.
    subject_kind: Option<AuditSubject>,
    /// By this account.
    account_id: Option<ID>,
    /// Of this mutation, by its name.
    action: Option<String>,
    /// From this instant on.
    from: Option<DateTime<Utc>>,
    /// Before this instant.
    to: Option<DateTime<Utc>>,
}

impl AuditLogFilter {
    pub(crate) fn read(self) -> Result<AuditFilter> {
        let id = |field: &str, id: Option<ID>| id.map(|id| parse_uuid(field, &id)).transpose();
        Ok(AuditFilter {
            subject: id("filter.subjectId", self.subject_id)?,
            account: id("filter.accountId", self.account_id)?,
            kind: self.subject_kind.map(Into::into),
            action: self.action,
            from: self.from,
            to: self.to,
        })
    }
}
