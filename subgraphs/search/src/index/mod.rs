//! The index port: what a search engine must do. [`Embedded`] (Tantivy) is the engine of one process; a server such as
//! Meilisearch can stand behind the same trait.

mod embedded;

use async_trait::async_trait;
use kernel::Instant;
use uuid::Uuid;

pub use embedded::Embedded;

use crate::domain::{Document, Kind, suggestion::Candidate};

/// Why an index fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its folder cannot be used.
    #[error("cannot use the index folder {folder:?}")]
    Folder {
        /// Where.
        folder: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The engine says no.
    #[error("the index engine failed")]
    Engine(#[from] tantivy::TantivyError),
    /// The process is stopping, or the engine panicked.
    #[error(transparent)]
    Unfinished(#[from] runtime::Unfinished),
}

/// One change of the index.
#[derive(Debug, Clone)]
pub enum Change {
    /// The document is new or changed.
    Put(Box<Document>),
    /// It is gone.
    Remove(Uuid),
}

/// What a hit must be like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of these; empty: any.
    pub kinds: Vec<Kind>,
    /// Of this genre: its id, or its name in any spelling.
    pub genre: Option<String>,
    /// Released in this year or later.
    pub year_from: Option<i32>,
    /// Released in this year or earlier.
    pub year_to: Option<i32>,
}

/// A search.
#[derive(Debug, Clone)]
pub struct Request {
    /// Plain text; empty finds everything that passes the filter.
    pub text: String,
    /// What hits must be like.
    pub filter: Filter,
    /// Hits to pass over.
    pub offset: usize,
    /// Most hits.
    pub limit: usize,
    /// Documents that ended by now are no hits.
    pub now: Instant,
    /// Count facets.
    pub has_facets: bool,
}

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// What was found.
    pub id: Uuid,
    /// What it is.
    pub kind: Kind,
    /// How well it matches; comparable within one answer.
    pub score: f32,
}

/// By what hits are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FacetField {
    /// What a hit is.
    Type,
    /// Its genres.
    Genre,
    /// The decade of its release: `1920`.
    Decade,
}

/// Counts of hits by the values of one field, the most frequent first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// By what.
    pub field: FacetField,
    /// Values and counts.
    pub values: Vec<(String, u64)>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hits {
    /// Hits in all.
    pub total: u64,
    /// The wanted ones, the best first.
    pub hits: Vec<Hit>,
    /// Counts over all hits; empty unless wanted.
    pub facets: Vec<Facet>,
}

/// What a search engine does for us.
#[async_trait]
pub trait SearchBackend: Send + Sync {
    /// The last sequence whose change the index holds durably.
    async fn position(&self) -> Result<i64, Error>;

    /// Makes `changes` findable and durable, together with the position they lead to.
    async fn apply(&self, changes: Vec<Change>, position: i64) -> Result<(), Error>;

    /// Forgets everything: the position is 0 again.
    async fn clear(&self) -> Result<(), Error>;

    /// Finds.
    async fn search(&self, request: Request) -> Result<Hits, Error>;

    /// Names that may complete `typed`, distinct by kind and name, more than are wanted: the caller ranks them.
    async fn suggest(&self, typed: &str, kinds: &[Kind], now: Instant) -> Result<Vec<Candidate>, Error>;
}
