//! What is known of a request beside its document.

use std::{
    net::IpAddr,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use telemetry::Trace;

use super::{Identity, rate_limit::Standing};
use crate::{contract::Variant, observe::Journal, subgraph::Gathering};

/// Longest name and version of a client that is kept, in bytes.
const CLIENT_BYTES: usize = 64;

/// What is known of a request beside its document; clones are cheap and the same.
#[derive(Debug, Clone, Default)]
pub struct Context {
    facts: Arc<Facts>,
    /// What is noted of the operation; none when nothing is.
    journal: Option<Arc<Journal>>,
    /// Where in a trace the work belongs that is done with this context.
    trace: Trace,
    /// Which of the journal's fetches this context was made for.
    place: Option<usize>,
    /// Where the client stands with its quota, for the headers of its answer.
    standing: Arc<Mutex<Option<Standing>>>,
    /// Headers that subgraphs sent; none where no rule asks for any.
    gathering: Option<Arc<Mutex<Gathering>>>,
}

/// The facts of a [`Context`].
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Who asks.
    pub identity: Identity,
    /// Which application asks.
    pub client: Client,
    /// From where; `None` for calls that came by no socket.
    pub address: Option<IpAddr>,
    /// Which variant of the graph the request chose; none: the one of who asks.
    pub variant: Option<Variant>,
    /// The headers of the request, for the rules that hand some on to subgraphs.
    pub headers: HeaderMap,
}

/// Which application asks, as it says itself: `apollographql-client-name` and `-version`. Not proved by anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Client {
    /// Its name; empty when it gives none.
    pub name: Arc<str>,
    /// Its version; empty when it gives none.
    pub version: Arc<str>,
}

impl Context {
    /// A context of these facts.
    pub fn new(facts: Facts) -> Self {
        Self {
            trace: Trace::of(&facts.headers),
            facts: Arc::new(facts),
            ..Self::default()
        }
    }

    /// Where in a trace the work belongs: what goes out carries it.
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// What is noted of the operation.
    pub(crate) const fn journal(&self) -> Option<&Arc<Journal>> {
        self.journal.as_ref()
    }

    /// Which of the journal's fetches this context was made for.
    pub(crate) const fn place(&self) -> Option<usize> {
        self.place
    }

    /// The same for one operation: a request may hold several, a socket many.
    pub(crate) fn of_operation(&self, journal: Arc<Journal>, trace: Trace) -> Self {
        Self {
            journal: Some(journal),
            trace,
            place: None,
            ..self.clone()
        }
    }

    /// The same without the operation it was made for: what is done for several is nobody's alone.
    pub(crate) fn for_others(&self) -> Self {
        Self {
            facts: self.facts.clone(),
            ..Self::default()
        }
    }

    /// Notes where the client stands; of several operations in one request the one with the least left counts.
    pub(crate) fn note_standing(&self, standing: Standing) {
        let mut noted = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.is_none_or(|known| standing.left() <= known.left()) {
            *noted = Some(standing);
        }
    }

    /// The headers that tell where the client stands.
    pub(crate) fn standing(&self) -> Vec<(HeaderName, HeaderValue)> {
        let noted = *self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        noted.map(|standing| standing.headers()).unwrap_or_default()
    }

    /// The same, with a place for headers of subgraphs.
    pub(crate) fn gathering(&self) -> Self {
        Self {
            gathering: Some(Arc::default()),
            ..self.clone()
        }
    }

    /// Takes in the headers that came with the fetch `id`.
    pub(crate) fn gather(&self, id: i64, service: &str, headers: &HeaderMap) {
        if let Some(gathering) = &self.gathering {
            let mut gathering = gathering.lock().unwrap_or_else(PoisonError::into_inner);
            gathering.push(id, service, headers);
        }
    }

    /// What was gathered.
    pub(crate) fn gathered(&self) -> Gathering {
        let gathering = self.gathering.as_ref();
        gathering
            .map(|gathering| std::mem::take(&mut *gathering.lock().unwrap_or_else(PoisonError::into_inner)))
            .unwrap_or_default()
    }

    /// The same for one fetch.
    pub(crate) fn of_fetch(&self, trace: Trace, place: Option<usize>) -> Self {
        Self {
            trace,
            place,
            ..self.clone()
        }
    }
}

impl From<Identity> for Context {
    fn from(identity: Identity) -> Self {
        Self::new(Facts {
            identity,
            ..Facts::default()
        })
    }
}

impl Deref for Context {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl Client {
    /// Reads the client's headers; what is too long is cut.
    pub fn of(headers: &HeaderMap) -> Self {
        let read = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            let value = value.unwrap_or_default();
            Arc::from(value.get(..CLIENT_BYTES).unwrap_or(value))
        };
        Self {
            name: read("apollographql-client-name"),
            version: read("apollographql-client-version"),
        }
    }
}
