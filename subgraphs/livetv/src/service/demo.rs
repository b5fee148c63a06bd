//! The demo's channels and a guide that never ends.

use std::collections::HashMap;

use chrono::TimeDelta;
use kernel::{ImportId, Instant};
use schema::events::catalogue::AssetRef;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    LiveTv,
    changes::{self, Change},
    channel_fields::{CatchUp, NewChannel, draft},
    channels, log,
};
use crate::{
    Error,
    domain::{
        genre::Genre,
        identity,
        schedule::{Details, Entry},
    },
    entities::{channel, programme},
};

/// How far the demo's guide reaches back and ahead.
const REACH: TimeDelta = TimeDelta::days(7);
/// How long the demo's programmes can be watched later.
const CATCH_UP_HOURS: i32 = 72;

impl LiveTv {
    /// Makes the demo's channels, if there are no channels yet, and their guide around the present.
    pub async fn load_demo(&self) -> Result<(), Error> {
        if channel::Entity::find().one(self.database.reader()).await?.is_none() {
            let tx = self.database.begin().await?;
            let mut rows = Vec::new();
            for new in demo::channels().iter().map(new_channel) {
                let row = draft(new, tx.next_id(), tx.now())?;
                channels::raise_changed(&tx, &row).await?;
                rows.push(sea_orm::IntoActiveModel::into_active_model(row));
            }
            channel::Entity::insert_many(rows).exec_without_returning(&tx).await?;
            tx.commit().await?;
        }
        self.extend_demo_guide().await
    }

    /// Adds what the guide of the demo's channels lacks of the coming week. Without the demo it does nothing.
    pub async fn extend_demo_guide(&self) -> Result<(), Error> {
        let tx = self.database.begin().await?;
        log::take_places(&tx, 0).await?;
        let ids: Vec<Uuid> = demo::channels().iter().map(|channel| channel.id.0).collect();
        let alive: Vec<Uuid> = channel::Entity::living()
            .select_only()
            .column(channel::Column::Id)
            .filter(channel::Column::Id.is_in(ids.iter().copied()))
            .limit(ids.len() as u64)
            .into_tuple()
            .all(&tx)
            .await?;
        let ends: Vec<(Uuid, Instant)> = programme::Entity::find()
            .select_only()
            .column(programme::Column::ChannelId)
            .column_as(programme::Column::EndsAt.max(), "ends_at")
            .filter(programme::Column::ChannelId.is_in(ids))
            .group_by(programme::Column::ChannelId)
            .limit(alive.len() as u64 + 1)
            .into_tuple()
            .all(&tx)
            .await?;
        let ends: HashMap<Uuid, Instant> = ends.into_iter().collect();
        let now = tx.now();
        let mut added = Vec::new();
        for demo in demo::channels().iter().filter(|demo| alive.contains(&demo.id.0)) {
            let from = ends.get(&demo.id.0).copied().unwrap_or(now - REACH).max(now - REACH);
            let programmes = demo::guide(demo, from, now + REACH).into_iter();
            // The first one may have begun within what is there.
            let fresh = programmes.filter(|programme| !ends.contains_key(&demo.id.0) || programme.starts_at >= from);
            added.extend(fresh.map(|programme| added_to(demo.id.0, programme)));
        }
        changes::record(&tx, ImportId(tx.next_id()), added).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn new_channel(channel: &demo::Channel) -> NewChannel {
    let asset = demo::asset();
    let logo = demo::picture_id(channel.id.into(), demo::PictureKind::Logo);
    NewChannel {
        id: Some(channel.id),
        number: channel.number.clone(),
        name: channel.name.clone(),
        logo_url: Some(format!("/api/v1/images/{logo}")),
        xmltv_id: Some(channel.xmltv_id.clone()),
        time_zone: None,
        packages: channel.packages.clone(),
        sources: Vec::new(),
        loops: Some(AssetRef {
            id: asset.id,
            revision: i32::try_from(asset.revision).unwrap_or(i32::MAX),
            original_key: demo::film::original_key(),
            original_bytes: i64::try_from(demo::film::ORIGINAL.len()).unwrap_or(i64::MAX),
            original_type: demo::film::CONTENT_TYPE.to_owned(),
            duration_ms: i64::try_from(demo::film::DURATION_MS).unwrap_or(i64::MAX),
        }),
        catch_up: Some(CatchUp {
            hours: CATCH_UP_HOURS,
            start_over: true,
        }),
    }
}

fn added_to(channel: Uuid, programme: demo::Programme) -> Change {
    let (season, episode) = programme.episode.unzip();
    let mut details = Details {
        genre: programme
            .categories
            .iter()
            .find_map(|category| Genre::of_category(category)),
        title: programme.title,
        subtitle: programme.subtitle,
        description: Some(programme.description),
        categories: programme.categories,
        season,
        episode,
        ..Details::default()
    };
    identity::name(&mut details);
    let entry = Entry {
        starts_at: programme.starts_at,
        ends_at: programme.ends_at,
        details,
    };
    Change::added(changes::to_row(channel, programme.id.0, entry, None))
}
