//! How large an answer may be: what is larger is not sent, its error is.

use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};
use kernel::Refusal;

use super::Context;
use crate::{error::of_fault, executor::write_json};

/// Whether an answer of so many bytes may be sent, where at most `most` are (0: any).
pub(crate) const fn fits(bytes: usize, most: u64) -> bool {
    most == 0 || bytes as u64 <= most
}

/// What is sent in place of an answer with so many bytes. It was executed, so this is an answer, not a refusal.
pub(crate) fn too_large(bytes: usize, most: u64, context: &Context) -> Bytes {
    let error = of_fault(&Refusal::limit("answer bytes", most, bytes as u64));
    let errors = [error];
    context.note_errors(&errors);
    let mut out = b"{\"data\":null,\"errors\":".to_vec();
    write_json(&mut out, &errors);
    out.push(b'}');
    out.into()
}

/// The events up to the first that is too large; its error is the last.
pub(crate) fn cut(mut events: BoxStream<'static, Bytes>, most: u64, context: Context) -> BoxStream<'static, Bytes> {
    if most == 0 {
        return events;
    }
    let cut = async_stream::stream! {
        while let Some(event) = events.next().await {
            if !fits(event.len(), most) {
                yield too_large(event.len(), most, &context);
                return;
            }
            yield event;
        }
    };
    cut.boxed()
}
