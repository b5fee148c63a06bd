//! The model against serde_json: what goes in comes out, what is not JSON does not go in.

use std::sync::Arc;

use async_graphql::parser::parse_query;
use bytes::Bytes;
use proptest::{collection, prelude::*};
use serde_json::{Map, Value, json};

use super::{Data, Key, Object, Reading, answer, member, of_value};

fn reading(query: &str) -> Arc<Reading> {
    Reading::of(&parse_query(query).unwrap())
}

fn read(text: &str, query: &str) -> Result<Data, String> {
    let text = Bytes::from(format!(r#"{{"data":{text}}}"#));
    let answer = answer(&text, &reading(query)).map_err(|error| error.to_string())?;
    answer.data.ok_or_else(|| "no data".to_owned())
}

/// As JSON, with the names of the test's own fields.
fn written(data: &Data) -> Value {
    const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "__typename", "leaf"];
    match data {
        Data::Object(object) => {
            let name = |key: Key| NAMES.into_iter().find(|name| Key::of(name) == key).unwrap();
            let members = object.iter().map(|(key, value)| (name(key).to_owned(), written(value)));
            Value::Object(members.collect())
        }
        Data::List(items) => items.iter().map(written).collect(),
        leaf => {
            let mut text = Vec::new();
            leaf.write(&mut text);
            serde_json::from_slice(&text).unwrap()
        }
    }
}

/// The query for all fields of the test, two levels deep; `leaf` is a custom scalar.
const QUERY: &str = "{ a { c d leaf } b leaf ... on T { a { e { f } } __typename } }";

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Numbers that serde_json itself reads exactly.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        any::<String>().prop_map(Value::from),
        "[a-zé€😀\"\\\\/\n]{0,40}".prop_map(Value::from),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn object(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let strategies: Vec<_> = fields.iter().map(|(_, strategy)| strategy.clone()).collect();
    let names: Vec<_> = fields.into_iter().map(|(name, _)| name).collect();
    (strategies, any::<u8>())
        .prop_map(move |(values, which)| {
            let members = names.iter().zip(values).enumerate();
            let some = members.filter(|(i, _)| which & (1 << i) != 0);
            Value::Object(some.map(|(_, (name, value))| ((*name).to_owned(), value)).collect())
        })
        .boxed()
}

/// Answers to [`QUERY`].
fn answers() -> impl Strategy<Value = Value> {
    let one = leaf().boxed();
    let leaves = prop_oneof![leaf(), collection::vec(leaf(), 0..4).prop_map(Value::from)].boxed();
    let e = object(vec![("f", one.clone())]);
    let a = object(vec![
        ("c", one.clone()),
        ("d", leaves),
        ("leaf", json().boxed()),
        ("e", e),
    ]);
    let some = prop_oneof![a.clone(), collection::vec(a, 0..3).prop_map(Value::from)].boxed();
    object(vec![("a", some), ("b", one), ("leaf", json().boxed())])
}

/// Without spaces, with spaces and line breaks, with needless escapes.
fn spelled(value: &Value, how: u8) -> String {
    match how % 3 {
        0 => value.to_string(),
        1 => serde_json::to_string_pretty(value).unwrap(),
        _ => value.to_string().replace('€', "\\u20ac").replace('/', "\\/"),
    }
}

proptest! {
    #[test]
    fn what_was_read_is_what_was_written(value in answers(), how in any::<u8>()) {
        let text = spelled(&value, how);
        let data = read(&text, QUERY).unwrap();
        prop_assert_eq!(&written(&data), &value);
        prop_assert_eq!(&written(&data.detached()), &value);
        prop_assert!(read(&text, QUERY).unwrap() == data);
        // The same from a subgraph in this process.
        let same = of_value(async_graphql::Value::from_json(value.clone()).unwrap(), Some(&reading(QUERY)));
        prop_assert_eq!(written(&same), value);
    }

    #[test]
    fn what_is_kept_of_any_json_is_its_value_in_one_line(value in json(), how in any::<u8>()) {
        let text = format!(r#"{{"leaf":{}}}"#, spelled(&value, how));
        let data = read(&text, "{ leaf }").unwrap();
        let Data::Object(object) = &data else { panic!("{data:?}") };
        let mut out = Vec::new();
        object.get(Key::of("leaf")).unwrap().write(&mut out);
        prop_assert!(!out.contains(&b'\n'));
        prop_assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), value);
    }

    #[test]
    fn texts_are_json_to_us_when_they_are_json(text in r#"[\[\]{}:,"\\u0-9a-f.eE+\-tnrl \n\t]{0,24}"#) {
        let body = Bytes::from(text.clone());
        let ours = member(&Bytes::from(format!(r#"{{"x":{text}}}"#)), "x").ok().flatten();
        let theirs = serde_json::from_slice::<serde::de::IgnoredAny>(&body);
        // A text may also close the object around it; surrogates are only checked where a string is read.
        if theirs.is_ok() {
            prop_assert!(ours.is_some(), "{text:?}");
        } else if let Some(ours) = ours {
            prop_assert!(ours != body.trim_ascii() || text.contains("\\u"), "{text:?}");
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in collection::vec(any::<u8>(), 0..64)) {
        let text = Bytes::from(bytes);
        let is_object = serde_json::from_slice::<Map<String, Value>>(&text).is_ok();
        prop_assert!(!is_object || answer(&text, &reading(QUERY)).is_ok());
    }
}

#[test]
fn only_what_was_asked_is_read_whatever_its_order() {
    let text = r#"{"x":[{"y":1}],"b":1,"a":{"d":2,"z":null,"c":"é","d":3},"b":4}"#;
    assert_eq!(
        written(&read(text, QUERY).unwrap()),
        json!({"b": 4, "a": {"c": "é", "d": 3}})
    );
}

#[test]
fn texts_that_are_no_answer_are_refused_by_what_is_wrong() {
    for (text, why) in [
        (r#"{"a":}"#, "no value"),
        (r#"{"a":01}"#, "no value"),
        (r#"{"a":1,}"#, "comma"),
        (r#"{"a" 1}"#, "without a value"),
        (r#"{"b":"\x"}"#, "escape"),
        (r#"{"b":"\ud800"}"#, "no text"),
        ("{\"b\":\"\n\"}", "control character"),
        (r#"{"b":"#, "more"),
    ] {
        let error = read(text, QUERY).unwrap_err();
        assert!(
            error.contains(why) || error.contains("breaks off") || error.contains("no value"),
            "{text}: {error}"
        );
    }
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert!(
        read(&format!(r#"{{"leaf":{deep}}}"#), QUERY)
            .unwrap_err()
            .contains("deep")
    );
    assert!(
        read(&format!(r#"{{"unknown":{deep}}}"#), QUERY)
            .unwrap_err()
            .contains("deep")
    );
    assert!(answer(&Bytes::from_static(b"{\"data\":{\"b\":\"\xff\"}}"), &reading(QUERY)).is_err());
    assert!(answer(&Bytes::from_static(b"[]"), &reading(QUERY)).is_err());
    assert!(answer(&Bytes::from_static(b"{\"data\":{}} {}"), &reading(QUERY)).is_err());
}

#[test]
fn an_envelope_is_taken_apart() {
    let text = Bytes::from_static(br#" {"extensions":{"a":[1]}, "errors" : [{"message":"no"}] ,"data":null} "#);
    let parts = answer(&text, &reading(QUERY)).unwrap();
    assert_eq!(parts.data, Some(Data::Null));
    assert_eq!(parts.errors.unwrap(), r#"[{"message":"no"}]"#);
    let parts = answer(&Bytes::from_static(b"{}"), &reading(QUERY)).unwrap();
    assert!(parts.data.is_none() && parts.errors.is_none());
    let text = Bytes::from_static(br#"{"id":"1","type":"next","payload":{"data":{}}}"#);
    assert_eq!(member(&text, "payload").unwrap().unwrap(), r#"{"data":{}}"#);
}

#[test]
fn objects_find_their_fields_from_any_place() {
    let keys = ["a", "b", "c"].map(Key::of);
    let leaf = |text: &str| Data::Leaf(super::Leaf::of_json(&text));
    let object: Object = keys.into_iter().map(|key| (key, leaf("x"))).collect();
    for start in 0..5 {
        for (i, key) in keys.into_iter().enumerate() {
            let mut hint = start;
            assert!(object.get_near(key, &mut hint).is_some());
            assert_eq!(hint, i + 1);
        }
        let mut hint = start;
        assert!(object.get_near(Key::of("d"), &mut hint).is_none());
        assert_eq!(hint, start);
    }
    let turned: Object = keys.into_iter().rev().map(|key| (key, leaf("x"))).collect();
    assert_eq!(object, turned);
    assert_eq!(
        size_of::<Data>(),
        32,
        "a field more or less of it is felt by every request"
    );
}
