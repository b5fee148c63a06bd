//! Videos by members: submit, change, delete.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use graphql::{Result, SignedIn, directives::Authenticated, viewer};
use kernel::{Refusal, TitleId};

use super::{
    payloads::{CatalogueProblem, split},
    types::{title::catalogue, video::Video},
};
use crate::{
    domain::details::Details,
    entities::title,
    service::{Problem, VideoDetails},
};

/// Longest URL of a picture.
const MAX_URL: usize = 2048;

/// What members do.
pub struct Videos;

/// A new video.
#[derive(InputObject)]
pub struct SubmitVideoInput {
    /// Its name, 1 to 200 characters.
    name: String,
    /// What it is about, at most 4,000 characters.
    synopsis: Option<String>,
    /// Free words, at most 20.
    tags: Option<Vec<String>>,
    /// URL of a picture, http or https.
    thumbnail_url: Option<String>,
}

/// A change of a video; what is absent stays as it is.
#[derive(InputObject)]
pub struct UpdateVideoInput {
    /// Which.
    video_id: ID,
    /// Its new name.
    name: Option<String>,
    /// What it is about.
    synopsis: Option<String>,
    /// Free words, at most 20.
    tags: Option<Vec<String>>,
    /// URL of a picture, http or https; null takes it away.
    thumbnail_url: MaybeUndefined<String>,
}

/// A video as it shall be; what is absent is empty, but for the name, which then stays.
#[derive(InputObject)]
pub struct ReplaceVideoInput {
    /// Which.
    video_id: ID,
    /// Its name.
    name: Option<String>,
    /// What it is about.
    synopsis: Option<String>,
    /// Free words, at most 20.
    tags: Option<Vec<String>>,
    /// URL of a picture, http or https.
    thumbnail_url: Option<String>,
}

/// Which video to delete.
#[derive(InputObject)]
pub struct DeleteVideoInput {
    /// Which.
    video_id: ID,
}

/// What `submitVideo` did.
#[derive(SimpleObject)]
pub struct SubmitVideoPayload {
    /// The video; null when `problem` says why not.
    video: Option<Video>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

/// What `updateVideo` did.
#[derive(SimpleObject)]
pub struct UpdateVideoPayload {
    /// The changed video; null when `problem` says why not.
    video: Option<Video>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

/// What `replaceVideo` did.
#[derive(SimpleObject)]
pub struct ReplaceVideoPayload {
    /// The video as it is now; null when `problem` says why not.
    video: Option<Video>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

/// What `deleteVideo` did.
#[derive(SimpleObject)]
pub struct DeleteVideoPayload {
    /// The video that is gone; null when `problem` says why it is not.
    video_id: Option<ID>,
    /// Why it was refused; null when it was done.
    problem: Option<CatalogueProblem>,
}

fn details(name: Option<String>, synopsis: Option<String>, tags: Option<Vec<String>>) -> Details {
    Details {
        name,
        synopsis,
        tags,
        ..Details::default()
    }
}

fn picture(url: Option<String>) -> std::result::Result<Option<String>, Refusal> {
    let Some(url) = url else { return Ok(None) };
    let is_web = ["https://", "http://"].iter().any(|scheme| {
        url.strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    });
    let is_clean = !url.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    if !is_web || !is_clean || url.len() > MAX_URL {
        let message = format!("thumbnailUrl is an http or https URL of at most {MAX_URL} bytes");
        return Err(Refusal::bad_input("input.thumbnailUrl", message));
    }
    Ok(Some(url))
}

fn answered(done: std::result::Result<title::Model, Problem>) -> (Option<Video>, Option<CatalogueProblem>) {
    let (row, problem) = split(done);
    (row.map(Video::from), problem)
}

#[Object]
impl Videos {
    /// Submits a video: everybody finds it at once, and can play it when its file is there.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn submit_video(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The video.")] input: SubmitVideoInput,
    ) -> Result<SubmitVideoPayload> {
        let video = VideoDetails {
            details: details(Some(input.name), input.synopsis, input.tags),
            thumbnail_url: Some(picture(input.thumbnail_url)?),
        };
        let (video, problem) = answered(catalogue(ctx).submit_video(viewer(ctx)?, video).await?);
        Ok(SubmitVideoPayload { video, problem })
    }

    /// Changes a video of the viewer's; editors change any.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn update_video(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateVideoInput,
    ) -> Result<UpdateVideoPayload> {
        let id = TitleId::parse("input.videoId", &input.video_id)?;
        let thumbnail_url = match input.thumbnail_url {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(url) => Some(picture(Some(url))?),
        };
        let video = VideoDetails {
            details: details(input.name, input.synopsis, input.tags),
            thumbnail_url,
        };
        let (video, problem) = answered(catalogue(ctx).change_video(viewer(ctx)?, id, video, false).await?);
        Ok(UpdateVideoPayload { video, problem })
    }

    /// Replaces what is known of a video of the viewer's; editors replace any.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn replace_video(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The video as it shall be.")] input: ReplaceVideoInput,
    ) -> Result<ReplaceVideoPayload> {
        let id = TitleId::parse("input.videoId", &input.video_id)?;
        let video = VideoDetails {
            details: details(input.name, input.synopsis, input.tags),
            thumbnail_url: Some(picture(input.thumbnail_url)?),
        };
        let (video, problem) = answered(catalogue(ctx).change_video(viewer(ctx)?, id, video, true).await?);
        Ok(ReplaceVideoPayload { video, problem })
    }

    /// Deletes a video of the viewer's for good; editors delete any.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn delete_video(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which video.")] input: DeleteVideoInput,
    ) -> Result<DeleteVideoPayload> {
        let id = TitleId::parse("input.videoId", &input.video_id)?;
        let done = catalogue(ctx).delete_video(viewer(ctx)?, id).await?;
        Ok(DeleteVideoPayload {
            video_id: done.ok().map(|id| id.to_string().into()),
            problem: done.err().map(CatalogueProblem::from),
        })
    }
}
