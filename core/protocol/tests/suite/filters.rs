//! Filters by kind, priority, header and content.

use crate::common::{free, header, json, payload};
use polyphon_protocol::codec::Codec;
use polyphon_protocol::filter::Filter;
use polyphon_protocol::{Code, Encoding, Envelope, Kind, Payload, Priority, Value};
use proptest::prelude::*;

fn message() -> Envelope {
    let mut header = header(Kind::Data);
    header.schema = Some("example".into());
    header.priority = Priority::High;
    header.headers.insert("region".into(), "eu-west".into());
    header.headers.insert("size".into(), "12".into());
    Envelope::new(
        header,
        Some(json(
            r#"{"total":120,"items":[{"sku":"x","paid":true}],"note":null}"#,
        )),
    )
    .unwrap()
}

#[test]
fn a_filter_takes_what_it_says() {
    let cases = [
        ("{}", true),
        (r#"{"kinds":["event","data"]}"#, true),
        (r#"{"kinds":["event"]}"#, false),
        (r#"{"priority":"high"}"#, true),
        (r#"{"priority":"critical"}"#, false),
        (r#"{"headers":{"region":"eu-west"}}"#, true),
        (r#"{"headers":{"region":{"prefix":"eu-"}}}"#, true),
        (r#"{"headers":{"region":{"in":["us","eu"]}}}"#, false),
        (r#"{"headers":{"size":{"min":12,"max":12}}}"#, true),
        (r#"{"headers":{"size":{"max":11.5}}}"#, false),
        (r#"{"headers":{"other":{"exists":false}}}"#, true),
        (r#"{"headers":{"other":{"not":{"equals":"x"}}}}"#, true),
        (r#"{"content":{"/total":120.0}}"#, true),
        (r#"{"content":{"/total":{"min":121}}}"#, false),
        (r#"{"content":{"/items/0/paid":true,"/note":null}}"#, true),
        (r#"{"content":{"/items/1":{"exists":true}}}"#, false),
        (r#"{"content":{"":{"exists":true}}}"#, true),
        (r#"{"kinds":["data"],"content":{"/total":1}}"#, false),
    ];
    let message = message();
    for (text, expected) in cases {
        let filter = Filter::parse(text.as_bytes()).unwrap();
        assert_eq!(filter.takes(&message), expected, "{text}");
        for codec in Codec::ALL {
            let bytes = codec.encode(&message).unwrap();
            assert_eq!(
                filter.takes_lazily(&codec.header(&bytes).unwrap()),
                expected,
                "{codec:?} {text}"
            );
        }
    }
}

proptest! {
    #[test]
    fn a_place_is_where_its_pointer_leads(payload in payload(), path in prop::collection::vec("[a-z]{0,2}|[0-4]", 0..4)) {
        let pointer: String = path.iter().map(|token| format!("/{token}")).collect();
        let value = payload.value().unwrap();
        let place = if payload.encoding() == Encoding::Bytes { None } else { value.pointer(&pointer) };
        let filter = |test: &str| Filter::parse(format!(r#"{{"content":{{"{pointer}":{test}}}}}"#).as_bytes()).unwrap();
        let message = free(payload.clone());
        let tests = [(r#"{"exists":true}"#, place.is_some()), ("true", place == Some(&Value::Bool(true)))];
        for (test, expected) in tests {
            prop_assert_eq!(filter(test).takes(&message), expected, "{} {}", pointer, test);
            for codec in Codec::ALL {
                let bytes = codec.encode(&message).unwrap();
                prop_assert_eq!(filter(test).takes_lazily(&codec.header(&bytes).unwrap()), expected);
            }
        }
    }
}

#[test]
fn an_opaque_payload_has_no_places() {
    let message = free(Payload::new(Encoding::Bytes, b"{\"a\":1}").unwrap());
    let filter = Filter::parse(br#"{"content":{"/a":1}}"#).unwrap();
    assert!(!filter.takes(&message));
    let bytes = Codec::Msgpack.encode(&message).unwrap();
    assert!(!filter.takes_lazily(&Codec::Msgpack.header(&bytes).unwrap()));
}

#[test]
fn what_is_no_filter_is_refused() {
    let many: Vec<String> = (0..33).map(|n| format!("\"{n}\":1")).collect();
    let many = format!("{{\"headers\":{{{}}}}}", many.join(","));
    for (text, field) in [
        ("[]", "filter"),
        (r#"{"kind":"event"}"#, "kind"),
        (r#"{"kinds":["events"]}"#, "kinds"),
        (r#"{"priority":1}"#, "priority"),
        (r#"{"headers":{"a":{"like":"x"}}}"#, "headers.a"),
        (r#"{"headers":{"a":{}}}"#, "headers.a"),
        (r#"{"headers":{"a":{"min":"x"}}}"#, "headers.a"),
        (
            r#"{"headers":{"a":{"not":{"not":{"not":{"exists":true}}}}}}"#,
            "headers.a",
        ),
        (r#"{"content":{"total":1}}"#, "content.total"),
        (r#"{"content":{"/total":[1]}}"#, "content./total"),
        (&many, "filter"),
    ] {
        let error = Filter::parse(text.as_bytes()).unwrap_err();
        assert_eq!(
            (error.code, error.field.as_str()),
            (Code::FilterInvalid, field),
            "{text}"
        );
    }
}
