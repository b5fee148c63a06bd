//! Places in the log of guide changes, as subscribers carry them.

use kernel::{Cursor, Refusal};
use uuid::Uuid;

/// A place in one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which log.
    pub epoch: Uuid,
    /// After which change.
    pub position: i64,
}

impl Place {
    /// Reads what a subscriber sends as `after`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` naming `after`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let bad = || Refusal::bad_input("after", "after is not a cursor of the guide");
        let request = kernel::PageRequest::try_new(None, Some(text.to_owned())).map_err(|_| bad())?;
        let (epoch, position) = request.after_key::<(Uuid, i64)>().map_err(|_| bad())?.ok_or_else(bad)?;
        if position < 0 {
            return Err(bad());
        }
        Ok(Self { epoch, position })
    }

    /// The text subscribers carry.
    pub fn into_text(self) -> String {
        Cursor::of(&(self.epoch, self.position)).into_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_journey_and_nothing_else_is_a_place() {
        let place = Place {
            epoch: Uuid::from_u128(7),
            position: 42,
        };
        assert_eq!(Place::parse(&place.into_text()).unwrap(), place);
        let negative = Cursor::of(&(Uuid::from_u128(7), -1)).into_text();
        for bad in ["", "42", "%%%", &Cursor::of(&7).into_text(), &negative] {
            assert!(Place::parse(bad).is_err(), "{bad}");
        }
    }
}
