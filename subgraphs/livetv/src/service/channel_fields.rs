//! Fields of a channel: what they may be.

use kernel::{ChannelId, ErrorCode, Instant, Refusal};
use schema::events::{catalogue::AssetRef, livetv::StreamSource};
use uuid::Uuid;

use crate::{
    domain::{fold, number::ChannelNumber},
    entities::{Loop, Sources, Words, channel},
};

pub(super) const MAX_NAME: usize = 200;
const MAX_URL: usize = 2000;
const MAX_ITEMS: usize = 20;
/// Longest catch-up window of a channel: a month.
const MAX_CATCH_UP_HOURS: i32 = 31 * 24;

/// A channel to be made.
#[derive(Debug, Clone, Default)]
pub struct NewChannel {
    /// Its id, when it is fixed.
    pub id: Option<ChannelId>,
    /// Its number: `5.1` exists.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Where its logo is.
    pub logo_url: Option<String>,
    /// Its id in XMLTV guides.
    pub xmltv_id: Option<String>,
    /// The IANA zone of its viewers.
    pub time_zone: Option<String>,
    /// Packages it belongs to.
    pub packages: Vec<String>,
    /// Where it streams.
    pub sources: Vec<StreamSource>,
    /// What is played in place of an upstream.
    pub loops: Option<AssetRef>,
    /// What can be watched later.
    pub catch_up: Option<CatchUp>,
}

/// What is to change of a field that may be empty.
#[derive(Debug, Clone, Default)]
pub enum Edit<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It becomes empty.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> From<Option<T>> for Edit<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}

/// What is to change of a channel; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    /// Its number.
    pub number: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Where its logo is.
    pub logo_url: Edit<String>,
    /// Its id in XMLTV guides.
    pub xmltv_id: Edit<String>,
    /// The IANA zone of its viewers.
    pub time_zone: Edit<String>,
    /// Packages it belongs to.
    pub packages: Option<Vec<String>>,
    /// Where it streams.
    pub sources: Option<Vec<StreamSource>>,
    /// Lists leave it out.
    pub hidden: Option<bool>,
    /// What can be watched later.
    pub catch_up: Edit<CatchUp>,
}

/// What of a channel can be watched later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchUp {
    /// Hours after the end of a programme; 0 is not at all.
    pub hours: i32,
    /// A running programme can be watched from its start.
    pub start_over: bool,
}

/// The row of a new channel.
pub(super) fn draft(new: NewChannel, id: Uuid, now: Instant) -> Result<channel::Model, Refusal> {
    let mut row = channel::Model {
        id: new.id.map_or(id, Uuid::from),
        number: String::new(),
        sort_major: 0,
        sort_minor: 0,
        live_number: None,
        name: String::new(),
        folded_name: String::new(),
        logo_url: None,
        xmltv_id: None,
        time_zone: None,
        packages: Words::default(),
        sources: Sources::default(),
        loops: new.loops.map(Loop),
        hidden: false,
        catch_up_hours: None,
        start_over: false,
        forgotten_before: None,
        deleted: false,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let patch = Patch {
        number: Some(new.number),
        name: Some(new.name),
        logo_url: new.logo_url.into(),
        xmltv_id: new.xmltv_id.into(),
        time_zone: new.time_zone.into(),
        packages: Some(new.packages),
        sources: Some(new.sources),
        hidden: None,
        catch_up: new.catch_up.into(),
    };
    apply(&mut row, patch)?;
    Ok(row)
}

pub(super) fn apply(row: &mut channel::Model, patch: Patch) -> Result<(), Refusal> {
    if let Some(text) = patch.number {
        let number =
            ChannelNumber::parse(&text).ok_or_else(|| invalid("number", "number is a number like 5 or 5.1"))?;
        row.number = number.to_string();
        row.live_number = Some(row.number.clone());
        (row.sort_major, row.sort_minor) = (number.major, number.minor);
    }
    if let Some(name) = patch.name {
        row.name = text("name", &name, MAX_NAME)?;
        row.folded_name = fold(&row.name);
    }
    match patch.logo_url {
        Edit::Keep => {}
        Edit::Clear => row.logo_url = None,
        Edit::Set(url) => row.logo_url = Some(address("logoUrl", &url)?),
    }
    match patch.xmltv_id {
        Edit::Keep => {}
        Edit::Clear => row.xmltv_id = None,
        Edit::Set(id) => row.xmltv_id = Some(text("xmltvId", &id, MAX_NAME)?),
    }
    match patch.time_zone {
        Edit::Keep => {}
        Edit::Clear => row.time_zone = None,
        Edit::Set(zone) => row.time_zone = Some(time_zone(&zone)?),
    }
    if let Some(packages) = patch.packages {
        few("packages", packages.len())?;
        let packages = packages.iter().map(|package| text("packages", package, MAX_NAME));
        row.packages = Words(packages.collect::<Result<_, _>>()?);
    }
    if let Some(sources) = patch.sources {
        few("streamSources", sources.len())?;
        for source in &sources {
            upstream(source)?;
        }
        row.sources = Sources(sources);
    }
    if let Some(hidden) = patch.hidden {
        row.hidden = hidden;
    }
    match patch.catch_up {
        Edit::Keep => {}
        Edit::Clear => (row.catch_up_hours, row.start_over) = (None, false),
        Edit::Set(window) => {
            if !(0..=MAX_CATCH_UP_HOURS).contains(&window.hours) {
                let message = format!("catchUp.hours is {}, it is 0 to {MAX_CATCH_UP_HOURS}", window.hours);
                return Err(invalid("catchUp.hours", &message));
            }
            row.catch_up_hours = Some(window.hours).filter(|hours| *hours > 0);
            row.start_over = window.start_over;
        }
    }
    Ok(())
}

pub(super) fn invalid(field: &str, message: &str) -> Refusal {
    Refusal::new(ErrorCode::Invalid, message).with("fields", vec![format!("input.{field}")])
}

pub(super) fn text(field: &str, value: &str, most: usize) -> Result<String, Refusal> {
    let value = value.trim();
    if value.is_empty() || value.len() > most {
        return Err(invalid(field, &format!("{field} must have 1 to {most} bytes")));
    }
    Ok(value.to_owned())
}

fn address(field: &str, value: &str) -> Result<String, Refusal> {
    let value = text(field, value, MAX_URL)?;
    // A path is one of our own pictures.
    if value.starts_with("https://") || value.starts_with("http://") || value.starts_with("/api/v1/images/") {
        return Ok(value);
    }
    Err(invalid(field, &format!("{field} must be a web address")))
}

/// The name of an IANA zone, as it is written there.
fn time_zone(name: &str) -> Result<String, Refusal> {
    let zone = name.trim().parse::<chrono_tz::Tz>();
    let zone = zone.map_err(|_| invalid("timeZone", "timeZone must be an IANA zone like Europe/London"))?;
    Ok(zone.name().to_owned())
}

pub(super) fn few(field: &str, count: usize) -> Result<(), Refusal> {
    if count > MAX_ITEMS {
        return Err(Refusal::limit(field, MAX_ITEMS as u64, count as u64).with("field", format!("input.{field}")));
    }
    Ok(())
}

/// Where a channel streams is handed to players, so it must be the web's.
fn upstream(source: &StreamSource) -> Result<(), Refusal> {
    let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    let url = text("streamSources.url", &source.url, MAX_URL)?;
    let template = source.catch_up_template.as_deref();
    if !is_web(&url) || !template.is_none_or(is_web) {
        return Err(invalid(
            "streamSources",
            "streamSources must be http or https addresses",
        ));
    }
    if template.is_some_and(|template| template.len() > MAX_URL) {
        return Err(invalid(
            "streamSources",
            &format!("catchUpTemplate must have at most {MAX_URL} bytes"),
        ));
    }
    few("streamSources.drm", source.drm.len())
}
