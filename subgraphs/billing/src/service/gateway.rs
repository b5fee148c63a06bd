//! Who moves the money.

use async_trait::async_trait;
use kernel::Money;
use uuid::Uuid;

use crate::domain::sandbox::Method;

/// A charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Our payment: the gateway charges once for it, however often it is asked.
    pub payment: Uuid,
    /// How much; nothing only asks whether the method is good.
    pub amount: Money,
    /// The gateway's token of a way to pay.
    pub method: String,
}

/// What a gateway says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Money moved.
    Approved {
        /// What the gateway calls it.
        reference: String,
    },
    /// No money moved.
    Declined,
    /// No money moved: the holder must confirm first.
    Challenge,
}

/// The gateway does not answer; nobody knows whether money moved.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct GatewayError(pub String);

/// Moves money. Drivers: [`Sandbox`].
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Whether `method` is one of this gateway's; asks nobody.
    fn recognises(&self, method: &str) -> bool;

    /// Charges once for `charge.payment`.
    ///
    /// # Errors
    /// The gateway does not answer.
    async fn charge(&self, charge: &Charge) -> Result<Answer, GatewayError>;
}

/// A gateway without money.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sandbox;

#[async_trait]
impl PaymentGateway for Sandbox {
    fn recognises(&self, method: &str) -> bool {
        Method::from_name(method).is_some()
    }

    async fn charge(&self, charge: &Charge) -> Result<Answer, GatewayError> {
        match Method::from_name(&charge.method) {
            Some(Method::Ok) => Ok(Answer::Approved {
                reference: format!("sandbox-{}", charge.payment),
            }),
            Some(Method::Challenge) => Ok(Answer::Challenge),
            Some(Method::Declined) | None => Ok(Answer::Declined),
        }
    }
}
