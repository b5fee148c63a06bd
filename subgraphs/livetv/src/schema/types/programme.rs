//! Programmes in the graph.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use auth::Role;
use chrono::{DateTime, Utc};
use graphql::{
    Require, Result,
    directives::{CacheControl, CacheScope, RequiresRole},
};

use super::{
    channel::Channel,
    extras::{
        ProgrammeCredit, ProgrammeExternalId, ProgrammeGenre, ProgrammeImage, ProgrammeQuality, ProgrammeRating,
        ProgrammeText,
    },
    loaders,
    owner::personal,
    recording::Recording,
    reminder::Reminder,
};
use crate::{
    domain::{
        extras::{Extras, LocalText},
        genre::Genre,
    },
    entities::programme,
    loaders::Loaders,
};

/// One scheduled showing on a channel.
pub struct Programme {
    row: Arc<programme::Model>,
    /// Loaders of one message of a subscription; see [`Channel`].
    fresh: Option<Arc<Loaders>>,
}

impl Programme {
    pub(crate) fn new(row: impl Into<Arc<programme::Model>>) -> Self {
        Self::with(row, None)
    }

    pub(crate) fn with(row: impl Into<Arc<programme::Model>>, fresh: Option<Arc<Loaders>>) -> Self {
        Self { row: row.into(), fresh }
    }

    fn loaders<'a>(&'a self, ctx: &Context<'a>) -> &'a Loaders {
        self.fresh.as_deref().unwrap_or_else(|| loaders(ctx))
    }

    fn extras(&self) -> Option<&Extras> {
        self.row.extras.as_ref().map(|more| &more.0)
    }

    /// A list of the extras, each made into something of the graph.
    fn list<'a, T: 'a, G: From<&'a T>>(&'a self, of: impl FnOnce(&'a Extras) -> &'a [T]) -> Vec<G> {
        self.extras().map(of).unwrap_or_default().iter().map(G::from).collect()
    }

    /// A text that is shown and those in other languages.
    fn texts(&self, shown: Option<&String>, others: impl FnOnce(&Extras) -> &[LocalText]) -> Vec<ProgrammeText> {
        let language = self.extras().and_then(|extras| extras.language.as_ref());
        ProgrammeText::all(language, shown, self.extras().map(others).unwrap_or_default())
    }
}

/// One scheduled showing on a channel.
#[Object]
impl Programme {
    /// The programme's id; it stays when an import changes other fields than the start.
    pub(crate) async fn id(&self) -> ID {
        self.row.id.into()
    }

    /// Its channel; null when that was deleted a moment ago.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>> {
        let row = self.loaders(ctx).channels.load(self.row.channel_id).await?;
        Ok(row.map(|row| Channel::with(row, self.fresh.clone())))
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// Its subtitle: an episode's name, or a film's year.
    async fn subtitle(&self) -> Option<&str> {
        self.row.subtitle.as_deref()
    }

    /// What it is about.
    async fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    /// First instant.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.row.starts_at
    }

    /// First instant after it.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.row.ends_at
    }

    /// Its categories, main one first.
    async fn categories(&self) -> &[String] {
        &self.row.categories.0
    }

    /// When it can be watched at another time than when it is on; null when it cannot, anywhere. Whether the viewer may
    /// is `access`.
    async fn catch_up(&self, ctx: &Context<'_>) -> Result<Option<ProgrammeCatchUp>> {
        let loaders = self.fresh.as_deref().unwrap_or_else(|| loaders(ctx));
        let Some(channel) = loaders.channels.load(self.row.channel_id).await? else {
            return Ok(None);
        };
        let window = channel.catch_up();
        let Some((from, until)) = window.of(self.row.starts_at, self.row.ends_at) else {
            return Ok(None);
        };
        let keys = (
            loaders.blackouts.load(self.row.id),
            loaders.blackouts.load(self.row.channel_id),
        );
        let (own, of_channel) = futures_util::try_join!(keys.0, keys.1)?;
        let of_channel = of_channel.unwrap_or_default();
        let is_taken = of_channel
            .iter()
            .any(|ban| ban.meets(self.row.starts_at, self.row.ends_at))
            || own.unwrap_or_default().iter().any(|ban| ban.meets(from, until));
        Ok((!is_taken).then_some(ProgrammeCatchUp {
            available_from: from,
            available_until: until,
            start_over: window.start_over,
        }))
    }

    /// Fields that an editor set, by name; a guide leaves them as they are. For editors; a request of others that asks
    /// for it is refused.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn locked_fields(&self, ctx: &Context<'_>) -> Result<Option<Vec<String>>> {
        let loaders = self.fresh.as_deref().unwrap_or_else(|| loaders(ctx));
        Ok(Some(loaders.locked_fields.load(self.row.id).await?.unwrap_or_default()))
    }

    /// Which episode it is; null when it is none, or nobody says.
    async fn episode(&self) -> Option<ProgrammeEpisode> {
        ProgrammeEpisode::new(self.row.season, self.row.episode)
    }

    /// What kind of programme it is, by its categories; null when the guide has none.
    async fn genre(&self) -> Option<ProgrammeGenre> {
        self.row.genre.as_deref().and_then(Genre::parse).map(Into::into)
    }

    /// Its series, whatever the channel and the start: what a series rule is made of. Null when it is of none.
    async fn series_key(&self) -> Option<&str> {
        self.row.series_key.as_deref()
    }

    /// It is shown for the first time.
    async fn is_new(&self) -> bool {
        self.row.is_new
    }

    /// It is the first showing of a film or of a series.
    async fn is_premiere(&self) -> bool {
        self.row.is_premiere
    }

    /// It is shown while it happens.
    async fn is_live(&self) -> bool {
        self.row.is_live
    }

    /// It was shown before.
    async fn is_repeat(&self) -> bool {
        self.row.is_repeat
    }

    /// It is not shown again soon.
    async fn is_last_chance(&self) -> bool {
        self.row.is_last_chance
    }

    /// Where a picture of it is; null when the guide has none.
    async fn image_url(&self) -> Option<&str> {
        self.row.image_url.as_deref()
    }

    /// More pictures of it; at most 16.
    async fn images(&self) -> Vec<ProgrammeImage> {
        self.list(|extras| &extras.images)
    }

    /// For which age it is, by the first system that the guide names: `15`, `TV-PG`; null when it names none.
    async fn rating(&self) -> Option<&str> {
        self.row.rating.as_deref()
    }

    /// For which age it is, by every system that the guide names; at most 8.
    async fn ratings(&self) -> Vec<ProgrammeRating> {
        self.list(|extras| &extras.ratings)
    }

    /// How good others find it; at most 8.
    async fn star_ratings(&self) -> Vec<ProgrammeRating> {
        self.list(|extras| &extras.star_ratings)
    }

    /// The year it was made; null when nobody says.
    async fn year(&self) -> Option<i32> {
        self.row.year
    }

    /// Its title in every language of the guide, the one that is shown first.
    async fn titles(&self) -> Vec<ProgrammeText> {
        self.texts(Some(&self.row.title), |extras| &extras.titles)
    }

    /// Its subtitle in every language of the guide, the one that is shown first; empty when it has none.
    async fn subtitles(&self) -> Vec<ProgrammeText> {
        self.texts(self.row.subtitle.as_ref(), |extras| &extras.subtitles)
    }

    /// What it is about in every language of the guide, the one that is shown first; empty when nobody says.
    async fn descriptions(&self) -> Vec<ProgrammeText> {
        self.texts(self.row.description.as_ref(), |extras| &extras.descriptions)
    }

    /// What its series is about; null when nobody says.
    async fn series_description(&self) -> Option<&str> {
        self.extras()?.series_description.as_deref()
    }

    /// Who made it and who is in it, in the order of the guide; at most 60.
    async fn credits(&self) -> Vec<ProgrammeCredit> {
        self.list(|extras| &extras.credits)
    }

    /// Ids that it has elsewhere, and episode numbers as the guide has them; at most 16.
    async fn external_ids(&self) -> Vec<ProgrammeExternalId> {
        self.list(|extras| &extras.ids)
    }

    /// Where it was made, as the guide writes it.
    async fn countries(&self) -> &[String] {
        self.extras().map(|extras| &extras.countries[..]).unwrap_or_default()
    }

    /// What it is about, in single words.
    async fn keywords(&self) -> &[String] {
        self.extras().map(|extras| &extras.keywords[..]).unwrap_or_default()
    }

    /// The language that is spoken; null when nobody says.
    async fn spoken_language(&self) -> Option<&str> {
        self.extras()?.spoken_language.as_deref()
    }

    /// How sharp its picture is; null when nobody says.
    async fn quality(&self) -> Option<ProgrammeQuality> {
        self.extras()?.quality.map(Into::into)
    }

    /// Somebody tells what is to be seen.
    async fn is_audio_described(&self) -> bool {
        self.extras().is_some_and(|extras| extras.is_audio_described)
    }

    /// It has subtitles that can be shown.
    async fn is_subtitled(&self) -> bool {
        self.extras().is_some_and(|extras| extras.is_subtitled)
    }

    /// It is interpreted in sign language.
    async fn is_signed(&self) -> bool {
        self.extras().is_some_and(|extras| extras.is_signed)
    }

    /// Which sport it is; null when it is none, or nobody says.
    async fn sport(&self) -> Option<&str> {
        self.extras()?.sport.as_deref()
    }

    /// Who plays.
    async fn teams(&self) -> &[String] {
        self.extras().map(|extras| &extras.teams[..]).unwrap_or_default()
    }

    /// A profile's recording of it, failed and cancelled ones included; null when the profile has none, without a profile,
    /// and signed out.
    #[graphql(directive = CacheControl::apply(0, CacheScope::Private))]
    async fn recording(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; a profile of the account that is signed in.")] profile_id: Option<ID>,
    ) -> Result<Option<Recording>> {
        let Some(owner) = personal(ctx, profile_id.as_ref()).await? else {
            return Ok(None);
        };
        let row = self.loaders(ctx).recordings.load((owner, self.row.id)).await?;
        Ok(row.map(Recording))
    }

    /// A profile's reminder of it; null when the profile has none, without a profile, and signed out.
    #[graphql(directive = CacheControl::apply(0, CacheScope::Private))]
    async fn reminder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; a profile of the account that is signed in.")] profile_id: Option<ID>,
    ) -> Result<Option<Reminder>> {
        let Some(owner) = personal(ctx, profile_id.as_ref()).await? else {
            return Ok(None);
        };
        let row = self.loaders(ctx).reminders.load((owner, self.row.id)).await?;
        Ok(row.map(Reminder::new))
    }
}

/// Which episode a programme is.
#[derive(SimpleObject)]
pub struct ProgrammeEpisode {
    /// Season, from 1; null when nobody says.
    season: Option<i32>,
    /// Episode in the season, from 1; null when nobody says.
    number: Option<i32>,
}

impl ProgrammeEpisode {
    pub(crate) fn new(season: Option<i32>, number: Option<i32>) -> Option<Self> {
        (season.is_some() || number.is_some()).then_some(Self { season, number })
    }
}

/// When a programme can be watched at another time than when it is on.
#[derive(SimpleObject)]
pub struct ProgrammeCatchUp {
    /// From: its start where a running programme can be started over, otherwise its end.
    available_from: DateTime<Utc>,
    /// Until, exclusive.
    available_until: DateTime<Utc>,
    /// It can be watched from its start while it is on.
    start_over: bool,
}
