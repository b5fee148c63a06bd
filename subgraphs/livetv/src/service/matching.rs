//! Which of our channels a file means.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use database::Tx;
use kernel::Instant;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{
    IDS_AT_ONCE, ROWS_AT_ONCE,
    channel_fields::{NewChannel, draft},
    channels,
};
use crate::{
    Error,
    domain::{
        fold,
        number::ChannelNumber,
        report::Code,
        xmltv::{FileChannel, Guide},
    },
    entities::channel,
};

/// Most channels read for a free number.
const MOST_CHANNELS: u64 = 100_000;

/// A file's channel ids and the channels they mean.
pub(super) type Matches = BTreeMap<String, channel::Model>;

/// Finds the channel of each id of the file: by XMLTV id, then by name. A channel that the file declares and nobody
/// knows is made; one that was deleted, or is named but not declared, is passed over with a message.
pub(super) async fn match_channels(tx: &Tx, guide: &mut Guide, now: Instant) -> Result<Matches, Error> {
    let declared = guide.channels.iter().map(|channel| channel.xmltv_id.clone());
    let wanted: BTreeSet<String> = declared.chain(guide.schedules.keys().cloned()).collect();
    let mut matches = by_xmltv_id(tx, &wanted).await?;
    let deleted: Vec<String> = matches
        .iter()
        .filter(|(_, channel)| channel.deleted)
        .map(|(id, _)| id.clone())
        .collect();
    for id in &deleted {
        matches.remove(id);
        let text = format_args!("channel {id:?} was deleted here: its programmes are left out");
        guide.report.warn(Code::DeletedChannel, None, text);
    }
    let mut is_new = HashSet::new();
    let mut unknown: Vec<FileChannel> = guide.channels.clone();
    unknown.retain(|channel| {
        let id = &channel.xmltv_id;
        !matches.contains_key(id) && !deleted.contains(id) && is_new.insert(id.clone())
    });
    match_by_name(tx, &mut unknown, &wanted, &mut matches).await?;
    create(tx, unknown, &mut matches, now).await?;
    for (id, programmes) in &guide.schedules {
        if !matches.contains_key(id) && !deleted.contains(id) {
            let line = programmes.first().map(|programme| programme.line);
            let count = programmes.len();
            let text = format_args!("channel {id:?} is not declared: {count} programmes left out");
            guide.report.error(Code::UnknownChannel, line, text);
        }
    }
    Ok(matches)
}

async fn by_xmltv_id(tx: &Tx, wanted: &BTreeSet<String>) -> Result<Matches, Error> {
    let ids: Vec<&String> = wanted.iter().collect();
    let mut found = Matches::new();
    for chunk in ids.chunks(IDS_AT_ONCE) {
        let is_wanted = channel::Column::XmltvId.is_in(chunk.iter().map(|id| id.as_str()));
        let rows = channel::Entity::find()
            .filter(is_wanted)
            .limit(chunk.len() as u64)
            .all(tx)
            .await?;
        found.extend(rows.into_iter().filter_map(|row| Some((row.xmltv_id.clone()?, row))));
    }
    Ok(found)
}

/// Takes those of `unknown` out that have the name of exactly one channel which the file does not mean otherwise.
async fn match_by_name(
    tx: &Tx,
    unknown: &mut Vec<FileChannel>,
    wanted: &BTreeSet<String>,
    matches: &mut Matches,
) -> Result<(), Error> {
    let names: BTreeSet<String> = unknown
        .iter()
        .flat_map(|channel| &channel.names)
        .map(|name| fold(name))
        .collect();
    let names: Vec<String> = names.into_iter().collect();
    let mut known: HashMap<String, Vec<channel::Model>> = HashMap::new();
    for chunk in names.chunks(IDS_AT_ONCE) {
        let is_named = channel::Column::FoldedName.is_in(chunk.iter().map(String::as_str));
        let rows = channel::Entity::living()
            .filter(is_named)
            .order_by_asc(channel::Column::Id)
            .limit(MOST_CHANNELS)
            .all(tx)
            .await?;
        for row in rows {
            let is_meant = row.xmltv_id.as_ref().is_some_and(|id| wanted.contains(id));
            if !is_meant {
                known.entry(row.folded_name.clone()).or_default().push(row);
            }
        }
    }
    unknown.retain(|channel| {
        for name in &channel.names {
            // Of two channels with the same name nobody knows which is meant.
            if let Some(rows) = known.get_mut(&fold(name))
                && rows.len() == 1
                && let Some(row) = rows.pop()
            {
                matches.insert(channel.xmltv_id.clone(), row);
                return false;
            }
        }
        true
    });
    Ok(())
}

async fn create(tx: &Tx, unknown: Vec<FileChannel>, matches: &mut Matches, now: Instant) -> Result<(), Error> {
    if unknown.is_empty() {
        return Ok(());
    }
    let mut numbers = Numbers::read(tx).await?;
    let mut rows = Vec::with_capacity(unknown.len());
    for file in unknown {
        let mut name = file.names.into_iter().next().unwrap_or_else(|| file.xmltv_id.clone());
        crate::domain::report::truncate(&mut name, 200);
        let new = NewChannel {
            id: None,
            number: numbers.take(file.number),
            name,
            logo_url: file.logo_url,
            xmltv_id: Some(file.xmltv_id.clone()),
            time_zone: None,
            packages: Vec::new(),
            sources: Vec::new(),
            loops: None,
            catch_up: None,
        };
        let row = draft(new, tx.next_id(), now)?;
        channels::raise_changed(tx, &row).await?;
        matches.insert(file.xmltv_id, row.clone());
        rows.push(row.into_active_model());
    }
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        channel::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Numbers in use.
struct Numbers {
    taken: HashSet<(i32, i32)>,
    next: i32,
}

impl Numbers {
    async fn read(tx: &Tx) -> Result<Self, Error> {
        let taken: Vec<(i32, i32)> = channel::Entity::living()
            .select_only()
            .column(channel::Column::SortMajor)
            .column(channel::Column::SortMinor)
            .limit(MOST_CHANNELS)
            .into_tuple()
            .all(tx)
            .await?;
        let next = taken.iter().map(|(major, _)| *major).max().unwrap_or(0) + 1;
        Ok(Self {
            taken: taken.into_iter().collect(),
            next,
        })
    }

    /// The number that the file wishes, when it is free; otherwise the next one.
    fn take(&mut self, wished: Option<ChannelNumber>) -> String {
        let free = wished.filter(|number| !self.taken.contains(&(number.major, number.minor)));
        let number = free.unwrap_or_else(|| {
            while self.taken.contains(&(self.next, 0)) {
                self.next += 1;
            }
            ChannelNumber {
                major: self.next,
                minor: 0,
            }
        });
        self.taken.insert((number.major, number.minor));
        number.to_string()
    }
}
