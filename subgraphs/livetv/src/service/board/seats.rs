//! Who follows which channel, and what is on it: a change wakes those who follow the channel, and nobody else.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kernel::Instant;
use tokio::sync::Notify;
use uuid::Uuid;

use super::NowNext;
use crate::entities::channel;

/// A channel and what is on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnAir {
    /// The channel.
    pub channel: channel::Model,
    /// What is on now and next.
    pub state: NowNext,
}

/// What is known of a followed channel.
#[derive(Debug, Clone, Default)]
enum Shown {
    /// Nothing: it was not read yet.
    #[default]
    Unread,
    /// There is no such channel.
    Gone,
    /// What is on it.
    OnAir(Arc<OnAir>),
}

/// A channel that is followed.
#[derive(Default)]
struct Seat(Mutex<Seated>);

#[derive(Default)]
struct Seated {
    shown: Shown,
    /// Grows when what is on changes.
    version: u64,
    /// Followers, each with the place that the channel has in its list.
    followers: Vec<Option<(Arc<Signal>, usize)>>,
    /// Empty places of `followers`.
    free: Vec<usize>,
}

impl Seat {
    fn lock(&self) -> MutexGuard<'_, Seated> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seated {
    fn add(&mut self, follower: (Arc<Signal>, usize)) -> usize {
        if let Some(ticket) = self.free.pop() {
            self.followers[ticket] = Some(follower);
            return ticket;
        }
        self.followers.push(Some(follower));
        self.followers.len() - 1
    }

    /// Lets a follower go; true when it was the last one.
    fn remove(&mut self, ticket: usize) -> bool {
        self.followers[ticket] = None;
        self.free.push(ticket);
        self.free.len() == self.followers.len()
    }

    /// Shows what was read, and wakes the followers if something else is on.
    fn show(&mut self, read: Option<OnAir>) {
        let is_first = matches!(self.shown, Shown::Unread);
        let is_same = match (&self.shown, &read) {
            (Shown::OnAir(shown), Some(read)) => shown.state == read.state,
            // A deleted channel falls silent.
            (_, None) => true,
            (_, Some(_)) => false,
        };
        self.shown = read.map_or(Shown::Gone, |read| Shown::OnAir(Arc::new(read)));
        if is_same || is_first {
            return;
        }
        self.version += 1;
        for (signal, place) in self.followers.iter().flatten() {
            signal.mark(*place);
        }
    }
}

/// Wakes one follower.
#[derive(Default)]
struct Signal {
    /// Channels that changed, by their places in the follower's list: never more than it follows.
    marked: Mutex<BTreeSet<usize>>,
    bell: Notify,
}

impl Signal {
    fn marked(&self) -> MutexGuard<'_, BTreeSet<usize>> {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark(&self, place: usize) {
        self.marked().insert(place);
        self.bell.notify_one();
    }
}

/// The followed channels of this process. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Seats(Arc<Mutex<HashMap<Uuid, Arc<Seat>>>>);

impl Seats {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Seat>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows `channels` (each once) until the follower is dropped.
    pub(super) fn follow(&self, channels: Vec<Uuid>) -> Follower {
        let signal = Arc::new(Signal::default());
        let mut seats = self.lock();
        let sit = |(place, id): (usize, Uuid)| {
            let seat = seats.entry(id).or_default().clone();
            let ticket = seat.lock().add((signal.clone(), place));
            Place {
                id,
                seat,
                ticket,
                told: None,
            }
        };
        let places = channels.into_iter().enumerate().map(sit).collect();
        drop(seats);
        Follower {
            seats: self.clone(),
            places,
            signal,
        }
    }

    /// The channels that somebody follows.
    pub(super) fn followed(&self) -> Vec<Uuid> {
        self.lock().keys().copied().collect()
    }

    /// Of each followed channel, when the clock changes what is on.
    pub(super) fn boundaries(&self) -> Vec<(Uuid, Instant)> {
        let seats: Vec<_> = self.lock().iter().map(|(id, seat)| (*id, seat.clone())).collect();
        let boundary = |(id, seat): (Uuid, Arc<Seat>)| match &seat.lock().shown {
            Shown::OnAir(shown) => Some((id, shown.state.changes_at()?)),
            Shown::Unread | Shown::Gone => None,
        };
        seats.into_iter().filter_map(boundary).collect()
    }

    /// Shows what was read of a channel; `None` when there is no such channel.
    pub(super) fn show(&self, id: Uuid, read: Option<OnAir>) {
        // The list of all channels is free again while followers are woken.
        let seat = self.lock().get(&id).cloned();
        if let Some(seat) = seat {
            seat.lock().show(read);
        }
    }
}

/// One channel of a follower.
struct Place {
    id: Uuid,
    seat: Arc<Seat>,
    ticket: usize,
    /// The version that was told last.
    told: Option<u64>,
}

/// Somebody who follows channels.
pub(super) struct Follower {
    seats: Seats,
    places: Vec<Place>,
    signal: Arc<Signal>,
}

impl Follower {
    /// The channels that nobody has read yet.
    pub(super) fn unread(&self) -> Vec<Uuid> {
        let is_unread = |place: &&Place| matches!(place.seat.lock().shown, Shown::Unread);
        self.places.iter().filter(is_unread).map(|place| place.id).collect()
    }

    /// Whether each channel exists.
    pub(super) fn knows_all(&self) -> bool {
        let is_known = |place: &Place| matches!(place.seat.lock().shown, Shown::OnAir(_));
        self.places.iter().all(is_known)
    }

    /// Channels followed.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// What is on the channel of this place of the list, unless it was told already.
    pub(super) fn tell(&mut self, place: usize) -> Option<Arc<OnAir>> {
        let place = self.places.get_mut(place)?;
        let seated = place.seat.lock();
        let Shown::OnAir(shown) = &seated.shown else {
            return None;
        };
        if place.told == Some(seated.version) {
            return None;
        }
        place.told = Some(seated.version);
        Some(shown.clone())
    }

    /// Waits until something else is on; returns the places of those channels in the list.
    pub(super) async fn changed(&self) -> BTreeSet<usize> {
        loop {
            let marked = std::mem::take(&mut *self.signal.marked());
            if !marked.is_empty() {
                return marked;
            }
            self.signal.bell.notified().await;
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // Under the lock of the list: nobody begins to follow what we take away.
        let mut seats = self.seats.lock();
        for place in &self.places {
            if place.seat.lock().remove(place.ticket) {
                seats.remove(&place.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::{
        domain::schedule::{Details, Entry},
        service::{NewChannel, changes, channel_fields},
    };

    fn on_air(channel: u128, title: &str) -> OnAir {
        let at: Instant = "2026-11-21T12:00:00Z".parse().unwrap();
        let id = Uuid::from_u128(channel);
        let new = NewChannel {
            number: channel.to_string(),
            name: "One".to_owned(),
            ..NewChannel::default()
        };
        let entry = Entry {
            starts_at: at,
            ends_at: at,
            details: Details {
                title: title.to_owned(),
                ..Details::default()
            },
        };
        OnAir {
            channel: channel_fields::draft(new, id, at).unwrap(),
            state: NowNext {
                now: Some(Arc::new(changes::to_row(id, id, entry, None))),
                next: None,
            },
        }
    }

    #[test]
    fn who_follows_another_channel_is_not_woken_and_a_state_is_told_once() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let seats = Seats::default();
        let mut both = seats.follow(vec![one, two]);
        let mut second = seats.follow(vec![two]);
        assert_eq!(both.unread(), [one, two]);
        seats.show(one, Some(on_air(1, "News")));
        seats.show(two, Some(on_air(2, "Film")));
        assert!(
            both.knows_all() && both.changed().now_or_never().is_none(),
            "the first state is asked for"
        );
        assert!(both.tell(0).is_some() && both.tell(1).is_some() && second.tell(0).is_some());

        seats.show(one, Some(on_air(1, "Sport")));
        assert!(
            second.changed().now_or_never().is_none(),
            "nothing changed on channel two"
        );
        assert_eq!(both.changed().now_or_never(), Some(BTreeSet::from([0])));
        assert_eq!(both.tell(0).unwrap().state.now.as_ref().unwrap().title, "Sport");
        assert_eq!((both.tell(0), both.tell(1)), (None, None));
        seats.show(one, Some(on_air(1, "Sport")));
        seats.show(two, None);
        assert!(
            both.changed().now_or_never().is_none(),
            "the same is on; a deleted channel falls silent"
        );
    }

    #[test]
    fn followers_that_come_and_go_leave_nothing() {
        let seats = Seats::default();
        let stays = seats.follow(vec![Uuid::from_u128(1)]);
        for round in 0..100 {
            let several: Vec<_> = (0..10)
                .map(|i| seats.follow((1..=i + 2).map(Uuid::from_u128).collect()))
                .collect();
            assert_eq!(seats.followed().len(), 11, "round {round}");
            drop(several);
        }
        assert_eq!(seats.followed(), [Uuid::from_u128(1)]);
        let room = stays.places[0].seat.lock().followers.len();
        assert!(room <= 11, "places are taken again: {room}");
        drop(stays);
        assert!(seats.followed().is_empty());
    }
}
