//! Memory-mapped files as byte buffers: a range read costs no copy and no thread.

use std::{fs::File, io};

use bytes::Bytes;
use memmap2::Mmap;

/// Maps a whole file.
///
/// Only for files that never change in place: objects are written aside and renamed, so a map keeps the content it was
/// made of, even after the object is deleted.
pub(crate) fn map(file: &File) -> io::Result<Bytes> {
    if file.metadata()?.len() == 0 {
        return Ok(Bytes::new());
    }
    #[expect(unsafe_code, reason = "mmap of an immutable file: nobody truncates it, see above")]
    let map = unsafe { Mmap::map(file) }?;
    Ok(Bytes::from_owner(map))
}
