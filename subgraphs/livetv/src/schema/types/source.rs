//! Where guides come from, in the graph.

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, Utc};
use graphql::{ListName, Result};
use serde_json::Value;

use super::{channel::Channel, import::EpgImport, loaders};
use crate::entities::{channel_match, guide_source};

/// How a source's guide comes here.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::entities::guide_source::SourceKind")]
pub enum GuideSourceKind {
    /// Somebody uploads it under the source's name.
    Upload,
    /// It is fetched from a web address.
    Url,
    /// Files are picked up from a folder.
    Folder,
}

/// Where guides come from.
pub struct GuideSource(pub(crate) guide_source::Model);

/// Where guides come from.
#[Object]
impl GuideSource {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Its name: an upload with `source=NAME` is of this source.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How its guide comes here.
    async fn kind(&self) -> GuideSourceKind {
        self.0.kind.into()
    }

    /// The web address; null unless it is fetched.
    async fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// The folder, below the one of the settings; null unless files are picked up.
    async fn folder(&self) -> Option<&str> {
        self.0.folder.as_deref()
    }

    /// Minutes between two looks.
    async fn interval_minutes(&self) -> i32 {
        self.0.interval_minutes
    }

    /// Where two sources have a channel's programmes at a time, the one with the lower number is right; of equal ones
    /// the older.
    async fn priority(&self) -> i32 {
        self.0.priority
    }

    /// What its imports do with the oddities of a file; what is absent is the default.
    async fn policies(&self) -> Value {
        self.0.policies.clone()
    }

    /// It is looked at by itself.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// Looks that failed since the last one that did not.
    async fn failures(&self) -> i32 {
        self.0.failures
    }

    /// Why the last look failed; null when it did not.
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }

    /// When it was last looked at.
    async fn checked_at(&self) -> Option<DateTime<Utc>> {
        self.0.checked_at
    }

    /// When it is looked at next; null: never by itself.
    async fn next_run_at(&self) -> Option<DateTime<Utc>> {
        self.0.next_run_at.filter(|_| self.0.enabled)
    }

    /// Its last import; null when there was none, or its report is no longer kept.
    async fn last_import(&self, ctx: &Context<'_>) -> Result<Option<EpgImport>> {
        let Some(id) = self.0.last_import_id else {
            return Ok(None);
        };
        Ok(loaders(ctx).imports.load(id).await?.map(EpgImport))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A list of sources: names its connection.
pub struct GuideSources;

impl ListName for GuideSources {
    const NAME: &'static str = "GuideSource";
}

/// What is known of a source's channel.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::entities::channel_match::MatchState")]
pub enum ChannelMatchState {
    /// It is one of ours.
    Matched,
    /// Nobody can say which of ours it is: its programmes are left out.
    Uncertain,
    /// An administrator wants none of it.
    Ignored,
}

/// By what a source's channel was found.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::entities::channel_match::MatchReason")]
pub enum ChannelMatchReason {
    /// An administrator said so.
    Manual,
    /// By its XMLTV id.
    XmltvId,
    /// By its name.
    Name,
    /// By a name that is nearly the same.
    SimilarName,
    /// By its number.
    Number,
    /// Nobody knew it: it was made.
    Created,
}

/// Which of our channels a source's channel is.
pub struct ChannelMatch(pub(crate) channel_match::Model);

/// Which of our channels a source's channel is.
#[Object]
impl ChannelMatch {
    /// The source; null for guides of no source.
    async fn source_id(&self) -> Option<ID> {
        (!self.0.source_id.is_nil()).then(|| self.0.source_id.into())
    }

    /// The channel's id in the source's files.
    async fn file_id(&self) -> &str {
        &self.0.file_id
    }

    /// Its name there; null when it has none.
    async fn file_name(&self) -> Option<&str> {
        self.0.file_name.as_deref()
    }

    /// Its number there; null when it has none.
    async fn file_number(&self) -> Option<&str> {
        self.0.file_number.as_deref()
    }

    /// What is known.
    async fn state(&self) -> ChannelMatchState {
        self.0.state.into()
    }

    /// Our channel; of an uncertain one the likeliest; null when it is ignored, or deleted.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        let Some(id) = self.0.channel_id else {
            return Ok(None);
        };
        Ok(loaders(ctx).channels.load(id).await?.map(Channel::new))
    }

    /// How sure it is, 0 to 100.
    async fn confidence(&self) -> i32 {
        self.0.confidence
    }

    /// By what it was found.
    async fn reason(&self) -> ChannelMatchReason {
        self.0.reason.into()
    }

    /// An administrator said so: imports leave it alone.
    async fn is_manual(&self) -> bool {
        self.0.is_manual
    }

    /// When this was last decided.
    async fn changed_at(&self) -> DateTime<Utc> {
        self.0.changed_at
    }
}

/// A list of a source's channels: names its connection.
pub struct ChannelMatches;

impl ListName for ChannelMatches {
    const NAME: &'static str = "ChannelMatch";
}
