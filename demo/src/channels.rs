//! Linear channels.

use std::sync::LazyLock;

use kernel::ChannelId;
use serde::Deserialize;

use crate::ids::{Kind, hash, named};

/// A linear channel.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Fixed id.
    pub id: ChannelId,
    /// Its place on the remote: `5.1` exists.
    pub number: String,
    /// Its name.
    pub name: String,
    /// What it shows: `news`, `kids`, `silent` …
    pub theme: String,
    /// Packages that include it; empty when it is free.
    pub packages: Vec<String>,
    /// Its id in XMLTV guides.
    pub xmltv_id: String,
    /// For a timeshift channel, hours behind its original.
    pub(crate) delay_hours: i64,
    /// Seed of logo and schedule; a timeshift channel has its original's schedule.
    pub(crate) seed: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    number: String,
    name: String,
    theme: String,
    packages: Vec<String>,
    xmltv_id: String,
    #[serde(default)]
    delay_hours: i64,
}

static CHANNELS: LazyLock<Vec<Channel>> = LazyLock::new(|| {
    let text = include_str!("../data/channels.json");
    let records: Vec<Record> = serde_json::from_str(text).expect("the committed file is read by a test");
    records.into_iter().map(channel).collect()
});

/// All channels, in order of their numbers.
pub fn channels() -> &'static [Channel] {
    &CHANNELS
}

fn channel(record: Record) -> Channel {
    Channel {
        id: named(Kind::Channel, &record.xmltv_id).into(),
        // "Slapstick +1" shows what Slapstick shows.
        seed: hash(record.name.trim_end_matches(" +1")),
        number: record.number,
        name: record.name,
        theme: record.theme,
        packages: record.packages,
        xmltv_id: record.xmltv_id,
        delay_hours: record.delay_hours,
    }
}
