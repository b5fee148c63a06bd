//! Profiles: make, change, delete.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use graphql::{Result, SignedIn, directives::Authenticated};
use kernel::{ProfileId, Refusal};

use crate::{
    domain::{change::Change, text},
    schema::{
        problem::{CreateProfileProblemCode, DeleteProfileProblemCode, Problem},
        types::profile::Profile,
    },
    service::{Accounts, ProfileChange},
};

pub struct Profiles;

/// How a profile likes to watch. Absent stays as it is, null clears.
#[derive(InputObject, Default)]
pub struct ProfilePreferencesInput {
    /// Preferred language of sound, BCP 47; null for the title's own.
    language: MaybeUndefined<String>,
    /// Preferred language of subtitles, BCP 47; null for none.
    subtitle_language: MaybeUndefined<String>,
    /// Whether the next episode starts by itself.
    autoplay: Option<bool>,
}

/// What `createProfile` needs.
#[derive(InputObject)]
pub struct CreateProfileInput {
    /// Its name: 1 to 40 characters.
    name: String,
    /// URL of its picture.
    avatar_url: Option<String>,
    /// Whether it is a child's; false when absent.
    kids: Option<bool>,
    /// Titles for older viewers are refused to it, in years; a child's follows the platform's age when absent.
    max_age: Option<i32>,
    /// How it likes to watch.
    preferences: Option<ProfilePreferencesInput>,
}

/// What `createProfile` did.
#[derive(SimpleObject)]
pub struct CreateProfilePayload {
    /// The new profile; null when `problem` says why there is none.
    profile: Option<Profile>,
    /// Why no profile was made; null when one was.
    problem: Option<Problem<CreateProfileProblemCode>>,
}

/// What `updateProfile` needs. Absent stays as it is, null clears.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// Which profile.
    profile_id: ID,
    /// Its name: 1 to 40 characters.
    name: Option<String>,
    /// URL of its picture; null for none.
    avatar_url: MaybeUndefined<String>,
    /// Whether it is a child's.
    kids: Option<bool>,
    /// Titles for older viewers are refused to it, in years; null for no age of its own.
    max_age: MaybeUndefined<i32>,
    /// How it likes to watch.
    preferences: Option<ProfilePreferencesInput>,
}

/// What `updateProfile` did. It refuses nothing that can be read: a foreign profile is NOT_FOUND.
#[derive(SimpleObject)]
pub struct UpdateProfilePayload {
    /// The profile as it is now.
    profile: Option<Profile>,
}

/// What `deleteProfile` needs.
#[derive(InputObject)]
pub struct DeleteProfileInput {
    /// Which profile.
    profile_id: ID,
}

/// What `deleteProfile` did.
#[derive(SimpleObject)]
pub struct DeleteProfilePayload {
    /// The profile that is gone; null when `problem` says why it is not.
    profile_id: Option<ID>,
    /// Why the profile was not deleted; null when it was.
    problem: Option<Problem<DeleteProfileProblemCode>>,
}

#[Object]
impl Profiles {
    /// Makes a profile of the account that is signed in.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn create_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The profile to make.")] input: CreateProfileInput,
    ) -> Result<CreateProfilePayload> {
        let viewer = graphql::viewer(ctx)?;
        let change = ProfileChange {
            name: Some(text::name("input.name", &input.name)?),
            avatar_url: picture(given(input.avatar_url))?,
            kids: input.kids,
            max_age: age(given(input.max_age))?,
            ..preferences(input.preferences)?
        };
        Ok(
            match ctx
                .data_unchecked::<Accounts>()
                .create_profile(viewer.account, change)
                .await?
            {
                Ok(profile) => CreateProfilePayload {
                    profile: Some(Profile::own(profile)),
                    problem: None,
                },
                Err(problem) => CreateProfilePayload {
                    profile: None,
                    problem: Some(problem.into()),
                },
            },
        )
    }

    /// Changes a profile of the account that is signed in.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: UpdateProfileInput,
    ) -> Result<UpdateProfilePayload> {
        let viewer = graphql::viewer(ctx)?;
        let profile = ProfileId::parse("input.profileId", &input.profile_id)?;
        let name = input.name.map(|name| text::name("input.name", &name)).transpose()?;
        let change = ProfileChange {
            name,
            avatar_url: picture(input.avatar_url)?,
            kids: input.kids,
            max_age: age(input.max_age)?,
            ..preferences(input.preferences)?
        };
        let profile = ctx
            .data_unchecked::<Accounts>()
            .update_profile(viewer.account, profile, change)
            .await?;
        Ok(UpdateProfilePayload {
            profile: Some(Profile::own(profile)),
        })
    }

    /// Deletes a profile of the account that is signed in, with its watchlist, history and ratings.
    #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
    async fn delete_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The profile to delete.")] input: DeleteProfileInput,
    ) -> Result<DeleteProfilePayload> {
        let viewer = graphql::viewer(ctx)?;
        let profile = ProfileId::parse("input.profileId", &input.profile_id)?;
        Ok(
            match ctx
                .data_unchecked::<Accounts>()
                .delete_profile(viewer.account, profile)
                .await?
            {
                Ok(()) => DeleteProfilePayload {
                    profile_id: Some(profile.0.into()),
                    problem: None,
                },
                Err(problem) => DeleteProfilePayload {
                    profile_id: None,
                    problem: Some(problem.into()),
                },
            },
        )
    }
}

/// In something new there is nothing to clear: null is the same as absent.
fn given<T>(sent: Option<T>) -> MaybeUndefined<T> {
    sent.map_or(MaybeUndefined::Undefined, MaybeUndefined::Value)
}

/// Absent, cleared, or a checked value.
fn checked<T>(
    sent: MaybeUndefined<T>,
    check: impl FnOnce(T) -> std::result::Result<T, Refusal>,
) -> std::result::Result<Change<T>, Refusal> {
    Ok(match sent {
        MaybeUndefined::Undefined => Change::Keep,
        MaybeUndefined::Null => Change::Clear,
        MaybeUndefined::Value(value) => Change::Set(check(value)?),
    })
}

fn picture(sent: MaybeUndefined<String>) -> std::result::Result<Change<String>, Refusal> {
    checked(sent, |url| text::picture_url("input.avatarUrl", &url))
}

fn age(sent: MaybeUndefined<i32>) -> std::result::Result<Change<i32>, Refusal> {
    checked(sent, |years| text::age("input.maxAge", years))
}

fn preferences(sent: Option<ProfilePreferencesInput>) -> std::result::Result<ProfileChange, Refusal> {
    let sent = sent.unwrap_or_default();
    Ok(ProfileChange {
        language: checked(sent.language, |tag| text::language("input.preferences.language", &tag))?,
        subtitle_language: checked(sent.subtitle_language, |tag| {
            text::language("input.preferences.subtitleLanguage", &tag)
        })?,
        autoplay: sent.autoplay,
        ..ProfileChange::default()
    })
}
