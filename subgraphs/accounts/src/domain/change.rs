//! What is to become of a value that may be absent.

/// Leave it, clear it, or put another in its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// There is none any more.
    Clear,
    /// This one from now on.
    Set(T),
}

impl<T> Change<T> {
    /// The value after the change.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}
