//! What accounts does with other services' events: one service call each.

use bus::{Consumer, Meta, OrRetry};
use schema::events::{
    accounts::AccountClosed,
    catalogue::{TitleChanged, TitlePublished, TitleWithdrawn},
    rights::{PlaybackEnded, PlaybackPaused, PlaybackProgressed, PlaybackStarted},
};

use crate::service::Accounts;

/// The events that accounts takes.
pub(crate) fn consumer(accounts: &Accounts) -> Consumer {
    let closing = accounts.clone();
    let consumer = Consumer::new("accounts").on(move |event: AccountClosed, _: Meta| {
        let accounts = closing.clone();
        async move { accounts.forget_api_keys_of(event.account).await.or_retry() }
    });
    playback(titles(consumer, accounts), accounts)
}

fn titles(consumer: Consumer, accounts: &Accounts) -> Consumer {
    let (published, changed, withdrawn) = (accounts.clone(), accounts.clone(), accounts.clone());
    consumer
        .on(move |event: TitlePublished, meta: Meta| {
            let accounts = published.clone();
            async move { accounts.take_title(meta.id, event.facts).await.or_retry() }
        })
        .on(move |event: TitleChanged, meta: Meta| {
            let accounts = changed.clone();
            async move { accounts.take_title(meta.id, event.facts).await.or_retry() }
        })
        .on(move |event: TitleWithdrawn, meta: Meta| {
            let accounts = withdrawn.clone();
            async move {
                accounts
                    .take_withdrawal(meta.id, event.title, event.version)
                    .await
                    .or_retry()
            }
        })
}

fn playback(consumer: Consumer, accounts: &Accounts) -> Consumer {
    let (started, progressed) = (accounts.clone(), accounts.clone());
    let (paused, ended) = (accounts.clone(), accounts.clone());
    consumer
        .on(move |event: PlaybackStarted, meta: Meta| {
            let accounts = started.clone();
            async move { accounts.take_playback(meta.id, event.playback).await.or_retry() }
        })
        .on(move |event: PlaybackProgressed, meta: Meta| {
            let accounts = progressed.clone();
            async move { accounts.take_playback(meta.id, event.playback).await.or_retry() }
        })
        .on(move |event: PlaybackPaused, meta: Meta| {
            let accounts = paused.clone();
            async move { accounts.take_playback(meta.id, event.playback).await.or_retry() }
        })
        .on(move |event: PlaybackEnded, meta: Meta| {
            let accounts = ended.clone();
            async move { accounts.take_playback(meta.id, event.playback).await.or_retry() }
        })
}
