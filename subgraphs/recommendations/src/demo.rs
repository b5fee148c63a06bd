//! The history of the demo's viewers: too much of it for events.

use std::collections::HashMap;

use kernel::{Instant, ProfileId, TitleId};
use sea_orm::ActiveValue::Set;

use crate::{
    entities::{interaction, rating},
    error::Error,
    service::Recommendations,
};

/// Loads what the demo's viewers watched and rated, unless it is there.
pub async fn load(recommendations: &Recommendations, now: Instant) -> Result<(), Error> {
    let viewers = demo::viewers(now);
    let Some(first) = viewers.first() else { return Ok(()) };
    let mut watched: HashMap<(ProfileId, TitleId), interaction::ActiveModel> = HashMap::new();
    let mut rated: HashMap<(ProfileId, TitleId), rating::ActiveModel> = HashMap::new();
    for viewer in &viewers {
        let profile = viewer.profile.id;
        watched.extend(
            viewer
                .history
                .iter()
                .map(|seen| ((profile, seen.title), watched_row(profile, seen))),
        );
        rated.extend(
            viewer
                .ratings
                .iter()
                .map(|given| ((profile, given.title), rating_row(profile, given))),
        );
    }
    let (watched, rated) = (watched.into_values().collect(), rated.into_values().collect());
    recommendations.take_demo(first.profile.id, watched, rated).await
}

fn watched_row(profile: ProfileId, seen: &demo::Watched) -> interaction::ActiveModel {
    let share = f64::from(seen.position_seconds) / f64::from(seen.duration_seconds.max(1));
    interaction::ActiveModel {
        profile_id: Set(profile.0),
        title_id: Set(seen.title.0),
        share: Set(if seen.finished { 1.0 } else { share }),
        position_ms: Set(i64::from(seen.position_seconds) * 1000),
        duration_ms: Set(Some(i64::from(seen.duration_seconds) * 1000)),
        finished: Set(seen.finished),
        at: Set(seen.watched_at),
    }
}

fn rating_row(profile: ProfileId, given: &demo::Rating) -> rating::ActiveModel {
    rating::ActiveModel {
        profile_id: Set(profile.0),
        title_id: Set(given.title.0),
        rating: Set(given.rating),
        rated_at: Set(given.rated_at),
    }
}
