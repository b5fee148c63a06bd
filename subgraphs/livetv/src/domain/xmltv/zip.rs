//! Zip archives, read from front to back: the first member that is a guide. (APPNOTE.TXT, §4.3)

use std::io::{self, BufRead, Read};

use flate2::{Crc, bufread::DeflateDecoder};

/// §4.3.7: a local file header.
const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";
/// §4.3.9: before a data descriptor, where writers like.
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// Members that are passed over before the guide must have come.
const MOST_MEMBERS: usize = 100;
/// Most bytes that are unpacked to pass over a member of unknown size.
const MOST_PASSED: u64 = 64 * 1024 * 1024;
/// §4.4.4: the member is encrypted.
const ENCRYPTED: u16 = 1;
/// §4.4.4: sizes follow the member.
const SIZES_FOLLOW: u16 = 1 << 3;
/// §4.5.3: sizes of 64 bits.
const ZIP64: u16 = 1;

struct Header {
    name: String,
    flags: u16,
    method: u16,
    crc: u32,
    packed_bytes: u64,
    is_zip64: bool,
}

/// The text of the first member that is a guide by its name: `.xml`, `.xmltv` or `.json`.
pub fn open<R: BufRead>(mut bytes: R) -> io::Result<Member<R>> {
    for _ in 0..MOST_MEMBERS {
        let Some(header) = read_header(&mut bytes)? else { break };
        if is_guide(&header.name) {
            return member(bytes, &header);
        }
        bytes = pass_over(bytes, &header)?;
    }
    Err(broken("the zip file has no member that ends in .xml"))
}

fn is_guide(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // macOS puts what it knows of `guide.xml` into `__MACOSX/._guide.xml`.
    let is_hidden = name.rsplit('/').next().is_some_and(|file| file.starts_with('.'));
    !is_hidden && [".xml", ".xmltv", ".json"].iter().any(|end| name.ends_with(end))
}

fn read_header(bytes: &mut impl Read) -> io::Result<Option<Header>> {
    let mut fixed = [0; 30];
    bytes.read_exact(&mut fixed[..4])?;
    if fixed[..4] != LOCAL_HEADER {
        return Ok(None);
    }
    bytes.read_exact(&mut fixed[4..])?;
    let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
    let long = |at: usize| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    let mut name = vec![0; usize::from(short(26))];
    bytes.read_exact(&mut name)?;
    let mut extra = vec![0; usize::from(short(28))];
    bytes.read_exact(&mut extra)?;
    let zip64 = zip64_packed_bytes(&extra);
    Ok(Some(Header {
        name: String::from_utf8_lossy(&name).into_owned(),
        flags: short(6),
        method: short(8),
        crc: long(14),
        packed_bytes: match long(18) {
            u32::MAX => zip64.ok_or_else(|| broken("a member of the zip file has no size"))?,
            size => u64::from(size),
        },
        is_zip64: zip64.is_some(),
    }))
}

/// The packed size in the extra field of a large member: after the other size.
fn zip64_packed_bytes(mut extra: &[u8]) -> Option<u64> {
    while let [id0, id1, length0, length1, rest @ ..] = extra {
        let length = usize::from(u16::from_le_bytes([*length0, *length1]));
        let (field, after) = rest.split_at_checked(length)?;
        if u16::from_le_bytes([*id0, *id1]) == ZIP64 {
            return field.get(8..16)?.try_into().ok().map(u64::from_le_bytes);
        }
        extra = after;
    }
    None
}

/// Reads on behind a member that is no guide.
fn pass_over<R: BufRead>(mut bytes: R, header: &Header) -> io::Result<R> {
    if header.flags & SIZES_FOLLOW == 0 {
        let passed = io::copy(&mut bytes.by_ref().take(header.packed_bytes), &mut io::sink())?;
        if passed < header.packed_bytes {
            return Err(broken("the zip file ends within a member"));
        }
        return Ok(bytes);
    }
    let mut member = member(bytes, header)?;
    let unpacked = io::copy(&mut member.by_ref().take(MOST_PASSED), &mut io::sink())?;
    if unpacked == MOST_PASSED {
        return Err(broken("the zip file begins with a large member that is no guide"));
    }
    match member.packing {
        Packing::Deflate(deflate) => Ok(deflate.into_inner()),
        Packing::Stored(stored) => Ok(stored.into_inner()),
    }
}

fn member<R: BufRead>(bytes: R, header: &Header) -> io::Result<Member<R>> {
    if header.flags & ENCRYPTED != 0 {
        return Err(broken("the zip file is encrypted"));
    }
    let do_sizes_follow = header.flags & SIZES_FOLLOW != 0;
    let packing = match header.method {
        0 if !do_sizes_follow => Packing::Stored(bytes.take(header.packed_bytes)),
        8 => Packing::Deflate(DeflateDecoder::new(bytes)),
        method => {
            return Err(broken(&format!(
                "the zip file is packed by method {method}, not by deflate"
            )));
        }
    };
    Ok(Member {
        packing,
        crc: Crc::new(),
        expected: (!do_sizes_follow).then_some(header.crc),
        is_zip64: header.is_zip64,
        is_over: false,
    })
}

/// A member's text, checked against its sum at the end.
pub struct Member<R> {
    packing: Packing<R>,
    crc: Crc,
    /// The sum; none when it follows the member.
    expected: Option<u32>,
    is_zip64: bool,
    is_over: bool,
}

enum Packing<R> {
    Stored(io::Take<R>),
    Deflate(DeflateDecoder<R>),
}

impl<R: BufRead> Read for Member<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.is_over || into.is_empty() {
            return Ok(0);
        }
        let count = match &mut self.packing {
            Packing::Stored(stored) => {
                let count = stored.read(into)?;
                if count == 0 && stored.limit() > 0 {
                    return Err(broken("the zip file ends within a member"));
                }
                count
            }
            Packing::Deflate(deflate) => deflate.read(into)?,
        };
        self.crc.update(&into[..count]);
        if count == 0 {
            self.is_over = true;
            self.check()?;
        }
        Ok(count)
    }
}

impl<R: BufRead> Member<R> {
    fn check(&mut self) -> io::Result<()> {
        let expected = match (self.expected, &mut self.packing) {
            (Some(sum), _) => sum,
            (None, Packing::Deflate(deflate)) => descriptor(deflate.get_mut(), self.is_zip64)?,
            (None, Packing::Stored(_)) => return Ok(()),
        };
        if expected == self.crc.sum() {
            return Ok(());
        }
        Err(broken("the zip file is damaged: its sum is wrong"))
    }
}

/// The sum that follows a member, with its sizes behind it.
fn descriptor(bytes: &mut impl Read, is_zip64: bool) -> io::Result<u32> {
    let mut sum = [0; 4];
    bytes.read_exact(&mut sum)?;
    if sum == DESCRIPTOR {
        bytes.read_exact(&mut sum)?;
    }
    let mut sizes = [0; 16];
    bytes.read_exact(&mut sizes[..if is_zip64 { 16 } else { 8 }])?;
    Ok(u32::from_le_bytes(sum))
}

fn broken(text: &str) -> io::Error {
    io::Error::other(text.to_owned())
}
