//! Writes `tests/vectors/protocol`: the vectors every language reads.
//!
//! `cargo run -p polyphon-protocol --example vectors`; `foreign.json` is then made anew by
//! `node tests/vectors/protocol/foreign.mjs`.

use polyphon_protocol::codec::Codec;
use polyphon_protocol::compression::Compression;
use polyphon_protocol::packet::{Sealing, write};
use polyphon_protocol::sealing::{Algorithm, Key, KeyRing};
use polyphon_protocol::subjects::{Pattern, Subject};
use polyphon_protocol::tasks::{Message, Wrapping, to_envelope};
use polyphon_protocol::{
    Encoding, Envelope, Extension, Header, Kind, MessageId, Payload, Priority, Target, TraceContext, Value,
    json,
};
use std::path::{Path, PathBuf};

const NOW: u64 = 1_752_141_600_000;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/protocol");
    let envelopes = envelopes(&folder);
    let rows = envelopes
        .iter()
        .map(|(name, message)| envelope_row(name, message))
        .collect();
    save(&folder.join("envelopes.json"), rows)?;
    save(&folder.join("packets.json"), packets(&envelopes))?;
    save(&folder.join("refused.json"), refused(&envelopes[0].1))?;
    save(&folder.join("subjects.json"), subjects())
}

fn envelopes(folder: &Path) -> Vec<(String, Envelope)> {
    let mut all: Vec<(String, Envelope)> = Vec::new();
    let payloads = [
        (Kind::Command, r#"{"name":"start","arguments":{"depth":3}}"#),
        (Kind::Query, r#"{"name":"status"}"#),
        (
            Kind::Response,
            r#"{"result":[1,2.5,"é"],"sequence":0,"done":true}"#,
        ),
        (Kind::Event, r#"{"name":"task_done","data":null}"#),
        (
            Kind::Heartbeat,
            r#"{"status":"healthy","sequence":7,"load":0.25}"#,
        ),
        (
            Kind::Error,
            r#"{"code":"TASK_CYCLE","message":"A needs A","retryable":false}"#,
        ),
        (Kind::Data, "\"plain\""),
        (
            Kind::Notification,
            r#"{"level":"warn","title":"disk is filling up"}"#,
        ),
    ];
    for (kind, text) in payloads {
        let mut header = header(all.len() as u8, kind);
        header.correlation_id = (kind == Kind::Response).then(|| "A1".into());
        header.reply_to = (kind == Kind::Query).then(|| "$reply.n1.7".into());
        all.push((
            kind.as_str().into(),
            envelope(header, Encoding::Json, text.as_bytes()),
        ));
    }
    let mut full = header(20, Kind::Data);
    full.target = Target::Broadcast;
    full.priority = Priority::Critical;
    full.correlation_id = Some("case 7".into());
    full.causation_id = Some(id(3));
    full.reply_to = Some("$reply.n1.8".into());
    full.ttl_ms = Some(30_000);
    full.trace_context = Some(TraceContext {
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into(),
        tracestate: Some("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE".into()),
        baggage: Some("tenant=acme".into()),
    });
    full.headers = [
        ("content-language".into(), "de".into()),
        ("x".into(), String::new()),
    ]
    .into();
    full.schema = Some("example.reading/1".into());
    full.extensions = [
        (
            "audit".into(),
            Extension {
                critical: true,
                value: "chain-7".into(),
            },
        ),
        (
            "hint".into(),
            Extension {
                critical: false,
                value: String::new(),
            },
        ),
    ]
    .into();
    all.push((
        "full".into(),
        envelope(
            full.clone(),
            Encoding::Msgpack,
            &[0x82, 0xa1, b'a', 1, 0xa1, b'b', 0xc4, 1, 0xff],
        ),
    ));
    full.target = Target::Agent("reader".into());
    full.priority = Priority::Low;
    full.timestamp_ms = (1 << 53) - 1;
    all.push(("bytes".into(), envelope(full, Encoding::Bytes, &[0, 1, 254, 255])));
    let mut empty = header(21, Kind::Event);
    empty.schema = Some("example.bare/1".into());
    all.push(("without payload".into(), must(Envelope::new(empty, None))));
    for message in Message::ALL {
        let text = std::fs::read(folder.join("tasks").join(format!("{}.json", message.as_str())))
            .unwrap_or_default();
        let wrapping = Wrapping {
            id: id(30 + message.number()),
            orchestrator: Target::Agent("orchestrator_main".into()),
        };
        all.push((message.as_str().into(), must(to_envelope(&text, wrapping))));
    }
    all
}

fn packets(envelopes: &[(String, Envelope)]) -> Vec<Value<'static>> {
    let mut rows = Vec::new();
    for (at, (name, message)) in envelopes.iter().enumerate() {
        let codec = Codec::ALL[at % 3];
        rows.push(packet_row(
            name,
            message,
            &must(write(message, codec, None, None)),
            None,
        ));
        for algorithm in Algorithm::ALL {
            let key = [algorithm.number(); 32];
            let mut ring = KeyRing::default();
            must(ring.rotate(must(Key::new("2025-07", *algorithm, &key))));
            let sealing = Sealing {
                ring: &mut ring,
                epoch: 0x0102_0304_0506_0708,
                counter: at as u64 + 1,
                nonce: [at as u8; 24],
            };
            let bytes = must(write(message, codec, None, Some(sealing)));
            rows.push(packet_row(name, message, &bytes, Some((*algorithm, key))));
        }
    }
    let words: Vec<String> = (0..300_u32)
        .map(|n| format!("\"word {}\"", n.wrapping_mul(40_503) % 97))
        .collect();
    let mut large = header(40, Kind::Data);
    large.schema = Some("example.words/1".into());
    let large = envelope(large, Encoding::Json, format!("[{}]", words.join(",")).as_bytes());
    for compression in Compression::ALL {
        let bytes = must(write(&large, Codec::Msgpack, Some(*compression), None));
        rows.push(packet_row(compression.as_str(), &large, &bytes, None));
    }
    rows
}

fn refused(message: &Envelope) -> Vec<Value<'static>> {
    let text = String::from_utf8(must(Codec::Json.encode(message))).unwrap_or_default();
    let edits = [
        (
            "\"source\":\"planner\"",
            "\"source\":\"planner\",\"headers\":{\"a\":\"1\",\"a\":\"2\"}",
        ),
        ("\"source\":\"planner\",", ""),
        ("\"source\":\"planner\"", "\"source\":7"),
        ("\"version\":\"1.0.0\"", "\"version\":\"2.0.0\""),
        ("\"kind\":\"command\"", "\"kind\":\"order\""),
        ("\"topic\":\"tasks.A1\"", "\"topic\":\"tasks.*\""),
        ("\"name\":\"start\"", "\"name\":true"),
        (
            "\"source\":\"planner\"",
            "\"source\":\"planner\",\"schema\":\"polyphon.none/1\"",
        ),
        ("\"payload\":{", "\"payload\":{,"),
    ];
    let mut rows = Vec::new();
    for (from, to) in edits {
        let text = text.replacen(from, to, 1);
        rows.push(refused_row(Codec::Json, "text", text.clone(), text.as_bytes()));
    }
    for codec in [Codec::Msgpack, Codec::Protobuf] {
        let bytes = must(codec.encode(message));
        let mut other = bytes.clone();
        let version = other
            .windows(5)
            .position(|window| window == b"1.0.0")
            .unwrap_or(0);
        other[version] = b'2';
        for bytes in [&bytes[..bytes.len() - 3], &other] {
            rows.push(refused_row(codec, "bytes", hex(bytes), bytes));
        }
    }
    rows
}

fn subjects() -> Vec<Value<'static>> {
    let pairs = [
        ("a.b", "a.b"),
        ("a.*", "a.b"),
        ("a.*", "a"),
        ("a.*", "a.b.c"),
        ("a.>", "a.b.c"),
        ("a.>", "a"),
        (">", "a"),
        ("*.*.c", "a.b.c"),
        ("A", "a"),
        ("$sys.>", "$sys.node.up"),
        ("a.>.b", "a.x.b"),
        ("a*", "a*"),
        ("a", "a..b"),
        ("", "a"),
    ];
    let row = |(pattern, subject): (&'static str, &'static str)| {
        let matches = match (Pattern::new(pattern), Subject::new(subject)) {
            (Ok(pattern), Ok(subject)) => Value::Bool(pattern.matches(subject)),
            _ => Value::from("refused"),
        };
        map([
            ("pattern", pattern.into()),
            ("subject", subject.into()),
            ("matches", matches),
        ])
    };
    pairs.into_iter().map(row).collect()
}

fn id(last: u8) -> MessageId {
    MessageId::new(NOW, [last, 1, 2, 3, 4, 5, 6, 7, 8, last])
}

fn header(last: u8, kind: Kind) -> Header {
    Header::new(id(last), kind, "planner", Target::Topic("tasks.A1".into()), NOW)
}

fn envelope(header: Header, encoding: Encoding, payload: &[u8]) -> Envelope {
    must(Envelope::new(header, Some(must(Payload::new(encoding, payload)))))
}

fn envelope_row(name: &str, message: &Envelope) -> Value<'static> {
    map([
        ("name", name.to_owned().into()),
        ("json", text(message)),
        ("msgpack", hex(&must(Codec::Msgpack.encode(message))).into()),
        ("protobuf", hex(&must(Codec::Protobuf.encode(message))).into()),
    ])
}

fn packet_row(
    name: &str,
    message: &Envelope,
    bytes: &[u8],
    key: Option<(Algorithm, [u8; 32])>,
) -> Value<'static> {
    let mut row = vec![
        ("name", name.to_owned().into()),
        ("json", text(message)),
        ("bytes", hex(bytes).into()),
    ];
    if let Some((algorithm, key)) = key {
        row.push(("algorithm", algorithm.as_str().into()));
        row.push(("keyId", "2025-07".into()));
        row.push(("key", hex(&key).into()));
    }
    map(row)
}

fn refused_row(codec: Codec, form: &'static str, shown: String, bytes: &[u8]) -> Value<'static> {
    match codec.decode(bytes) {
        Ok(_) => panic!("{shown} is not refused"),
        Err(error) => map([
            ("codec", codec.as_str().into()),
            (form, shown.into()),
            ("code", error.code.as_str().into()),
            ("field", error.field.into()),
        ]),
    }
}

fn text(message: &Envelope) -> Value<'static> {
    String::from_utf8(must(Codec::Json.encode(message)))
        .unwrap_or_default()
        .into()
}

fn map(pairs: impl IntoIterator<Item = (&'static str, Value<'static>)>) -> Value<'static> {
    Value::Map(
        pairs
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect(),
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn must<T>(result: polyphon_protocol::Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

/// One row a line, so that a change shows.
fn save(path: &PathBuf, rows: Vec<Value<'static>>) -> std::io::Result<()> {
    let mut out = Vec::from(b"[\n");
    for (at, row) in rows.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b"" } else { b",\n" });
        json::write_value(row, &mut out);
    }
    out.extend_from_slice(b"\n]\n");
    std::fs::write(path, out)
}
