//! The sandbox's answers: no money, no network, the same on every machine.

/// What a payment method of the sandbox does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Pays.
    Ok,
    /// Is declined.
    Declined,
    /// Wants a confirmation.
    Challenge,
}

impl Method {
    /// The method of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "sandbox-ok" => Some(Self::Ok),
            "sandbox-declined" => Some(Self::Declined),
            "sandbox-challenge" => Some(Self::Challenge),
            _ => None,
        }
    }
}
