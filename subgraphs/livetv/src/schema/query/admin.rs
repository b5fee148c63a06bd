//! Root fields for editors and administrators.

use async_graphql::{Context, Object};
use auth::Role;
use graphql::{Connection, Count, PageInput, Require, Result, connection, directives::RequiresRole, page_request};

use crate::{
    schema::types::{
        admin::{AdminChannel, AdminChannelFilter, AdminChannels},
        audit::{AuditEntries, AuditEntry, AuditLogFilter},
        livetv,
    },
    service::{AdminFilter, AuditFilter},
};

/// Root fields for editors and administrators.
#[derive(Default)]
pub struct AdminQuery;

/// Root fields for editors and administrators.
#[Object]
impl AdminQuery {
    /// All channels, by number, hidden and deleted ones too. For editors.
    #[graphql(guard = "Require(&[Role::Admin, Role::Editor])", directive = RequiresRole::apply(&[Role::Admin, Role::Editor]))]
    async fn admin_channels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
        #[graphql(desc = "Which channels.")] filter: Option<AdminChannelFilter>,
    ) -> Result<Connection<AdminChannel, AdminChannels>> {
        let request = page_request(first, after, page)?;
        let filter: AdminFilter = filter.unwrap_or_default().into();
        let livetv = livetv(ctx).clone();
        let page = livetv.list_admin_channels(&filter, &request).await?;
        let count = Count::lazy(move || {
            let (livetv, filter) = (livetv.clone(), filter.clone());
            async move { Ok(livetv.count_admin_channels(&filter).await?) }
        });
        Ok(connection(page.map(AdminChannel), count))
    }

    /// Who changed what of live TV, latest first. For administrators.
    #[graphql(guard = "Require(&[Role::Admin])", directive = RequiresRole::apply(&[Role::Admin]))]
    async fn livetv_audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 50; 10 when absent.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "A page by number, in place of `first` and `after`.")] page: Option<PageInput>,
        #[graphql(desc = "Which entries.")] filter: Option<AuditLogFilter>,
    ) -> Result<Connection<AuditEntry, AuditEntries>> {
        let request = page_request(first, after, page)?;
        let filter: AuditFilter = filter.unwrap_or_default().read()?;
        let livetv = livetv(ctx).clone();
        let page = livetv.list_audit(&filter, &request).await?;
        let count = Count::lazy(move || {
            let (livetv, filter) = (livetv.clone(), filter.clone());
            async move { Ok(livetv.count_audit(&filter).await?) }
        });
        Ok(connection(page.map(AuditEntry), count))
    }
}
