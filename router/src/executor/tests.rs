//! What merging keeps to, whatever comes.

use apollo_compiler::Schema;
use proptest::{collection, prelude::*};

use super::{
    merge::{merge, merge_copy, merge_many, merge_objects},
    types::Types,
};
use crate::data::{Data, Key, Leaf, Object};

fn types() -> Types {
    let sdl = "type Query { a: Title } interface Title { id: ID } type Movie implements Title { id: ID }";
    Types::new(&Schema::parse(sdl, "test.graphql").unwrap())
}

fn object() -> impl Strategy<Value = Object> {
    let leaf = prop_oneof![
        Just(Data::Null),
        any::<u8>().prop_map(|number| Data::Leaf(Leaf::of_json(&number))),
        Just(Data::Leaf(Leaf::of_json(&"a text that is too long for its place"))),
    ];
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Data::List),
            fields(inner).prop_map(Data::Object),
        ]
    });
    fields(value)
}

fn fields(value: impl Strategy<Value = Data>) -> impl Strategy<Value = Object> {
    let name = prop_oneof![Just("a"), Just("b"), Just("c"), Just("d")].prop_map(Key::of);
    collection::vec((name, value), 0..4).prop_map(Object::from_iter)
}

fn merged(target: &Object, source: &Object) -> Data {
    let mut target = Data::Object(target.clone());
    merge(&types(), &mut target, Data::Object(source.clone()));
    target
}

proptest! {
    #[test]
    fn merging_what_is_there_already_changes_nothing(one in object(), two in object()) {
        prop_assert_eq!(merged(&one, &one), Data::Object(one.clone()));
        let both = merged(&one, &two);
        let Data::Object(object) = &both else { panic!("an object stays one") };
        prop_assert_eq!(merged(object, &two), both.clone());
        prop_assert_eq!(merged(&Object::default(), &one), Data::Object(one));
    }

    #[test]
    fn nothing_that_was_there_becomes_null_and_nothing_new_is_lost(one in object(), two in object()) {
        let Data::Object(both) = merged(&one, &two) else { panic!("an object stays one") };
        for (key, value) in one.iter().chain(two.iter()) {
            let kept = both.get(key).unwrap();
            prop_assert!(matches!(value, Data::Null) || !matches!(kept, Data::Null));
        }
    }

    #[test]
    fn all_ways_to_merge_come_to_the_same(one in object(), two in object()) {
        let expected = merged(&one, &two);
        let mut copied = Data::Object(one.clone());
        merge_copy(&types(), &mut copied, &Data::Object(two.clone()));
        prop_assert_eq!(&copied, &expected);
        for way in [merge_objects, merge_many] {
            let mut target = one.clone();
            way(&types(), &mut target, two.clone());
            prop_assert_eq!(&Data::Object(target), &expected);
        }
    }
}

#[test]
fn a_type_that_is_known_exactly_stays() {
    let named = |name: &str| Object::from_iter([(Key::TYPENAME, Data::Leaf(Leaf::of_json(&name)))]);
    assert_eq!(merged(&named("Movie"), &named("Title")), Data::Object(named("Movie")));
    assert_eq!(merged(&named("Title"), &named("Movie")), Data::Object(named("Movie")));
}
