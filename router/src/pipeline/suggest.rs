//! "Did you mean": the name that is nearest to one the schema does not know.

use apollo_compiler::{Schema, schema::ExtendedType};

/// Most names that are suggested.
const MOST: usize = 3;

/// The message with a suggestion, when there is one. `message` is the validator's: its names stand in backticks.
pub(crate) fn suggest(schema: &Schema, message: String) -> String {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let found = match names.as_slice() {
        [type_name, field] if message.starts_with("type `") => nearest(field, fields(schema, type_name)),
        [argument, coordinate] if message.starts_with("the argument `") => {
            nearest(argument, arguments(schema, coordinate))
        }
        [value, type_name] if message.contains("does not exist on") => nearest(value, members(schema, type_name)),
        [name] if message.starts_with("cannot find type") => {
            let names = schema.types.keys().map(AsRef::as_ref);
            nearest(name, names.filter(|name: &&str| !name.starts_with("__")).collect())
        }
        _ => Vec::new(),
    };
    match found.as_slice() {
        [] => message,
        [one] => format!("{message}. Did you mean `{one}`?"),
        [most @ .., last] => format!("{message}. Did you mean `{}` or `{last}`?", most.join("`, `")),
    }
}

fn fields<'s>(schema: &'s Schema, type_name: &str) -> Vec<&'s str> {
    match schema.types.get(type_name) {
        Some(ExtendedType::Object(object)) => object.fields.keys().map(AsRef::as_ref).collect(),
        Some(ExtendedType::Interface(interface)) => interface.fields.keys().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    }
}

/// `Query.movies`, as the validator writes it.
fn arguments<'s>(schema: &'s Schema, coordinate: &str) -> Vec<&'s str> {
    let field = coordinate.split_once('.').and_then(|(type_name, rest)| {
        let field = rest.split('(').next()?;
        schema.type_field(type_name, field).ok()
    });
    let arguments = field.map(|field| field.arguments.as_slice()).unwrap_or_default();
    arguments.iter().map(|argument| argument.name.as_str()).collect()
}

fn members<'s>(schema: &'s Schema, type_name: &str) -> Vec<&'s str> {
    match schema.types.get(type_name) {
        Some(ExtendedType::Enum(definition)) => definition.values.keys().map(AsRef::as_ref).collect(),
        Some(ExtendedType::InputObject(input)) => input.fields.keys().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    }
}

/// The known names that may have been meant, the nearest first.
fn nearest<'s>(name: &str, known: Vec<&'s str>) -> Vec<&'s str> {
    // As graphql-js: two letters in five may be wrong, and one in short names.
    let most = name.chars().count() * 2 / 5 + 1;
    let distances = known.into_iter().map(|known| (distance(name, known), known));
    let mut near: Vec<(usize, &str)> = distances.filter(|(distance, _)| *distance <= most).collect();
    near.sort_unstable();
    near.truncate(MOST);
    near.into_iter().map(|(_, known)| known).collect()
}

/// Levenshtein's distance, capitals aside.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, letter) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_a_strange_one_is_not() {
        let sdl = "type Query { movies(first: Int, filter: F): Int titles: Int title: Int } input F { year: Int } enum E { RED }";
        let schema = Schema::parse(sdl, "s.graphql").expect("a schema");
        for (message, end) in [
            (
                "type `Query` does not have a field `moveis`",
                "`moveis`. Did you mean `movies`?",
            ),
            (
                "type `Query` does not have a field `titel`",
                "Did you mean `title` or `titles`?",
            ),
            ("type `Query` does not have a field `zebra`", "`zebra`"),
            (
                "the argument `frist` is not supported by `Query.movies`",
                "Did you mean `first`?",
            ),
            ("field `yaer` does not exist on `F`", "Did you mean `year`?"),
            ("value `red` does not exist on `E`", "Did you mean `RED`?"),
            ("variable `$x` is not defined", "not defined"),
        ] {
            let suggested = suggest(&schema, message.to_owned());
            assert!(suggested.ends_with(end), "{suggested}");
        }
    }
}
