//! What is kept of an import that is over.

use database::Tx;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::Outcome;
use crate::{
    Error,
    domain::report::Report,
    entities::{
        Findings,
        guide_change::Kind,
        guide_import::{self, Phase, Sample, Samples, Status},
        import_message, programme,
    },
    service::{ROWS_AT_ONCE, changes::Change},
};

/// Changes that a report shows.
const MOST_SAMPLES: usize = 20;

/// Ends an import with its report.
pub(super) async fn finish(
    tx: &Tx,
    import: &guide_import::Model,
    status: Status,
    outcome: &Outcome,
    report: Report,
) -> Result<(), Error> {
    let places = outcome.places.filter(|_| !import.dry_run);
    let row = guide_import::ActiveModel {
        id: Set(import.id),
        status: Set(status),
        phase: Set(Phase::Done),
        finished_at: Set(Some(tx.now())),
        channels: Set(to_count(outcome.channels)),
        programmes: Set(to_count(outcome.programmes)),
        added: Set(to_count(outcome.added)),
        updated: Set(to_count(outcome.updated)),
        removed: Set(to_count(outcome.removed)),
        unchanged: Set(to_count(outcome.unchanged)),
        warnings: Set(to_count(report.warnings)),
        errors: Set(to_count(report.errors)),
        findings: Set(Some(Findings(report.findings().cloned().collect()))),
        first_cursor: Set(places.map(|(first, _)| first)),
        last_cursor: Set(places.map(|(_, last)| last)),
        samples: Set(Some(Samples(outcome.samples.clone()))),
        ..Default::default()
    };
    guide_import::Entity::update(row).exec(tx).await?;
    let messages = (0..)
        .zip(report.messages)
        .map(|(position, message)| import_message::ActiveModel {
            import_id: Set(import.id),
            position: Set(position),
            line: Set(message.line.map(to_count)),
            text: Set(message.text),
        });
    let messages: Vec<_> = messages.collect();
    for chunk in messages.chunks(ROWS_AT_ONCE) {
        import_message::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

fn to_count(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}

/// Adds changes as a report shows them, until it shows enough.
pub(super) fn sample(changes: &[Change], samples: &mut Vec<Sample>) {
    let sample = |change: &Change| Sample {
        kind: match change.kind {
            Kind::Added => "ADDED",
            Kind::Updated => "UPDATED",
            Kind::Removed => "REMOVED",
        }
        .to_owned(),
        channel: change.programme.channel_id,
        starts_at: change.programme.starts_at,
        title: change.programme.title.clone(),
        fields: change
            .before
            .as_ref()
            .map(|before| differing(before, &change.programme))
            .unwrap_or_default(),
    };
    let room = MOST_SAMPLES.saturating_sub(samples.len());
    samples.extend(changes.iter().take(room).map(sample));
}

/// The fields of the graph in which two states of a programme differ.
fn differing(before: &programme::Model, after: &programme::Model) -> Vec<String> {
    let is_episode_other = (before.season, before.episode) != (after.season, after.episode);
    let fields = [
        ("startsAt", before.starts_at != after.starts_at),
        ("endsAt", before.ends_at != after.ends_at),
        ("title", before.title != after.title),
        ("subtitle", before.subtitle != after.subtitle),
        ("description", before.description != after.description),
        ("categories", before.categories != after.categories),
        ("episode", is_episode_other),
    ];
    let named = fields.into_iter().filter(|(_, is_other)| *is_other);
    let mut named: Vec<String> = named.map(|(name, _)| name.to_owned()).collect();
    if named.is_empty() {
        named.push("details".to_owned());
    }
    named
}
