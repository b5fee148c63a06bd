//! Root fields that set reminders and take them back.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use graphql::{Result, SignedIn, directives::Authenticated};
use kernel::ProgrammeId;

use crate::{
    domain::recording::check_minutes,
    schema::types::{livetv, owner::owner, reminder::Reminder},
    service::NotReminded,
};

/// Most minutes before a programme: a week.
const MAX_MINUTES: i32 = 7 * 24 * 60;

/// Reminders.
#[derive(Default)]
pub struct ReminderMutation;

/// Reminders.
#[Object]
impl ReminderMutation {
    /// Reminds a profile of a programme that has not begun; a second time changes the minutes.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn set_reminder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, of what, and when.")] input: SetReminderInput,
    ) -> Result<SetReminderPayload> {
        let programme = ProgrammeId::parse("input.programmeId", &input.programme_id)?;
        check_minutes("input.minutesBefore", input.minutes_before, MAX_MINUTES)?;
        let owner = owner(ctx, "input.profileId", &input.profile_id).await?;
        let set = livetv(ctx).set_reminder(owner, programme, input.minutes_before).await?;
        let (reminder, problem) = match set {
            Ok(row) => (Some(Reminder::new(row)), None),
            Err(why) => (None, Some(why.into())),
        };
        Ok(SetReminderPayload { reminder, problem })
    }

    /// Takes back a profile's reminder of a programme.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn remove_reminder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose reminder of what.")] input: RemoveReminderInput,
    ) -> Result<RemoveReminderPayload> {
        let programme = ProgrammeId::parse("input.programmeId", &input.programme_id)?;
        let owner = owner(ctx, "input.profileId", &input.profile_id).await?;
        let (removed_programme_id, problem) = match livetv(ctx).remove_reminder(owner, programme).await? {
            Ok(id) => (Some(id.0.into()), None),
            Err(why) => (None, Some(why.into())),
        };
        Ok(RemoveReminderPayload {
            removed_programme_id,
            problem,
        })
    }
}

/// What `setReminder` needs.
#[derive(InputObject)]
pub struct SetReminderInput {
    /// Who is told; a profile of the account that is signed in.
    profile_id: ID,
    /// Of which programme.
    programme_id: ID,
    /// How long before it begins, in minutes; at most a week.
    #[graphql(default = 5)]
    minutes_before: i32,
}

/// What `setReminder` answers.
#[derive(SimpleObject)]
pub struct SetReminderPayload {
    /// The reminder; null when `problem` says why not.
    reminder: Option<Reminder>,
    /// Why there is no reminder; null when there is.
    problem: Option<ReminderProblem>,
}

/// What `removeReminder` needs.
#[derive(InputObject)]
pub struct RemoveReminderInput {
    /// Whose reminder; a profile of the account that is signed in.
    profile_id: ID,
    /// Of which programme.
    programme_id: ID,
}

/// What `removeReminder` answers.
#[derive(SimpleObject)]
pub struct RemoveReminderPayload {
    /// The programme that the profile is no longer reminded of; null when `problem` says why not.
    removed_programme_id: Option<ID>,
    /// Why nothing was taken back; null when it was.
    problem: Option<ReminderProblem>,
}

/// Why a reminder was not set or taken back.
#[derive(SimpleObject)]
pub struct ReminderProblem {
    /// Why.
    code: ReminderProblemCode,
    /// Why, for people.
    message: String,
}

/// Why a reminder was not set or taken back.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReminderProblemCode {
    /// There is no such programme, or the profile has no reminder of it.
    NotFound,
    /// The programme has begun.
    ProgrammeBegun,
    /// The profile has as many reminders as it may.
    TooMany,
}

impl From<NotReminded> for ReminderProblem {
    fn from(why: NotReminded) -> Self {
        let code = match why {
            NotReminded::NotFound => ReminderProblemCode::NotFound,
            NotReminded::ProgrammeBegun => ReminderProblemCode::ProgrammeBegun,
            NotReminded::TooMany(_) => ReminderProblemCode::TooMany,
        };
        Self {
            code,
            message: why.to_string(),
        }
    }
}
