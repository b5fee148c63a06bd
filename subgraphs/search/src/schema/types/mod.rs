//! One file per GraphQL type.

mod hit;
mod hit_connection;
mod search_filter;
mod suggestion;

pub use hit::SearchHit;
pub use hit_connection::{HitConnection, hit_connection};
pub use search_filter::{SearchFilter, SearchType};
pub use suggestion::Suggestion;
