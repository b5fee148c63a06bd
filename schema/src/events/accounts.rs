//! What accounts tells.

use kernel::{AccountId, Instant, ProfileId, TitleId};
use serde::{Deserialize, Serialize};

use super::event;

/// Somebody made an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserRegistered {
    /// The account.
    pub account: AccountId,
    /// SHA-256 of the normalised e-mail, hex: joins without telling it.
    pub email_hash: String,
    /// When.
    pub at: Instant,
}
event!(UserRegistered, "tv.accounts.user.registered.v1", account);

/// Somebody signed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserLoggedIn {
    /// The account.
    pub account: AccountId,
    /// When.
    pub at: Instant,
}
event!(UserLoggedIn, "tv.accounts.user.logged_in.v1", account);

/// A profile was made, changed or deleted: read models of who owns which profile follow from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfileChanged {
    /// The profile.
    pub profile: ProfileId,
    /// Its account.
    pub account: AccountId,
    /// A profile for children.
    pub kids: bool,
    /// Titles for older viewers are refused to it; in years.
    pub max_age: Option<i32>,
    /// It is gone.
    pub deleted: bool,
    /// When; the latest wins.
    pub at: Instant,
}
event!(ProfileChanged, "tv.accounts.profile.changed.v1", profile);

/// A title was put on a watchlist or taken from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WatchlistUpdated {
    /// Whose.
    pub profile: ProfileId,
    /// Which title.
    pub title: TitleId,
    /// On the list now.
    pub listed: bool,
    /// When.
    pub at: Instant,
}
event!(WatchlistUpdated, "tv.accounts.watchlist.updated.v1", profile);

/// A resume point moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryUpdated {
    /// Whose.
    pub profile: ProfileId,
    /// Which title.
    pub title: TitleId,
    /// Where playback stands.
    pub position_ms: i64,
    /// Length of the title, when known.
    pub duration_ms: Option<i64>,
    /// Watched to the end (95 %).
    pub finished: bool,
    /// When it was watched; the latest wins.
    pub watched_at: Instant,
}
event!(HistoryUpdated, "tv.accounts.history.updated.v1", profile);

/// A title was rated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoRated {
    /// By whom.
    pub profile: ProfileId,
    /// Which title.
    pub title: TitleId,
    /// 1 to 5.
    pub rating: i32,
    /// When; the latest wins.
    pub rated_at: Instant,
}
event!(VideoRated, "tv.accounts.title.rated.v1", profile);

/// An account was closed: its personal data must go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountClosed {
    /// The account.
    pub account: AccountId,
    /// When.
    pub at: Instant,
}
event!(AccountClosed, "tv.accounts.account.closed.v1", account);
