//! What a recording covers, and how far it is by the clock.

use chrono::TimeDelta;
use kernel::{Instant, Refusal};

/// Longest padding on either side, in minutes.
pub const MAX_PADDING_MINUTES: i32 = 60;
/// A recording takes as much of the quota at least: their number is bounded by it.
const LEAST_SECONDS: i32 = 60;

/// What is recorded beside the programme: broadcasters are early and late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Padding {
    /// Minutes before it.
    pub before_minutes: i32,
    /// Minutes after it.
    pub after_minutes: i32,
}

impl Padding {
    /// Checks what a client sent.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for less than nothing, `LIMIT_EXCEEDED` for more than an hour.
    pub fn try_new(before_minutes: i32, after_minutes: i32) -> Result<Self, Refusal> {
        for (field, minutes) in [
            ("input.paddingBeforeMinutes", before_minutes),
            ("input.paddingAfterMinutes", after_minutes),
        ] {
            check_minutes(field, minutes, MAX_PADDING_MINUTES)?;
        }
        Ok(Self {
            before_minutes,
            after_minutes,
        })
    }
}

/// Checks a number of minutes that `field` carries.
///
/// # Errors
/// `BAD_USER_INPUT` for less than nothing, `LIMIT_EXCEEDED` for more than `most`.
pub fn check_minutes(field: &str, minutes: i32, most: i32) -> Result<(), Refusal> {
    let Ok(sent) = u64::try_from(minutes) else {
        return Err(Refusal::bad_input(
            field,
            format!("{field} is at least 0, not {minutes}"),
        ));
    };
    if minutes > most {
        return Err(Refusal::limit("minutes", most.unsigned_abs().into(), sent).with("field", field));
    }
    Ok(())
}

/// How far a recording is by the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It has not begun.
    Ahead,
    /// It runs.
    Running,
    /// It is complete.
    Over,
}

/// What a recording covers: `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First instant.
    pub from: Instant,
    /// First instant after it.
    pub to: Instant,
}

impl Span {
    /// What a recording of a programme covers.
    pub fn of(starts_at: Instant, ends_at: Instant, padding: Padding) -> Self {
        Self {
            from: starts_at - TimeDelta::minutes(padding.before_minutes.into()),
            to: ends_at + TimeDelta::minutes(padding.after_minutes.into()),
        }
    }

    /// What it takes of the quota.
    pub fn seconds(&self) -> i32 {
        i32::try_from((self.to - self.from).num_seconds())
            .unwrap_or(i32::MAX)
            .max(LEAST_SECONDS)
    }

    /// How far it is at `now`.
    pub fn phase(&self, now: Instant) -> Phase {
        if now < self.from {
            Phase::Ahead
        } else if now < self.to {
            Phase::Running
        } else {
            Phase::Over
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{ErrorCode, Fault};

    use super::*;

    fn at(time: &str) -> Instant {
        format!("2026-11-21T{time}:00Z").parse().unwrap()
    }

    #[test]
    fn a_recording_runs_from_its_first_instant_to_before_its_end() {
        let padding = Padding::try_new(5, 10).unwrap();
        let span = Span::of(at("20:00"), at("21:00"), padding);
        assert_eq!(span.seconds(), 75 * 60);
        for (time, phase) in [
            ("19:54", Phase::Ahead),
            ("19:55", Phase::Running),
            ("21:09", Phase::Running),
            ("21:10", Phase::Over),
        ] {
            assert_eq!(span.phase(at(time)), phase, "{time}");
        }
    }

    #[test]
    fn padding_has_its_limits() {
        let code = |before, after| Padding::try_new(before, after).unwrap_err().code();
        assert_eq!(code(-1, 0), ErrorCode::BadInput);
        assert_eq!(code(0, 61), ErrorCode::LimitExceeded);
    }
}
