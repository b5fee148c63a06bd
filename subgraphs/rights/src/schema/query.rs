//! What can be asked at the root.

use async_graphql::{Context, ID, Object};
use auth::Role;
use graphql::{Connection, Count, PageInput, Require, Result, connection, directives::RequiresRole, page_request};
use kernel::parse_uuid;

use super::{
    rights,
    types::{
        access::AccessDecision,
        access_rule::{ContentAccessRule, ContentAccessRules},
    },
};

/// What can be asked at the root.
#[derive(Default)]
pub(crate) struct Roots;

#[Object]
impl Roots {
    /// Whether the viewer may watch a title or a channel now. Anyone may ask; unknown content answers `NOT_FOUND`.
    async fn check_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Title or channel.")] content_id: ID,
    ) -> Result<AccessDecision> {
        let content = parse_uuid("contentId", &content_id)?;
        AccessDecision::of(ctx, content).await
    }

    /// The access rule of a title or channel; null when it follows its packages.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn access_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Title or channel.")] content_id: ID,
    ) -> Result<Option<ContentAccessRule>> {
        let content = parse_uuid("contentId", &content_id)?;
        Ok(rights(ctx).find_rule(content).await?.map(ContentAccessRule))
    }

    /// The access rules that staff set, the latest first. Content without a rule follows its packages.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn access_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows of the page, 10 when absent, at most 50.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row to begin after.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
    ) -> Result<Connection<ContentAccessRule, ContentAccessRules>> {
        let rights = rights(ctx).clone();
        let page = rights.list_rules(&page_request(first, after, page)?).await?;
        let count = Count::lazy(move || {
            let rights = rights.clone();
            async move { Ok(rights.count_rules().await?) }
        });
        Ok(connection(page.map(ContentAccessRule), count))
    }
}
