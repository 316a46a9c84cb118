//! What several tests need.

use polyphon_protocol::envelope::Hop;
use polyphon_protocol::{
    Encoding, Envelope, Extension, Header, Kind, MessageId, Payload, Priority, Target, TraceContext,
};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

pub(crate) fn id(last: u8) -> MessageId {
    MessageId::new(1_752_141_600_000, [last; 10])
}

pub(crate) fn hop(last: u8) -> Hop {
    Hop {
        id: id(last),
        source: "b".into(),
        now_ms: 1_752_141_600_005,
        span_id: [1, 2, 3, 4, 5, 6, 7, 8],
    }
}

pub(crate) fn header(kind: Kind) -> Header {
    let mut header = Header::new(
        id(1),
        kind,
        "a",
        Target::Topic("tasks.A1".into()),
        1_752_141_600_000,
    );
    header.correlation_id = Some("A1".into());
    header.reply_to = Some("$reply.a.1".into());
    header
}

pub(crate) fn json(text: &str) -> Payload {
    Payload::new(Encoding::Json, text.as_bytes()).unwrap()
}

/// A data message with a schema of the application's own, so that any payload will do.
pub(crate) fn free(payload: Payload) -> Envelope {
    let mut header = header(Kind::Data);
    header.schema = Some("example".into());
    Envelope::new(header, Some(payload)).unwrap()
}

/// A folder with data of others beside the repository; `None`, and a word about it, where there is none.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

pub(crate) fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/protocol")
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Zé\"\\\\/ #漢😀]{1,12}"
}

fn token() -> impl Strategy<Value = String> {
    "[a-z$_-]{1,5}(\\.[a-z]{1,3}){0,4}"
}

pub(crate) fn payload() -> impl Strategy<Value = Payload> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>()
            .prop_filter("finite", |value| value.is_finite())
            .prop_map(|value| format!("{value:?}")),
        "[a-z\\u{e9}]{0,8}".prop_map(|text| format!("\"{text}\"")),
    ];
    let tree = leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[ {} ]", items.join(" , "))),
            prop::collection::vec(("[a-z]{0,3}", inner), 0..5).prop_map(|pairs| {
                let pairs: Vec<String> = pairs
                    .iter()
                    .map(|(key, value)| format!("\"{key}\":{value}"))
                    .collect();
                format!("{{{}}}", pairs.join(",\n"))
            }),
        ]
    });
    prop_oneof![
        tree.clone().prop_map(|text| json(&text)),
        tree.prop_map(|text| Payload::msgpack(&json(&text).value().unwrap())),
        prop::collection::vec(any::<u8>(), 0..40)
            .prop_map(|bytes| Payload::new(Encoding::Bytes, &bytes).unwrap()),
    ]
}

pub(crate) fn envelope() -> impl Strategy<Value = Envelope> {
    let target = prop_oneof![
        text().prop_map(Target::Agent),
        token().prop_map(Target::Topic),
        Just(Target::Broadcast)
    ];
    let trace = prop::option::of((
        "[1-9a-f]{32}",
        "[1-9a-f]{16}",
        prop::option::of("[a-z]{1,5}=[a-z0-9]{0,5}"),
    ));
    let first = (
        any::<[u8; 10]>(),
        text(),
        target,
        0..1_u64 << 53,
        1..=4_u64,
        prop::option::of(text()),
    );
    let second = (
        prop::option::of(any::<[u8; 10]>()),
        prop::option::of(token()),
        prop::option::of(1..1_u64 << 53),
        trace,
        prop::collection::btree_map(text(), "[a-z]{0,9}", 0..4),
        prop::collection::btree_map(text(), (any::<bool>(), "[a-z]{0,9}"), 0..3),
        payload(),
    );
    (first, second).prop_map(|(first, second)| {
        let mut header = Header::new(
            MessageId::new(first.3 >> 5, first.0),
            Kind::Data,
            first.1,
            first.2,
            first.3,
        );
        header.priority = Priority::from_number(first.4).unwrap();
        header.correlation_id = first.5;
        header.causation_id = second.0.map(|random| MessageId::new(7, random));
        header.reply_to = second.1;
        header.ttl_ms = second.2;
        header.trace_context = second.3.map(|(trace, span, tracestate)| TraceContext {
            traceparent: format!("00-{trace}-{span}-01"),
            tracestate: tracestate.clone(),
            baggage: tracestate,
        });
        header.headers = second.4.into_iter().collect();
        header.schema = Some("example".into());
        header.extensions = second
            .5
            .into_iter()
            .map(|(name, (critical, value))| (name, Extension { critical, value }))
            .collect();
        Envelope::new(header, Some(second.6)).unwrap()
    })
}
