//! The four task messages: their JSON goes into envelopes and comes out as it was.

use crate::common::{id, vectors};
use polyphon_protocol::codec::Codec;
use polyphon_protocol::tasks::{Message, Wrapping, from_envelope, to_envelope};
use polyphon_protocol::{Code, Envelope, Kind, Priority, Target};

fn wrapping() -> Wrapping {
    Wrapping {
        id: id(1),
        orchestrator: Target::Agent("orchestrator_main".into()),
    }
}

fn example(message: Message) -> String {
    let path = vectors().join("tasks").join(format!("{}.json", message.as_str()));
    std::fs::read_to_string(path).unwrap()
}

fn wrapped(message: Message) -> Envelope {
    to_envelope(example(message).as_bytes(), wrapping()).unwrap()
}

#[test]
fn each_returns_from_its_envelope_and_every_codec_byte_for_byte() {
    for message in Message::ALL {
        let text = example(*message);
        let envelope = wrapped(*message);
        for codec in Codec::ALL {
            let envelope = codec.decode(&codec.encode(&envelope).unwrap()).unwrap();
            assert_eq!(from_envelope(&envelope), Ok((*message, text.trim().as_bytes())));
        }
    }
}

#[test]
fn the_envelope_says_what_the_message_says() {
    let assignment = wrapped(Message::TaskAssignment);
    let header = assignment.header();
    assert_eq!((header.kind, header.priority), (Kind::Command, Priority::High));
    assert_eq!(
        (header.source.as_str(), &header.target),
        ("orchestrator_main", &Target::Agent("agent_001".into()))
    );
    assert_eq!(
        (header.timestamp_ms, header.correlation_id.as_deref()),
        (1_752_141_600_000, Some("A1"))
    );
    for (message, kind, source) in [
        (Message::ProgressUpdate, Kind::Event, "agent_001"),
        (Message::TaskCompletion, Kind::Response, "agent_001"),
        (Message::FailureNotification, Kind::Error, "agent_002"),
    ] {
        let envelope = wrapped(message);
        let header = envelope.header();
        assert_eq!((header.kind, header.source.as_str()), (kind, source));
        assert_eq!(header.target, Target::Agent("orchestrator_main".into()));
    }
}

#[test]
fn an_envelope_that_says_otherwise_is_refused() {
    let (header, payload) = wrapped(Message::TaskAssignment).into_parts();
    let refused = |change: fn(&mut polyphon_protocol::Header)| {
        let mut header = header.clone();
        change(&mut header);
        Envelope::new(header, payload.clone()).unwrap_err().field
    };
    assert_eq!(refused(|header| header.source = "mallory".into()), "source");
    assert_eq!(refused(|header| header.kind = Kind::Event), "kind");
    assert_eq!(refused(|header| header.timestamp_ms += 1), "timestamp");
    assert_eq!(refused(|header| header.priority = Priority::Critical), "priority");
    assert_eq!(refused(|header| header.target = Target::Broadcast), "target");
    assert_eq!(
        refused(|header| header.correlation_id = Some("B1".into())),
        "correlationId"
    );
    assert_eq!(
        refused(|header| header.schema = Some("polyphon.progress_update/1".into())),
        "payload.message_type"
    );
}

#[test]
fn fields_of_another_place_say_nothing() {
    let text = example(Message::TaskAssignment).replacen(
        '{',
        r#"{"task_id":"other","priority":"low","agent_id":"x","#,
        1,
    );
    let envelope = to_envelope(text.as_bytes(), wrapping()).unwrap();
    assert_eq!(envelope.header(), wrapped(Message::TaskAssignment).header());
    let extra = r#"{"target_agent":"x","task_details":{"task_id":"y","priority":"low"},"#;
    let text = example(Message::ProgressUpdate).replacen('{', extra, 1);
    let envelope = to_envelope(text.as_bytes(), wrapping()).unwrap();
    assert_eq!(envelope.header(), wrapped(Message::ProgressUpdate).header());
}

#[test]
fn broken_messages_are_refused_by_field() {
    let cases = [
        (
            Message::TaskAssignment,
            "\"task_type\": \"unit_test\",",
            "",
            "payload.task_details.task_type",
        ),
        (
            Message::TaskAssignment,
            "\"high\"",
            "\"urgent\"",
            "payload.task_details.priority",
        ),
        (
            Message::TaskAssignment,
            "\"memory_mb\": 512",
            "\"memory_mb\": \"512\"",
            "payload.task_details.resources.memory_mb",
        ),
        (
            Message::TaskAssignment,
            "0.95,",
            "95,",
            "payload.task_details.success_criteria.min_pass_rate",
        ),
        (
            Message::ProgressUpdate,
            "\"percentage\": 65",
            "\"percentage\": 165",
            "payload.progress.percentage",
        ),
        (
            Message::ProgressUpdate,
            "T10:02:30Z",
            " at noon",
            "payload.timestamp",
        ),
        (
            Message::TaskCompletion,
            "\"A1_coverage.json\"",
            "7",
            "payload.artifacts[1]",
        ),
        (
            Message::TaskCompletion,
            "task_completion",
            "task_done",
            "payload.message_type",
        ),
        (
            Message::FailureNotification,
            "\"attempt\": 1",
            "\"attempt\": null",
            "payload.recovery_attempts[0].attempt",
        ),
        (
            Message::FailureNotification,
            "true",
            "\"yes\"",
            "payload.escalation_required",
        ),
    ];
    for (message, from, to, field) in cases {
        let text = example(message);
        assert!(text.contains(from), "{from}");
        let error = to_envelope(text.replacen(from, to, 1).as_bytes(), wrapping()).unwrap_err();
        assert_eq!(error.field, field);
    }
    assert_eq!(to_envelope(b"{", wrapping()).unwrap_err().code, Code::Malformed);
    assert_eq!(
        to_envelope(b"{}", wrapping()).unwrap_err().field,
        "payload.message_type"
    );
}
