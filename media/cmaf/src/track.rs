//! One CMAF file → where its header and its segments lie.

use serde::{Deserialize, Serialize};

use crate::{
    BoxView, Boxes, Error,
    boxes::{find, u32_at, u64_at},
    fragment::Samples,
    sample_entry,
};

/// A film of a day in segments of a second has 86,400.
const MAX_SEGMENTS: usize = 100_000;

/// What a track carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrackKind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
}

/// One segment: a byte range that decodes by itself after the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u64, u64)", into = "(u64, u64, u64)")]
pub struct Segment {
    /// First byte in the file.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
    /// Ticks of the track's timescale.
    pub duration: u64,
}

impl From<(u64, u64, u64)> for Segment {
    fn from((offset, size, duration): (u64, u64, u64)) -> Self {
        Self { offset, size, duration }
    }
}

impl From<Segment> for (u64, u64, u64) {
    fn from(segment: Segment) -> Self {
        (segment.offset, segment.size, segment.duration)
    }
}

/// Everything a manifest needs to know of one track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackIndex {
    /// Name in paths: `v480`, `a64`.
    pub name: String,
    /// Pictures or sound.
    pub kind: TrackKind,
    /// RFC 6381 name.
    pub codec: String,
    /// Ticks per second.
    pub timescale: u32,
    /// Ticks of all segments.
    pub duration: u64,
    /// Most bits per second of any segment.
    pub bandwidth: u64,
    /// Bits per second over all segments.
    pub average_bandwidth: u64,
    /// Pixels, of video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u16>,
    /// Pixels, of video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u16>,
    /// Pictures in 1,000 seconds, of video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_rate_milli: Option<u64>,
    /// Channels, of audio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<u16>,
    /// Bytes of the header (`ftyp`, `moov`), from the first byte on.
    pub init_size: u64,
    /// Bytes of the whole file.
    pub size: u64,
    /// In order, numbered from 1 in paths.
    pub segments: Vec<Segment>,
}

impl TrackIndex {
    /// Indexes `file`, to be called `name`.
    pub fn read(name: &str, file: &[u8]) -> Result<Self, Error> {
        let layout = Layout::read(file)?;
        let header = Header::read(layout.moov.content)?;
        let segments = match layout.sidx {
            Some(sidx) => from_sidx(&sidx, header.timescale)?,
            None => from_fragments(&layout.fragments, &header)?,
        };
        if segments.is_empty() {
            return Err(Error::Missing("moof"));
        }
        check_bounds(&segments, &layout.fragments, file.len() as u64, header.timescale)?;
        let duration: u64 = segments.iter().map(|segment| segment.duration).sum();
        let bytes: u64 = segments.iter().map(|segment| segment.size).sum();
        let rate = |bytes: u64, ticks: u64| bits_per_second(bytes, ticks, header.timescale);
        let frame_rate_milli = match header.kind {
            TrackKind::Video => frame_rate(&layout.fragments, &header),
            TrackKind::Audio => None,
        };
        Ok(Self {
            name: name.to_owned(),
            kind: header.kind,
            codec: header.entry.codec,
            timescale: header.timescale,
            duration,
            bandwidth: segments
                .iter()
                .map(|segment| rate(segment.size, segment.duration))
                .max()
                .unwrap_or(0),
            average_bandwidth: rate(bytes, duration),
            width: header.entry.size.map(|size| size.0),
            height: header.entry.size.map(|size| size.1),
            frame_rate_milli,
            channels: header.entry.channels,
            init_size: layout.moov.offset + layout.moov.size,
            size: file.len() as u64,
            segments,
        })
    }

    /// The segment called `number` in paths: counted from 1.
    pub fn segment(&self, number: usize) -> Option<&Segment> {
        self.segments.get(number.checked_sub(1)?)
    }

    /// Milliseconds of all segments, rounded to the nearest.
    pub fn duration_ms(&self) -> u64 {
        let timescale = u128::from(self.timescale.max(1));
        u64::try_from((u128::from(self.duration) * 1000 + timescale / 2) / timescale).unwrap_or(u64::MAX)
    }
}

/// The top level of the file.
struct Layout<'a> {
    moov: BoxView<'a>,
    /// The segment index and where it ends: its offsets count from there.
    sidx: Option<BoxView<'a>>,
    fragments: Vec<Fragment<'a>>,
}

/// `moof` and the `mdat`s after it, with what stands before it (`styp`, `prft`, `emsg`).
struct Fragment<'a> {
    offset: u64,
    size: u64,
    moof: &'a [u8],
}

impl<'a> Layout<'a> {
    fn read(file: &'a [u8]) -> Result<Self, Error> {
        let (mut moov, mut sidx, mut fragments) = (None, None, Vec::<Fragment<'a>>::new());
        let mut begin = None;
        for found in Boxes::new(file) {
            let found = found?;
            match &found.kind {
                b"moov" if moov.is_none() => moov = Some(found),
                b"sidx" if sidx.is_none() && fragments.is_empty() => sidx = Some(found),
                b"styp" | b"prft" | b"emsg" => begin = begin.or(Some(found.offset)),
                b"moof" => {
                    if fragments.len() == MAX_SEGMENTS {
                        return Err(Error::Segments(MAX_SEGMENTS));
                    }
                    let offset = begin.take().unwrap_or(found.offset);
                    let size = found.offset + found.size - offset;
                    fragments.push(Fragment {
                        offset,
                        size,
                        moof: found.content,
                    });
                }
                b"mdat" => {
                    let last = fragments.last_mut().ok_or(Error::Missing("moof"))?;
                    last.size = found.offset + found.size - last.offset;
                }
                _ => {}
            }
        }
        Ok(Self {
            moov: moov.ok_or(Error::Missing("moov"))?,
            sidx,
            fragments,
        })
    }
}

/// What `moov` says of the one track.
struct Header {
    kind: TrackKind,
    timescale: u32,
    entry: sample_entry::SampleEntry,
    default_duration: u32,
}

impl Header {
    fn read(moov: &[u8]) -> Result<Self, Error> {
        let mut tracks = 0;
        for found in Boxes::new(moov) {
            tracks += usize::from(&found?.kind == b"trak");
        }
        if tracks != 1 {
            return Err(Error::Tracks(tracks));
        }
        let mdia = find(moov, &["trak", "mdia"])?;
        let mdhd = find(mdia, &["mdhd"])?;
        let at = if mdhd.first() == Some(&1) { 20 } else { 12 };
        let timescale = u32_at(mdhd, at)
            .filter(|scale| *scale > 0)
            .ok_or(Error::Content("mdhd"))?;
        let kind = match find(mdia, &["hdlr"])?.get(8..12) {
            Some(b"vide") => TrackKind::Video,
            Some(b"soun") => TrackKind::Audio,
            other => {
                return Err(Error::Codec(
                    String::from_utf8_lossy(other.unwrap_or_default()).into_owned(),
                ));
            }
        };
        let entry = sample_entry::read(find(mdia, &["minf", "stbl", "stsd"])?)?;
        if (kind == TrackKind::Video) != entry.size.is_some() {
            return Err(Error::Content("hdlr"));
        }
        let trex = find(moov, &["mvex", "trex"])?;
        let default_duration = u32_at(trex, 12).ok_or(Error::Content("trex"))?;
        Ok(Self {
            kind,
            timescale,
            entry,
            default_duration,
        })
    }
}

/// ISO/IEC 14496-12 §8.16.3: sizes and durations of all segments, before the first of them.
fn from_sidx(sidx: &BoxView<'_>, timescale: u32) -> Result<Vec<Segment>, Error> {
    let (content, broken) = (sidx.content, Error::Content("sidx"));
    let own_scale = u32_at(content, 8).filter(|scale| *scale > 0).ok_or(broken.clone())?;
    let (first_offset, at) = match content.first() {
        Some(0) => (u32_at(content, 16).map(u64::from), 20),
        _ => (u64_at(content, 20), 28),
    };
    let count = content.get(at + 2..at + 4).and_then(|bytes| bytes.try_into().ok());
    let count = u16::from_be_bytes(count.ok_or(broken.clone())?);
    let first_offset = first_offset.ok_or(broken.clone())?;
    let mut offset = (sidx.offset + sidx.size)
        .checked_add(first_offset)
        .ok_or(broken.clone())?;
    let mut segments = Vec::with_capacity(usize::from(count));
    for number in 0..usize::from(count) {
        let at = at + 4 + number * 12;
        let kind_and_size = u32_at(content, at).ok_or(broken.clone())?;
        let duration = u32_at(content, at + 4).ok_or(broken.clone())?;
        let access = u32_at(content, at + 8).ok_or(broken.clone())?;
        if kind_and_size >> 31 == 1 || kind_and_size == 0 || duration == 0 {
            return Err(broken); // an index of indexes, or a segment of nothing
        }
        if access >> 31 == 0 {
            return Err(Error::RandomAccess(number + 1));
        }
        let size = u64::from(kind_and_size);
        let duration = u64::from(duration) * u64::from(timescale) / u64::from(own_scale);
        segments.push(Segment { offset, size, duration });
        offset = offset.checked_add(size).ok_or(broken.clone())?;
    }
    Ok(segments)
}

/// Without an index every fragment is a segment.
fn from_fragments(fragments: &[Fragment<'_>], header: &Header) -> Result<Vec<Segment>, Error> {
    let mut segments = Vec::with_capacity(fragments.len());
    for (number, fragment) in fragments.iter().enumerate() {
        let samples = Samples::read(fragment.moof, header.default_duration)?;
        if samples.duration == 0 {
            return Err(Error::Content("trun"));
        }
        if header.kind == TrackKind::Video && !samples.begins_decodable {
            return Err(Error::RandomAccess(number + 1));
        }
        segments.push(Segment {
            offset: fragment.offset,
            size: fragment.size,
            duration: samples.duration,
        });
    }
    Ok(segments)
}

/// Segments lie inside the file, one after another, begin where a fragment does, and last less than an hour.
fn check_bounds(segments: &[Segment], fragments: &[Fragment<'_>], length: u64, timescale: u32) -> Result<(), Error> {
    let longest = u64::from(timescale) * 3600;
    let mut end = 0;
    for segment in segments {
        let begins = fragments
            .binary_search_by_key(&segment.offset, |fragment| fragment.offset)
            .is_ok();
        if segment.offset < end || !begins || !(1..=longest).contains(&segment.duration) {
            return Err(Error::Content("sidx"));
        }
        end = segment.offset.saturating_add(segment.size);
    }
    if end > length {
        Err(Error::Content("sidx"))
    } else {
        Ok(())
    }
}

/// Pictures in 1,000 seconds, counted over the first fragment.
fn frame_rate(fragments: &[Fragment<'_>], header: &Header) -> Option<u64> {
    let samples = Samples::read(fragments.first()?.moof, header.default_duration).ok()?;
    let rate = u128::from(samples.count) * u128::from(header.timescale) * 1000;
    u64::try_from(rate.checked_div(u128::from(samples.duration))?).ok()
}

/// Bits per second, rounded up: a player trusts it as a bound.
fn bits_per_second(bytes: u64, ticks: u64, timescale: u32) -> u64 {
    let bits = u128::from(bytes) * 8 * u128::from(timescale);
    u64::try_from(bits.div_ceil(u128::from(ticks.max(1)))).unwrap_or(u64::MAX)
}
