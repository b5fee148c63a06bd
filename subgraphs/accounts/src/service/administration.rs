//! What staff do with accounts.

use auth::{Role, Viewer};
use kernel::{AccountId, Instant, Page, PageRequest, Refusal};
use schema::events::accounts::AccountClosed;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, Order, PaginatorTrait, QueryFilter,
    QuerySelect, Select, SqlErr,
};
use uuid::Uuid;

use super::{Accounts, Outcome, profiles::changed};
use crate::{
    Error,
    domain::{email::Email, text},
    entities::{
        account, exchanged_token, identity, profile, progress_key, rating, resume_point,
        session::{self, Extent},
        watchlist_entry,
    },
};

/// Which accounts.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Beginning of the address or of the display name.
    pub query: Option<String>,
    /// Those with this role.
    pub role: Option<Role>,
}

/// What is to be different in an account; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct AccountChange {
    /// As typed.
    pub email: Option<String>,
    /// As typed.
    pub display_name: Option<String>,
    /// All its roles.
    pub roles: Option<Vec<Role>>,
}

/// Why an account is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminProblem {
    /// There is no such account.
    AccountNotFound,
    /// Another account has the address.
    EmailTaken,
    /// Nobody deletes themselves or gives up their own role here.
    OwnAccount,
}

impl Accounts {
    /// Accounts, the newest first.
    pub async fn list_accounts(
        &self,
        filter: &AccountFilter,
        request: &PageRequest,
    ) -> Result<Page<account::Model>, Error> {
        use account::Column::{CreatedAt, Id};
        database::page(
            self.0.database.reader(),
            filtered(filter),
            &[(CreatedAt, Order::Desc), (Id, Order::Desc)],
            request,
            |row| (row.created_at, row.id),
            |(at, id): (Instant, Uuid)| vec![at.into(), id.into()],
        )
        .await
    }

    /// How many [`Self::list_accounts`] has.
    pub async fn count_accounts(&self, filter: &AccountFilter) -> Result<u64, Error> {
        Ok(filtered(filter).count(self.0.database.reader()).await?)
    }

    /// Changes any account.
    pub async fn change_account(
        &self,
        viewer: &Viewer,
        id: AccountId,
        change: AccountChange,
    ) -> Outcome<account::Model, AdminProblem> {
        let email = change.email.as_deref().map(|text| {
            Email::parse(text).ok_or_else(|| Refusal::bad_input("input.email", "this is not an e-mail address"))
        });
        let email = email.transpose()?;
        let name = change
            .display_name
            .as_deref()
            .map(|name| text::name("input.displayName", name));
        let name = name.transpose()?;
        if viewer.account == id && change.roles.as_ref().is_some_and(|roles| !roles.contains(&Role::Admin)) {
            return Ok(Err(AdminProblem::OwnAccount));
        }
        let tx = self.0.database.begin().await?;
        let held = account::Entity::find_by_id(id.0).lock_exclusive().one(&tx).await?;
        let Some(held) = held else {
            return Ok(Err(AdminProblem::AccountNotFound));
        };
        let loses_roles = change
            .roles
            .as_ref()
            .is_some_and(|next| held.roles().iter().any(|role| !next.contains(role)));
        let next = account::Model {
            email: email.map_or(held.email, |email| email.as_str().to_owned()),
            display_name: name.unwrap_or(held.display_name),
            roles: change.roles.map_or(held.roles, |roles| role_names(&roles)),
            ..held
        };
        let updated = next.clone().into_active_model().reset_all().update(&tx).await;
        match updated {
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                return Ok(Err(AdminProblem::EmailTaken));
            }
            updated => updated?,
        };
        tx.commit().await?;
        if loses_roles {
            // Tokens carry roles: those that were given with the old ones end now.
            self.end_sessions(id, Extent::Everywhere(id)).await?;
            self.revoke_api_keys_beyond(id, &next.roles()).await?;
        }
        tracing::info!(account.id = %id, by = %viewer.account, "account changed by staff");
        Ok(Ok(next))
    }

    /// Deletes any account with its profiles and all that is theirs; the other services are told to forget it.
    pub async fn delete_account(&self, viewer: &Viewer, id: AccountId) -> Outcome<(), AdminProblem> {
        if viewer.account == id {
            return Ok(Err(AdminProblem::OwnAccount));
        }
        let known = account::Entity::find_by_id(id.0).one(self.0.database.reader()).await?;
        if known.is_none() {
            return Ok(Err(AdminProblem::AccountNotFound));
        }
        self.end_sessions(id, Extent::Everywhere(id)).await?;
        let now = self.0.clock.now();
        let tx = self.0.database.begin().await?;
        account::Entity::find_by_id(id.0).lock_exclusive().one(&tx).await?;
        for mut own in profile::Entity::owned_by(id).all(&tx).await? {
            forget_profile(&tx, own.id).await?;
            own.updated_at = now.max(own.updated_at + chrono::TimeDelta::milliseconds(1));
            tx.raise(&changed(&own, true)).await?;
        }
        session::Entity::delete_many()
            .filter(session::Column::AccountId.eq(id.0))
            .exec(&tx)
            .await?;
        exchanged_token::Entity::delete_many()
            .filter(exchanged_token::Column::AccountId.eq(id.0))
            .exec(&tx)
            .await?;
        identity::Entity::delete_many()
            .filter(identity::Column::AccountId.eq(id.0))
            .exec(&tx)
            .await?;
        account::Entity::delete_by_id(id.0).exec(&tx).await?;
        tx.raise(&AccountClosed { account: id, at: now }).await?;
        tx.commit().await?;
        // Now, and again when the event comes back, should this process end here.
        self.forget_api_keys_of(id).await?;
        tracing::info!(account.id = %id, by = %viewer.account, "account deleted by staff");
        Ok(Ok(()))
    }
}

/// Deletes a profile and all that is its own.
pub(super) async fn forget_profile(tx: &database::Tx, id: Uuid) -> Result<(), Error> {
    watchlist_entry::Entity::delete_many()
        .filter(watchlist_entry::Column::ProfileId.eq(id))
        .exec(tx)
        .await?;
    resume_point::Entity::delete_many()
        .filter(resume_point::Column::ProfileId.eq(id))
        .exec(tx)
        .await?;
    progress_key::Entity::delete_many()
        .filter(progress_key::Column::ProfileId.eq(id))
        .exec(tx)
        .await?;
    rating::Entity::delete_many()
        .filter(rating::Column::ProfileId.eq(id))
        .exec(tx)
        .await?;
    profile::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

fn filtered(filter: &AccountFilter) -> Select<account::Entity> {
    use account::Column::{DisplayName, Email, Roles};
    let mut select = account::Entity::find();
    if let Some(text) = &filter.query {
        let any = Condition::any()
            .add(Email.starts_with(text.trim().to_lowercase()))
            .add(DisplayName.starts_with(text.trim()));
        select = select.filter(any);
    }
    if let Some(role) = filter.role {
        select = select.filter(Roles.contains(role.name()));
    }
    select
}

/// Role names in one text, `VIEWER` always among them.
pub(super) fn role_names(roles: &[Role]) -> String {
    let held = |role: &Role| *role == Role::Viewer || roles.contains(role);
    let names: Vec<&str> = Role::ALL
        .iter()
        .filter(|role| held(role))
        .map(|role| role.name())
        .collect();
    names.join(" ")
}
