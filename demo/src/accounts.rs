//! The two accounts one signs in with.

use kernel::{AccountId, ProfileId};

use crate::ids::{Kind, named};

/// The password of both demo accounts; they exist in demo mode only.
pub const PASSWORD: &str = "matinee-demo";

/// An account of the demo.
#[derive(Debug, Clone)]
pub struct Account {
    /// Fixed id.
    pub id: AccountId,
    /// What one signs in with.
    pub email: &'static str,
    /// How it is shown.
    pub display_name: &'static str,
    /// Role names as in tokens: `VIEWER`, `ADMIN`.
    pub roles: &'static [&'static str],
    /// Its profiles, the main one first.
    pub profiles: Vec<Profile>,
}

/// A profile of an account.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Fixed id.
    pub id: ProfileId,
    /// Its name.
    pub name: String,
    /// Whether it is a child's.
    pub kids: bool,
}

impl Profile {
    pub(crate) fn new(key: &str, name: &str, kids: bool) -> Self {
        Self {
            id: named(Kind::Profile, key).into(),
            name: name.to_owned(),
            kids,
        }
    }
}

/// The viewer, then the administrator.
pub fn accounts() -> Vec<Account> {
    vec![
        Account {
            id: named(Kind::Account, "viewer").into(),
            email: "viewer@example.com",
            display_name: "Demo Viewer",
            roles: &["VIEWER"],
            profiles: vec![
                Profile::new("viewer main", "Demo Viewer", false),
                Profile::new("viewer kids", "Kids", true),
            ],
        },
        Account {
            id: named(Kind::Account, "admin").into(),
            email: "admin@example.com",
            display_name: "Demo Admin",
            roles: &["VIEWER", "ADMIN"],
            profiles: vec![Profile::new("admin main", "Demo Admin", false)],
        },
    ]
}
