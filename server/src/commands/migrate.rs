//! `matinee migrate`.

use crate::{Error, assemble, cli::Common, running, services};

use super::print;

/// Brings the databases up to date.
///
/// # Errors
/// A database does not answer, or a migration failed.
pub async fn run(common: &Common) -> Result<(), Error> {
    let settings = common.settings(Vec::new())?;
    telemetry::init_logs(&settings.log)?;
    let (parts, _) = services::select(&common.only)?;
    let _lock = assemble::lock(&settings)?;
    for part in parts {
        let database = assemble::database(&settings, part.name).await?;
        running::migrate(&database, &part).await?;
        print(&format!("{:<16} up to date", part.name))?;
    }
    Ok(())
}
