//! Why an editor's change was refused: an outcome, not an error.

use kernel::{AssetId, GenreId, TitleId};
use sea_orm::{DbErr, SqlErr};

/// Why an editor's change was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is no such title.
    #[error("title {0} does not exist")]
    TitleNotFound(TitleId),
    /// There is no such series or season to add a part to.
    #[error("{0} takes no such part")]
    ParentNotFound(TitleId),
    /// There is no such genre.
    #[error("genre {0} does not exist")]
    GenreNotFound(GenreId),
    /// A credit names nobody.
    #[error("a credit names a person who does not exist")]
    PersonNotFound,
    /// There is no such film.
    #[error("asset {0} does not exist")]
    AssetNotFound(AssetId),
    /// The number is in use in the series or season.
    #[error("this number is taken")]
    NumberTaken,
    /// The name is in use.
    #[error("this name is taken")]
    NameTaken,
    /// A part cannot be published before what it is part of.
    #[error("publish the series and the season first")]
    ParentNotPublished,
    /// The kind of title has no such property.
    #[error("a series and a season have neither runtime nor asset")]
    NotPlayable,
}

/// What a change came to: the changed thing, or why it was refused.
pub type Changed<T> = Result<Result<T, Problem>, crate::Error>;

/// Reads a unique index's refusal as `problem`.
pub(super) fn unless_unique<T>(done: Result<T, DbErr>, problem: Problem) -> Changed<T> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(Err(problem)),
        Err(error) => Err(error.into()),
    }
}
