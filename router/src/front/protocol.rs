//! The messages of graphql-transport-ws, and how a socket ends.

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{error::Rejection, sharing::Delivery};

/// The subprotocol.
pub(super) const SUBPROTOCOL: &str = "graphql-transport-ws";

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage {
    /// Begins; carries the token.
    ConnectionInit {
        /// `{"authorization": "Bearer …"}`, `{"apiKey": "mk_live_…"}`
        #[serde(default)]
        payload: Option<Value>,
    },
    /// Asks for an answer.
    Ping,
    /// Answers a ping of ours.
    Pong,
    /// Starts an operation.
    Subscribe {
        /// The client's name for it.
        id: String,
        /// The request.
        payload: Value,
    },
    /// Ends an operation.
    Complete {
        /// Its name.
        id: String,
    },
}

/// Why we close a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Close {
    BadMessage(String),
    Unauthorized,
    Forbidden(String),
    /// The token of the socket is over.
    TokenEnded,
    NoSubprotocol,
    InitTimeout,
    Exists(String),
    TooManyInits,
    GoingAway,
    /// A message with more bytes than this.
    TooLarge(u64),
    /// A text message that is not UTF-8.
    NotText,
    /// Frames that RFC 6455 does not allow.
    BadFrame,
}

impl Close {
    pub(super) fn frame(&self) -> Message {
        let (code, reason) = match self {
            Self::BadMessage(reason) => (4400, reason.clone()),
            Self::Unauthorized => (4401, "Unauthorized".to_owned()),
            Self::Forbidden(reason) => (4403, format!("Forbidden: {reason}")),
            Self::TokenEnded => (4403, "Forbidden: the token has ended".to_owned()),
            Self::NoSubprotocol => (4406, "Subprotocol not acceptable".to_owned()),
            Self::InitTimeout => (4408, "Connection initialisation timeout".to_owned()),
            Self::Exists(id) => (4409, format!("Subscriber for {id} already exists")),
            Self::TooManyInits => (4429, "Too many initialisation requests".to_owned()),
            // RFC 6455 §7.4.1
            Self::GoingAway => (1001, "the server stops".to_owned()),
            Self::BadFrame => (1002, "not a WebSocket frame".to_owned()),
            Self::NotText => (1007, "text is UTF-8".to_owned()),
            Self::TooLarge(allowed) => (1009, format!("a message has at most {allowed} bytes")),
        };
        // A close frame holds 125 bytes, two of them the code (RFC 6455 §5.5).
        let mut end = reason.len().min(123);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        Message::Close(Some(CloseFrame {
            code,
            reason: reason[..end].into(),
        }))
    }
}

pub(super) fn acknowledge() -> Message {
    Message::text(r#"{"type":"connection_ack"}"#)
}

pub(super) fn ping() -> Message {
    Message::text(r#"{"type":"ping"}"#)
}

pub(super) fn pong() -> Message {
    Message::text(r#"{"type":"pong"}"#)
}

/// One answer; it is JSON text already.
pub(super) fn next(id: &str, answer: &Delivery) -> Message {
    Message::Text(answer.message(id, |body| message(id, body)))
}

fn message(id: &str, answer: &[u8]) -> Utf8Bytes {
    let id = Value::from(id).to_string();
    let mut text = String::with_capacity(answer.len() + id.len() + 40);
    text.push_str(r#"{"id":"#);
    text.push_str(&id);
    text.push_str(r#","type":"next","payload":"#);
    text.push_str(&String::from_utf8_lossy(answer));
    text.push('}');
    text.into()
}

pub(super) fn error(id: &str, rejection: &Rejection) -> Message {
    Message::text(json!({ "id": id, "type": "error", "payload": rejection.errors }).to_string())
}

pub(super) fn complete(id: &str) -> Message {
    Message::text(json!({ "id": id, "type": "complete" }).to_string())
}
