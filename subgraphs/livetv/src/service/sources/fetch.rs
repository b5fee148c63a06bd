//! Fetching a guide from the web: only from the public internet, of limited size, in limited time.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::StreamExt;
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{self, HeaderName},
};
use http_body_util::BodyStream;
use uuid::Uuid;
use web::{WebAddress, chain};

use crate::{
    Error,
    service::{
        LiveTv,
        imports::{BEAT, Progress},
    },
};

/// Redirects that are followed.
const MOST_HOPS: usize = 5;
/// Longest tag or date of a server that is remembered.
const LONGEST_TAG: usize = 500;

/// What the source's server said of the last guide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The guide is still the one that was fetched last.
    NotModified,
    /// A guide was stored.
    Guide {
        /// For the next time.
        validators: Validators,
        /// Follows from its bytes.
        digest: String,
    },
}

/// Where the bytes of a guide are that this service fetched.
pub(in crate::service) fn fetched_key(import: Uuid) -> String {
    format!("guide/{import}")
}

impl LiveTv {
    /// Fetches the guide of an import; gives back where it is, or why there is none.
    pub(in crate::service) async fn fetch_into(
        &self,
        url: &str,
        import: Uuid,
        progress: &mut Progress,
    ) -> Result<Result<String, String>, Error> {
        let key = fetched_key(import);
        let fetched = self.fetch(url, &Validators::default(), &key, Some(progress)).await?;
        Ok(fetched.map(|_| key))
    }

    /// Fetches `url` into the object `key`, if it is another guide than the one known; otherwise says why not.
    pub(super) async fn fetch(
        &self,
        url: &str,
        known: &Validators,
        key: &str,
        progress: Option<&mut Progress>,
    ) -> Result<Result<Answer, String>, Error> {
        let limit = Duration::from_secs(self.settings.fetch_seconds);
        match tokio::time::timeout(limit, self.fetch_now(url, known, key, progress)).await {
            Ok(fetched) => fetched,
            Err(_) => Ok(Err(format!("not fetched within {} s", limit.as_secs()))),
        }
    }

    async fn fetch_now(
        &self,
        url: &str,
        known: &Validators,
        key: &str,
        progress: Option<&mut Progress>,
    ) -> Result<Result<Answer, String>, Error> {
        let response = match self.request(url, known).await {
            Ok(Some(response)) => response,
            Ok(None) => return Ok(Ok(Answer::NotModified)),
            Err(reason) => return Ok(Err(reason)),
        };
        let most = self.settings.fetch_max_bytes;
        let told = response.headers().get(header::CONTENT_LENGTH);
        let told = told.and_then(|length| length.to_str().ok()?.parse().ok());
        let too_large = || Ok(Err(format!("the guide is larger than {most} bytes")));
        if told.is_some_and(|length: u64| length > most) {
            return too_large();
        }
        let validators = Validators {
            etag: text_of(response.headers(), header::ETAG),
            last_modified: text_of(response.headers(), header::LAST_MODIFIED),
        };
        let fetched = Arc::new(AtomicU64::new(0));
        let count = fetched.clone();
        let pieces = BodyStream::new(response.into_body()).filter_map(move |frame| {
            let piece = match frame {
                Ok(frame) => frame.into_data().ok().map(Ok),
                Err(error) => Some(Err(io::Error::other(error))),
            };
            if let Some(Ok(piece)) = &piece {
                count.fetch_add(piece.len() as u64, Ordering::Relaxed);
            }
            std::future::ready(piece)
        });
        let storing = self.storage.put(key, "application/octet-stream", pieces.boxed(), most);
        let stored = match progress {
            Some(progress) => telling(storing, progress, &fetched, told.unwrap_or_default()).await,
            None => storing.await,
        };
        match stored {
            Ok(stored) => Ok(Ok(Answer::Guide {
                validators,
                digest: stored.etag,
            })),
            Err(storage::Error::TooLarge { .. }) => too_large(),
            Err(storage::Error::Io(_, error)) => Ok(Err(format!("the guide did not arrive whole: {}", chain(&error)))),
            Err(error) => Err(error.into()),
        }
    }

    /// Asks, and follows redirects; `None` when nothing is new.
    async fn request(&self, url: &str, known: &Validators) -> Result<Option<Response<hyper::body::Incoming>>, String> {
        let mut address = WebAddress::parse(url)?;
        for _ in 0..=MOST_HOPS {
            let response = self.ask(&address, known).await?;
            let status = response.status();
            if status == StatusCode::NOT_MODIFIED {
                return Ok(None);
            }
            if !status.is_redirection() {
                return match status {
                    StatusCode::OK => Ok(Some(response)),
                    other => Err(format!("the server answered {other}")),
                };
            }
            let location = text_of(response.headers(), header::LOCATION);
            let location = location.ok_or_else(|| format!("the server answered {status} and names no place"))?;
            address = address.follow(&location)?;
        }
        Err(format!("more than {MOST_HOPS} redirects"))
    }

    async fn ask(&self, address: &WebAddress, known: &Validators) -> Result<Response<hyper::body::Incoming>, String> {
        let mut headers = HeaderMap::new();
        let validators = [
            (header::IF_NONE_MATCH, &known.etag),
            (header::IF_MODIFIED_SINCE, &known.last_modified),
        ];
        for (name, value) in validators {
            if let Some(value) = value {
                let value = HeaderValue::from_str(value).map_err(|error| error.to_string())?;
                headers.insert(name, value);
            }
        }
        web::ask_outside(address, &self.settings.allow_private_sources, headers).await
    }
}

/// Waits for `storing`, and says meanwhile how far it is.
async fn telling<T>(storing: impl Future<Output = T>, progress: &mut Progress, fetched: &AtomicU64, of: u64) -> T {
    let mut storing = std::pin::pin!(storing);
    loop {
        tokio::select! {
            stored = &mut storing => break stored,
            () = tokio::time::sleep(BEAT) => progress.read(fetched.load(Ordering::Relaxed), of).await,
        }
    }
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    (text.len() <= LONGEST_TAG || text.contains("://")).then(|| text.to_owned())
}
