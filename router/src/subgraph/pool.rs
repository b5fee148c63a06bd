//! Transports that outlive a graph: a subgraph that stays where it was keeps its connections, its breaker, its health.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Grpc, Http, Subgraph};
use crate::{error::Error, settings::Settings, subgraph::Traffic};

/// The transports to subgraphs in other processes.
#[derive(Default)]
pub struct Transports(Mutex<HashMap<String, Kept>>);

struct Kept {
    urls: String,
    limits: (Traffic, u64, u64),
    transport: Arc<dyn Subgraph>,
}

impl Transports {
    /// The transport to `name` at `urls` (as [`Http::named`], or [`Grpc::named`] for `grpc:` and `grpcs:`): the one there
    /// was, when nothing about it changed.
    ///
    /// # Errors
    /// As those.
    pub fn get(&self, name: &str, urls: &str, settings: &Settings) -> Result<Arc<dyn Subgraph>, Error> {
        let limits = (
            settings.traffic.clone(),
            settings.subgraph_timeout_ms,
            settings.max_subgraph_answer_bytes,
        );
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = all.get(name)
            && kept.urls == urls
            && kept.limits == limits
        {
            return Ok(kept.transport.clone());
        }
        let transport: Arc<dyn Subgraph> = if urls.trim_start().starts_with("grpc") {
            Arc::new(Grpc::named(name, urls, settings)?)
        } else {
            Arc::new(Http::named(name, urls, settings)?)
        };
        let kept = Kept {
            urls: urls.to_owned(),
            limits,
            transport: transport.clone(),
        };
        all.insert(name.to_owned(), kept);
        Ok(transport)
    }

    /// Lets go of all but `names`.
    pub fn retain(&self, names: &[String]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|name, _| names.contains(name));
    }
}
