//! From a file to changes: channels are found, schedules compared, what differs is written.

use std::collections::{BTreeMap, HashMap};

use database::Tx;
use kernel::{ImportId, Instant};
use sea_orm::QuerySelect;
use uuid::Uuid;

use super::{Outcome, Progress, report, undo};
use crate::{
    Error,
    domain::{
        diff::{Difference, Revised, diff},
        locks::keep,
        policy::Policies,
        report::Code,
        schedule::{Entry, RawEntry, tidy},
        xmltv::Guide,
    },
    entities::{
        guide_change::Kind,
        guide_import::{self, Phase},
        programme,
    },
    service::{
        LiveTv,
        changes::{self, Change},
        locks,
        matching::{Matches, Matching},
        sources::{Plan, Ranks},
    },
};

/// Channels whose stored programmes are compared at once.
const CHANNELS_AT_ONCE: usize = 20;
/// More programmes than these channels can have.
const MOST_STORED: u64 = 2_000_000;
/// When so many changes wait, they are written.
const MOST_WAITING: usize = 2_000;

impl LiveTv {
    /// Compares the file with the guide and writes what differs.
    pub(super) async fn commit(
        &self,
        tx: &Tx,
        import: &guide_import::Model,
        plan: &Plan,
        guide: &mut Guide,
        progress: &mut Progress,
    ) -> Result<Outcome, Error> {
        let matching = Matching {
            tx,
            source: import.source_id.unwrap_or_default(),
            least: self.settings.match_confidence,
            now: tx.now(),
        };
        let matches = matching.run(guide).await?;
        let files = schedules(guide, &matches, &plan.policies);
        let comparing = Comparing {
            tx,
            source: import.source_id,
            ranks: Ranks::read(tx).await?,
            now: tx.now(),
        };
        let mut written = Written {
            outcome: Outcome {
                channels: guide.channels.len(),
                programmes: guide.programmes,
                ..Outcome::default()
            },
            ..Written::of(tx, import)
        };
        comparing.compare(files, &mut written, progress).await?;
        if written.covered > 0 {
            let text = format_args!("programmes were left out where a source of more weight has some");
            guide.report.warn_of(Code::Covered, written.covered, text);
        }
        progress.enter(Phase::Writing).await;
        written.write().await?;
        Ok(written.outcome)
    }
}

/// What an import writes: some channels after the others, so that little of a large guide waits.
struct Written<'a> {
    tx: &'a Tx,
    import: &'a guide_import::Model,
    /// Changes that wait.
    changes: Vec<Change>,
    /// Programmes of which viewers see no change, before and after, that wait.
    silent: Vec<(programme::Model, programme::Model)>,
    has_begun: bool,
    covered: u32,
    outcome: Outcome,
}

impl<'a> Written<'a> {
    fn of(tx: &'a Tx, import: &'a guide_import::Model) -> Self {
        Self {
            tx,
            import,
            changes: Vec::new(),
            silent: Vec::new(),
            has_begun: false,
            covered: 0,
            outcome: Outcome::default(),
        }
    }

    fn waiting(&self) -> usize {
        self.changes.len() + self.silent.len()
    }

    /// Writes what waits: all of some channels, as nothing moves from one channel to another.
    async fn write(&mut self) -> Result<(), Error> {
        if self.waiting() == 0 {
            return Ok(());
        }
        let (changes, silent) = (std::mem::take(&mut self.changes), std::mem::take(&mut self.silent));
        for change in &changes {
            let count = match change.kind {
                Kind::Added => &mut self.outcome.added,
                Kind::Updated => &mut self.outcome.updated,
                Kind::Removed => &mut self.outcome.removed,
            };
            *count += 1;
        }
        report::sample(&changes, &mut self.outcome.samples);
        if !self.has_begun {
            self.has_begun = true;
            undo::forget_images(self.tx, self.import.source_id).await?;
        }
        undo::keep_images(self.tx, self.import, &changes, &silent).await?;
        let silent: Vec<programme::Model> = silent.into_iter().map(|(_, after)| after).collect();
        changes::rewrite(self.tx, &silent).await?;
        let places = changes::record(self.tx, ImportId(self.import.id), changes).await?;
        // Nobody else takes places meanwhile: they follow one another.
        if let Some((first, last)) = places {
            let begun = self.outcome.places.map_or(first, |(begun, _)| begun);
            self.outcome.places = Some((begun, last));
        }
        Ok(())
    }
}

/// The file's schedules by our channels; two of the file's channels may be one of ours.
fn schedules(guide: &mut Guide, matches: &Matches, policies: &Policies) -> Vec<(Uuid, Vec<Entry>)> {
    let mut raw: BTreeMap<Uuid, (Option<Instant>, Vec<RawEntry>)> = BTreeMap::new();
    for (id, mut entries) in std::mem::take(&mut guide.schedules) {
        if let Some(channel) = matches.get(&id) {
            let of_channel = raw.entry(channel.id).or_default();
            of_channel.0 = channel.forgotten_before;
            of_channel.1.append(&mut entries);
        }
    }
    let tidied = raw.into_iter().map(|(channel, (forgotten, raw))| {
        let entries = remembered(forgotten, tidy(raw, policies, &mut guide.report));
        (channel, entries)
    });
    tidied.filter(|(_, entries)| !entries.is_empty()).collect()
}

/// Without what the channel has forgotten already: rolling out of the window is no change, so neither is coming back.
fn remembered(forgotten: Option<Instant>, mut entries: Vec<Entry>) -> Vec<Entry> {
    if let Some(before) = forgotten {
        entries.retain(|entry| entry.ends_at > before);
    }
    entries
}

/// Compares schedules with the guide.
struct Comparing<'a> {
    tx: &'a Tx,
    source: Option<Uuid>,
    ranks: Ranks,
    now: Instant,
}

impl Comparing<'_> {
    async fn compare(
        &self,
        mut files: Vec<(Uuid, Vec<Entry>)>,
        written: &mut Written<'_>,
        progress: &mut Progress,
    ) -> Result<(), Error> {
        let (all, mut done) = (files.len(), 0);
        while !files.is_empty() {
            let chunk = files.split_off(files.len().saturating_sub(CHANNELS_AT_ONCE));
            let mut stored = self.stored(&chunk).await?;
            let ids: Vec<Uuid> = chunk.iter().map(|(channel, _)| *channel).collect();
            let locks = locks::of_channels(self.tx, &ids).await?;
            done += chunk.len();
            for (channel, entries) in chunk {
                let known = stored.remove(&channel).unwrap_or_default().into_iter().map(|row| {
                    let hold = self.ranks.hold(self.source, row.source_id);
                    changes::from_row(row, hold)
                });
                let known: Vec<_> = known.collect();
                let entries = match locks.get(&channel) {
                    Some(locks) => keep(locks, &known, entries),
                    None => entries,
                };
                let difference = diff(known, entries, self.now);
                self.take(channel, difference, written);
                if written.waiting() >= MOST_WAITING {
                    written.write().await?;
                }
            }
            progress.compared(done, all).await;
        }
        Ok(())
    }

    /// Programmes that overlap the span of these files, by channel.
    async fn stored(&self, files: &[(Uuid, Vec<Entry>)]) -> Result<HashMap<Uuid, Vec<programme::Model>>, Error> {
        let ids: Vec<Uuid> = files.iter().map(|(id, _)| *id).collect();
        let firsts = files.iter().filter_map(|(_, entries)| entries.first());
        let lasts = files.iter().filter_map(|(_, entries)| entries.last());
        let from = firsts.map(|entry| entry.starts_at).min();
        let to = lasts.map(|entry| entry.ends_at).max();
        let mut found: HashMap<Uuid, Vec<programme::Model>> = HashMap::new();
        let (Some(from), Some(to)) = (from, to) else {
            return Ok(found);
        };
        let rows = programme::Entity::overlapping(&ids, from, to)
            .limit(MOST_STORED)
            .all(self.tx)
            .await?;
        for row in rows {
            found.entry(row.channel_id).or_default().push(row);
        }
        Ok(found)
    }

    fn take(&self, channel: Uuid, difference: Difference, written: &mut Written<'_>) {
        let both = |revised: Revised| {
            let Revised { was, entry, is_in_file } = revised;
            let source = if is_in_file { self.source } else { was.source };
            let after = changes::to_row(channel, was.id.0, entry, source);
            (changes::to_row(channel, was.id.0, was.entry, was.source), after)
        };
        written.outcome.unchanged += difference.unchanged;
        written.covered += difference.covered;
        written.silent.extend(difference.silent.into_iter().map(both));
        let gone = difference.removed.into_iter();
        let removed = gone.map(|gone| Change::removed(changes::to_row(channel, gone.id.0, gone.entry, gone.source)));
        written.changes.extend(removed);
        let updated = difference.updated.into_iter().map(both);
        written
            .changes
            .extend(updated.map(|(before, after)| Change::updated(before, after)));
        let added = difference.added.into_iter();
        let added = added.map(|entry| Change::added(changes::to_row(channel, self.tx.next_id(), entry, self.source)));
        written.changes.extend(added);
    }
}
