//! One file for each command.

use std::io::Write;

use crate::Error;

pub mod check;
pub mod migrate;
pub mod router;
pub mod run;
pub mod schema;
pub mod settings;

/// Writes to standard output; a closed pipe is no error.
pub fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
    {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::File("standard output".to_owned(), error))
        }
        _ => Ok(()),
    }
}
