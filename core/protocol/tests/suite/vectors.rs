//! The vectors in `tests/vectors/protocol`, which every language reads.
//!
//! `cargo run -p polyphon-protocol --example vectors` writes them anew.

use crate::common::vectors;
use polyphon_protocol::codec::Codec;
use polyphon_protocol::filter::Filter;
use polyphon_protocol::packet::{Opening, Packet};
use polyphon_protocol::sealing::{Algorithm, Key, KeyRing};
use polyphon_protocol::subjects::{Pattern, Subject};
use polyphon_protocol::{Code, Envelope, Value, json};

fn with<R>(file: &str, read: impl Fn(&[Value<'_>]) -> R) -> R {
    let bytes = std::fs::read(vectors().join(file)).unwrap();
    match json::parse(&bytes).unwrap() {
        Value::List(items) => read(&items),
        _ => panic!("{file} is no list"),
    }
}

fn text<'v>(value: &'v Value<'_>, name: &str) -> &'v str {
    value
        .get(name)
        .and_then(Value::as_text)
        .unwrap_or_else(|| panic!("{name} is missing"))
}

fn hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn envelope(item: &Value<'_>) -> Envelope {
    Codec::Json.decode(text(item, "json").as_bytes()).unwrap()
}

#[test]
fn every_codec_gives_the_bytes_of_the_vectors() {
    with("envelopes.json", |items| {
        assert!(items.len() >= 10);
        for item in items {
            let message = envelope(item);
            assert_eq!(
                Codec::Json.encode(&message).unwrap(),
                text(item, "json").as_bytes()
            );
            for codec in [Codec::Msgpack, Codec::Protobuf] {
                let bytes = hex(text(item, codec.as_str()));
                assert_eq!(codec.encode(&message).unwrap(), bytes, "{}", text(item, "name"));
                assert_eq!(codec.decode(&bytes).unwrap(), message);
            }
        }
    });
}

#[test]
fn what_other_encoders_write_is_read() {
    let originals = with("envelopes.json", |items| {
        items
            .iter()
            .map(|item| (text(item, "name").to_owned(), envelope(item)))
            .collect::<Vec<_>>()
    });
    with("foreign.json", |items| {
        assert_eq!(
            items.len(),
            originals.len() * 4,
            "two encoders for each of two codecs"
        );
        for item in items {
            let (name, encoder) = (text(item, "name"), text(item, "encoder"));
            let message = &originals.iter().find(|(each, _)| each == name).unwrap().1;
            let codec = Codec::from_text(text(item, "codec")).unwrap();
            assert_eq!(
                &codec.decode(&hex(text(item, "bytes"))).unwrap(),
                message,
                "{name} by {encoder}"
            );
        }
    });
}

#[test]
fn what_must_be_refused_is_refused_with_its_code_and_field() {
    with("refused.json", |items| {
        for item in items {
            let codec = Codec::from_text(text(item, "codec")).unwrap();
            let bytes = match item.get("text") {
                Some(text) => text.as_text().unwrap().as_bytes().to_vec(),
                None => hex(text(item, "bytes")),
            };
            let error = codec.decode(&bytes).unwrap_err();
            assert_eq!(
                (error.code.as_str(), error.field.as_str()),
                (text(item, "code"), text(item, "field"))
            );
        }
    });
}

#[test]
fn packets_open_with_their_keys() {
    with("packets.json", |items| {
        for item in items {
            let mut ring = KeyRing::default();
            if let Some(name) = item.get("algorithm").and_then(Value::as_text) {
                let algorithm = Algorithm::from_text(name).unwrap();
                ring.add(Key::new(text(item, "keyId"), algorithm, &hex(text(item, "key"))).unwrap())
                    .unwrap();
            }
            let bytes = hex(text(item, "bytes"));
            let opening = Opening {
                ring: Some(&ring),
                ..Opening::default()
            };
            assert_eq!(
                Packet::parse(&bytes).unwrap().open(opening).unwrap(),
                envelope(item),
                "{}",
                text(item, "name")
            );
        }
    });
}

#[test]
fn subjects_match_as_the_vectors_say() {
    with("subjects.json", |items| {
        for item in items {
            let (pattern, subject) = (text(item, "pattern"), text(item, "subject"));
            let matches = match (Pattern::new(pattern), Subject::new(subject)) {
                (Ok(pattern), Ok(subject)) => Some(pattern.matches(subject)),
                _ => None,
            };
            let expected = match item.get("matches") {
                Some(Value::Bool(matches)) => Some(*matches),
                _ => None,
            };
            assert_eq!(matches, expected, "{pattern} {subject}");
        }
    });
}

#[test]
fn filters_take_what_the_vectors_say() {
    with("filters.json", |items| {
        for item in items {
            let definition = text(item, "filter");
            let takes = Filter::parse(definition.as_bytes()).map(|filter| filter.takes(&envelope(item)));
            match item.get("takes") {
                Some(Value::Bool(expected)) => assert_eq!(takes.unwrap(), *expected, "{definition}"),
                _ => assert_eq!(takes.unwrap_err().code, Code::FilterInvalid, "{definition}"),
            }
        }
    });
}
