//! Kinds of events.

/// Counted with every event.
pub const ANY: &str = "*";
/// Playback was granted.
pub const PLAYBACK_STARTED: &str = "playback.started";
/// The player plays, seeks or buffers.
pub const PLAYBACK_PROGRESSED: &str = "playback.progressed";
/// The player paused.
pub const PLAYBACK_PAUSED: &str = "playback.paused";
/// The player stopped.
pub const PLAYBACK_ENDED: &str = "playback.ended";
/// The player had an error.
pub const PLAYBACK_ERROR: &str = "playback.error";
/// A title was truly watched.
pub const VIDEO_WATCHED: &str = "video.watched";
/// Somebody made an account.
pub const USER_REGISTERED: &str = "user.registered";
/// Somebody signed in.
pub const USER_LOGGED_IN: &str = "user.logged_in";
/// A subscription was taken.
pub const SUBSCRIPTION_CREATED: &str = "subscription.created";
/// A subscription changed.
pub const SUBSCRIPTION_UPDATED: &str = "subscription.updated";
/// A payment went through.
pub const PAYMENT_SUCCEEDED: &str = "payment.succeeded";
/// A payment was declined.
pub const PAYMENT_FAILED: &str = "payment.failed";
/// Content was bought.
pub const PURCHASE_COMPLETED: &str = "purchase.completed";
/// Content was rented.
pub const RENTAL_STARTED: &str = "rental.started";
/// A title was rated.
pub const TITLE_RATED: &str = "title.rated";
/// A watchlist changed.
pub const WATCHLIST_UPDATED: &str = "watchlist.updated";
/// A member's video was made.
pub const VIDEO_CREATED: &str = "video.created";
/// A member's video was deleted.
pub const VIDEO_DELETED: &str = "video.deleted";
/// What apps report carries this before its type, so that no app can pose as the platform.
pub const APP: &str = "app.";
/// An app reports an error of its player.
pub const APP_PLAYBACK_ERROR: &str = "app.playback_error";

/// Longest type of an app's event.
const LONGEST: usize = 64;
/// Types with a dot that apps may use beside their own words.
const KNOWN: [&str; 8] = [
    "page.viewed",
    "item.shown",
    "item.selected",
    "search.submitted",
    "playback.error",
    "playback.stalled",
    "ad.shown",
    "app.started",
];

/// The kind of an app's event: a known type, or a word of its own of `[a-z_]`, at most 64 letters.
pub fn of_app(name: &str) -> Option<String> {
    let is_word = |letter: u8| letter.is_ascii_lowercase() || letter == b'_';
    let is_custom = (1..=LONGEST).contains(&name.len()) && name.bytes().all(is_word);
    let kind = match name {
        "playback.error" => APP_PLAYBACK_ERROR.to_owned(),
        _ => format!("{APP}{name}"),
    };
    (is_custom || KNOWN.contains(&name)).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_has_words_of_its_own_and_cannot_pose_as_the_platform() {
        assert_eq!(of_app("trailer_opened").as_deref(), Some("app.trailer_opened"));
        assert_eq!(of_app("playback.error").as_deref(), Some("app.playback_error"));
        for bad in ["", "playback.started", "Upper", "with space", "é", &"x".repeat(65)] {
            assert_eq!(of_app(bad), None, "{bad}");
        }
    }
}
