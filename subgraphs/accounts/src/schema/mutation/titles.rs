//! What profiles do with titles: list, rate, watch.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use graphql::{Result, SignedIn, directives::Authenticated};
use kernel::{Instant, ProfileId, Refusal, TitleId};

use crate::{
    domain::text,
    schema::{
        problem::{
            AddToWatchlistProblemCode, Problem, RateTitleProblemCode, RecordProgressProblemCode,
            RemoveFromWatchlistProblemCode,
        },
        types::{rating::Rating, resume_point::ResumePoint, watchlist::WatchlistEntry},
    },
    service::{Accounts, Progress},
};

pub struct Titles;

/// What `addToWatchlist` needs.
#[derive(InputObject)]
pub struct AddToWatchlistInput {
    /// Whose watchlist: a profile of the account that is signed in; the account's id stands for its oldest one.
    profile_id: ID,
    /// Which title.
    title_id: ID,
}

/// What `addToWatchlist` did.
#[derive(SimpleObject)]
pub struct AddToWatchlistPayload {
    /// The title on the list, since when; null when `problem` says why it is not there.
    entry: Option<WatchlistEntry>,
    /// Why it is not on the list; null when it is.
    problem: Option<Problem<AddToWatchlistProblemCode>>,
}

/// What `removeFromWatchlist` needs.
#[derive(InputObject)]
pub struct RemoveFromWatchlistInput {
    /// Whose watchlist: a profile of the account that is signed in.
    profile_id: ID,
    /// Which title.
    title_id: ID,
}

/// What `removeFromWatchlist` did.
#[derive(SimpleObject)]
pub struct RemoveFromWatchlistPayload {
    /// True when it was taken from the list, false when it was not on it; null when `problem` says more.
    removed: Option<bool>,
    /// Why nothing could be taken from the list; null otherwise.
    problem: Option<Problem<RemoveFromWatchlistProblemCode>>,
}

/// What `rateTitle` needs.
#[derive(InputObject)]
pub struct RateTitleInput {
    /// Who rates: a profile of the account that is signed in.
    profile_id: ID,
    /// Which title.
    title_id: ID,
    /// 1 (poor) to 5 (splendid).
    rating: i32,
    /// In words, at most 2000 characters; everybody can read them.
    comment: Option<String>,
}

/// What `rateTitle` did.
#[derive(SimpleObject)]
pub struct RateTitlePayload {
    /// The rating as it is now; null when `problem` says why there is none.
    rating: Option<Rating>,
    /// Why the title was not rated; null when it was.
    problem: Option<Problem<RateTitleProblemCode>>,
}

/// What `recordProgress` needs.
#[derive(InputObject)]
pub struct RecordProgressInput {
    /// Who watches: a profile of the account that is signed in.
    profile_id: ID,
    /// Which title.
    title_id: ID,
    /// Where playback stands, in seconds from the beginning.
    position_seconds: i32,
    /// Length of the title in seconds; the catalogue's when absent.
    duration_seconds: Option<i32>,
    /// When it was watched; now when absent. Reports may come in any order: the latest counts.
    watched_at: Option<Instant>,
    /// The app's own key of this report, at most 128 characters: the same one again changes nothing.
    idempotency_key: Option<String>,
}

/// What `recordProgress` did.
#[derive(SimpleObject)]
pub struct RecordProgressPayload {
    /// Where the profile stands now; null when `problem` says why nothing was recorded.
    resume_point: Option<ResumePoint>,
    /// Why nothing was recorded; null when it was.
    problem: Option<Problem<RecordProgressProblemCode>>,
}

fn keys(profile: &ID, title: &ID) -> std::result::Result<(ProfileId, TitleId), Refusal> {
    Ok((
        ProfileId::parse("input.profileId", profile)?,
        TitleId::parse("input.titleId", title)?,
    ))
}

#[Object]
impl Titles {
    /// Puts a title on a profile's watchlist; one that is there already stays where it is.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn add_to_watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which title, on whose list.")] input: AddToWatchlistInput,
    ) -> Result<AddToWatchlistPayload> {
        let viewer = graphql::viewer(ctx)?;
        let (profile, title) = keys(&input.profile_id, &input.title_id)?;
        Ok(
            match ctx
                .data_unchecked::<Accounts>()
                .add_to_watchlist(viewer.account, profile, title)
                .await?
            {
                Ok(entry) => AddToWatchlistPayload {
                    entry: Some(WatchlistEntry(entry)),
                    problem: None,
                },
                Err(problem) => AddToWatchlistPayload {
                    entry: None,
                    problem: Some(problem.into()),
                },
            },
        )
    }

    /// Takes a title from a profile's watchlist; one that is not on it is no problem.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn remove_from_watchlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which title, from whose list.")] input: RemoveFromWatchlistInput,
    ) -> Result<RemoveFromWatchlistPayload> {
        let viewer = graphql::viewer(ctx)?;
        let (profile, title) = keys(&input.profile_id, &input.title_id)?;
        Ok(
            match ctx
                .data_unchecked::<Accounts>()
                .remove_from_watchlist(viewer.account, profile, title)
                .await?
            {
                Ok(removed) => RemoveFromWatchlistPayload {
                    removed: Some(removed),
                    problem: None,
                },
                Err(problem) => RemoveFromWatchlistPayload {
                    removed: None,
                    problem: Some(problem.into()),
                },
            },
        )
    }

    /// Rates a title, in place of an earlier rating by the same profile.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn rate_title(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which title, by whom, how.")] input: RateTitleInput,
    ) -> Result<RateTitlePayload> {
        let viewer = graphql::viewer(ctx)?;
        let (profile, title) = keys(&input.profile_id, &input.title_id)?;
        if !(1..=5).contains(&input.rating) {
            return Err(Refusal::bad_input("input.rating", "a rating is 1, 2, 3, 4 or 5").into());
        }
        let opinion = (input.rating, text::comment("input.comment", input.comment.as_deref())?);
        Ok(
            match ctx
                .data_unchecked::<Accounts>()
                .rate(viewer.account, profile, title, opinion)
                .await?
            {
                Ok(rating) => RateTitlePayload {
                    rating: Some(Rating(rating)),
                    problem: None,
                },
                Err(problem) => RateTitlePayload {
                    rating: None,
                    problem: Some(problem.into()),
                },
            },
        )
    }

    /// Records where playback stands, for apps that play what they stored; players report by `reportPlayback`.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn record_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where playback stands.")] input: RecordProgressInput,
    ) -> Result<RecordProgressPayload> {
        let viewer = graphql::viewer(ctx)?;
        let progress = input.read()?;
        Ok(
            match ctx
                .data_unchecked::<Accounts>()
                .record_progress(viewer.account, progress)
                .await?
            {
                Ok(point) => RecordProgressPayload {
                    resume_point: Some(ResumePoint(point)),
                    problem: None,
                },
                Err(problem) => RecordProgressPayload {
                    resume_point: None,
                    problem: Some(problem.into()),
                },
            },
        )
    }
}

impl RecordProgressInput {
    fn read(self) -> std::result::Result<Progress, Refusal> {
        let (profile, title) = keys(&self.profile_id, &self.title_id)?;
        if self.position_seconds < 0 {
            return Err(Refusal::bad_input(
                "input.positionSeconds",
                "a position is not negative",
            ));
        }
        if self.duration_seconds.is_some_and(|seconds| seconds <= 0) {
            return Err(Refusal::bad_input(
                "input.durationSeconds",
                "a duration is more than nothing",
            ));
        }
        Ok(Progress {
            profile,
            title,
            position_ms: i64::from(self.position_seconds) * 1000,
            duration_ms: self.duration_seconds.map(|seconds| i64::from(seconds) * 1000),
            watched_at: self.watched_at,
            key: self
                .idempotency_key
                .map(|key| text::key("input.idempotencyKey", key))
                .transpose()?,
        })
    }
}
