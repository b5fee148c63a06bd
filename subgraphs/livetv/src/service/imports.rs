//! Guide imports: an uploaded file becomes the smallest change of the guide, in one transaction.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, BufRead, Read},
};

use bytes::{Buf, Bytes};
use database::Tx;
use futures_util::StreamExt;
use kernel::{EventId, ImportId, Instant, Page, PageRequest};
use schema::events::sidecar::GuideUploaded;
use sea_orm::{
    ActiveValue::Set, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QuerySelect, sea_query::OnConflict,
};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{LiveTv, ROWS_AT_ONCE, changes, locks, log, matching};
use crate::{
    Error,
    domain::{
        diff::{Difference, diff},
        locks::keep,
        policy::Policies,
        report::{Message, Report},
        schedule::{Entry, tidy},
        xmltv::{self, Guide, Limits},
    },
    entities::{
        Findings, channel,
        guide_change::Kind,
        guide_import::{self, Status},
        import_message, programme,
    },
};

/// Pieces of a file that wait for the parser.
const PIECES: usize = 8;
/// Channels whose stored programmes are compared at once.
const CHANNELS_AT_ONCE: usize = 50;
/// More programmes than these channels can have.
const MOST_STORED: u64 = 2_000_000;

/// What an import did.
#[derive(Debug, Default)]
struct Counts {
    channels: usize,
    programmes: u32,
    added: usize,
    updated: usize,
    removed: usize,
    unchanged: u32,
}

impl LiveTv {
    /// Imports an uploaded guide; the same import twice is once. A file that cannot be read fails the import and changes
    /// nothing.
    ///
    /// # Errors
    /// The file or the database does not answer: the import may be tried again.
    pub async fn import(&self, event: EventId, upload: GuideUploaded) -> Result<(), Error> {
        if !self.begin_import(&upload).await? {
            return Ok(());
        }
        let parsed = self.parse(&upload).await?;
        let tx = self.database.begin().await?;
        // One import at a time: what is compared must not change meanwhile.
        log::take_places(&tx, 0).await?;
        if !database::is_first_delivery(&tx, event).await? {
            return Ok(());
        }
        let (status, counts, report) = match parsed {
            Ok(mut guide) => {
                let counts = commit(&tx, upload.import, &mut guide).await?;
                guide.report.sort();
                (Status::Completed, counts, guide.report)
            }
            Err(message) => (Status::Failed, Counts::default(), Report::broken(message)),
        };
        tracing::info!(import.id = %upload.import, ?status, ?counts, "guide import finished");
        finish(&tx, upload.import, status, &counts, report).await?;
        tx.commit().await?;
        // Subscribers of this process need not wait for the bus.
        self.look(false).await;
        Ok(())
    }

    /// Notes that an import runs; false when it is over already.
    async fn begin_import(&self, upload: &GuideUploaded) -> Result<bool, Error> {
        let tx = self.database.begin().await?;
        let row = guide_import::Model {
            id: upload.import.0,
            status: Status::Running,
            source: upload.source.clone(),
            object_key: upload.object_key.clone(),
            account_id: upload.account.0,
            started_at: self.clock.now(),
            finished_at: None,
            channels: 0,
            programmes: 0,
            added: 0,
            updated: 0,
            removed: 0,
            unchanged: 0,
            warnings: 0,
            errors: 0,
            findings: None,
        };
        guide_import::Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(guide_import::Column::Id).do_nothing().to_owned())
            .exec_without_returning(&tx)
            .await?;
        let row = guide_import::Entity::find_by_id(upload.import.0).one(&tx).await?;
        tx.commit().await?;
        Ok(row.is_some_and(|row| row.status == Status::Running))
    }

    /// Reads the file on the blocking pool while its bytes arrive.
    async fn parse(&self, upload: &GuideUploaded) -> Result<Result<Guide, Message>, Error> {
        let key = &upload.object_key;
        let Some(meta) = self.storage.head(key).await? else {
            return Ok(Err(Message {
                line: None,
                text: "the uploaded file is gone".to_owned(),
            }));
        };
        let mut bytes = self.storage.read(key, 0..meta.size_bytes).await?;
        let (sender, receiver) = mpsc::channel(PIECES);
        let feeding = async move {
            while let Some(piece) = bytes.next().await {
                // A parser that has seen enough takes no more.
                if sender.send(piece?).await.is_err() {
                    break;
                }
            }
            Ok::<(), io::Error>(())
        };
        let limits = Limits {
            document_bytes: self.settings.document_max_bytes,
            channels: self.settings.max_channels,
            programmes: self.settings.max_programmes,
        };
        let parsing = self.parsing.run(move || {
            xmltv::parse(
                Pieces {
                    receiver,
                    piece: Bytes::new(),
                },
                limits,
                &Policies::default(),
            )
        });
        let (fed, parsed) = tokio::join!(feeding, parsing);
        fed.map_err(|error| storage::Error::Io(key.clone(), error))?;
        Ok(parsed?.map_err(|broken| Message {
            line: Some(broken.line),
            text: broken.text,
        }))
    }

    /// A page of imports, latest first.
    pub async fn list_imports(&self, request: &PageRequest) -> Result<Page<guide_import::Model>, Error> {
        use guide_import::Column;
        let order = [(Column::StartedAt, Order::Desc), (Column::Id, Order::Desc)];
        database::page(
            self.database.reader(),
            guide_import::Entity::find(),
            &order,
            request,
            |row| (row.started_at, row.id),
            |(at, id): (Instant, Uuid)| vec![at.into(), id.into()],
        )
        .await
    }

    /// How many imports there were.
    pub async fn count_imports(&self) -> Result<u64, Error> {
        Ok(guide_import::Entity::find().count(self.database.reader()).await?)
    }
}

/// Compares the file with the guide and writes what differs.
async fn commit(tx: &Tx, import: ImportId, guide: &mut Guide) -> Result<Counts, Error> {
    let now = tx.now();
    let matches = matching::match_channels(tx, guide, now).await?;
    let mut counts = Counts {
        channels: guide.channels.len(),
        programmes: guide.programmes,
        ..Counts::default()
    };
    let mut files: BTreeMap<Uuid, Vec<Entry>> = BTreeMap::new();
    for (id, raw) in std::mem::take(&mut guide.schedules) {
        let Some(channel) = matches.get(&id) else { continue };
        let entries = remembered(channel, tidy(raw, &Policies::default(), &mut guide.report));
        if !entries.is_empty() {
            files.insert(channel.id, entries);
        }
    }
    let mut written = Vec::new();
    let mut files: Vec<(Uuid, Vec<Entry>)> = files.into_iter().collect();
    while !files.is_empty() {
        let chunk = files.split_off(files.len().saturating_sub(CHANNELS_AT_ONCE));
        let mut stored = stored(tx, &chunk).await?;
        let ids: Vec<Uuid> = chunk.iter().map(|(channel, _)| *channel).collect();
        let locks = locks::of_channels(tx, &ids).await?;
        for (channel, entries) in chunk {
            let known: Vec<_> = stored
                .remove(&channel)
                .unwrap_or_default()
                .into_iter()
                .map(changes::from_row)
                .collect();
            let entries = match locks.get(&channel) {
                Some(locks) => keep(locks, &known, entries),
                None => entries,
            };
            let difference = diff(known, entries, now);
            counts.unchanged += difference.unchanged;
            written.extend(to_changes(tx, channel, difference));
        }
    }
    let count = |kind: Kind| {
        written
            .iter()
            .filter(|change: &&changes::Change| change.kind == kind)
            .count()
    };
    (counts.added, counts.updated, counts.removed) = (count(Kind::Added), count(Kind::Updated), count(Kind::Removed));
    changes::record(tx, import, written).await?;
    Ok(counts)
}

/// Without what the channel has forgotten already: rolling out of the window is no change, so neither is coming back.
fn remembered(channel: &channel::Model, mut entries: Vec<Entry>) -> Vec<Entry> {
    if let Some(before) = channel.forgotten_before {
        entries.retain(|entry| entry.ends_at > before);
    }
    entries
}

/// Programmes that overlap the span of these files, by channel.
async fn stored(tx: &Tx, files: &[(Uuid, Vec<Entry>)]) -> Result<HashMap<Uuid, Vec<programme::Model>>, Error> {
    let ids: Vec<Uuid> = files.iter().map(|(id, _)| *id).collect();
    let from = files
        .iter()
        .filter_map(|(_, entries)| entries.first())
        .map(|entry| entry.starts_at)
        .min();
    let to = files
        .iter()
        .filter_map(|(_, entries)| entries.last())
        .map(|entry| entry.ends_at)
        .max();
    let mut found: HashMap<Uuid, Vec<programme::Model>> = HashMap::new();
    let (Some(from), Some(to)) = (from, to) else {
        return Ok(found);
    };
    let rows = programme::Entity::overlapping(&ids, from, to)
        .limit(MOST_STORED)
        .all(tx)
        .await?;
    for row in rows {
        found.entry(row.channel_id).or_default().push(row);
    }
    Ok(found)
}

fn to_changes(tx: &Tx, channel: Uuid, difference: Difference) -> Vec<changes::Change> {
    let change = |kind, id, entry| changes::Change {
        kind,
        programme: changes::to_row(channel, id, entry),
    };
    let removed = difference
        .removed
        .into_iter()
        .map(|gone| change(Kind::Removed, gone.id.0, gone.entry));
    let updated = difference
        .updated
        .into_iter()
        .map(|new| change(Kind::Updated, new.id.0, new.entry));
    let added = difference
        .added
        .into_iter()
        .map(|entry| change(Kind::Added, tx.next_id(), entry));
    removed.chain(updated).chain(added).collect()
}

async fn finish(tx: &Tx, import: ImportId, status: Status, counts: &Counts, report: Report) -> Result<(), Error> {
    let row = guide_import::ActiveModel {
        id: Set(import.0),
        status: Set(status),
        finished_at: Set(Some(tx.now())),
        channels: Set(to_count(counts.channels)),
        programmes: Set(to_count(counts.programmes)),
        added: Set(to_count(counts.added)),
        updated: Set(to_count(counts.updated)),
        removed: Set(to_count(counts.removed)),
        unchanged: Set(to_count(counts.unchanged)),
        warnings: Set(to_count(report.warnings)),
        errors: Set(to_count(report.errors)),
        findings: Set(Some(Findings(report.findings().cloned().collect()))),
        ..Default::default()
    };
    guide_import::Entity::update(row).exec(tx).await?;
    let messages = (0..)
        .zip(report.messages)
        .map(|(position, message)| import_message::ActiveModel {
            import_id: Set(import.0),
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

/// A file as it arrives, for a parser that blocks.
struct Pieces {
    receiver: mpsc::Receiver<Bytes>,
    piece: Bytes,
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.piece.is_empty() {
            match self.receiver.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(&[]),
            }
        }
        Ok(&self.piece)
    }

    fn consume(&mut self, amount: usize) {
        self.piece.advance(amount);
    }
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(into.len());
        into[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}
