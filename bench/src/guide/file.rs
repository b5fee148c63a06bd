//! A guide as the world writes it: 25 MB, 300 channels, 33,000 programmes, with what real files do wrong.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};

/// Channels of the whole guide.
pub const CHANNELS: u32 = 300;
/// Programmes of each.
const EACH: u32 = 110;

/// The first start of every channel: six hours before the bench's clock.
const BEGIN: &str = "2026-11-21T06:00:00Z";
/// How channels write their times, with the minutes east of UTC that it means. Several in one file.
const ZONES: [(&str, i64); 5] = [(" +0000", 0), (" +0100", 60), ("", 0), (" CET", 60), (" -0500", -300)];
/// Lengths in minutes.
const LENGTHS: [i64; 8] = [15, 30, 30, 45, 60, 60, 90, 120];
const WORDS: [&str; 24] = [
    "the",
    "harbour",
    "detective",
    "finds",
    "a",
    "letter",
    "from",
    "Zürich",
    "and",
    "follows",
    "her",
    "brother",
    "through",
    "winter",
    "streets",
    "while",
    "Tom &amp; Anna",
    "wait",
    "for",
    "news",
    "caf&#233;",
    "before",
    "midnight",
    "returns",
];
const NAMES: [&str; 8] = [
    "Maria Schell",
    "Łukasz Nowak",
    "Ana Souza",
    "J. O&apos;Neill",
    "Fritz Lang",
    "Chloé Dubois",
    "山田 太郎",
    "Ella Fitz",
];
const CATEGORIES: [&str; 8] = [
    "Series",
    "Movie / Drama",
    "News",
    "Sports",
    "Kids",
    "Music",
    "Documentary",
    "Talk",
];

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn of(channel: u32, programme: u32) -> Self {
        let seed = u64::from(channel) * 1_000_003 + u64::from(programme) + 1;
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn roll(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll() % all.len()]
    }

    fn is_one_in(&mut self, many: usize) -> bool {
        self.roll().is_multiple_of(many)
    }
}

/// A programme's place.
struct Slot {
    channel: u32,
    start: DateTime<Utc>,
    stop: DateTime<Utc>,
}

/// The guide of these channels (from 1): `title` names the programmes, by channel and number.
///
/// # Panics
/// Never: the constants are right.
pub fn write(channels: &[u32], title: &dyn Fn(u32, u32) -> String) -> String {
    let mut file = String::with_capacity(channels.len() * 90_000);
    file.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n<tv source-info-name=\"bench\" generator-info-name=\"matinee\">\n");
    for channel in channels {
        write!(
            file,
            "  <channel id=\"{channel}.bench.example\">\n    <display-name lang=\"en\">Channel {channel}</display-name>\n    \
             <display-name>{channel} HD</display-name>\n    <lcn>{channel}</lcn>\n    <icon src=\"https://logos.example/{channel}.png\" width=\"100\"/>\n    \
             <url>https://channel{channel}.example/</url>\n  </channel>\n"
        )
        .expect("a string takes all");
    }
    for channel in channels {
        let mut start: DateTime<Utc> = BEGIN.parse().expect("an instant");
        for number in 0..EACH {
            let mut dice = Dice::of(*channel, number);
            let stop = start + TimeDelta::minutes(dice.one_of(&LENGTHS));
            let slot = Slot {
                channel: *channel,
                start,
                stop,
            };
            oddity(&mut file, &slot, number, &mut dice);
            programme(&mut file, &slot, number, &title(*channel, number), &mut dice);
            start = stop;
        }
    }
    file.push_str("</tv>\n");
    file
}

/// What some files have before a programme, and what an import has to mend.
fn oddity(file: &mut String, slot: &Slot, number: u32, dice: &mut Dice) {
    let at = time(slot, slot.start);
    let channel = slot.channel;
    let written = match number % 97 {
        // Of no length, where another one starts.
        9 => writeln!(
            file,
            "  <programme start=\"{at}\" stop=\"{at}\" channel=\"{channel}.bench.example\"><title>Trailer</title></programme>"
        ),
        // The same start twice: the last one is right.
        31 => writeln!(
            file,
            "  <programme start=\"{at}\" stop=\"{}\" channel=\"{channel}.bench.example\"><title>As it was</title></programme>",
            time(slot, slot.stop)
        ),
        // A channel that nobody declared.
        53 if dice.is_one_in(10) => writeln!(
            file,
            "  <programme start=\"{at}\" channel=\"ghost{channel}.example\"><title>Ghost</title></programme>"
        ),
        _ => Ok(()),
    };
    written.expect("a string takes all");
}

fn programme(file: &mut String, slot: &Slot, number: u32, title: &str, dice: &mut Dice) {
    let Slot { channel, start, stop } = slot;
    let (start, mut end) = (time(slot, *start), format!(" stop=\"{}\"", time(slot, *stop)));
    match number % 97 {
        // Ends when the next one starts.
        5 => end.clear(),
        // Runs into the next one.
        17 if number + 1 < EACH => end = format!(" stop=\"{}\"", time(slot, *stop + TimeDelta::minutes(5))),
        _ => {}
    }
    write!(file, "  <programme start=\"{start}\"{end} channel=\"{channel}.bench.example\">\n    <title lang=\"en\">{title}</title>\n").expect("a string takes all");
    if dice.is_one_in(4) {
        writeln!(file, "    <title lang=\"de\">Sendung {number}</title>").expect("a string takes all");
    }
    if dice.is_one_in(2) {
        file.push_str("    <sub-title lang=\"en\">");
        words(file, dice, 4);
        file.push_str("</sub-title>\n");
    }
    file.push_str("    <desc lang=\"en\">");
    if dice.is_one_in(50) {
        file.push_str("<![CDATA[Tom & Anna <live>]]> ");
    }
    let length = 12 + dice.roll() % 26;
    words(file, dice, length);
    file.push_str("</desc>\n");
    people(file, dice);
    facts(file, number, dice);
    file.push_str("  </programme>\n");
}

fn people(file: &mut String, dice: &mut Dice) {
    if dice.is_one_in(3) {
        return;
    }
    let (director, actor, second) = (dice.one_of(&NAMES), dice.one_of(&NAMES), dice.one_of(&NAMES));
    writeln!(
        file,
        "    <credits><director>{director}</director><actor role=\"The guest\">{actor}</actor><actor>{second}</actor></credits>"
    )
    .expect("a string takes all");
}

fn facts(file: &mut String, number: u32, dice: &mut Dice) {
    let (category, year) = (dice.one_of(&CATEGORIES), 1960 + dice.roll() % 66);
    write!(
        file,
        "    <date>{year}</date>\n    <category lang=\"en\">{category}</category>\n"
    )
    .expect("a string takes all");
    let (season, episode) = (dice.roll() % 9, dice.roll() % 24);
    let written = match dice.roll() % 7 {
        0 => writeln!(
            file,
            "    <episode-num system=\"xmltv_ns\">{season} . {episode} . 0/1</episode-num>"
        ),
        1 => writeln!(
            file,
            "    <episode-num system=\"onscreen\">S{:02}E{:02}</episode-num>",
            season + 1,
            episode + 1
        ),
        2 => writeln!(
            file,
            "    <episode-num system=\"dd_progid\">EP{number:08}.{episode:04}</episode-num>"
        ),
        3 => writeln!(
            file,
            "    <episode-num system=\"thetvdb.com\">series/{number}</episode-num>"
        ),
        4 => write!(
            file,
            "    <episode-num system=\"themoviedb.org\">movie/{number}</episode-num>\n    <episode-num system=\"crid\">crid://bench.example/{number}</episode-num>\n"
        ),
        _ => Ok(()),
    };
    written.expect("a string takes all");
    file.push_str(
        "    <video><aspect>16:9</aspect><quality>HDTV</quality></video>\n    <audio><stereo>stereo</stereo></audio>\n",
    );
    match dice.roll() % 8 {
        0 => file.push_str("    <premiere/>\n"),
        1 => file.push_str("    <previously-shown start=\"20250101\"/>\n"),
        2 => file.push_str("    <new/>\n"),
        3 => file.push_str("    <live/>\n    <sport>Football</sport>\n    <team>Rovers</team>\n"),
        _ => {}
    }
    if dice.is_one_in(2) {
        file.push_str("    <subtitles type=\"teletext\"><language>en</language></subtitles>\n");
    }
    if dice.is_one_in(3) {
        file.push_str("    <rating system=\"FSK\"><value>12</value></rating>\n    <star-rating><value>7.2/10</value></star-rating>\n");
    }
    if dice.is_one_in(40) {
        file.push_str("    <x-trailer href=\"https://example.invalid/\"><part/></x-trailer>\n");
    }
}

fn words(file: &mut String, dice: &mut Dice, count: usize) {
    for i in 0..count {
        if i > 0 {
            file.push(' ');
        }
        file.push_str(dice.one_of(&WORDS));
    }
}

/// An instant as the slot's channel writes it.
fn time(slot: &Slot, at: DateTime<Utc>) -> String {
    let (zone, east) = ZONES[slot.channel as usize % ZONES.len()];
    format!("{}{zone}", (at + TimeDelta::minutes(east)).format("%Y%m%d%H%M%S"))
}
