//! What can be changed.

use async_graphql::{Context, Object};
use auth::Role;
use graphql::{
    Require, Result, SignedIn,
    directives::{Authenticated, RequiresRole},
    viewer,
};
use kernel::{PlaybackSessionId, parse_uuid};

use super::{
    inputs::{
        DeleteAccessRuleInput, ReportPlaybackInput, SetAccessRuleInput, StartPlaybackInput, TerminateSessionInput,
    },
    rights,
    types::{
        access::offers_of,
        access_rule::ContentAccessRule,
        playback_session::PlaybackSession,
        problems::{
            ActiveStream, DeleteAccessRulePayload, DeleteAccessRuleProblem, DeleteAccessRuleProblemCode,
            PlaybackProblemCode, ReportPlaybackPayload, SetAccessRulePayload, SetAccessRuleProblem,
            SetAccessRuleProblemCode, StartPlaybackPayload, StartPlaybackProblem, StartPlaybackProblemCode,
            TerminateSessionPayload,
        },
    },
};
use crate::service::{Refused, Reported, Started};

/// What can be changed.
pub(crate) struct Mutation;

#[Object]
impl Mutation {
    /// The one door to a stream, for titles and for channels: decides, leases a stream slot, makes the session.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn start_playback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be played, by whom, where.")] input: StartPlaybackInput,
    ) -> Result<StartPlaybackPayload> {
        match rights(ctx).start_playback(viewer(ctx)?, input.read()?).await? {
            Started::Granted(grant) => Ok(StartPlaybackPayload {
                session: Some(PlaybackSession::granted(*grant)),
                problem: None,
            }),
            Started::Refused(refused) => Ok(StartPlaybackPayload {
                session: None,
                problem: Some(problem(ctx, refused).await?),
            }),
        }
    }

    /// Takes what a player tells: every heartbeat and each change. Idempotent, in any order.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn report_playback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What happened.")] input: ReportPlaybackInput,
    ) -> Result<ReportPlaybackPayload> {
        let code = match rights(ctx).report(viewer(ctx)?, input.read()?).await? {
            Reported::Accepted => {
                return Ok(ReportPlaybackPayload {
                    accepted: Some(true),
                    problem: None,
                });
            }
            Reported::NotFound => PlaybackProblemCode::SessionNotFound,
            Reported::Ended => PlaybackProblemCode::SessionEnded,
        };
        Ok(ReportPlaybackPayload {
            accepted: None,
            problem: Some(code.into()),
        })
    }

    /// Ends a session of the viewer's at once, on whatever device: its stream URL is dead. Staff may end any.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn terminate_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: TerminateSessionInput,
    ) -> Result<TerminateSessionPayload> {
        let session = PlaybackSessionId::parse("input.sessionId", &input.session_id)?;
        let ended = rights(ctx).terminate(viewer(ctx)?, session).await?;
        let problem = ended.is_none().then(|| PlaybackProblemCode::SessionNotFound.into());
        Ok(TerminateSessionPayload {
            session: ended.map(PlaybackSession::known),
            problem,
        })
    }

    /// Sets who may watch a title or channel, when and where, in place of an older rule.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn set_access_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole rule.")] input: SetAccessRuleInput,
    ) -> Result<SetAccessRulePayload> {
        let rule = rights(ctx).set_rule(input.read()?).await?;
        let problem = rule.is_none().then(|| SetAccessRuleProblem {
            code: SetAccessRuleProblemCode::ContentNotFound,
            message: "There is no such title or channel.".to_owned(),
        });
        Ok(SetAccessRulePayload {
            rule: rule.map(ContentAccessRule),
            problem,
        })
    }

    /// Takes the access rule of a title or channel away: it follows its packages again.
    #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
    async fn delete_access_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose rule.")] input: DeleteAccessRuleInput,
    ) -> Result<DeleteAccessRulePayload> {
        let content = parse_uuid("input.contentId", &input.content_id)?;
        let was_there = rights(ctx).delete_rule(content).await?;
        let problem = (!was_there).then(|| DeleteAccessRuleProblem {
            code: DeleteAccessRuleProblemCode::RuleNotFound,
            message: "There is no such rule.".to_owned(),
        });
        Ok(DeleteAccessRulePayload {
            content_id: was_there.then(|| content.to_string().into()),
            problem,
        })
    }
}

/// What the screen needs to know of a refusal.
async fn problem(ctx: &Context<'_>, refused: Refused) -> Result<StartPlaybackProblem> {
    let (mut offers, mut active_streams) = (Vec::new(), Vec::new());
    let code = match refused {
        Refused::Denied(denial, content) => {
            if let (true, Some(content)) = (denial.can_be_bought(), content) {
                offers = offers_of(ctx, &content).await?;
            }
            denial.into()
        }
        Refused::NotReady => StartPlaybackProblemCode::NotReady,
        Refused::DrmUnavailable => StartPlaybackProblemCode::DrmUnavailable,
        Refused::StreamLimit(playing) => {
            active_streams = playing.into_iter().map(ActiveStream::from).collect();
            StartPlaybackProblemCode::StreamLimit
        }
    };
    Ok(StartPlaybackProblem {
        code,
        message: code.message().to_owned(),
        offers: Some(offers),
        active_streams,
    })
}
