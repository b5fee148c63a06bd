//! Events of other services, each one service call.

use bus::{Consumer, Meta, OrRetry};
use schema::events::{
    accounts::{AccountClosed, HistoryUpdated, ProfileChanged, VideoRated},
    analytics::VideoWatched,
    catalogue::{TitleChanged, TitlePublished, TitleWithdrawn},
};

use crate::service::Recommendations;

/// What recommendations take.
pub fn consumer(recommendations: &Recommendations) -> Consumer {
    people(
        titles(Consumer::new("recommendations"), recommendations),
        recommendations,
    )
}

fn titles(consumer: Consumer, recommendations: &Recommendations) -> Consumer {
    let [published, changed, withdrawn] = [(); 3].map(|()| recommendations.clone());
    consumer
        .on(move |event: TitlePublished, meta: Meta| {
            let recommendations = published.clone();
            async move { recommendations.apply_title(meta.id, event.facts).await.or_retry() }
        })
        .on(move |event: TitleChanged, meta: Meta| {
            let recommendations = changed.clone();
            async move { recommendations.apply_title(meta.id, event.facts).await.or_retry() }
        })
        .on(move |event: TitleWithdrawn, meta: Meta| {
            let recommendations = withdrawn.clone();
            async move {
                recommendations
                    .withdraw_title(meta.id, event.title, event.version)
                    .await
                    .or_retry()
            }
        })
}

fn people(consumer: Consumer, recommendations: &Recommendations) -> Consumer {
    let [profiles, closed, history, rated, watched] = [(); 5].map(|()| recommendations.clone());
    consumer
        .on(move |event: ProfileChanged, meta: Meta| {
            let recommendations = profiles.clone();
            async move { recommendations.apply_profile(meta.id, event).await.or_retry() }
        })
        .on(move |event: AccountClosed, meta: Meta| {
            let recommendations = closed.clone();
            async move {
                recommendations
                    .close_account(meta.id, event.account, event.at)
                    .await
                    .or_retry()
            }
        })
        .on(move |event: HistoryUpdated, meta: Meta| {
            let recommendations = history.clone();
            async move { recommendations.apply_history(meta.id, event).await.or_retry() }
        })
        .on(move |event: VideoRated, meta: Meta| {
            let recommendations = rated.clone();
            async move { recommendations.apply_rating(meta.id, event).await.or_retry() }
        })
        .on(move |event: VideoWatched, meta: Meta| {
            let recommendations = watched.clone();
            async move { recommendations.apply_watched(meta.id, event).await.or_retry() }
        })
}
