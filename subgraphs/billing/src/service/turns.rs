//! One at a time for each account: two clicks, a cancellation and a renewal wait for each other.

use std::time::Duration;

use kernel::{AccountId, ErrorCode, Refusal};

use super::Billing;
use crate::Error;

/// KV bucket of the leases.
const BUCKET: &str = "billing-turns";
/// A turn ends by itself after this: longer than a gateway may take.
const TURN: Duration = Duration::from_secs(30);
/// Longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(20);

impl Billing {
    /// Does `work` while nothing else of `account` is done.
    ///
    /// # Errors
    /// `CONFLICT` when another payment takes too long; the same idempotency key is safe to send again.
    pub(super) async fn in_turn<T>(
        &self,
        account: AccountId,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let (kv, key) = (&self.platform().kv, account.to_string());
        let holder = self.platform().ids.next().to_string();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !kv.acquire(BUCKET, &key, &holder, TURN).await? {
            if tokio::time::Instant::now() >= deadline {
                let message = "another payment of this account is being made; send the same request again";
                return Err(Refusal::new(ErrorCode::Conflict, message).into());
            }
            tokio::time::sleep(PAUSE).await;
        }
        let done = work.await;
        if let Err(error) = kv.release(BUCKET, &key, &holder).await {
            tracing::warn!(account.id = %account, %error, "a turn was left to end by itself");
        }
        done
    }
}
