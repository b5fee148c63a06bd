//! An answer as many receive it.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;

/// JSON text; clones share it, and the frames that were made of it.
#[derive(Debug, Clone)]
pub struct Delivery(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    body: Bytes,
    /// The message of graphql-transport-ws under the id of the first who received it.
    message: OnceLock<(Box<str>, Utf8Bytes)>,
    /// The event of graphql-sse.
    event: OnceLock<Bytes>,
}

impl Delivery {
    /// The text.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// The message to the subscriber `id`, made once for all of that name.
    pub(crate) fn message(&self, id: &str, make: impl Fn(&[u8]) -> Utf8Bytes) -> Utf8Bytes {
        let (known, message) = self.0.message.get_or_init(|| (id.into(), make(&self.0.body)));
        if **known == *id {
            message.clone()
        } else {
            make(&self.0.body)
        }
    }

    /// The event, made once for all.
    pub(crate) fn event(&self, make: impl FnOnce(&[u8]) -> Bytes) -> Bytes {
        self.0.event.get_or_init(|| make(&self.0.body)).clone()
    }
}

impl From<Bytes> for Delivery {
    fn from(body: Bytes) -> Self {
        Self(Arc::new(Parts {
            body,
            message: OnceLock::new(),
            event: OnceLock::new(),
        }))
    }
}

impl Deref for Delivery {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.0.body
    }
}
