//! What every driver must do. Tests run it on each.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::StreamExt;
use kernel::{Event, EventId, Instant};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Bus, Consumer, Envelope, Outcome};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rang {
    times: u32,
}

impl Event for Rang {
    const TYPE: &'static str = "tv.suite.bell.rang.v1";
    fn subject(&self) -> String {
        "bell".to_owned()
    }
}

fn rang(id: Uuid, time: Instant, times: u32) -> Envelope {
    Envelope {
        specversion: "1.0".to_owned(),
        id: EventId(id),
        source: "/matinee/suite".to_owned(),
        kind: Rang::TYPE.to_owned(),
        subject: "bell".to_owned(),
        time,
        datacontenttype: "application/json".to_owned(),
        data: serde_json::json!({ "times": times }),
    }
}

/// Runs the suite on `bus`; `service` must be new to it, `ids` makes event ids.
///
/// # Errors
/// What the driver did that it must not.
pub async fn run(bus: Arc<dyn Bus>, service: &str, now: Instant, ids: impl Fn() -> Uuid) -> Result<(), String> {
    let seen: Arc<Mutex<Vec<u32>>> = Arc::default();
    let refuse_once = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let consumer = Consumer::new(service).on(move_handler(seen.clone(), refuse_once));
    let stop = CancellationToken::new();
    let work = bus
        .consume(consumer, stop.clone())
        .await
        .map_err(|error| error.to_string())?;
    let mut heard = bus.listen(&[Rang::TYPE]).await.map_err(|error| error.to_string())?;
    let checks = async {
        for times in 1..=3 {
            let event = rang(ids(), now, times);
            // The second is refused once: the memory driver says so to the relay, which publishes again.
            while bus.publish(&event).await.is_err() {}
        }
        let deadline = Duration::from_secs(10);
        let mut listened = Vec::new();
        while listened.last() != Some(&3) {
            let next = tokio::time::timeout(deadline, heard.next())
                .await
                .map_err(|_| "a listener heard nothing")?;
            listened.push(
                next.ok_or("the listener ended")?
                    .read::<Rang>()
                    .map_err(|error| error.to_string())?
                    .times,
            );
        }
        tokio::time::timeout(deadline, until(&seen, |times| times.contains(&2) && times.contains(&3)))
            .await
            .map_err(|_| format!("the consumer got only {:?}", seen.lock().map(|times| times.clone())))?;
        tokio::time::timeout(deadline, async {
            while !matches!(bus.lag(service).await, Ok(0)) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .map_err(|_| "the lag never came to zero".to_owned())?;
        Ok::<(), String>(())
    };
    let checked = tokio::select! {
        checked = checks => checked,
        () = async { work.await; std::future::pending::<()>().await } => Ok(()),
    };
    stop.cancel();
    checked
}

fn move_handler(
    seen: Arc<Mutex<Vec<u32>>>,
    refuse_once: Arc<std::sync::atomic::AtomicBool>,
) -> impl Fn(Rang, crate::Meta) -> std::future::Ready<Result<(), Outcome>> {
    move |event, _| {
        if event.times == 2 && refuse_once.swap(false, std::sync::atomic::Ordering::SeqCst) {
            return std::future::ready(Err(Outcome::Retry("not now".to_owned())));
        }
        seen.lock().expect("seen").push(event.times);
        std::future::ready(Ok(()))
    }
}

async fn until(seen: &Mutex<Vec<u32>>, is_enough: impl Fn(&[u32]) -> bool) {
    while !is_enough(&seen.lock().expect("seen")) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
