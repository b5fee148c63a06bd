//! Access rules: what staff say beyond the packages of content.

use kernel::{Instant, Page, PageRequest, Refusal};
use schema::events::rights::AccessChanged;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Order, PaginatorTrait, sea_query::OnConflict};
use uuid::Uuid;

use super::Rights;
use crate::{
    Error,
    entities::{
        Words,
        access_rule::{self, AccessModel},
    },
};

/// Most packages or territories of a rule.
const MAX_WORDS: usize = 250;

/// A rule as staff set it.
#[derive(Debug, Clone)]
pub struct NewRule {
    /// Title or channel.
    pub content: Uuid,
    /// What opens the door.
    pub model: AccessModel,
    /// Packages that open it; absent: those of the content.
    pub packages: Option<Vec<String>>,
    /// First instant of the window.
    pub starts_at: Option<Instant>,
    /// First instant after it.
    pub ends_at: Option<Instant>,
    /// Countries; empty is everywhere.
    pub territories: Vec<String>,
}

impl Rights {
    /// Sets the rule of a title or channel in place of an older one. `None` when there is no such content.
    ///
    /// # Errors
    /// A window that ends before it begins, or a territory that is no country code.
    pub async fn set_rule(&self, rule: NewRule) -> Result<Option<access_rule::Model>, Error> {
        check(&rule)?;
        // A programme follows the rule of its channel.
        let content = self.find_content(rule.content).await?;
        if content.is_none_or(|content| content.played_id() != content.id) {
            return Ok(None);
        }
        let (now, content) = (self.now(), rule.content);
        let tx = self.db().begin().await?;
        let row = put(&tx, rule, now).await?;
        tx.raise(&AccessChanged { content, at: now }).await?;
        tx.commit().await?;
        Ok(Some(row))
    }

    /// The rule of `content`.
    pub async fn find_rule(&self, content: Uuid) -> Result<Option<access_rule::Model>, Error> {
        Ok(access_rule::Entity::find_by_id(content).one(self.db().reader()).await?)
    }

    /// Takes the rule of `content` away: it follows its packages again. False when there was none.
    pub async fn delete_rule(&self, content: Uuid) -> Result<bool, Error> {
        let tx = self.db().begin().await?;
        let gone = access_rule::Entity::delete_by_id(content)
            .exec(&tx)
            .await?
            .rows_affected;
        if gone == 0 {
            return Ok(false);
        }
        let at = self.now();
        tx.raise(&AccessChanged { content, at }).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Adds `rules` where there are none at all.
    pub(crate) async fn add_first_rules(&self, rules: Vec<NewRule>) -> Result<(), Error> {
        if access_rule::Entity::find().count(self.db().reader()).await? > 0 {
            return Ok(());
        }
        let now = self.now();
        let tx = self.db().begin().await?;
        for rule in rules {
            let content = rule.content;
            put(&tx, rule, now).await?;
            tx.raise(&AccessChanged { content, at: now }).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Rules, the latest set first.
    pub async fn list_rules(&self, request: &PageRequest) -> Result<Page<access_rule::Model>, Error> {
        use access_rule::Column::{ContentId, UpdatedAt};
        database::page(
            self.db().reader(),
            access_rule::Entity::find(),
            &[(UpdatedAt, Order::Desc), (ContentId, Order::Desc)],
            request,
            |row| (row.updated_at, row.content_id),
            |(at, id): (Instant, Uuid)| vec![at.into(), id.into()],
        )
        .await
    }

    /// How many rules there are.
    pub async fn count_rules(&self) -> Result<u64, Error> {
        Ok(access_rule::Entity::find().count(self.db().reader()).await?)
    }
}

async fn put(tx: &database::Tx, rule: NewRule, now: Instant) -> Result<access_rule::Model, Error> {
    use access_rule::Column::{ContentId, Door, EndsAt, Packages, StartsAt, Territories, UpdatedAt};
    let row = access_rule::Model {
        content_id: rule.content,
        door: rule.model,
        packages: rule.packages.map(Words),
        starts_at: rule.starts_at,
        ends_at: rule.ends_at,
        territories: Words(rule.territories),
        updated_at: now,
    };
    let replaced = OnConflict::column(ContentId)
        .update_columns([Door, Packages, StartsAt, EndsAt, Territories, UpdatedAt])
        .to_owned();
    let active = row.clone().into_active_model().reset_all();
    access_rule::Entity::insert(active)
        .on_conflict(replaced)
        .exec_without_returning(tx)
        .await?;
    Ok(row)
}

fn check(rule: &NewRule) -> Result<(), Refusal> {
    if let (Some(starts_at), Some(ends_at)) = (rule.starts_at, rule.ends_at)
        && ends_at <= starts_at
    {
        return Err(Refusal::bad_input(
            "input.endsAt",
            "input.endsAt is not after input.startsAt",
        ));
    }
    let is_country = |code: &String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if rule.territories.len() > MAX_WORDS || !rule.territories.iter().all(is_country) {
        let message = "input.territories are not ISO 3166-1 codes of two capital letters";
        return Err(Refusal::bad_input("input.territories", message));
    }
    let packages = rule.packages.as_deref().unwrap_or_default();
    if packages.len() > MAX_WORDS || packages.iter().any(|name| name.is_empty() || name.len() > 64) {
        return Err(Refusal::bad_input(
            "input.packages",
            "input.packages has a name that is empty or too long",
        ));
    }
    Ok(())
}
