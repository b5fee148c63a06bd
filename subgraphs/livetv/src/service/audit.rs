//! The audit log: who changed what, in the transaction of the change.

use database::Tx;
use kernel::{AccountId, Instant, Page, PageRequest};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter, Select};
use serde_json::{Value, json};
use uuid::Uuid;

use super::LiveTv;
use crate::{
    Error,
    domain::audit::{Facts, compare, without_secrets},
    entities::{
        FieldChanges,
        audit_entry::{self, Subject},
        channel, programme,
    },
};

/// Who asks for a change, and in which request.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account.
    pub account: AccountId,
    /// The trace of the request.
    pub trace_id: Option<String>,
}

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of this channel, programme, line-up, blackout or source.
    pub subject: Option<Uuid>,
    /// By this account.
    pub account: Option<Uuid>,
    /// Of this kind.
    pub kind: Option<Subject>,
    /// Of this mutation.
    pub action: Option<String>,
    /// From this instant on.
    pub from: Option<Instant>,
    /// Before this instant.
    pub to: Option<Instant>,
}

/// Notes that `actor` did `action`, which changed a subject from `before` to `after`. What changed nothing is not noted.
pub(super) async fn note(
    tx: &Tx,
    actor: &Actor,
    action: &str,
    (subject_kind, subject_id): (Subject, Uuid),
    (before, after): (&Facts, &Facts),
) -> Result<(), Error> {
    let changes = compare(before, after);
    if changes.is_empty() {
        return Ok(());
    }
    let row = audit_entry::Model {
        id: tx.next_id(),
        at: tx.now(),
        account_id: actor.account.0,
        action: action.to_owned(),
        subject_kind,
        subject_id,
        changes: FieldChanges(changes),
        trace_id: actor.trace_id.clone(),
    };
    audit_entry::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// A channel as the log tells it: without what opens its upstreams.
pub(super) fn channel(row: &channel::Model) -> Facts {
    let sources = row.sources.0.iter().map(|source| {
        let template = source.catch_up_template.as_deref().map(without_secrets);
        json!({ "protocol": source.protocol, "url": without_secrets(&source.url), "priority": source.priority,
            "drm": source.drm, "catchUpTemplate": template })
    });
    vec![
        ("number", row.number.clone().into()),
        ("name", row.name.clone().into()),
        ("logoUrl", row.logo_url.as_deref().map(without_secrets).into()),
        ("xmltvId", row.xmltv_id.clone().into()),
        ("timeZone", row.time_zone.clone().into()),
        ("packages", row.packages.0.clone().into()),
        ("streamSources", sources.collect::<Vec<Value>>().into()),
        ("hidden", row.hidden.into()),
        ("catchUpHours", row.catch_up_hours.into()),
        ("startOver", row.start_over.into()),
        ("deleted", row.deleted.into()),
    ]
}

/// A programme as the log tells it.
pub(super) fn programme(row: &programme::Model) -> Facts {
    vec![
        ("channelId", row.channel_id.to_string().into()),
        ("startsAt", row.starts_at.to_rfc3339().into()),
        ("endsAt", row.ends_at.to_rfc3339().into()),
        ("title", row.title.clone().into()),
        ("subtitle", row.subtitle.clone().into()),
        ("description", row.description.clone().into()),
        ("categories", row.categories.0.clone().into()),
        ("season", row.season.into()),
        ("episode", row.episode.into()),
    ]
}

impl LiveTv {
    /// A page of entries, latest first.
    pub async fn list_audit(
        &self,
        filter: &AuditFilter,
        request: &PageRequest,
    ) -> Result<Page<audit_entry::Model>, Error> {
        use audit_entry::Column;
        let order = [(Column::At, Order::Desc), (Column::Id, Order::Desc)];
        database::page(
            self.database.reader(),
            filtered(filter),
            &order,
            request,
            |row| (row.at, row.id),
            |(at, id): (Instant, Uuid)| vec![at.into(), id.into()],
        )
        .await
    }

    /// How many entries there are.
    pub async fn count_audit(&self, filter: &AuditFilter) -> Result<u64, Error> {
        Ok(filtered(filter).count(self.database.reader()).await?)
    }
}

fn filtered(filter: &AuditFilter) -> Select<audit_entry::Entity> {
    use audit_entry::Column;
    let mut select = audit_entry::Entity::find();
    if let Some(subject) = filter.subject {
        select = select.filter(Column::SubjectId.eq(subject));
    }
    if let Some(account) = filter.account {
        select = select.filter(Column::AccountId.eq(account));
    }
    if let Some(kind) = filter.kind {
        select = select.filter(Column::SubjectKind.eq(kind));
    }
    if let Some(action) = &filter.action {
        select = select.filter(Column::Action.eq(action));
    }
    if let Some(from) = filter.from {
        select = select.filter(Column::At.gte(from));
    }
    if let Some(to) = filter.to {
        select = select.filter(Column::At.lt(to));
    }
    select
}
