//! Codes of countries and their parts.

use kernel::Refusal;

/// Most codes of one list.
const MOST: usize = 300;

/// Reads codes like `GB` (ISO 3166-1) and `GB-SCT` (ISO 3166-2).
pub(super) fn read(field: &str, codes: Vec<String>) -> Result<Vec<String>, Refusal> {
    if codes.len() > MOST {
        return Err(Refusal::limit(field, MOST as u64, codes.len() as u64).with("field", field));
    }
    match codes.iter().find(|code| !is_code(code)) {
        None => Ok(codes),
        Some(wrong) => {
            let wrong: String = wrong.chars().take(20).collect();
            let message = format!("{field} has {wrong:?}, which is no code like GB or GB-SCT");
            Err(Refusal::bad_input(field, message))
        }
    }
}

fn is_code(code: &str) -> bool {
    let (country, part) = code.split_once('-').unwrap_or((code, "X"));
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=3).contains(&part.len())
        && part.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_and_their_parts_are_codes_and_nothing_else() {
        for (code, is_one) in [
            ("GB", true),
            ("GB-SCT", true),
            ("FR-75", true),
            ("gb", false),
            ("GB-", false),
            ("Narnia", false),
        ] {
            assert_eq!(is_code(code), is_one, "{code}");
        }
    }
}
