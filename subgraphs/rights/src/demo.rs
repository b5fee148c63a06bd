//! The demo's access rules: only those that say more than the packages of a title, which come with its events.

use crate::{
    Error,
    entities::access_rule::AccessModel,
    service::{NewRule, Rights},
};

/// Adds the demo's rules where there are none.
pub(crate) async fn load(rights: &Rights) -> Result<(), Error> {
    let rules = demo::access_rules(rights.now())
        .into_iter()
        .filter(|rule| rule.starts_at.is_some() || rule.ends_at.is_some() || !rule.territories.is_empty());
    rights.add_first_rules(rules.map(rule).collect()).await
}

fn rule(rule: demo::AccessRule) -> NewRule {
    NewRule {
        content: match rule.content {
            demo::Content::Title(title) => title.into(),
            demo::Content::Channel(channel) => channel.into(),
        },
        model: AccessModel::Packages,
        packages: match rule.via {
            demo::Via::Free => None,
            demo::Via::Packages(packages) => Some(packages),
        },
        starts_at: rule.starts_at,
        ends_at: rule.ends_at,
        territories: rule.territories.into_iter().map(str::to_owned).collect(),
    }
}
