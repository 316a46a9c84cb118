//! Values survive the codec, versions read each other, and no bytes make it panic.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

use std::collections::BTreeMap;

use polyphon_wire::{Bytes, Reader, Wire, from_bytes, to_bytes, wire};
use proptest::prelude::*;

wire! {
    /// A type with one of everything.
    pub struct Everything {
        small: u8, large: u64, signed: i64, flag: bool, text: String, bytes: Bytes, maybe: Option<u32>,
        list: Vec<Shade>, pairs: Vec<(String, i64)>, map: BTreeMap<String, u64>, shape: Shape,
    }
}

wire! {
    /// A choice.
    pub choice Shade { 0 => Light, 7 => Dark }
}

wire! {
    /// An enum.
    pub enum Shape {
        /// With fields.
        1 => Circle { radius: u32 },
        /// Without.
        300 => Point {},
    }
}

wire! {
    /// As it was written once.
    pub struct Old { first: u32 }
}

wire! {
    /// As it is now.
    pub struct New { first: u32, second: Option<String>, third: u64 }
}

fn everything() -> impl Strategy<Value = Everything> {
    let scalars = (
        any::<u8>(),
        any::<u64>(),
        any::<i64>(),
        any::<bool>(),
        ".{0,300}",
        any::<Vec<u8>>(),
    );
    let shades = prop::collection::vec(prop_oneof![Just(Shade::Light), Just(Shade::Dark)], 0..20);
    let pairs = prop::collection::vec((".{0,20}", any::<i64>()), 0..20);
    let map = prop::collection::btree_map(".{0,20}", any::<u64>(), 0..20);
    let shape = prop_oneof![
        any::<u32>().prop_map(|radius| Shape::Circle { radius }),
        Just(Shape::Point {})
    ];
    (scalars, any::<Option<u32>>(), shades, pairs, map, shape).prop_map(
        |(scalars, maybe, list, pairs, map, shape)| {
            let (small, large, signed, flag, text, bytes) = scalars;
            Everything {
                small,
                large,
                signed,
                flag,
                text,
                bytes: Bytes(bytes),
                maybe,
                list,
                pairs,
                map,
                shape,
            }
        },
    )
}

proptest! {
    #[test]
    fn a_value_comes_back_and_has_one_encoding(value in everything()) {
        let bytes = to_bytes(&value);
        let back: Everything = from_bytes(&bytes).unwrap();
        prop_assert_eq!(&back, &value);
        prop_assert_eq!(to_bytes(&back), bytes);
    }

    #[test]
    fn a_value_is_skipped_whole(value in everything()) {
        let bytes = to_bytes(&value);
        let mut reader = Reader::new(&bytes);
        reader.skip().unwrap();
        prop_assert!(reader.is_done());
    }

    #[test]
    fn any_bytes_give_a_value_or_an_error(bytes: Vec<u8>) {
        drop(from_bytes::<Everything>(&bytes));
        drop(Reader::new(&bytes).skip());
    }

    #[test]
    fn a_value_that_was_cut_is_an_error(value in everything(), cut in any::<prop::sample::Index>()) {
        let bytes = to_bytes(&value);
        prop_assert!(from_bytes::<Everything>(&bytes[..cut.index(bytes.len())]).is_err());
    }
}

#[test]
fn old_and_new_versions_read_each_other() {
    let old: New = from_bytes(&to_bytes(&Old { first: 7 })).unwrap();
    assert_eq!(
        old,
        New {
            first: 7,
            second: None,
            third: 0
        }
    );
    let new: Old = from_bytes(&to_bytes(&New {
        first: 7,
        second: Some("more".to_owned()),
        third: 9,
    }))
    .unwrap();
    assert_eq!(new, Old { first: 7 });
}

#[test]
fn a_field_without_a_default_must_be_there() {
    let mut writer = polyphon_wire::Writer::default();
    writer.array(0);
    assert!(Shade::decode(&mut Reader::new(writer.as_bytes())).is_err());
    assert!(from_bytes::<Shape>(&[0x90]).is_err());
}

#[test]
fn nesting_without_end_is_refused() {
    let bytes = vec![0x91; 1_000];
    assert!(Reader::new(&bytes).skip().is_err());
}
