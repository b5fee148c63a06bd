//! Facts that cross a border between services.

use serde::{Serialize, de::DeserializeOwned};

/// Something that happened, as other services are told of it.
///
/// Past tense; ids and what consumers need, no secrets; fields are only ever added.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// CloudEvents `type`, ending in its version: `tv.accounts.user.registered.v1`.
    const TYPE: &'static str;

    /// CloudEvents `subject`: the id of what it is about.
    fn subject(&self) -> String;
}
