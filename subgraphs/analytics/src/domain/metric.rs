//! What can be asked for.

use super::kind;

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Playback was granted.
    PlaybackStarts,
    /// A player stopped.
    PlaybackEnds,
    /// A player had an error.
    PlaybackErrors,
    /// A title was truly watched.
    VideosWatched,
    /// Accounts were made.
    Registrations,
    /// Sign-ins.
    SignIns,
    /// Subscriptions were taken.
    Subscriptions,
    /// Payments went through.
    Payments,
    /// Payments were declined.
    PaymentFailures,
    /// Content was bought.
    Purchases,
    /// Content was rented.
    Rentals,
    /// Titles were rated.
    Ratings,
    /// Everything.
    Events,
}

impl Metric {
    /// The kinds of events that it counts.
    pub const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::PlaybackStarts => &[kind::PLAYBACK_STARTED],
            Self::PlaybackEnds => &[kind::PLAYBACK_ENDED],
            Self::PlaybackErrors => &[kind::PLAYBACK_ERROR, kind::APP_PLAYBACK_ERROR],
            Self::VideosWatched => &[kind::VIDEO_WATCHED],
            Self::Registrations => &[kind::USER_REGISTERED],
            Self::SignIns => &[kind::USER_LOGGED_IN],
            Self::Subscriptions => &[kind::SUBSCRIPTION_CREATED],
            Self::Payments => &[kind::PAYMENT_SUCCEEDED],
            Self::PaymentFailures => &[kind::PAYMENT_FAILED],
            Self::Purchases => &[kind::PURCHASE_COMPLETED],
            Self::Rentals => &[kind::RENTAL_STARTED],
            Self::Ratings => &[kind::TITLE_RATED],
            Self::Events => &[kind::ANY],
        }
    }
}
