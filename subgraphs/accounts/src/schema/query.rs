//! Root fields of accounts.

use async_graphql::{Context, ID, Object};
use graphql::{Result, SignedIn, directives::Authenticated};
use kernel::{AccountId, ProfileId, Refusal};

use super::types::{account::Account, profile::Profile, token_introspection::TokenIntrospection, viewer::Viewer};
use crate::{
    loaders::loaders,
    schema::types::privacy::{is_owner, may_see},
    service::Accounts,
};

pub struct Roots;

#[Object]
impl Roots {
    /// Who asks, with account, profiles and what they paid for; null when nobody is signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        let Some(viewer) = graphql::find_viewer(ctx) else {
            return Ok(None);
        };
        let account = loaders(ctx).accounts.load(viewer.account.0).await?;
        Ok(account.map(Viewer))
    }

    /// The account that is signed in: a short cut to `viewer.account`; null when nobody is signed in.
    async fn me(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        let Some(viewer) = graphql::find_viewer(ctx) else {
            return Ok(None);
        };
        Ok(loaders(ctx).accounts.load(viewer.account.0).await?.map(Account::own))
    }

    /// A profile of the account that is signed in; staff may ask for any. `NOT_FOUND` for all others.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which profile; an account's id stands for its oldest one.")] id: ID,
    ) -> Result<Option<Profile>> {
        let id = ProfileId::parse("id", &id)?;
        let mut found = loaders(ctx).profiles.load(id.0).await?;
        if found.is_none() && may_see(ctx, AccountId(id.0)) {
            found = ctx.data_unchecked::<Accounts>().first_profile(AccountId(id.0)).await?;
        }
        let found = found.filter(|profile| may_see(ctx, profile.account()));
        let found = found.ok_or_else(|| Refusal::not_found("profile"))?;
        let own = is_owner(ctx, found.account());
        Ok(Some(if own { Profile::own(found) } else { Profile::of(found) }))
    }

    /// What is known of a token: of an own one, and with the role ADMIN or an API key's scope `tokens:introspect` of any.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn introspect_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An access token, a refresh token, or the secret of an API key.")] token: String,
    ) -> Result<TokenIntrospection> {
        let accounts = ctx.data_unchecked::<Accounts>();
        let known = accounts.introspect_for(graphql::viewer(ctx)?, token.trim()).await?;
        Ok(TokenIntrospection::of(known, accounts.issuer()))
    }
}
