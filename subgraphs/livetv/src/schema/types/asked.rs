//! What is asked of programmes.

use async_graphql::SelectionField;

use crate::service::Depth;

/// Fields of a programme that are in its row, the same for everybody.
const PLAIN: [&str; 19] = [
    "__typename",
    "id",
    "title",
    "subtitle",
    "description",
    "startsAt",
    "endsAt",
    "categories",
    "episode",
    "genre",
    "seriesKey",
    "isNew",
    "isPremiere",
    "isLive",
    "isRepeat",
    "isLastChance",
    "rating",
    "imageUrl",
    "year",
];
/// Fields that are read apart from the programme.
const APART: [&str; 5] = ["channel", "catchUp", "lockedFields", "recording", "reminder"];
/// Fields of a changed programme that are the same for everybody.
const OF_CHANGE: [&str; 4] = ["__typename", "kind", "programmeId", "channelId"];
/// Fields of an episode.
const OF_EPISODE: [&str; 3] = ["__typename", "season", "number"];

/// How much of the programmes below `field`, which are its fields `name`, is asked for.
pub fn depth(field: &SelectionField<'_>, name: &str) -> Depth {
    let is_of_row = |asked: SelectionField<'_>| PLAIN.contains(&asked.name()) || APART.contains(&asked.name());
    let mut lists = field.selection_set().filter(|list| list.name() == name);
    if lists.all(|list| list.selection_set().all(is_of_row)) {
        Depth::Row
    } else {
        Depth::All
    }
}

/// What is asked of changed programmes, as a text that is the same where the same is asked; none when it is not the
/// same for everybody, or nobody says that it is.
pub fn of_changes(changes: &SelectionField<'_>) -> Option<String> {
    let mut text = String::with_capacity(128);
    for field in changes.selection_set() {
        name(&field, &mut text)?;
        match field.name() {
            "programme" => of_programme(&field, &mut text)?,
            other if OF_CHANGE.contains(&other) => {}
            _ => return None,
        }
    }
    Some(text)
}

fn of_programme(programme: &SelectionField<'_>, text: &mut String) -> Option<()> {
    text.push('{');
    for field in programme.selection_set() {
        if !PLAIN.contains(&field.name()) {
            return None;
        }
        name(&field, text)?;
        text.push('{');
        for part in field.selection_set() {
            if !OF_EPISODE.contains(&part.name()) {
                return None;
            }
            name(&part, text)?;
        }
        text.push('}');
    }
    text.push('}');
    Some(())
}

/// Adds the name of a field and the one that it has in the answer; none where a directive may change it.
fn name(field: &SelectionField<'_>, text: &mut String) -> Option<()> {
    if field.directives().is_ok_and(|directives| directives.is_empty()) {
        for part in [field.alias().unwrap_or_default(), ":", field.name(), ","] {
            text.push_str(part);
        }
        return Some(());
    }
    None
}
