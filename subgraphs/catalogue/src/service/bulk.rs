//! Many rows at once: a whole shelf of published titles.

use database::Tx;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ActiveValue::Set, DbErr, EntityTrait, IntoActiveModel, QuerySelect,
};

use super::{Catalogue, publishing::announce};
use crate::{
    Error,
    domain::words,
    entities::{artwork, asset, credit, genre, person, title, title_genre, title_word},
};

/// Rows of one statement: below the engines' limits on parameters for our widest table.
const CHUNK: usize = 200;

/// Titles with all that belongs to them.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Titles; those that are published are announced.
    pub titles: Vec<title::Model>,
    /// Genres of which they are.
    pub genres: Vec<genre::Model>,
    /// Which is of which.
    pub title_genres: Vec<title_genre::Model>,
    /// People.
    pub people: Vec<person::Model>,
    /// What they did.
    pub credits: Vec<credit::Model>,
    /// Pictures.
    pub artwork: Vec<artwork::Model>,
    /// Films.
    pub assets: Vec<asset::Model>,
}

impl Catalogue {
    /// Whether nothing was ever catalogued.
    pub async fn is_empty(&self) -> Result<bool, Error> {
        Ok(title::Entity::find()
            .limit(1)
            .one(self.database.reader())
            .await?
            .is_none())
    }

    /// Adds a shelf in one transaction.
    pub async fn add(&self, all: Shelf) -> Result<(), Error> {
        let tx = self.database.begin().await?;
        insert(&tx, rows(all.assets)).await?;
        insert(&tx, rows(all.genres)).await?;
        insert(&tx, rows(all.people)).await?;
        insert(&tx, rows(all.titles.iter().cloned())).await?;
        insert(&tx, all.titles.iter().flat_map(word_rows).collect()).await?;
        insert(&tx, rows(all.title_genres)).await?;
        insert(&tx, rows(all.credits)).await?;
        insert(&tx, rows(all.artwork)).await?;
        let published: Vec<_> = all.titles.into_iter().filter(title::Model::is_published).collect();
        announce(&tx, &published).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The words by which `title` is found.
pub(super) fn word_rows(title: &title::Model) -> impl Iterator<Item = title_word::ActiveModel> + use<> {
    let id = title.id;
    words::words(&title.name)
        .into_iter()
        .map(move |word| title_word::ActiveModel {
            word: Set(word),
            title_id: Set(id),
        })
}

/// Inserts `rows`, two hundred in a statement.
pub(super) async fn insert<A>(tx: &Tx, rows: Vec<A>) -> Result<(), DbErr>
where
    A: ActiveModelTrait + ActiveModelBehavior + Send,
{
    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<A> = rows.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        A::Entity::insert_many(chunk).exec_without_returning(tx).await?;
    }
}

/// Models as rows to insert.
fn rows<M: IntoActiveModel<A>, A: ActiveModelTrait>(models: impl IntoIterator<Item = M>) -> Vec<A> {
    models.into_iter().map(IntoActiveModel::into_active_model).collect()
}
