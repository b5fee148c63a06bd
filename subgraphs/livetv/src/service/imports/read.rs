//! From stored bytes to a guide: the parser blocks, so it reads elsewhere while the bytes arrive.

use std::io::{self, BufRead, Read};

use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::progress::Progress;
use crate::{
    Error,
    domain::{
        policy::Policies,
        report::Message,
        xmltv::{self, Guide, Limits},
    },
    service::LiveTv,
};

/// Pieces of a file that wait for the parser.
const PIECES: usize = 8;
/// Bytes that are asked of the store at once.
const PART: u64 = 4 * 1024 * 1024;

impl LiveTv {
    /// Reads the file on the blocking pool while its bytes arrive.
    pub(super) async fn parse(
        &self,
        key: &str,
        policies: &Policies,
        progress: &mut Progress,
    ) -> Result<Result<Guide, Message>, Error> {
        let Some(meta) = self.storage.head(key).await? else {
            return Ok(Err(Message {
                line: None,
                text: "the uploaded file is gone".to_owned(),
            }));
        };
        progress.read(0, meta.size_bytes).await;
        let (sender, receiver) = mpsc::channel(PIECES);
        let storage = self.storage.clone();
        let feeding = async move {
            let mut fed = 0;
            // A part after the other: a store may map a file, and what is mapped is memory.
            while fed < meta.size_bytes && !sender.is_closed() {
                let mut bytes = storage.read(key, fed..meta.size_bytes.min(fed + PART)).await?;
                let begun = fed;
                while let Some(piece) = bytes.next().await {
                    let piece = piece.map_err(|error| storage::Error::Io(key.to_owned(), error))?;
                    fed += piece.len() as u64;
                    progress.read(fed, meta.size_bytes).await;
                    // A parser that has seen enough takes no more.
                    if sender.send(piece).await.is_err() {
                        break;
                    }
                }
                if fed == begun {
                    break;
                }
            }
            Ok::<(), storage::Error>(())
        };
        let limits = Limits {
            document_bytes: self.settings.document_max_bytes,
            channels: self.settings.max_channels,
            programmes: self.settings.max_programmes,
        };
        let policies = policies.clone();
        let parsing = self.parsing.run(move || {
            let pieces = Pieces {
                receiver,
                piece: Bytes::new(),
            };
            xmltv::parse(pieces, limits, &policies)
        });
        let (fed, parsed) = tokio::join!(feeding, parsing);
        fed?;
        Ok(parsed?.map_err(|broken| broken.message()))
    }
}

/// A file as it arrives, for a parser that blocks.
struct Pieces {
    receiver: mpsc::Receiver<Bytes>,
    piece: Bytes,
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.piece.is_empty() {
            match self.receiver.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(&[]),
            }
        }
        Ok(&self.piece)
    }

    fn consume(&mut self, amount: usize) {
        self.piece.advance(amount);
    }
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(into.len());
        into[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}
