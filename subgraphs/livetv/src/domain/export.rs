//! The guide as XMLTV, in the order of its DTD, and channels as M3U.

use std::fmt::Write as _;

use chrono::TimeZone;
use chrono_tz::Tz;
use kernel::Instant;

use super::{
    extras::{Extras, LocalText, Quality, Rating},
    schedule::Entry,
    xmltv::ROLES,
};

/// What an XMLTV file begins with.
pub const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n<tv \
                        generator-info-name=\"Matinee\">\n";
/// What it ends with.
pub const TAIL: &str = "</tv>\n";
/// Kinds of pictures that the DTD names.
const IMAGE_KINDS: [&str; 5] = ["poster", "backdrop", "still", "person", "character"];
/// What an M3U file begins with, up to the address of the guide.
const M3U: &str = "#EXTM3U";

/// A channel as other programs see it.
#[derive(Debug, Clone)]
pub struct ExportedChannel {
    /// Its id in files: its XMLTV id, or the id it has here.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Where its logo is.
    pub logo_url: Option<String>,
    /// The zone in which its times are written; none: UTC.
    pub zone: Option<Tz>,
    /// The package that players group it by.
    pub group: Option<String>,
    /// Where it streams, best first.
    pub stream_url: Option<String>,
}

/// Writes a channel.
pub fn channel(out: &mut String, channel: &ExportedChannel) {
    out.push_str("  <channel id=\"");
    text(out, &channel.id);
    out.push_str("\">\n");
    element(out, "display-name", &[], &channel.name);
    element(out, "display-name", &[], &channel.number);
    if let Some(url) = &channel.logo_url {
        empty(out, "icon", &[("src", Some(url))]);
    }
    out.push_str("  </channel>\n");
}

/// Writes a programme of `channel`. `is_extended`: with the elements that files have and the DTD has not.
pub fn programme(out: &mut String, channel: &ExportedChannel, entry: &Entry, is_extended: bool) {
    let details = &entry.details;
    let extras = &details.extras;
    out.push_str("  <programme start=\"");
    time(out, entry.starts_at, channel.zone);
    out.push_str("\" stop=\"");
    time(out, entry.ends_at, channel.zone);
    out.push_str("\" channel=\"");
    text(out, &channel.id);
    out.push_str("\">\n");
    let language = extras.language.as_ref();
    texts(out, "title", language, Some(&details.title), &extras.titles);
    texts(out, "sub-title", language, details.subtitle.as_ref(), &extras.subtitles);
    texts(
        out,
        "desc",
        language,
        details.description.as_ref(),
        &extras.descriptions,
    );
    credits(out, extras, is_extended);
    one(out, "date", extras.date.as_ref());
    all(out, "category", &details.categories);
    all(out, "keyword", &extras.keywords);
    one(out, "language", extras.spoken_language.as_ref());
    one(out, "orig-language", extras.original_language.as_ref());
    let more = extras.images.iter().filter(|image| image.kind.is_none());
    for url in details.image_url.iter().chain(more.map(|image| &image.url)) {
        empty(out, "icon", &[("src", Some(url))]);
    }
    all(out, "country", &extras.countries);
    numbers(out, entry);
    picture_and_sound(out, extras);
    if details.is_repeat || extras.first_shown.is_some() {
        empty(out, "previously-shown", &[("start", extras.first_shown.as_ref())]);
    }
    for (name, is_set) in [
        ("premiere", details.is_premiere),
        ("last-chance", details.is_last_chance),
        // A premiere is new; only what is new by itself says so.
        ("new", details.is_new && !details.is_premiere),
    ] {
        if is_set {
            empty(out, name, &[]);
        }
    }
    subtitles(out, extras);
    ratings(out, "rating", &extras.ratings);
    ratings(out, "star-rating", &extras.star_ratings);
    for image in &extras.images {
        if let Some(kind) = &image.kind {
            let is_told = is_extended || IMAGE_KINDS.contains(&kind.as_str());
            element(out, "image", &[("type", Some(kind).filter(|_| is_told))], &image.url);
        }
    }
    if is_extended {
        one(out, "series-desc", extras.series_description.as_ref());
        one(out, "sport", extras.sport.as_ref());
        all(out, "team", &extras.teams);
        for (name, is_set) in [
            ("live", details.is_live),
            ("audio-description", extras.is_audio_described),
        ] {
            if is_set {
                empty(out, name, &[]);
            }
        }
    }
    out.push_str("  </programme>\n");
}

fn credits(out: &mut String, extras: &Extras, is_extended: bool) {
    let is_name = |role: &str| !role.is_empty() && role.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let is_told = |role: &str| ROLES.contains(&role) || (is_extended && is_name(role));
    // They are sorted by role already, as the DTD has them.
    let mut credits = extras.credits.iter().filter(|credit| is_told(&credit.role)).peekable();
    if credits.peek().is_none() {
        return;
    }
    out.push_str("    <credits>\n");
    for credit in credits {
        out.push_str("  ");
        let is_actor = credit.role == "actor";
        let role = credit.character.as_ref().filter(|_| is_actor || is_extended);
        let guest = "yes".to_owned();
        let guest = credit.is_guest.then_some(&guest).filter(|_| is_actor || is_extended);
        element(out, &credit.role, &[("role", role), ("guest", guest)], &credit.name);
    }
    out.push_str("    </credits>\n");
}

fn numbers(out: &mut String, entry: &Entry) {
    let (details, extras) = (&entry.details, &entry.details.extras);
    if details.season.is_some() || details.episode.is_some() {
        let counted = |number: Option<i32>| number.map(|number| (number - 1).to_string()).unwrap_or_default();
        let mut number = format!("{}.{}.", counted(details.season), counted(details.episode));
        number.push_str(&counted(extras.part));
        if let (Some(_), Some(parts)) = (extras.part, extras.parts) {
            let _ = write!(number, "/{parts}");
        }
        element(out, "episode-num", &[("system", Some(&"xmltv_ns".to_owned()))], &number);
    }
    for id in &extras.ids {
        element(out, "episode-num", &[("system", Some(&id.system))], &id.value);
    }
}

fn picture_and_sound(out: &mut String, extras: &Extras) {
    if extras.quality.is_some() || extras.aspect.is_some() {
        out.push_str("    <video>\n");
        if let Some(aspect) = &extras.aspect {
            element(out, "aspect", &[], aspect);
        }
        if let Some(quality) = extras.quality {
            let name = match quality {
                Quality::Sd => "SDTV",
                Quality::Hd => "HDTV",
                Quality::Uhd => "UHD",
            };
            element(out, "quality", &[], name);
        }
        out.push_str("    </video>\n");
    }
    if let Some(sound) = &extras.sound {
        out.push_str("    <audio>\n");
        element(out, "stereo", &[], sound);
        out.push_str("    </audio>\n");
    }
}

fn subtitles(out: &mut String, extras: &Extras) {
    let teletext = "teletext".to_owned();
    let mut languages = extras.subtitle_languages.iter();
    if extras.is_subtitled {
        let kind = [("type", Some(&teletext))];
        match languages.next() {
            None => empty(out, "subtitles", &kind),
            Some(first) => {
                for language in std::iter::once(first).chain(languages) {
                    out.push_str("    <subtitles type=\"teletext\">\n");
                    element(out, "language", &[], language);
                    out.push_str("    </subtitles>\n");
                }
            }
        }
    }
    if extras.is_signed {
        empty(out, "subtitles", &[("type", Some(&"deaf-signed".to_owned()))]);
    }
}

fn ratings(out: &mut String, name: &str, ratings: &[Rating]) {
    for rating in ratings {
        let _ = write!(out, "    <{name}");
        attributes(out, &[("system", rating.system.as_ref())]);
        out.push_str(">\n");
        element(out, "value", &[], &rating.value);
        let _ = writeln!(out, "    </{name}>");
    }
}

fn texts(out: &mut String, name: &str, language: Option<&String>, shown: Option<&String>, others: &[LocalText]) {
    if let Some(shown) = shown {
        element(out, name, &[("lang", language)], shown);
    }
    for other in others {
        element(out, name, &[("lang", other.language.as_ref())], &other.text);
    }
}

fn one(out: &mut String, name: &str, value: Option<&String>) {
    if let Some(value) = value {
        element(out, name, &[], value);
    }
}

fn all(out: &mut String, name: &str, values: &[String]) {
    for value in values {
        element(out, name, &[], value);
    }
}

type Attribute<'a> = (&'static str, Option<&'a String>);

fn element(out: &mut String, name: &str, with: &[Attribute<'_>], value: &str) {
    let _ = write!(out, "    <{name}");
    attributes(out, with);
    out.push('>');
    text(out, value);
    let _ = writeln!(out, "</{name}>");
}

fn empty(out: &mut String, name: &str, with: &[Attribute<'_>]) {
    let _ = write!(out, "    <{name}");
    attributes(out, with);
    out.push_str("/>\n");
}

fn attributes(out: &mut String, attributes: &[Attribute<'_>]) {
    for (name, value) in attributes {
        if let Some(value) = value {
            let _ = write!(out, " {name}=\"");
            text(out, value);
            out.push('"');
        }
    }
}

/// Writes text that may stand in an element and in an attribute.
fn text(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 §2.2: these cannot stand in a document at all.
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push(' '),
            character => out.push(character),
        }
    }
}

fn time(out: &mut String, at: Instant, zone: Option<Tz>) {
    let zone = zone.unwrap_or(Tz::UTC);
    let local = zone.from_utc_datetime(&at.naive_utc());
    let _ = write!(out, "{}", local.format("%Y%m%d%H%M%S %z"));
}

/// What an M3U file begins with; players find the guide at `guide_url`.
pub fn m3u_head(guide_url: &str) -> String {
    let url = attribute_of_m3u(guide_url);
    format!("{M3U} url-tvg=\"{url}\" x-tvg-url=\"{url}\"\n")
}

/// A channel of an M3U file; one that streams nowhere is none.
pub fn m3u_channel(out: &mut String, channel: &ExportedChannel, guide_url: &str) {
    let Some(stream) = &channel.stream_url else { return };
    out.push_str("#EXTINF:-1");
    let attributes = [
        ("tvg-id", Some(&channel.id)),
        ("tvg-chno", Some(&channel.number)),
        ("tvg-name", Some(&channel.name)),
        ("tvg-logo", channel.logo_url.as_ref()),
        ("group-title", channel.group.as_ref()),
    ];
    for (name, value) in attributes {
        if let Some(value) = value {
            let _ = write!(out, " {name}=\"{}\"", attribute_of_m3u(value));
        }
    }
    let url = attribute_of_m3u(guide_url);
    let name = one_line(&channel.name);
    let stream = one_line(stream);
    let _ = writeln!(out, " tvg-url=\"{url}\",{name}\n{stream}");
}

/// A value between quotes: M3U knows no escapes.
fn attribute_of_m3u(value: &str) -> String {
    one_line(value).replace('"', "'")
}

fn one_line(value: &str) -> String {
    value.chars().filter(|character| !character.is_control()).collect()
}

#[cfg(test)]
mod tests;
