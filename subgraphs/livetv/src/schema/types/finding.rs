//! What an import found, by code.

use async_graphql::{Enum, Object};

use super::import::EpgImportMessage;
use crate::domain::report::Finding;

/// What an import found in its file.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::report::Code")]
pub enum EpgFindingCode {
    /// The file cannot be imported at all.
    Broken,
    /// A programme runs into the next.
    Overlap,
    /// Time between two programmes.
    Gap,
    /// A programme ends when, or before, it begins.
    ZeroLength,
    /// Two programmes of a channel begin at the same time.
    Duplicate,
    /// A programme has no end.
    MissingStop,
    /// A programme is longer than a day.
    TooLong,
    /// A time cannot be read.
    BadTime,
    /// A time names no zone: the source's default was taken.
    NoOffset,
    /// A clock shows the time twice.
    DstFold,
    /// No clock shows the time.
    DstGap,
    /// An element, or a field, is not known.
    UnknownElement,
    /// An entity is not known.
    UnknownEntity,
    /// The bytes are not of the encoding that the file names.
    Encoding,
    /// A programme has no title.
    NoTitle,
    /// A channel has no usable id, or a programme names none.
    NoChannel,
    /// A programme's channel is not declared, and nobody knows it.
    UnknownChannel,
    /// A channel was deleted here.
    DeletedChannel,
    /// Which of our channels is meant is not sure enough: `setChannelMatch` decides.
    UncertainChannel,
    /// A source of more weight has the channel's programmes at that time.
    Covered,
    /// A list or a text is longer than is kept.
    TooMany,
}

/// How often an import found something.
pub struct EpgImportFinding(pub(super) Finding);

/// How often an import found something.
#[Object]
impl EpgImportFinding {
    /// What was found.
    async fn code(&self) -> EpgFindingCode {
        self.0.code.into()
    }

    /// How often.
    async fn count(&self) -> i32 {
        i32::try_from(self.0.count).unwrap_or(i32::MAX)
    }

    /// The first of it; at most 5.
    async fn samples(&self) -> Vec<EpgImportMessage> {
        let sample = |message: &crate::domain::report::Message| EpgImportMessage {
            line: message.line.and_then(|line| i32::try_from(line).ok()),
            text: message.text.clone(),
        };
        self.0.samples.iter().map(sample).collect()
    }
}
