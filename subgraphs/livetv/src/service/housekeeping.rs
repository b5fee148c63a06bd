//! What is forgotten as time passes: not a change, so no event tells of it.

use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, Query},
};

use super::{LiveTv, log};
use crate::{
    Error,
    entities::{
        audit_entry, channel, field_lock, guide_change, guide_import, guide_log, import_image, import_message,
        programme,
    },
};

impl LiveTv {
    /// Forgets programmes that ended before the catch-up window, old changes, old imports and reminders of the past.
    pub async fn forget_the_past(&self) -> Result<(), Error> {
        // Before the log is: whoever follows the guide has read it.
        self.follow_guide().await?;
        self.forget_wishes().await?;
        self.forget_programmes().await?;
        self.forget_changes().await?;
        self.forget_imports().await?;
        self.forget_audit().await
    }

    async fn forget_audit(&self) -> Result<(), Error> {
        let tx = self.database.begin().await?;
        let before = tx.now() - days(self.settings.audit_days);
        audit_entry::Entity::delete_many()
            .filter(audit_entry::Column::At.lt(before))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn forget_programmes(&self) -> Result<(), Error> {
        use programme::Column;
        let tx = self.database.begin().await?;
        log::take_places(&tx, 0).await?;
        let before = tx.now() - days(self.settings.catch_up_days);
        let is_over = || Column::EndsAt.lt(before);
        let concerned = Query::select()
            .distinct()
            .column(Column::ChannelId)
            .from(programme::Entity)
            .and_where(is_over())
            .to_owned();
        // An import does not bring back what was forgotten.
        channel::Entity::update_many()
            .col_expr(channel::Column::ForgottenBefore, Expr::value(before))
            .filter(channel::Column::Id.in_subquery(concerned))
            .exec(&tx)
            .await?;
        programme::Entity::delete_many().filter(is_over()).exec(&tx).await?;
        field_lock::Entity::delete_many()
            .filter(field_lock::Column::EndsAt.lt(before))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn forget_changes(&self) -> Result<(), Error> {
        use guide_change::Column;
        let tx = self.database.begin().await?;
        log::take_places(&tx, 0).await?;
        let before = tx.now() - days(self.settings.change_log_days);
        let last: Option<i64> = guide_change::Entity::find()
            .select_only()
            .column(Column::Cursor)
            .filter(Column::ChangedAt.lt(before))
            .order_by_desc(Column::Cursor)
            .limit(1)
            .into_tuple()
            .one(&tx)
            .await?;
        if let Some(last) = last {
            guide_log::Entity::update_many()
                .col_expr(guide_log::Column::PurgedTo, Expr::value(last))
                .exec(&tx)
                .await?;
            guide_change::Entity::delete_many()
                .filter(Column::Cursor.lte(last))
                .exec(&tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn forget_imports(&self) -> Result<(), Error> {
        use guide_import::Column;
        let tx = self.database.begin().await?;
        let before = tx.now() - days(self.settings.import_days);
        let is_old = || Column::StartedAt.lt(before);
        let old = guide_import::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(is_old())
            .into_query();
        let messages = import_message::Column::ImportId.in_subquery(old);
        import_message::Entity::delete_many().filter(messages).exec(&tx).await?;
        guide_import::Entity::delete_many().filter(is_old()).exec(&tx).await?;
        // An import can be undone as long as the log knows what it changed.
        let undoable = tx.now() - days(self.settings.change_log_days);
        let lasting = guide_import::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::StartedAt.gte(undoable))
            .into_query();
        import_image::Entity::delete_many()
            .filter(import_image::Column::ImportId.not_in_subquery(lasting))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

fn days(count: u32) -> TimeDelta {
    TimeDelta::days(i64::from(count))
}
