//! The demo content: titles, people, channels, plans, synthetic viewers, a film.
//!
//! Pure data, the same on every machine: ids come from names ([`id`], [`named`]), chance from fixed seeds, and every
//! instant is relative to the `now` that is handed in. Nothing here reads a clock, a file or a database; each service
//! loads its own share on the first start. Begin with [`titles`], then [`guide`] and [`viewers`].

pub mod artwork;
pub mod film;

mod accounts;
mod channels;
mod commerce;
mod guide;
mod ids;
mod pictures;
mod series;
mod titles;
mod viewers;

pub use accounts::{Account, PASSWORD, Profile, accounts};
pub use channels::{Channel, channels};
pub use commerce::{AccessRule, Content, Interval, Offer, OfferKind, Plan, Via, access_rules, offers, plans};
pub use guide::{Programme, guide};
pub use ids::{Kind, id, named};
pub use pictures::{Picture, PictureKind, Subject, picture_id, pictures};
pub use titles::{ContentRating, Credit, CreditRole, Genre, Person, Title, TitleKind, genres, people, title, titles};
pub use viewers::{Rating, Viewer, Watched, viewers};

/// The one packaged film that every title and every channel plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Its id: objects lie under `a/{id}/{revision}/`.
    pub id: kernel::AssetId,
    /// Revision of the packaging; grows when the committed film changes.
    pub revision: u32,
}

/// The asset of [`film`].
pub fn asset() -> Asset {
    Asset {
        id: film::ASSET,
        revision: film::REVISION,
    }
}

#[cfg(test)]
mod tests;
