//! This service's share of the demo.

use kernel::Secret;

use crate::{Error, service::Accounts};

/// Loads the demo's accounts and its crowd; does nothing when they are here already.
pub(crate) async fn load(accounts: &Accounts) -> Result<(), Error> {
    let known = demo::accounts();
    let Some(first) = known.first() else { return Ok(()) };
    if accounts.has_account(first.id).await? {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(known.len());
    for account in &known {
        let hash = accounts.hash_password(Secret::new(demo::PASSWORD.to_owned())).await?;
        let profiles = account
            .profiles
            .iter()
            .map(|profile| accounts.demo_profile(account.id, profile));
        rows.push((accounts.demo_account(account, hash), profiles.collect()));
    }
    let crowd = demo::viewers(accounts.now());
    accounts.insert_demo(rows, &crowd).await?;
    tracing::info!(accounts = known.len(), crowd = crowd.len(), "demo accounts loaded");
    Ok(())
}
