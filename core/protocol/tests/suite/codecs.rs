//! Codecs: round trips, unknown fields, and what is refused.

use crate::common::{envelope, free, header, id, json};
use polyphon_protocol::codec::Codec;
use polyphon_protocol::{Code, Encoding, Envelope, Kind, Payload, Priority};
use proptest::prelude::*;

proptest! {
    #[test]
    fn every_message_survives_every_codec_and_every_change_of_codec(message in envelope()) {
        for first in Codec::ALL {
            let bytes = first.encode(&message).unwrap();
            let again = first.decode(&bytes).unwrap();
            prop_assert_eq!(&again, &message);
            prop_assert_eq!(first.encode(&again).unwrap(), bytes, "one encoding per message");
            for second in Codec::ALL {
                prop_assert_eq!(&second.decode(&second.encode(&again).unwrap()).unwrap(), &message);
            }
        }
    }

    #[test]
    fn bytes_that_were_cut_or_changed_never_panic(message in envelope(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for codec in Codec::ALL {
            let mut bytes = codec.encode(&message).unwrap();
            let at = at.index(bytes.len());
            prop_assert!(*codec == Codec::Protobuf || codec.decode(&bytes[..at]).is_err(), "a cut message is refused");
            bytes[at] = byte;
            let _ = codec.decode(&bytes);
        }
    }

    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for codec in Codec::ALL {
            prop_assert!(codec.decode(&bytes).is_err());
        }
        let _ = Payload::new(Encoding::Json, &bytes);
        let _ = Payload::new(Encoding::Msgpack, &bytes);
    }
}

fn text(fields: &str) -> Vec<u8> {
    let start = String::from_utf8(Codec::Json.encode_header(&header(Kind::Event))).unwrap();
    let start = start.strip_suffix('}').unwrap();
    format!("{start},{fields}}}").into_bytes()
}

const EVENT: &str = r#""payload":{"name":"x"}"#;

#[test]
fn unknown_fields_survive_byte_for_byte_and_through_other_codecs() {
    let bytes = text(&format!(r#""future":{{"a":[1.50,  1e400]}},{EVENT}"#));
    let message = Codec::Json.decode(&bytes).unwrap();
    assert_eq!(Codec::Json.encode(&message).unwrap(), bytes);
    let through = Codec::Protobuf
        .decode(&Codec::Protobuf.encode(&message).unwrap())
        .unwrap();
    assert_eq!(Codec::Json.encode(&through).unwrap(), bytes);

    let bytes = text(&format!(r#""future":[1,"é",{{"b":null}}],{EVENT}"#));
    let message = Codec::Json.decode(&bytes).unwrap();
    let through = Codec::Msgpack
        .decode(&Codec::Msgpack.encode(&message).unwrap())
        .unwrap();
    assert_eq!(Codec::Json.encode(&through).unwrap(), bytes);
}

#[test]
fn unknown_numbers_survive() {
    let message = Codec::Json.decode(&text(EVENT)).unwrap();
    let mut bytes = Codec::Msgpack.encode(&message).unwrap();
    bytes[0] += 1;
    bytes.extend_from_slice(&[77, 0x92, 1, 0xc3]);
    let through = Codec::Json
        .decode(
            &Codec::Json
                .encode(&Codec::Msgpack.decode(&bytes).unwrap())
                .unwrap(),
        )
        .unwrap();
    let again = Codec::Msgpack
        .decode(&Codec::Msgpack.encode(&through).unwrap())
        .unwrap();
    assert_eq!(
        again.header().unknown.get("#77").unwrap().as_bytes(),
        [0x92, 1, 0xc3]
    );

    let mut bytes = Codec::Protobuf.encode(&message).unwrap();
    bytes.extend_from_slice(&[0xe8, 4, 5, 0xea, 4, 1, b'x']);
    let message = Codec::Protobuf.decode(&bytes).unwrap();
    assert_eq!(Codec::Protobuf.encode(&message).unwrap(), bytes);
    for codec in [Codec::Json, Codec::Msgpack] {
        let through = codec.decode(&codec.encode(&message).unwrap()).unwrap();
        assert_eq!(Codec::Protobuf.encode(&through).unwrap(), bytes, "{codec:?}");
    }
}

#[test]
fn smuggled_fields_are_refused() {
    // Field 4 of Protobuf, the source, as base64 in the place of fields that are not known.
    let error = Codec::Json
        .decode(&text(&format!(r##""#wire":"IgFi",{EVENT}"##)))
        .unwrap_err();
    assert_eq!((error.code, error.field.as_str()), (Code::FieldInvalid, "#wire"));
    // A name of JSON as a field of MessagePack that is not known.
    let message = Codec::Json.decode(&text(EVENT)).unwrap();
    let mut bytes = Codec::Msgpack.encode(&message).unwrap();
    bytes[0] += 1;
    bytes.extend_from_slice(&[0xa6, b's', b'o', b'u', b'r', b'c', b'e', 0xa1, b'b']);
    assert_eq!(Codec::Msgpack.decode(&bytes).unwrap_err().field, "unknown");
}

#[test]
fn keys_that_stand_twice_are_refused() {
    for fields in [
        r#""headers":{"a":"1","a":"2"}"#,
        r#""headers":{"a":"1","\u0061":"2"}"#,
        r#""headers":{},"headers":{}"#,
        r#""source":"b""#,
        r#""future":1,"future":1"#,
        r#""extensions":{"x":{"critical":false,"critical":true}}"#,
        r#""trace_context":{"traceparent":"a","traceparent":"b"}"#,
    ] {
        let error = Codec::Json
            .decode(&text(&format!("{fields},{EVENT}")))
            .unwrap_err();
        assert_eq!(error.code, Code::KeyDuplicate, "{fields}");
    }
    let message = Codec::Json
        .decode(&text(&format!(r#""headers":{{"a":"1","b":"1"}},{EVENT}"#)))
        .unwrap();
    for codec in [Codec::Msgpack, Codec::Protobuf] {
        let mut bytes = codec.encode(&message).unwrap();
        let at = bytes.windows(1).rposition(|byte| byte == b"b").unwrap();
        bytes[at] = b'a';
        assert_eq!(
            codec.decode(&bytes).unwrap_err().code,
            Code::KeyDuplicate,
            "{codec:?}"
        );
    }
    let mut twice = Codec::Protobuf.encode(&message).unwrap();
    twice.extend_from_slice(&[0x22, 1, b'b']);
    assert_eq!(Codec::Protobuf.decode(&twice).unwrap_err().field, "source");
}

#[test]
fn an_error_names_field_rule_and_type() {
    let cases = [
        (
            r#""ttl":"5s""#,
            "ttl",
            "must be an integer of milliseconds, not negative",
            "text",
        ),
        (
            r#""ttl":0"#,
            "ttl",
            "must be 1 to 2^53 - 1 milliseconds",
            "integer",
        ),
        (
            r#""priority":"urgent""#,
            "priority",
            "must be one of low, medium, high, critical",
            "text",
        ),
        (r#""headers":[]"#, "headers", "must be a map", "list"),
        (r#""headers":{"a":1}"#, "headers", "must be text", "number"),
        (
            r#""causationId":"1""#,
            "causationId",
            "must be a lower-case UUID of version 7",
            "text",
        ),
        (
            r#""schema":"""#,
            "schema",
            "must have 1 to 256 bytes and no control characters",
            "text",
        ),
        (
            r#""extensions":{"x":{}}"#,
            "extensions.critical",
            "must be there",
            "nothing",
        ),
        (
            r#""schema":"polyphon.none/1""#,
            "schema",
            "of Polyphon's own must be known",
            "an unknown schema",
        ),
    ];
    for (fields, field, rule, found) in cases {
        let error = Codec::Json
            .decode(&text(&format!("{fields},{EVENT}")))
            .unwrap_err();
        assert_eq!(
            (error.field.as_str(), &*error.rule, error.found),
            (field, rule, found)
        );
    }
    let error = Codec::Json.decode(br#"{"kind":"event"}"#).unwrap_err();
    assert_eq!((error.code, error.field.as_str()), (Code::FieldMissing, "id"));
    assert_eq!(Codec::Json.decode(b"[]").unwrap_err().field, "message");
}

#[test]
fn depth_keys_and_size_are_bounded() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Payload::new(Encoding::Json, nested(64).as_bytes()).is_ok());
    assert_eq!(
        Payload::new(Encoding::Json, nested(65).as_bytes())
            .unwrap_err()
            .code,
        Code::LimitExceeded
    );
    let packed = |levels: usize| [vec![0x91; levels - 1], vec![0x90]].concat();
    assert!(Payload::new(Encoding::Msgpack, &packed(64)).is_ok());
    assert_eq!(
        Payload::new(Encoding::Msgpack, &packed(65)).unwrap_err().code,
        Code::LimitExceeded
    );
    assert!(Payload::new(Encoding::Json, &vec![b'['; 1_000_000]).is_err());

    let keys = |count: usize| {
        let pairs: Vec<String> = (0..count).map(|n| format!("\"{n}\":\"\"")).collect();
        format!("{{{}}}", pairs.join(","))
    };
    assert!(Payload::new(Encoding::Json, keys(10_000).as_bytes()).is_ok());
    assert_eq!(
        Payload::new(Encoding::Json, keys(10_001).as_bytes())
            .unwrap_err()
            .code,
        Code::LimitExceeded
    );
    let headers = |count| Codec::Json.decode(&text(&format!("\"headers\":{},{EVENT}", keys(count))));
    assert!(headers(10_000).is_ok());
    assert_eq!(headers(10_001).unwrap_err().code, Code::LimitExceeded);

    let ten = 10 * 1024 * 1024;
    assert!(Payload::new(Encoding::Bytes, &vec![0; ten]).is_ok());
    assert_eq!(
        Payload::new(Encoding::Bytes, &vec![0; ten + 1]).unwrap_err().code,
        Code::LimitExceeded
    );
    let large = free(Payload::new(Encoding::Bytes, &vec![0; ten]).unwrap());
    assert_eq!(
        Codec::Msgpack.encode(&large).unwrap_err().code,
        Code::LimitExceeded
    );
    for codec in Codec::ALL {
        assert_eq!(
            codec.decode(&vec![b' '; ten + 1]).unwrap_err().code,
            Code::LimitExceeded
        );
    }
}

#[test]
fn a_header_is_read_without_its_payload() {
    let broken = text(r#""payload":{"name":}, "priority":"high""#);
    let lazy = Codec::Json.header(&broken).unwrap();
    assert_eq!(
        lazy.header().priority,
        Priority::High,
        "fields behind the payload count too"
    );
    assert_eq!(lazy.raw_payload(), Some(&br#"{"name":}"#[..]));
    assert_eq!(lazy.envelope().unwrap_err().code, Code::Malformed);
    let message = free(Payload::new(Encoding::Msgpack, &[0x93, 1, 2, 3]).unwrap());
    for codec in [Codec::Msgpack, Codec::Protobuf] {
        let mut bytes = codec.encode(&message).unwrap();
        let at = bytes.len() - 4;
        bytes[at] = 0xc1;
        let lazy = codec.header(&bytes).unwrap();
        assert_eq!(lazy.header(), message.header());
        assert_eq!(lazy.envelope().unwrap_err().field, "payload");
    }
}

#[test]
fn a_payload_keeps_its_bytes() {
    let spaced = json(" {\"b\" : 1.0,\n\"a\":\"\\u00e9\" , \"b\":2}\n");
    assert_eq!(
        spaced.as_bytes(),
        "{\"b\" : 1.0,\n\"a\":\"\\u00e9\" , \"b\":2}".as_bytes()
    );
    let message = free(spaced.clone());
    for codec in Codec::ALL {
        assert_eq!(
            codec.decode(&codec.encode(&message).unwrap()).unwrap().payload(),
            Some(&spaced)
        );
    }
}

#[test]
fn a_message_without_payload_is_one_where_its_schema_says_so() {
    let mut header = header(Kind::Event);
    assert_eq!(Envelope::new(header.clone(), None).unwrap_err().field, "payload");
    header.schema = Some("example".into());
    header.id = id(9);
    let message = Envelope::new(header, None).unwrap();
    for codec in Codec::ALL {
        assert_eq!(codec.decode(&codec.encode(&message).unwrap()).unwrap(), message);
    }
}
