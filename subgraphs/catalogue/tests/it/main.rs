//! The catalogue through its schema.

#[cfg(test)]
mod browsing;
#[cfg(test)]
mod editing;
#[cfg(test)]
mod stand;
#[cfg(test)]
mod videos;
