//! For whom an answer is: what is equal for two requests may be shared between them, nothing else.

use auth::Role;
use sha2::{Digest, Sha256};

use super::Key;
use crate::{
    pipeline::Context,
    subgraph::{HeaderRule, Inputs},
};

/// Whose eyes an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class {
    /// Stands for account, roles and key; all that have none of them are the same.
    own: Key,
    /// Sees what everybody sees: nobody, or a viewer without any further role. Staff see drafts.
    is_plain: bool,
    /// Has a role beyond viewer: what is a draft changes without an event.
    is_staff: bool,
}

impl Class {
    /// The class of who asks. Headers that are handed on to subgraphs may change what they answer, so they count too.
    pub(crate) fn of(context: &Context, rules: &[HeaderRule]) -> Self {
        let identity = &context.identity;
        let mut hasher = Hasher::default();
        let mut is_plain = identity.key.is_none();
        let mut is_staff = false;
        if let Some(viewer) = &identity.viewer {
            hasher.add(viewer.account.to_string().as_bytes());
            let mut roles: Vec<&str> = viewer.roles.iter().map(|role| role.name()).collect();
            roles.sort_unstable();
            for role in roles {
                hasher.add(role.as_bytes());
            }
            for scope in &viewer.scopes {
                hasher.add(b"scope");
                hasher.add(scope.as_bytes());
            }
            is_plain &= viewer.scopes.is_empty();
            is_staff = viewer.roles.iter().any(|role| *role != Role::Viewer);
            is_plain &= !is_staff;
        } else if let Some(bearer) = &identity.bearer {
            // Not ours to verify, but the subgraphs are told and may answer by it.
            hasher.add(b"bearer");
            hasher.add(bearer.0.as_bytes());
            is_plain = false;
        }
        if let Some(key) = &identity.key {
            hasher.add(key.id.as_bytes());
        }
        for name in rules.iter().filter_map(|rule| rule.propagate.as_deref()) {
            for value in context.headers.get_all(name) {
                hasher.add(name.as_bytes());
                hasher.add(value.as_bytes());
                is_plain = false;
            }
        }
        Self {
            own: hasher.end(),
            is_plain,
            is_staff,
        }
    }

    /// Whether anything is kept for it: who works on what is not public yet sees it as it is now.
    pub(crate) const fn is_kept(&self) -> bool {
        !self.is_staff
    }

    /// Whether something that is not private may be shared with everybody.
    pub(crate) const fn shares(&self, is_private: bool) -> bool {
        self.is_plain && !is_private
    }

    /// Tells the class apart from those it shares nothing with.
    pub(crate) fn add_to(&self, hasher: &mut Hasher, is_private: bool) {
        if !self.shares(is_private) {
            hasher.add(&self.own);
        }
    }
}

/// Makes keys; each part has its length before it, so that no two lists of parts are the same text.
#[derive(Clone, Default)]
pub(crate) struct Hasher(Sha256);

impl Hasher {
    pub(crate) fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    pub(crate) fn add_json(&mut self, value: &impl serde::Serialize) {
        let mut text = Vec::with_capacity(128);
        crate::executor::write_json(&mut text, value);
        self.add(&text);
    }

    /// Adds all that a fetch is asked with.
    pub(crate) fn add_inputs(&mut self, inputs: &Inputs) {
        let mut text = Vec::with_capacity(256);
        inputs.write(&mut text);
        self.add(&text);
    }

    pub(crate) fn end(self) -> Key {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use auth::Bearer;

    use super::*;
    use crate::pipeline::Identity;

    fn class(bearer: Option<&str>) -> Class {
        let identity = Identity {
            bearer: bearer.map(|token| Bearer(token.into())),
            ..Identity::default()
        };
        Class::of(&identity.into(), &[])
    }

    #[test]
    fn a_token_that_only_subgraphs_can_read_is_for_its_own_eyes() {
        let (nobody, one, other) = (class(None), class(Some("1")), class(Some("2")));
        assert!(nobody.shares(false) && nobody == class(None));
        assert!(!one.shares(false) && one != other && one != nobody);
    }
}
