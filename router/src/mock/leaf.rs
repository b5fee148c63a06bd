//! Scalars that are made up: of the kind that their name says.

use apollo_compiler::schema::ScalarType;
use async_graphql::{Name, Value};
use sha2::{Digest as _, Sha256};

/// What something is made from: all that tells it from other things.
pub(super) type Digest = [u8; 32];

/// The seconds of 2026-01-01, when all that happens begins.
const EPOCH: i64 = 1_767_225_600;
const DAY: u64 = 86_400;
/// Names of things; what they name is said before them.
const WORDS: [&str; 16] = [
    "Aurora", "Beacon", "Canyon", "Dahlia", "Ember", "Fjord", "Garnet", "Harbour", "Island", "Juniper", "Kestrel",
    "Lagoon", "Meadow", "Nebula", "Orchard", "Prairie",
];

/// A digest of `from` and of what leads on from there.
pub(super) fn mix(from: &Digest, parts: &[&[u8]]) -> Digest {
    let mut hash = Sha256::new_with_prefix(from);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// A number below `end`, which is not 0.
pub(super) fn number(digest: &Digest, end: u64) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(bytes) % end.max(1)
}

/// An id that tells its type to who knows how to look: a UUID (RFC 9562 §5.8) that ends with a mark of the type.
pub(super) fn id(digest: &Digest, ty: &str) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[8..24]);
    bytes[14..].copy_from_slice(&mark(ty));
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// Whether an id was made for the type.
pub(super) fn is_of(id: &str, ty: &str) -> bool {
    uuid::Uuid::parse_str(id).is_ok_and(|id| id.as_bytes()[14..] == mark(ty))
}

fn mark(ty: &str) -> [u8; 2] {
    let hash = Sha256::digest(ty.as_bytes());
    [hash[0], hash[1]]
}

/// A scalar for `field` of `owner`.
pub(super) fn scalar(definition: &ScalarType, (owner, field): (&str, &str), digest: &Digest) -> Value {
    let name = definition.name.as_str();
    let known = match name {
        "ID" => return Value::String(id(digest, owner)),
        "String" => return Value::String(text((owner, field), digest)),
        "Boolean" => return Value::Boolean(!field.starts_with("has") && number(digest, 2) == 0),
        "Float" => return float(number(digest, 1_000)),
        "Int" => return int(field, digest),
        _ => kind_of(definition),
    };
    match known {
        Kind::DateTime => Value::String(moment(digest, "%Y-%m-%dT%H:%M:%SZ")),
        Kind::Date => Value::String(moment(digest, "%Y-%m-%d")),
        Kind::Time => Value::String(moment(digest, "%H:%M:%S")),
        Kind::Duration => Value::String(format!("PT{}M", 1 + number(digest, 180))),
        Kind::Url => Value::String(url(field, digest)),
        Kind::Uuid => Value::String(id(digest, owner)),
        Kind::Json => Value::Object(
            [(Name::new("mock"), Value::String(text((owner, field), digest)))]
                .into_iter()
                .collect(),
        ),
        Kind::Whole => Value::from(number(digest, 1_000_000)),
        Kind::Decimal => {
            let cents = number(digest, 10_000);
            Value::String(format!("{}.{:02}", cents / 100, cents % 100))
        }
        Kind::Text(text) => Value::String(text.to_owned()),
        Kind::Unknown => Value::String(format!("{name} {}", short(digest))),
    }
}

enum Kind {
    DateTime,
    Date,
    Time,
    Duration,
    Url,
    Uuid,
    Json,
    Whole,
    Decimal,
    Text(&'static str),
    Unknown,
}

/// By the name, else by the specification that the scalar names.
fn kind_of(definition: &ScalarType) -> Kind {
    let name = definition.name.to_ascii_lowercase();
    let specified = definition.directives.get("specifiedBy");
    let specified = specified.and_then(|by| by.specified_argument_by_name("url")?.as_str());
    let specified = specified.unwrap_or_default().to_ascii_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if says(&["datetime", "timestamp", "instant"]) || specified.contains("rfc3339") && !says(&["date", "time"]) {
        Kind::DateTime
    } else if says(&["date"]) {
        Kind::Date
    } else if says(&["duration", "period"]) {
        Kind::Duration
    } else if says(&["timezone"]) {
        Kind::Text("Europe/Berlin")
    } else if says(&["time"]) {
        Kind::Time
    } else if says(&["url", "uri"]) || specified.contains("rfc3986") {
        Kind::Url
    } else if says(&["uuid", "guid"]) || specified.contains("rfc4122") || specified.contains("rfc9562") {
        Kind::Uuid
    } else if says(&["json", "object", "any", "map"]) {
        Kind::Json
    } else if says(&["decimal", "money", "amount"]) {
        Kind::Decimal
    } else if says(&["int", "long", "byte"]) {
        Kind::Whole
    } else if says(&["email"]) {
        Kind::Text("ada@example.com")
    } else if says(&["currency"]) {
        Kind::Text("EUR")
    } else if says(&["country", "territory", "region"]) {
        Kind::Text("DE")
    } else if says(&["locale", "language"]) {
        Kind::Text("en")
    } else {
        Kind::Unknown
    }
}

/// Text of the kind that the name of its field says.
fn text((owner, field): (&str, &str), digest: &Digest) -> String {
    let name = field.to_ascii_lowercase();
    let ends = |parts: &[&str]| parts.iter().any(|part| name.ends_with(part));
    let word = WORDS[usize::try_from(number(digest, WORDS.len() as u64)).unwrap_or(0)];
    if ends(&["url", "uri", "href", "link"]) {
        url(field, digest)
    } else if ends(&["email"]) {
        format!("{}@example.com", word.to_ascii_lowercase())
    } else if ends(&["name", "title"]) {
        format!("{word} {owner}")
    } else if ends(&["cursor", "token", "hash", "key", "slug"]) {
        format!("{}-{}", word.to_ascii_lowercase(), short(digest))
    } else if ends(&["language", "locale"]) {
        "en".to_owned()
    } else if ends(&["country", "territory"]) {
        "DE".to_owned()
    } else if ends(&["currency"]) {
        "EUR".to_owned()
    } else {
        format!("{word}: {field} of {owner} {}", short(digest))
    }
}

fn int(field: &str, digest: &Digest) -> Value {
    let name = field.to_ascii_lowercase();
    if name.ends_with("year") {
        return Value::from(1950 + number(digest, 76));
    }
    if name.ends_with("ms") || name.ends_with("seconds") {
        return Value::from(number(digest, 7_200));
    }
    Value::from(number(digest, 100))
}

fn float(tenths: u64) -> Value {
    Value::from(f64::from(u32::try_from(tenths).unwrap_or(0)) / 10.0)
}

fn url(field: &str, digest: &Digest) -> String {
    format!("https://example.com/{field}/{}", short(digest))
}

fn short(digest: &Digest) -> String {
    format!("{:02x}{:02x}{:02x}", digest[24], digest[25], digest[26])
}

/// A moment of the year that begins with [`EPOCH`].
fn moment(digest: &Digest, format: &str) -> String {
    let seconds = i64::try_from(number(digest, 365 * DAY)).unwrap_or(0);
    let moment = kernel::Instant::from_timestamp(EPOCH + seconds, 0).unwrap_or_default();
    moment.format(format).to_string()
}
