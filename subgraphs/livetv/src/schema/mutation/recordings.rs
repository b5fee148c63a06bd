//! Root fields that schedule, cancel and delete recordings.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use graphql::{Result, SignedIn, directives::Authenticated};
use kernel::{ProgrammeId, parse_uuid};
use schema::events::livetv::RecordingId;

use crate::{
    domain::recording::Padding,
    schema::types::{
        livetv,
        owner::owner,
        recording::{Recording, RecordingQuota},
    },
    service::Refused,
};

/// Recordings.
#[derive(Default)]
pub struct RecordingMutation;

/// Recordings.
#[Object]
impl RecordingMutation {
    /// Records a programme for a profile: to come, running, or over and still kept. A second time answers the first
    /// recording; one that was cancelled is scheduled again.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn schedule_recording(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and for whom.")] input: ScheduleRecordingInput,
    ) -> Result<ScheduleRecordingPayload> {
        let programme = ProgrammeId::parse("input.programmeId", &input.programme_id)?;
        let padding = Padding::try_new(input.padding_before_minutes, input.padding_after_minutes)?;
        let owner = owner(ctx, "input.profileId", &input.profile_id).await?;
        Ok(match livetv(ctx).schedule_recording(owner, programme, padding).await? {
            Ok(scheduled) => ScheduleRecordingPayload {
                recording: Some(Recording(scheduled.recording)),
                already_scheduled: Some(scheduled.was_there),
                problem: None,
            },
            Err(refused) => ScheduleRecordingPayload {
                recording: None,
                already_scheduled: None,
                problem: Some(refused.into()),
            },
        })
    }

    /// Takes a recording back before it is complete; it stays in the list as CANCELLED, and a rule does not make it anew.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn cancel_recording(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which recording.")] input: CancelRecordingInput,
    ) -> Result<CancelRecordingPayload> {
        let id = RecordingId(parse_uuid("input.id", &input.id)?);
        let owner = owner(ctx, "input.profileId", &input.profile_id).await?;
        let (recording, problem) = match livetv(ctx).cancel_recording(owner, id).await? {
            Ok(row) => (Some(Recording(row)), None),
            Err(refused) => (None, Some(refused.into())),
        };
        Ok(CancelRecordingPayload { recording, problem })
    }

    /// Deletes a recording, complete or not; its seconds are free at once.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn delete_recording(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which recording.")] input: DeleteRecordingInput,
    ) -> Result<DeleteRecordingPayload> {
        let id = RecordingId(parse_uuid("input.id", &input.id)?);
        let owner = owner(ctx, "input.profileId", &input.profile_id).await?;
        let (deleted_recording_id, problem) = match livetv(ctx).delete_recording(owner, id).await? {
            Ok(id) => (Some(id.0.into()), None),
            Err(refused) => (None, Some(refused.into())),
        };
        Ok(DeleteRecordingPayload {
            deleted_recording_id,
            problem,
        })
    }
}

/// What `scheduleRecording` needs.
#[derive(InputObject)]
pub struct ScheduleRecordingInput {
    /// For whom; a profile of the account that is signed in.
    profile_id: ID,
    /// Which programme.
    programme_id: ID,
    /// Minutes recorded before it begins; at most 60.
    #[graphql(default = 0)]
    padding_before_minutes: i32,
    /// Minutes recorded after it ends; at most 60.
    #[graphql(default = 0)]
    padding_after_minutes: i32,
}

/// What `scheduleRecording` answers.
#[derive(SimpleObject)]
pub struct ScheduleRecordingPayload {
    /// The recording; null when `problem` says why not.
    recording: Option<Recording>,
    /// The profile had it already, and it stays as it was; null when `problem` says why there is none.
    already_scheduled: Option<bool>,
    /// Why there is no recording; null when there is.
    problem: Option<RecordingProblem>,
}

/// What `cancelRecording` needs.
#[derive(InputObject)]
pub struct CancelRecordingInput {
    /// Whose recording; a profile of the account that is signed in.
    profile_id: ID,
    /// Which recording.
    id: ID,
}

/// What `cancelRecording` answers.
#[derive(SimpleObject)]
pub struct CancelRecordingPayload {
    /// The recording as it is now; null when `problem` says why not.
    recording: Option<Recording>,
    /// Why nothing was cancelled; null when it was.
    problem: Option<RecordingProblem>,
}

/// What `deleteRecording` needs.
#[derive(InputObject)]
pub struct DeleteRecordingInput {
    /// Whose recording; a profile of the account that is signed in.
    profile_id: ID,
    /// Which recording.
    id: ID,
}

/// What `deleteRecording` answers.
#[derive(SimpleObject)]
pub struct DeleteRecordingPayload {
    /// The recording that is gone; null when `problem` says why not.
    deleted_recording_id: Option<ID>,
    /// Why nothing was deleted; null when it was.
    problem: Option<RecordingProblem>,
}

/// Why a recording was not made or changed.
#[derive(SimpleObject)]
pub struct RecordingProblem {
    /// Why.
    code: RecordingProblemCode,
    /// Why, for people.
    message: String,
    /// The account's quota; null unless it is used up.
    quota: Option<RecordingQuota>,
    /// What the recording would take, in seconds; null unless the quota is used up.
    needed_seconds: Option<i32>,
}

/// Why a recording was not made or changed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingProblemCode {
    /// There is no such programme, or the profile has no such recording.
    NotFound,
    /// The programme is over, and no longer kept.
    ProgrammeOver,
    /// The account's quota is used up.
    OverQuota,
    /// The recording is complete: it can be deleted, not cancelled.
    AlreadyRecorded,
}

impl From<Refused> for RecordingProblem {
    fn from(refused: Refused) -> Self {
        let message = refused.to_string();
        let (code, over) = match refused {
            Refused::NotFound => (RecordingProblemCode::NotFound, None),
            Refused::ProgrammeOver => (RecordingProblemCode::ProgrammeOver, None),
            Refused::AlreadyRecorded => (RecordingProblemCode::AlreadyRecorded, None),
            Refused::OverQuota { quota, needed_seconds } => {
                (RecordingProblemCode::OverQuota, Some((quota, needed_seconds)))
            }
        };
        Self {
            code,
            message,
            quota: over.map(|(quota, _)| quota.into()),
            needed_seconds: over.map(|(_, needed)| needed),
        }
    }
}
