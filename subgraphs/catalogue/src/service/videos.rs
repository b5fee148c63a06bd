//! Videos by members: everybody who is signed in may submit, and changes what is their own.

use auth::{Role, Viewer};
use database::Tx;
use kernel::TitleId;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use super::{
    Catalogue, Changed, Problem,
    editing::{apply, blank, save_lists},
    publishing::{announce, announce_change, erase, locked},
};
use crate::{
    Error,
    domain::details::Details,
    entities::{
        Words,
        title::{self, Kind, State},
    },
};

/// What a member writes about a video; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct VideoDetails {
    /// Name, synopsis and tags.
    pub details: Details,
    /// Its picture, elsewhere; `Some(None)` takes it away.
    #[expect(clippy::option_option, reason = "absent and null are two things")]
    pub thumbnail_url: Option<Option<String>>,
}

impl Catalogue {
    /// Takes a video: everybody finds it at once, and can play it when its file is there.
    pub async fn submit_video(&self, viewer: &Viewer, video: VideoDetails) -> Changed<title::Model> {
        video.details.check()?;
        let tx = self.database.begin().await?;
        let now = tx.now();
        let mut row = title::Model {
            state: State::Published,
            uploader_id: Some(viewer.account.0),
            published_at: Some(now),
            ..blank(&tx, Kind::Video)
        };
        if let Err(problem) = write(&tx, &mut row, &video).await? {
            return Ok(Err(problem));
        }
        row.clone().into_active_model().insert(&tx).await?;
        save_lists(&tx, &row, &video.details).await?;
        announce(&tx, std::slice::from_ref(&row)).await?;
        tx.commit().await?;
        Ok(Ok(row))
    }

    /// Changes a video of the viewer's; editors change any. `whole`: what is absent is taken away, the name stays.
    pub async fn change_video(
        &self,
        viewer: &Viewer,
        id: TitleId,
        video: VideoDetails,
        whole: bool,
    ) -> Changed<title::Model> {
        video.details.check()?;
        let tx = self.database.begin().await?;
        let Some(mut row) = own_video(&tx, viewer, id).await? else {
            return Ok(Err(Problem::TitleNotFound(id)));
        };
        if whole {
            row.synopsis = String::new();
            row.tags = Words::default();
            row.thumbnail_url = None;
        }
        if let Err(problem) = write(&tx, &mut row, &video).await? {
            return Ok(Err(problem));
        }
        row.version += 1;
        row.updated_at = tx.now();
        row.clone().into_active_model().reset_all().update(&tx).await?;
        save_lists(&tx, &row, &video.details).await?;
        announce_change(&tx, &row).await?;
        tx.commit().await?;
        Ok(Ok(row))
    }

    /// Deletes a video of the viewer's; editors delete any.
    pub async fn delete_video(&self, viewer: &Viewer, id: TitleId) -> Changed<TitleId> {
        let tx = self.database.begin().await?;
        let Some(row) = own_video(&tx, viewer, id).await? else {
            return Ok(Err(Problem::TitleNotFound(id)));
        };
        erase(&tx, row).await?;
        tx.commit().await?;
        Ok(Ok(id))
    }
}

/// The video, when the viewer may change it; a published one of somebody else is refused, not hidden.
async fn own_video(tx: &Tx, viewer: &Viewer, id: TitleId) -> Result<Option<title::Model>, Error> {
    let found = locked(tx, id).await?.filter(|row| row.kind == Kind::Video);
    let Some(row) = found else { return Ok(None) };
    if row.uploader_id != Some(viewer.account.0) && !viewer.has_any(&[Role::Editor]) {
        if !row.is_published() {
            return Ok(None);
        }
        viewer.require_any(&[Role::Editor])?;
    }
    Ok(Some(row))
}

async fn write(tx: &Tx, row: &mut title::Model, video: &VideoDetails) -> Changed<()> {
    if let Some(url) = &video.thumbnail_url {
        row.thumbnail_url.clone_from(url);
    }
    apply(tx, row, &video.details).await
}
