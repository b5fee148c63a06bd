//! Which of our channels a file means: what an administrator said, then the XMLTV id, what was found before, the name
//! and the number.

mod numbers;
mod reads;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use database::Tx;
use kernel::Instant;
use sea_orm::{EntityTrait, IntoActiveModel};
use uuid::Uuid;

use numbers::Numbers;

use super::{
    ROWS_AT_ONCE,
    channel_fields::{NewChannel, draft},
    channels,
};
use crate::{
    Error,
    domain::{
        matching::{By, Index, Known},
        report::{Code, Report},
        xmltv::{FileChannel, Guide},
    },
    entities::{
        channel,
        channel_match::{self, MatchReason, MatchState},
    },
};

/// Most channels read for names and free numbers.
const MOST_CHANNELS: u64 = 100_000;
/// Confidence of what is certain.
const CERTAIN: i32 = 100;

/// A file's channel ids and the channels they mean.
pub(super) type Matches = BTreeMap<String, channel::Model>;

/// Finds the channels of a file, and remembers what it found.
pub(super) struct Matching<'a> {
    /// Where it is written.
    pub tx: &'a Tx,
    /// The file's source; nil when it has none.
    pub source: Uuid,
    /// The least confidence with which a channel is believed, 0 to 100.
    pub least: i32,
    /// Now.
    pub now: Instant,
}

/// What is known while a file is matched.
#[derive(Default)]
struct Work {
    matches: Matches,
    /// Ids that mean nothing here: deleted, ignored or uncertain, with what was said of them.
    passed: HashSet<String>,
    /// What was remembered.
    before: HashMap<String, channel_match::Model>,
    /// What is to be remembered.
    after: Vec<channel_match::Model>,
}

impl Matching<'_> {
    /// Finds the channel of each id of the file. A channel that the file declares and nobody knows is made; one that was
    /// deleted, is ignored or uncertain, or is named but not declared, is passed over with a message.
    pub async fn run(&self, guide: &mut Guide) -> Result<Matches, Error> {
        let declared = guide.channels.iter().map(|channel| channel.xmltv_id.clone());
        let wanted: BTreeSet<String> = declared.chain(guide.schedules.keys().cloned()).collect();
        let mut work = Work {
            before: self.remembered(&wanted).await?,
            ..Work::default()
        };
        let by_id = self.by_xmltv_id(&wanted).await?;
        let chosen = work.before.values().filter_map(|known| known.channel_id).collect();
        let chosen = self.living(&chosen).await?;
        // The first one of each id.
        let mut places = HashMap::new();
        for (i, channel) in guide.channels.iter().enumerate() {
            places.entry(channel.xmltv_id.clone()).or_insert(i);
        }
        for id in &wanted {
            let file = places.get(id).map(|place| guide.channels[*place].clone());
            self.settle(id, file.as_ref(), (&by_id, &chosen), &mut work, &mut guide.report);
        }
        let mut is_new = HashSet::new();
        let mut unknown: Vec<FileChannel> = guide.channels.clone();
        unknown.retain(|channel| {
            let id = &channel.xmltv_id;
            !work.matches.contains_key(id) && !work.passed.contains(id) && is_new.insert(id.clone())
        });
        if !unknown.is_empty() {
            let strangers = self.by_likeness(unknown, &mut work, guide).await?;
            self.create(strangers, &mut work).await?;
        }
        for (id, programmes) in &guide.schedules {
            if !work.matches.contains_key(id) && !work.passed.contains(id) {
                let line = programmes.first().map(|programme| programme.line);
                let count = programmes.len();
                let text = format_args!("channel {id:?} is not declared: {count} programmes left out");
                guide.report.error(Code::UnknownChannel, line, text);
            }
        }
        self.remember(work.after).await?;
        Ok(work.matches)
    }

    /// What needs no guessing: an administrator's word, the XMLTV id, what was found before.
    fn settle(
        &self,
        id: &str,
        file: Option<&FileChannel>,
        (by_id, chosen): (&Matches, &Channels),
        work: &mut Work,
        report: &mut Report,
    ) {
        let before = work.before.get(id);
        let by_hand = before.filter(|known| known.is_manual);
        let remembered = |known: &channel_match::Model| {
            let channel = known.channel_id.and_then(|channel| chosen.get(&channel));
            channel.filter(|_| known.state == MatchState::Matched).cloned()
        };
        if let Some(known) = by_hand {
            match remembered(known) {
                Some(channel) => {
                    work.matches.insert(id.to_owned(), channel);
                }
                None => {
                    work.passed.insert(id.to_owned());
                }
            }
            return;
        }
        match by_id.get(id) {
            Some(channel) if channel.deleted => {
                let text = format_args!("channel {id:?} was deleted here: its programmes are left out");
                report.warn(Code::DeletedChannel, None, text);
                work.passed.insert(id.to_owned());
            }
            Some(channel) => {
                let found = (MatchState::Matched, MatchReason::XmltvId, CERTAIN);
                let note = self.note(id, file, Some(channel.id), found);
                work.take(note, channel.clone());
            }
            None => {
                if let Some(channel) = before.and_then(remembered) {
                    work.matches.insert(id.to_owned(), channel);
                }
            }
        }
    }

    /// Finds `unknown` channels by name and number; returns those that are like none of ours.
    async fn by_likeness(
        &self,
        unknown: Vec<FileChannel>,
        work: &mut Work,
        guide: &mut Guide,
    ) -> Result<Vec<FileChannel>, Error> {
        let rows = self.all_living().await?;
        let mut taken: HashSet<Uuid> = work.matches.values().map(|channel| channel.id).collect();
        let free = rows.iter().filter(|row| !taken.contains(&row.id)).map(|row| Known {
            id: row.id,
            name: row.name.clone(),
            number: (row.sort_major, row.sort_minor),
        });
        let index = Index::new(free);
        let mut found: Vec<_> = unknown.into_iter().map(|file| (index.find(&file), file)).collect();
        // The surest first: what one has, another cannot be.
        found.sort_by_key(|(found, _)| std::cmp::Reverse(found.map(|found| found.confidence)));
        let rows: HashMap<Uuid, channel::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut strangers = Vec::new();
        for (found, file) in found {
            let Some((found, row)) = found.and_then(|found| Some((found, rows.get(&found.channel)?))) else {
                strangers.push(file);
                continue;
            };
            let reason = match found.by {
                By::Name => MatchReason::Name,
                By::SimilarName => MatchReason::SimilarName,
                By::Number => MatchReason::Number,
            };
            if found.confidence < self.least {
                let id = &file.xmltv_id;
                let name = &row.name;
                let text =
                    format_args!("channel {id:?} may be {name:?}, but that is not sure: its programmes are left out");
                guide.report.error(Code::UncertainChannel, Some(file.line), text);
                let unsure = (MatchState::Uncertain, reason, found.confidence);
                work.pass(self.note(id, Some(&file), Some(row.id), unsure));
            } else if taken.insert(row.id) {
                let sure = (MatchState::Matched, reason, found.confidence);
                work.take(self.note(&file.xmltv_id, Some(&file), Some(row.id), sure), row.clone());
            } else {
                strangers.push(file);
            }
        }
        // In the order of the file again: numbers are given by it.
        strangers.sort_by_key(|file| file.line);
        Ok(strangers)
    }

    async fn create(&self, unknown: Vec<FileChannel>, work: &mut Work) -> Result<(), Error> {
        if unknown.is_empty() {
            return Ok(());
        }
        let mut numbers = Numbers::read(self.tx).await?;
        let mut rows = Vec::with_capacity(unknown.len());
        for file in unknown {
            let mut name = file.names.first().unwrap_or(&file.xmltv_id).clone();
            crate::domain::report::truncate(&mut name, 200);
            let new = NewChannel {
                id: None,
                number: numbers.take(file.number),
                name,
                logo_url: file.logo_url.clone(),
                xmltv_id: Some(file.xmltv_id.clone()),
                time_zone: None,
                packages: Vec::new(),
                sources: Vec::new(),
                loops: None,
                catch_up: None,
            };
            let row = draft(new, self.tx.next_id(), self.now)?;
            channels::raise_changed(self.tx, &row).await?;
            let made = (MatchState::Matched, MatchReason::Created, CERTAIN);
            work.take(self.note(&file.xmltv_id, Some(&file), Some(row.id), made), row.clone());
            rows.push(row.into_active_model());
        }
        for chunk in rows.chunks(ROWS_AT_ONCE) {
            channel::Entity::insert_many(chunk.to_vec())
                .exec_without_returning(self.tx)
                .await?;
        }
        Ok(())
    }

    fn note(
        &self,
        id: &str,
        file: Option<&FileChannel>,
        channel: Option<Uuid>,
        (state, reason, confidence): (MatchState, MatchReason, i32),
    ) -> channel_match::Model {
        channel_match::Model {
            source_id: self.source,
            file_id: id.to_owned(),
            file_name: file.and_then(|file| file.names.first().cloned()),
            file_number: file.and_then(|file| file.number).map(|number| number.to_string()),
            channel_id: channel,
            state,
            reason,
            confidence,
            is_manual: false,
            changed_at: self.now,
        }
    }
}

/// Channels by id.
type Channels = HashMap<Uuid, channel::Model>;

impl Work {
    fn take(&mut self, note: channel_match::Model, channel: channel::Model) {
        self.matches.insert(note.file_id.clone(), channel);
        self.remember(note);
    }

    fn pass(&mut self, note: channel_match::Model) {
        self.passed.insert(note.file_id.clone());
        self.remember(note);
    }

    /// Only what is new: the same file again writes nothing.
    fn remember(&mut self, mut note: channel_match::Model) {
        if let Some(before) = self.before.get(&note.file_id) {
            // What was made is known by its id from then on, and that is no news.
            let is_same = before.channel_id == note.channel_id && before.state == note.state;
            note.changed_at = before.changed_at;
            if (is_same && before.confidence == note.confidence) || *before == note {
                return;
            }
        }
        self.after.push(note);
    }
}
