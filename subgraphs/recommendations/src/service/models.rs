//! The model in use, and when it is computed anew.

use std::{
    collections::HashMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::TimeDelta;
use kernel::{Instant, ProfileId, TitleId};
use tokio::sync::Mutex;

use super::Recommendations;
use crate::{
    domain::{Model, Title, model::Data, taste::Watched},
    entities::{interaction, rating, title},
    error::Error,
};

/// Rows read at once.
const ROWS: u64 = 5000;
/// Titles of one profile that the model looks at.
const OF_ONE: usize = 200;

/// The model in use.
#[derive(Default)]
pub struct Shelf {
    current: RwLock<(Option<Instant>, Arc<Model>)>,
    /// Something happened since.
    outdated: AtomicBool,
    /// One computation at a time.
    turn: Mutex<()>,
    /// One is on its way in the background.
    is_coming: AtomicBool,
}

impl Shelf {
    fn get(&self) -> (Option<Instant>, Arc<Model>) {
        self.current
            .read()
            .expect("nobody panics while holding the model")
            .clone()
    }

    fn put(&self, at: Instant, model: Arc<Model>) {
        *self.current.write().expect("nobody panics while holding the model") = (Some(at), model);
    }
}

impl Recommendations {
    /// Says that the model no longer knows everything.
    pub(super) fn outdate(&self) {
        self.0.shelf.outdated.store(true, Ordering::Release);
    }

    /// The model in use. The first one is waited for; later ones are computed in the background, so a request never
    /// waits for them.
    pub async fn model(&self) -> Result<Arc<Model>, Error> {
        let (built_at, model) = self.0.shelf.get();
        let is_outdated = self.0.shelf.outdated.load(Ordering::Acquire);
        let Some(built_at) = built_at.filter(|_| !(model.is_empty() && is_outdated)) else {
            return self.refresh().await;
        };
        let age = self.0.clock.now() - built_at;
        let limit = if is_outdated {
            self.0.settings.refresh_after_seconds
        } else {
            self.0.settings.longest_age_seconds
        };
        let is_due = age >= TimeDelta::seconds(i64::from(limit));
        if is_due && !self.0.shelf.is_coming.swap(true, Ordering::AcqRel) {
            let recommendations = self.clone();
            self.0.supervisor.spawn("recommendations.refresh", async move {
                if let Err(error) = recommendations.rebuild().await {
                    tracing::error!(error = &error as &dyn std::error::Error, "model could not be computed");
                }
                recommendations.0.shelf.is_coming.store(false, Ordering::Release);
            });
        }
        Ok(model)
    }

    /// Computes the model unless it knows everything.
    pub async fn refresh(&self) -> Result<Arc<Model>, Error> {
        let turn = self.0.shelf.turn.lock().await;
        let (built_at, model) = self.0.shelf.get();
        if built_at.is_some() && !self.0.shelf.outdated.load(Ordering::Acquire) {
            return Ok(model);
        }
        drop(turn);
        self.rebuild().await
    }

    async fn rebuild(&self) -> Result<Arc<Model>, Error> {
        let _turn = self.0.shelf.turn.lock().await;
        // Before reading: what happens meanwhile outdates the new model.
        self.0.shelf.outdated.store(false, Ordering::Release);
        let built = self.compute(Model::build).await;
        let model = match built {
            Ok(model) => Arc::new(model),
            Err(error) => {
                self.outdate();
                return Err(error);
            }
        };
        self.0.shelf.put(self.0.clock.now(), model.clone());
        Ok(model)
    }

    /// Reads everything and computes something of it, off the workers.
    pub(super) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(Data, Instant) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let data = self.load().await?;
        let now = self.0.clock.now();
        Ok(self.0.blocking.run(move || work(data, now)).await?)
    }

    /// Uses a model that training has computed.
    pub(super) fn put_model(&self, model: Model) {
        self.0.shelf.put(self.0.clock.now(), Arc::new(model));
    }

    async fn load(&self) -> Result<Data, Error> {
        Ok(Data {
            titles: self.load_titles().await?,
            watched: self.load_watched().await?,
            ratings: self.load_ratings().await?,
        })
    }

    async fn load_titles(&self) -> Result<Vec<Title>, Error> {
        let (mut titles, mut last) = (Vec::new(), None);
        loop {
            let rows = title::Entity::after(last, ROWS).all(self.0.db.reader()).await?;
            last = rows.last().map(|row| row.id);
            if last.is_none() {
                return Ok(titles);
            }
            titles.extend(rows.into_iter().filter_map(read_title));
        }
    }

    async fn load_watched(&self) -> Result<HashMap<ProfileId, Vec<Watched>>, Error> {
        let mut all: HashMap<ProfileId, Vec<Watched>> = HashMap::new();
        let (mut last, mut count) = (None, 0);
        loop {
            let rows = interaction::Entity::after(last, ROWS).all(self.0.db.reader()).await?;
            last = rows.last().map(|row| (row.profile_id, row.title_id));
            count += rows.len();
            for row in &rows {
                let watched = Watched {
                    title: TitleId(row.title_id),
                    share: row.share,
                    at: row.at,
                };
                all.entry(ProfileId(row.profile_id)).or_default().push(watched);
            }
            if last.is_none() || count >= self.0.settings.most_interactions {
                break;
            }
        }
        for watched in all.values_mut() {
            watched.sort_by_key(|watched| (std::cmp::Reverse(watched.at), watched.title));
            watched.truncate(OF_ONE);
        }
        Ok(all)
    }

    async fn load_ratings(&self) -> Result<HashMap<(ProfileId, TitleId), i32>, Error> {
        let (mut ratings, mut last) = (HashMap::new(), None);
        loop {
            let rows = rating::Entity::after(last, ROWS).all(self.0.db.reader()).await?;
            last = rows.last().map(|row| (row.profile_id, row.title_id));
            ratings.extend(
                rows.iter()
                    .map(|row| ((ProfileId(row.profile_id), TitleId(row.title_id)), row.rating)),
            );
            if last.is_none() || ratings.len() >= self.0.settings.most_interactions {
                return Ok(ratings);
            }
        }
    }
}

fn read_title(row: title::Model) -> Option<Title> {
    if row.withdrawn {
        return None;
    }
    Some(Title {
        id: TitleId(row.id),
        kind: serde_json::from_value(row.kind.into()).ok()?,
        name: row.name,
        genres: row.genres.0,
        people: row.people.0,
        tags: row.tags.0,
        release_year: row.release_year,
        min_age: row.min_age,
        series: row.series_id.map(TitleId),
        published_at: row.published_at?,
    })
}
