//! Identifiers, one Rust type for each kind of thing, UUIDv7 in text everywhere else.

use crate::Refusal;

/// Declares an identifier type over a UUID.
#[macro_export]
macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub ::uuid::Uuid);

        impl $name {
            /// Reads the id that `field` carries.
            ///
            /// # Errors
            /// `BAD_USER_INPUT` naming `field` when the text is not a UUID.
            pub fn parse(field: &str, text: &str) -> Result<Self, $crate::Refusal> {
                $crate::parse_uuid(field, text).map(Self)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl From<::uuid::Uuid> for $name {
            fn from(id: ::uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for ::uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

/// Reads a hyphenated UUID (RFC 9562 §4) that `field` carries.
///
/// # Errors
/// `BAD_USER_INPUT` naming `field`.
pub fn parse_uuid(field: &str, text: &str) -> Result<uuid::Uuid, Refusal> {
    // Only the hyphenated form: an id has one spelling, so it can be a cache key.
    if text.len() == 36
        && let Ok(id) = uuid::Uuid::try_parse(text)
    {
        return Ok(id);
    }
    Err(Refusal::bad_input(field, format!("{field} is not an id")))
}

typed_id! {
    /// Who pays: an account with its sign-in.
    AccountId
}
typed_id! {
    /// Who watches: a profile of an account.
    ProfileId
}
typed_id! {
    /// A work to watch: movie, series, season, episode or video.
    TitleId
}
typed_id! {
    /// A packaged title: its tracks and their index.
    AssetId
}
typed_id! {
    /// A person with credits.
    PersonId
}
typed_id! {
    /// A genre.
    GenreId
}
typed_id! {
    /// A linear channel.
    ChannelId
}
typed_id! {
    /// One scheduled showing on a channel.
    ProgrammeId
}
typed_id! {
    /// One run of a guide import.
    ImportId
}
typed_id! {
    /// What is sold by subscription.
    PlanId
}
typed_id! {
    /// What is sold for one title: rental or purchase.
    OfferId
}
typed_id! {
    /// A subscription to a plan.
    SubscriptionId
}
typed_id! {
    /// One viewer, one title or channel, one device.
    PlaybackSessionId
}
typed_id! {
    /// One event on the bus.
    EventId
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorCode, Fault};

    #[test]
    fn an_id_has_one_spelling() {
        let text = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(TitleId::parse("id", text).unwrap().to_string(), text);
        for bad in [
            "",
            "1",
            "01890a5dac96774bbcceb302099a8057",
            "{01890a5d-ac96-774b-bcce-b302099a8057}",
        ] {
            let refusal = TitleId::parse("id", bad).unwrap_err();
            assert_eq!(refusal.code(), ErrorCode::BadInput);
            assert_eq!(refusal.details()["field"], "id");
        }
    }
}
