//! Where the bytes of a session are: our own signed paths, or the upstreams of a channel.

use std::time::Duration;

use auth::{PathClaims, STREAM_TOKENS, StreamGrant, stream_token};
use kernel::Instant;
use schema::events::{catalogue::AssetRef, livetv::StreamSource};

use super::{
    Content, Rights,
    playback::{Protocol, Refused, SESSION_TOKENS},
};
use crate::{
    Error,
    domain::{
        catch_up_url,
        live::{Plays, Showing, Wish},
    },
    entities::playback_session,
};

/// Where the bytes of a session are.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// The progressive original; absent when an upstream has the bytes.
    pub stream_url: Option<String>,
    /// When it ends.
    pub stream_expires_at: Option<Instant>,
    /// Manifests that the player can read.
    pub manifests: Vec<Manifest>,
}

/// A manifest.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// How it is packaged.
    pub protocol: Protocol,
    /// Where it is.
    pub url: String,
    /// When its URL ends.
    pub expires_at: Instant,
}

/// What of `plays` there is a way to play: without a way into the past, what is on is played as it goes on.
pub(super) fn playable(content: &Content, plays: Plays, (wish, now): (Wish, Instant)) -> Result<Plays, Refused> {
    if content.asset.is_some() {
        return Ok(plays);
    }
    if content.sources.is_empty() {
        return Err(Refused::NotReady);
    }
    if clear(content).next().is_none() {
        // No licences are given here, so a protected upstream cannot be played.
        return Err(Refused::DrmUnavailable);
    }
    match plays {
        Plays::Showing(showing) if clear(content).all(|source| source.catch_up_template.is_none()) => {
            if wish == Wish::Any && now < showing.ends_at {
                Ok(Plays::Channel)
            } else {
                Err(Refused::NotReady)
            }
        }
        plays => Ok(plays),
    }
}

/// Upstreams that are in the clear, best first.
fn clear(content: &Content) -> impl Iterator<Item = &StreamSource> {
    content.sources.iter().filter(|source| source.drm.is_empty())
}

impl Rights {
    /// Makes the stream token and the signed paths.
    pub(super) async fn mint(
        &self,
        session: &playback_session::Model,
        (content, plays): (&Content, Plays),
        protocols: Option<&[Protocol]>,
    ) -> Result<Links, Error> {
        let reads = |protocol: Protocol| protocols.is_none_or(|all| all.contains(&protocol));
        let Some(asset) = &content.asset else {
            let upstreams = clear(content).filter_map(|source| upstream(source, plays, session));
            let manifests = upstreams.filter(|manifest| reads(manifest.protocol)).collect();
            return Ok(Links {
                manifests,
                ..Links::default()
            });
        };
        let manifests = reads(Protocol::Hls).then(|| self.manifest(session, asset, (content, plays)));
        let mut links = Links {
            manifests: manifests.into_iter().collect(),
            ..Links::default()
        };
        if matches!(plays, Plays::Channel) {
            let ttl = Duration::from_secs(self.settings().stream_token_ttl_seconds.into());
            let token = self.token(session, content, asset, ttl).await?;
            links.stream_url = Some(format!("{}/api/v1/stream/{token}", self.platform().urls.media));
            links.stream_expires_at = Some(session.started_at + ttl);
        }
        Ok(links)
    }

    /// The signed path of an asset: whole, as a channel loops it, or what the channel showed in the time of a programme.
    fn manifest(
        &self,
        session: &playback_session::Model,
        asset: &AssetRef,
        (content, plays): (&Content, Plays),
    ) -> Manifest {
        let place = format!("{}/{}", asset.id, asset.revision);
        let (prefix, file) = match plays {
            Plays::Showing(Showing { starts_at, ends_at, .. }) => {
                let window = format!("{}-{}", starts_at.timestamp_millis(), ends_at.timestamp_millis());
                (format!("l/{place}/{window}/"), "master.m3u8")
            }
            Plays::Channel if content.live.is_some() => (format!("l/{place}/live/"), "master.m3u8"),
            Plays::Channel => (format!("v/{place}/"), "clear/master.m3u8"),
        };
        let claims = PathClaims {
            expires: session.expires_at.timestamp(),
            prefix: prefix.clone(),
            session: session.session(),
        };
        let media = &self.platform().urls.media;
        Manifest {
            protocol: Protocol::Hls,
            url: format!("{media}/s/{}/{prefix}{file}", self.platform().paths.sign(&claims)),
            expires_at: session.expires_at,
        }
    }

    async fn token(
        &self,
        session: &playback_session::Model,
        content: &Content,
        asset: &AssetRef,
        ttl: Duration,
    ) -> Result<String, Error> {
        let token = stream_token()?;
        let grant = StreamGrant {
            session: session.session(),
            account: session.account_id.into(),
            content: content.played_id(),
            object_key: asset.original_key.clone(),
            size_bytes: u64::try_from(asset.original_bytes).unwrap_or(0),
            content_type: asset.original_type.clone(),
            issued_at: session.started_at,
        };
        let value = serde_json::to_vec(&grant).expect("a grant is plain data");
        let kv = &self.platform().kv;
        kv.put(SESSION_TOKENS, &session.id.to_string(), token.as_bytes(), ttl)
            .await?;
        kv.put(STREAM_TOKENS, &token, &value, ttl).await?;
        Ok(token)
    }
}

/// The manifest of an upstream; `None` when it has none of what is played.
fn upstream(source: &StreamSource, plays: Plays, session: &playback_session::Model) -> Option<Manifest> {
    let protocol = match source.protocol.as_str() {
        "HLS" => Protocol::Hls,
        "DASH" => Protocol::Dash,
        _ => return None,
    };
    let url = match plays {
        Plays::Channel => source.url.clone(),
        Plays::Showing(showing) => {
            let window = (showing.starts_at, showing.ends_at);
            catch_up_url::fill(source.catch_up_template.as_deref()?, window, session.started_at)
        }
    };
    Some(Manifest {
        protocol,
        url,
        expires_at: session.expires_at,
    })
}
