//! Tantivy in this process: a folder of immutable segments, one writer.

mod distinct;
mod fields;
mod query;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use kernel::Instant;
use runtime::Blocking;
use tantivy::{
    DocAddress, Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, TantivyError,
    aggregation::{AggContextParams, AggregationCollector, agg_req::Aggregations, agg_result::AggregationResults},
    collector::{Count, TopDocs},
    directory::MmapDirectory,
    schema::Value,
};
use uuid::Uuid;

use super::{Change, Error, Facet, FacetField, Filter, Hit, Hits, Request, SearchBackend};
use crate::domain::{Kind, suggestion::Candidate};
use distinct::Distinct;
use fields::Fields;

/// Searches that run at the same time.
const READS_AT_ONCE: usize = 4;
/// Values of one facet.
const FACET_VALUES: u32 = 20;
/// Names that are ranked for one list of suggestions.
const CANDIDATES: usize = 100;

/// The embedded engine. Cheap to clone.
#[derive(Clone)]
pub struct Embedded(Arc<Inner>);

struct Inner {
    index: Index,
    reader: IndexReader,
    writer: Mutex<IndexWriter>,
    fields: Fields,
    reads: Blocking,
    writes: Blocking,
}

impl Embedded {
    /// Opens the index in `folder`, or makes an empty one: there is none, it is of another layout or cannot be read. What is
    /// in an index can always be made again, so nothing is lost.
    ///
    /// # Errors
    /// The folder cannot be written to, or another process holds the index.
    pub async fn open(folder: PathBuf, writer_memory_bytes: usize) -> Result<Self, Error> {
        let opened = Blocking::new(1)
            .run(move || open(&folder, writer_memory_bytes))
            .await??;
        Ok(Self(Arc::new(opened)))
    }
}

fn open(folder: &Path, writer_memory_bytes: usize) -> Result<Inner, Error> {
    let broken = |source| Error::Folder {
        folder: folder.to_owned(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(broken)?;
    let (schema, fields) = fields::schema();
    let open = || Index::open_or_create(MmapDirectory::open(folder)?, schema.clone());
    let index = match open() {
        Ok(index) => index,
        Err(error) => {
            tracing::warn!(%error, "search index cannot be used, building it anew");
            std::fs::remove_dir_all(folder).map_err(broken)?;
            std::fs::create_dir_all(folder).map_err(broken)?;
            open()?
        }
    };
    index.tokenizers().register(fields::WORDS, fields::Folding);
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let writer = index.writer_with_num_threads(1, writer_memory_bytes)?;
    Ok(Inner {
        index,
        reader,
        writer: Mutex::new(writer),
        fields,
        reads: Blocking::new(READS_AT_ONCE),
        writes: Blocking::new(1),
    })
}

impl Inner {
    fn position(&self) -> Result<i64, Error> {
        let payload = self.index.load_metas()?.payload;
        Ok(payload.and_then(|position| position.parse().ok()).unwrap_or(0))
    }

    fn write(&self, position: i64, write: impl FnOnce(&IndexWriter) -> Result<(), TantivyError>) -> Result<(), Error> {
        let mut writer = self.writer.lock().map_err(|_| runtime::Unfinished)?;
        let written = write(&writer).and_then(|()| {
            let mut commit = writer.prepare_commit()?;
            // One file holds both, so the position is never ahead of the documents.
            commit.set_payload(&position.to_string());
            commit.commit()
        });
        if let Err(error) = written {
            writer.rollback()?;
            return Err(error.into());
        }
        drop(writer);
        self.reader.reload()?;
        Ok(())
    }

    fn apply(&self, changes: &[Change], position: i64) -> Result<(), Error> {
        self.write(position, |writer| {
            for change in changes {
                let id = match change {
                    Change::Put(document) => document.id,
                    Change::Remove(id) => *id,
                };
                writer.delete_term(self.fields.id_term(id));
                if let Change::Put(document) = change {
                    writer.add_document(self.fields.document(document))?;
                }
            }
            Ok(())
        })
    }

    fn search(&self, request: &Request) -> Result<Hits, Error> {
        let searcher = self.reader.searcher();
        let Some(query) = query::find(&self.fields, request) else {
            return Ok(Hits {
                total: 0,
                hits: Vec::new(),
                facets: Vec::new(),
            });
        };
        let top = TopDocs::with_limit(request.limit.max(1))
            .and_offset(request.offset)
            .order_by_score();
        let (total, found, facets) = if request.has_facets {
            let counts = AggregationCollector::from_aggs(facet_request()?, AggContextParams::default());
            let (total, found, counts) = searcher.search(&query, &(Count, top, counts))?;
            (total, found, read_facets(&counts))
        } else {
            let (total, found) = searcher.search(&query, &(Count, top))?;
            (total, found, Vec::new())
        };
        let mut hits = Vec::with_capacity(found.len());
        for (score, address) in found.into_iter().take(request.limit) {
            if let Some((id, kind, _)) = self.stored(&searcher, address)? {
                hits.push(Hit { id, kind, score });
            }
        }
        Ok(Hits {
            total: total as u64,
            hits,
            facets,
        })
    }

    fn suggest(&self, typed: &str, kinds: &[Kind], now: Instant) -> Result<Vec<Candidate>, Error> {
        let searcher = self.reader.searcher();
        let filter = Filter {
            kinds: kinds.to_vec(),
            ..Filter::default()
        };
        let Some(query) = query::complete(&self.fields, typed, &filter, now) else {
            return Ok(Vec::new());
        };
        let found = searcher.search(&query, &Distinct::new(CANDIDATES))?;
        let mut candidates = Vec::with_capacity(found.len());
        for address in found {
            if let Some((_, kind, name)) = self.stored(&searcher, address)? {
                candidates.push(Candidate { kind, name });
            }
        }
        Ok(candidates)
    }

    fn stored(&self, searcher: &Searcher, address: DocAddress) -> Result<Option<(Uuid, Kind, String)>, Error> {
        let document: TantivyDocument = searcher.doc(address)?;
        let text = |field| document.get_first(field).and_then(|value| value.as_str());
        let id = text(self.fields.id).and_then(|id| Uuid::try_parse(id).ok());
        let kind = text(self.fields.kind).and_then(Kind::from_name);
        let name = text(self.fields.name).map(str::to_owned);
        Ok(id.zip(kind).zip(name).map(|((id, kind), name)| (id, kind, name)))
    }
}

const FACETS: [(FacetField, &str); 3] = [
    (FacetField::Type, "kind"),
    (FacetField::Genre, "genre"),
    (FacetField::Decade, "decade"),
];

fn facet_request() -> Result<Aggregations, Error> {
    let mut request = serde_json::Map::new();
    for (_, field) in FACETS {
        let terms = serde_json::json!({ "terms": { "field": field, "size": FACET_VALUES } });
        request.insert(field.to_owned(), terms);
    }
    let request = serde_json::from_value(request.into());
    Ok(request.map_err(|error| TantivyError::InvalidArgument(error.to_string()))?)
}

fn read_facets(results: &AggregationResults) -> Vec<Facet> {
    let results = serde_json::to_value(results).unwrap_or_default();
    let facet = |(field, name): (FacetField, &str)| {
        let buckets = results[name]["buckets"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let value =
            |bucket: &serde_json::Value| Some((bucket["key"].as_str()?.to_owned(), bucket["doc_count"].as_u64()?));
        Facet {
            field,
            values: buckets.iter().filter_map(value).collect(),
        }
    };
    FACETS.into_iter().map(facet).collect()
}

#[async_trait]
impl SearchBackend for Embedded {
    async fn position(&self) -> Result<i64, Error> {
        let inner = self.0.clone();
        self.0.reads.run(move || inner.position()).await?
    }

    async fn apply(&self, changes: Vec<Change>, position: i64) -> Result<(), Error> {
        let inner = self.0.clone();
        self.0.writes.run(move || inner.apply(&changes, position)).await?
    }

    async fn clear(&self) -> Result<(), Error> {
        let inner = self.0.clone();
        let clear = move || inner.write(0, |writer| writer.delete_all_documents().map(|_| ()));
        self.0.writes.run(clear).await?
    }

    async fn search(&self, request: Request) -> Result<Hits, Error> {
        let inner = self.0.clone();
        self.0.reads.run(move || inner.search(&request)).await?
    }

    async fn suggest(&self, typed: &str, kinds: &[Kind], now: Instant) -> Result<Vec<Candidate>, Error> {
        let (inner, typed, kinds) = (self.0.clone(), typed.to_owned(), kinds.to_vec());
        self.0.reads.run(move || inner.suggest(&typed, &kinds, now)).await?
    }
}
