//! The eight kinds, what each demands, and how a message follows from another.

use crate::common::{header, hop, id, json};
use polyphon_protocol::envelope::Extensions;
use polyphon_protocol::{
    Code, Encoding, Envelope, Extension, Header, Kind, Payload, Target, TraceContext, Version,
};

/// A kind, a payload it takes, and payloads it refuses with the field that is wrong.
type Case<'a> = (Kind, &'a str, &'a [(&'a str, &'a str)]);
/// A field and what breaks its rule.
type Change<'a> = (&'a str, fn(&mut Header));

fn judged(kind: Kind, payload: &str) -> Result<Envelope, (Code, String)> {
    Envelope::new(header(kind), Some(json(payload))).map_err(|error| (error.code, error.field))
}

#[test]
fn each_kind_has_a_schema_of_its_own() {
    let cases: &[Case<'_>] = &[
        (
            Kind::Command,
            r#"{"name":"start","arguments":[1]}"#,
            &[("{}", "payload.name"), (r#"{"name":1}"#, "payload.name")],
        ),
        (
            Kind::Query,
            r#"{"name":"status","limit":5}"#,
            &[(r#"{"name":"a","limit":-1}"#, "payload.limit")],
        ),
        (
            Kind::Response,
            r#"{"result":null,"done":true}"#,
            &[("{}", "payload.result"), ("[]", "payload")],
        ),
        (
            Kind::Event,
            r#"{"name":"task_done","data":{"a":1}}"#,
            &[(r#"{"name":""}"#, "payload.name")],
        ),
        (
            Kind::Heartbeat,
            r#"{"status":"healthy","sequence":1,"load":0.5}"#,
            &[
                (r#"{"status":"fine","sequence":1}"#, "payload.status"),
                (r#"{"status":"healthy","sequence":1,"load":2}"#, "payload.load"),
            ],
        ),
        (
            Kind::Error,
            r#"{"code":"TASK_CYCLE","message":"a circle","retryable":false,"details":{}}"#,
            &[
                (
                    r#"{"code":"oops","message":"a","retryable":false}"#,
                    "payload.code",
                ),
                (r#"{"code":"A_B","message":"a"}"#, "payload.retryable"),
            ],
        ),
        (Kind::Data, "[1,2]", &[]),
        (
            Kind::Notification,
            r#"{"level":"warn","title":"low on disk"}"#,
            &[(r#"{"level":"loud","title":"a"}"#, "payload.level")],
        ),
    ];
    assert_eq!(cases.iter().map(|case| case.0).collect::<Vec<_>>(), Kind::ALL);
    for (kind, good, bad) in cases {
        assert!(judged(*kind, good).is_ok(), "{kind:?}");
        for (payload, field) in *bad {
            assert_eq!(
                judged(*kind, payload).unwrap_err().1,
                *field,
                "{kind:?} {payload}"
            );
        }
    }
}

#[test]
fn a_header_keeps_its_rules() {
    let changes: &[Change<'_>] = &[
        ("source", |header| header.source.clear()),
        ("source", |header| header.source = "a\nb".into()),
        ("target.agent", |header| {
            header.target = Target::Agent("a".repeat(257))
        }),
        ("target.topic", |header| {
            header.target = Target::Topic("a.*".into())
        }),
        ("timestamp", |header| header.timestamp_ms = 1 << 53),
        ("replyTo", |header| header.reply_to = Some("a..b".into())),
        ("headers", |header| {
            drop(header.headers.insert(String::new(), "x".into()))
        }),
        ("headers", |header| {
            drop(header.headers.insert("x".into(), "y".repeat(65_537)))
        }),
        ("trace_context.traceparent", |header| {
            header.trace_context = Some(TraceContext::default())
        }),
        ("version", |header| {
            header.version = Version {
                major: 2,
                minor: 0,
                patch: 0,
            }
        }),
        ("correlationId", |header| header.correlation_id = None),
        ("target", |header| header.target = Target::Broadcast),
    ];
    for (field, change) in changes {
        let mut header = header(Kind::Response);
        change(&mut header);
        assert_eq!(
            Envelope::new(header, Some(json(r#"{"result":1}"#)))
                .unwrap_err()
                .field,
            *field
        );
    }
    let mut query = header(Kind::Query);
    query.reply_to = None;
    assert_eq!(query.check().unwrap_err().field, "replyTo");
}

#[test]
fn newer_minor_versions_are_read_and_other_majors_are_not() {
    let mut header = header(Kind::Event);
    header.version = Version {
        major: 1,
        minor: 7,
        patch: 3,
    };
    assert!(header.check().is_ok());
    header.version.major = 0;
    assert_eq!(header.check().unwrap_err().code, Code::VersionUnsupported);
}

#[test]
fn a_critical_extension_must_be_known() {
    let mut header = header(Kind::Data);
    for (name, critical) in [("audit", true), ("hint", false)] {
        header.extensions.insert(
            name.into(),
            Extension {
                critical,
                value: "1".into(),
            },
        );
    }
    let message = Envelope::new(header, Some(json("1"))).unwrap();
    let error = message.understand(&Extensions::new()).unwrap_err();
    assert_eq!(
        (error.code, error.field.as_str()),
        (Code::ExtensionUnknown, "extensions.audit")
    );
    assert_eq!(message.understand(&Extensions::from(["audit".into()])), Ok(()));
}

#[test]
fn what_follows_carries_cause_exchange_and_trace() {
    let mut first = header(Kind::Query);
    first.correlation_id = None;
    first.trace_context = Some(TraceContext {
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into(),
        tracestate: Some("a=1".into()),
        baggage: Some("tenant=x".into()),
    });
    let answer = first.answered(Kind::Response, hop(2));
    assert_eq!(answer.target, Target::Topic("$reply.a.1".into()));
    assert_eq!(
        (answer.causation_id, answer.correlation_id.clone()),
        (Some(id(1)), Some(id(1).to_string()))
    );
    let trace = answer.trace_context.clone().unwrap();
    assert_eq!(
        trace.traceparent,
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0102030405060708-01"
    );
    assert_eq!(
        (trace.tracestate.as_deref(), trace.baggage.as_deref()),
        (Some("a=1"), Some("tenant=x"))
    );
    let next = answer.caused(Kind::Event, Target::Broadcast, hop(3));
    assert_eq!(
        (next.causation_id, next.correlation_id),
        (Some(id(2)), answer.correlation_id)
    );
    assert_eq!(next.trace_context.unwrap().trace_id(), trace.trace_id());
}

#[test]
fn a_message_expires_when_its_time_is_over() {
    let mut header = header(Kind::Data);
    assert!(!header.is_expired(u64::MAX));
    header.ttl_ms = Some(5);
    assert!(!header.is_expired(header.timestamp_ms + 4));
    assert!(header.is_expired(header.timestamp_ms + 5));
}

#[test]
fn a_payload_of_messagepack_keeps_the_same_schema() {
    let beat = |text: &str| Payload::msgpack(&json(text).value().unwrap());
    let good = beat(r#"{"extra":[[1]],"status":"healthy","sequence":1}"#);
    assert!(Envelope::new(header(Kind::Heartbeat), Some(good)).is_ok());
    let bad = beat(r#"{"status":["healthy"],"sequence":1}"#);
    let error = Envelope::new(header(Kind::Heartbeat), Some(bad)).unwrap_err();
    assert_eq!((error.field.as_str(), error.found), ("payload.status", "list"));
    let opaque = Payload::new(Encoding::Bytes, b"x").unwrap();
    let error = Envelope::new(header(Kind::Heartbeat), Some(opaque)).unwrap_err();
    assert_eq!((error.field.as_str(), error.found), ("payload", "bytes"));
}

#[test]
fn a_value_of_the_application_may_be_anything_or_nothing_in_any_kind() {
    for kind in Kind::ALL {
        let mut header = header(*kind);
        header.schema = Some(polyphon_protocol::schema::VALUE.into());
        assert!(Envelope::new(header.clone(), None).is_ok(), "{kind:?}");
        for payload in ["null", "\"tea\"", "[1]", "{}"] {
            assert!(
                Envelope::new(header.clone(), Some(json(payload))).is_ok(),
                "{kind:?} {payload}"
            );
        }
        assert!(Payload::new(Encoding::Json, b"{").is_err());
        let text = String::from_utf8(
            polyphon_protocol::codec::Codec::Json
                .encode(&Envelope::new(header, Some(json("7"))).unwrap())
                .unwrap(),
        );
        let text = text.unwrap();
        assert!(
            polyphon_protocol::codec::Codec::Json
                .decode(text.as_bytes())
                .is_ok()
        );
        let broken = text.replace("\"payload\":7", "\"payload\":[7");
        assert!(
            polyphon_protocol::codec::Codec::Json
                .decode(broken.as_bytes())
                .is_err()
        );
    }
}

#[test]
fn a_schema_of_polyphons_own_that_nobody_knows_is_refused() {
    let mut header = header(Kind::Data);
    header.schema = Some("polyphon.something/1".into());
    let refusal = Envelope::new(header.clone(), Some(json("{}"))).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.field.as_str()),
        (Code::SchemaUnknown, "schema")
    );
    header.schema = Some("something/1".into());
    let envelope = Envelope::new(header, Some(json("{}"))).unwrap();
    let refusal = polyphon_protocol::tasks::from_envelope(&envelope).unwrap_err();
    assert_eq!(refusal.code, Code::SchemaUnknown, "it is no task message");
}
