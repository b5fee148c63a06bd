//! `stsd`: which codec, and the RFC 6381 name of it.

use crate::{
    Boxes, Error,
    boxes::{child, u16_at},
};

/// What the sample entry says of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SampleEntry {
    /// RFC 6381: `avc1.4d401e`, `mp4a.40.2`.
    pub codec: String,
    /// Pixels, of video.
    pub size: Option<(u16, u16)>,
    /// Channels, of audio.
    pub channels: Option<u16>,
}

/// Reads the one entry of an `stsd` box (its content).
pub(crate) fn read(stsd: &[u8]) -> Result<SampleEntry, Error> {
    let entries = stsd.get(8..).ok_or(Error::Content("stsd"))?;
    let entry = Boxes::new(entries).next().ok_or(Error::Content("stsd"))??;
    match &entry.kind {
        b"avc1" | b"avc3" => avc(entry.kind, entry.content),
        b"mp4a" => aac(entry.content),
        b"encv" | b"enca" => Err(Error::Encrypted),
        other => Err(Error::Codec(String::from_utf8_lossy(other).into_owned())),
    }
}

/// ISO/IEC 14496-15 §5.4.2.1: profile, constraints and level are bytes 1 to 3 of `avcC`.
fn avc(kind: [u8; 4], entry: &[u8]) -> Result<SampleEntry, Error> {
    let (width, height) = u16_at(entry, 24).zip(u16_at(entry, 26)).ok_or(Error::Content("avc1"))?;
    let inside = entry.get(78..).ok_or(Error::Content("avc1"))?;
    let config = child(inside, "avcC")?.ok_or(Error::Missing("avcC"))?;
    let Some(&[_, profile, constraints, level]) = config.get(..4) else {
        return Err(Error::Content("avcC"));
    };
    let name = String::from_utf8_lossy(&kind).into_owned();
    let codec = format!("{name}.{profile:02x}{constraints:02x}{level:02x}");
    Ok(SampleEntry {
        codec,
        size: Some((width, height)),
        channels: None,
    })
}

fn aac(entry: &[u8]) -> Result<SampleEntry, Error> {
    let channels = u16_at(entry, 16).ok_or(Error::Content("mp4a"))?;
    let inside = entry.get(28..).ok_or(Error::Content("mp4a"))?;
    let esds = child(inside, "esds")?.ok_or(Error::Missing("esds"))?;
    let codec = esds.get(4..).and_then(mpeg4_codec).ok_or(Error::Content("esds"))?;
    Ok(SampleEntry {
        codec,
        size: None,
        channels: Some(channels),
    })
}

/// ISO/IEC 14496-1 §7.2.6: ES descriptor (3) → decoder configuration (4) → AudioSpecificConfig (5).
fn mpeg4_codec(bytes: &[u8]) -> Option<String> {
    let es = descriptor(bytes, 3)?;
    let flags = *es.get(2)?;
    let mut at = 3;
    if flags & 0x80 != 0 {
        at += 2;
    }
    if flags & 0x40 != 0 {
        at += 1 + usize::from(*es.get(at)?);
    }
    if flags & 0x20 != 0 {
        at += 2;
    }
    let config = descriptor(es.get(at..)?, 4)?;
    let object = *config.first()?;
    if object != 0x40 {
        return Some(format!("mp4a.{object:02x}"));
    }
    let specific = descriptor(config.get(13..)?, 5)?;
    let first = *specific.first()?;
    // ISO/IEC 14496-3 §1.6.2.1: five bits, 31 escapes to six more.
    let kind = match first >> 3 {
        31 => 32 + ((first & 7) << 3 | specific.get(1)? >> 5),
        kind => kind,
    };
    Some(format!("mp4a.40.{kind}"))
}

/// The content of a descriptor that must begin here with `tag`: a length of one to four bytes, seven bits each.
fn descriptor(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    if *bytes.first()? != tag {
        return None;
    }
    let mut length = 0_usize;
    for at in 1..=4 {
        let byte = *bytes.get(at)?;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return bytes.get(at + 1..at + 1 + length);
        }
    }
    None
}
