//! Why a file cannot be indexed.

/// Why a file or an index is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A box ends after the bytes do, or is shorter than its own header.
    #[error("the box at byte {0} does not fit")]
    Box(u64),
    /// A box is there but its content is too short or contradicts itself.
    #[error("the content of {0:?} cannot be read")]
    Content(&'static str),
    /// A box that must be there is not.
    #[error("there is no {0:?} box")]
    Missing(&'static str),
    /// A CMAF file holds one track.
    #[error("the file has {0} tracks, a CMAF file has one")]
    Tracks(usize),
    /// Only clear H.264 and AAC are packaged.
    #[error("the codec {0:?} is not supported")]
    Codec(String),
    /// The sample entry says that the samples are encrypted already.
    #[error("the file is encrypted already")]
    Encrypted,
    /// More than any film has: the file is hostile or broken.
    #[error("the file has more than {0} segments")]
    Segments(usize),
    /// A segment must begin with a sample that decodes by itself.
    #[error("segment {0} does not begin with a random access point")]
    RandomAccess(usize),
    /// Renditions switch only where their segments meet.
    #[error("the segments of {0} do not line up with those of {1}")]
    Misaligned(String, String),
    /// Track names become path segments and object keys.
    #[error("{0:?} is not a track name: 1 to 32 of a-z, 0-9, - and _, each name once")]
    Name(String),
    /// An asset without tracks cannot be played.
    #[error("the asset has no tracks")]
    Empty,
    /// The stored index is not one.
    #[error("the index cannot be read: {0}")]
    Index(String),
}
