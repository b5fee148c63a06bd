//! `matinee schema`.

use std::path::Path;

use router::{Source, Supergraph};

use crate::{
    Error, Settings,
    assemble::{self, Shape},
    running, services,
};

use super::print;

/// The generated files of `schema/`.
pub struct Sdl(pub Vec<(String, String)>);

/// Writes the files, or compares them.
///
/// # Errors
/// A file cannot be written; with `check`, files differ.
pub async fn run(check: bool, folder: &Path) -> Result<(), Error> {
    let mut different = Vec::new();
    for (name, text) in export().await?.0 {
        let path = folder.join(&name);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            different.push(name);
        } else {
            std::fs::write(&path, text).map_err(|error| Error::File(path.display().to_string(), error))?;
            print(&format!("wrote {}", path.display()))?;
        }
    }
    if different.is_empty() {
        return Ok(());
    }
    Err(Error::Failed(format!(
        "not up to date, run `make schema`: {}",
        different.join(", ")
    )))
}

/// The SDL of each subgraph, the supergraph and the API, as the code says.
///
/// # Errors
/// A service cannot be built, or the subgraphs do not compose.
pub async fn export() -> Result<Sdl, Error> {
    let folder = std::env::temp_dir().join(format!("matinee-schema-{}", std::process::id()));
    let flags = [("server.data_dir", folder.display().to_string())];
    // Neither file nor environment: the schema does not depend on where it runs.
    let settings = Settings::load(Some(Path::new("/dev/null")), [], &flags)?;
    let exported = export_in(&settings).await;
    std::fs::remove_dir_all(&folder).map_err(|error| Error::File(folder.display().to_string(), error))?;
    exported
}

async fn export_in(settings: &Settings) -> Result<Sdl, Error> {
    let shape = Shape {
        is_whole: true,
        has_accounts: true,
    };
    let platform = assemble::platform(settings, shape, "http://127.0.0.1:4000").await?;
    let mut files = Vec::new();
    let mut sources = Vec::new();
    for part in services::ALL.iter().filter(|part| part.is_subgraph) {
        running::migrate(&platform.database(part.name).await?, part).await?;
        let service = (part.build)(&platform, settings).await?;
        let Some(endpoint) = service.endpoint else { continue };
        files.push((format!("{}.graphql", part.name), endpoint.sdl()));
    }
    for source in router::sources(schema::sdl::SUPERGRAPH, schema::sdl::read)? {
        let sdl = files
            .iter()
            .find(|(name, _)| *name == format!("{}.graphql", source.name));
        let sdl = sdl.map(|(_, sdl)| sdl.clone()).unwrap_or_default();
        sources.push(Source::new(source.name, source.url, sdl));
    }
    let supergraph = Supergraph::compose(&sources)?;
    files.push(("supergraph.graphql".to_owned(), supergraph.sdl().to_owned()));
    files.push(("api.graphql".to_owned(), supergraph.api_sdl().to_owned()));
    platform.supervisor.stop(std::time::Duration::from_secs(5)).await;
    Ok(Sdl(files))
}
