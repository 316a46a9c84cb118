//! A stream keeps its messages; every group gets all of them, and cursors read them.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

#[path = "../common/mod.rs"]
mod common;
mod cursors;

use common::Lab;
use common::queues::{draft, keyed, outgoing, queue_spec, stream_spec};
use polyphon_kernel::queues::commands::{Draft, Nack, QueueCommand};
use polyphon_kernel::queues::{Overflow, Position, QueueKind, QueueSpec, StreamView, stream, stream_page};
use polyphon_kernel::{MessageId, Outcome, QueueId};

fn orders(lab: &mut Lab, change: impl FnOnce(&mut QueueSpec)) -> QueueId {
    let mut spec = stream_spec("orders");
    change(&mut spec);
    lab.queue(spec)
}

fn view(lab: &Lab, id: QueueId) -> StreamView {
    stream(&lab.kernel.durable().queues, id).unwrap()
}

fn now_ms(lab: &Lab) -> u64 {
    lab.kernel.durable().last_ms().max(lab.now.wall_ms)
}

/// Numbers a reader behind `after` finds.
fn page(lab: &Lab, id: QueueId, after: u64) -> Vec<u64> {
    let queues = &lab.kernel.durable().queues;
    let number = MessageId(after + 1);
    let page = stream_page(queues, id, &Position::Number { number }, 1_000, now_ms(lab));
    assert_eq!(page.expired, None);
    page.messages.iter().map(|delivery| delivery.message.0).collect()
}

/// Numbers in the stream of what a group holds.
fn origins(lab: &Lab, group: QueueId) -> Vec<u64> {
    let messages = lab.kernel.durable().queues.messages();
    let own = messages.filter(|(_, message)| message.queue == group);
    own.filter_map(|(_, message)| Some(message.extra.as_ref()?.origin?.0))
        .collect()
}

fn ack_all(lab: &mut Lab, group: QueueId) -> usize {
    let held = lab.held(group);
    lab.ack(group, &held);
    held.len()
}

fn refused(lab: &mut Lab, command: QueueCommand) -> (String, Vec<(String, String)>) {
    let output = lab.step(vec![command.into()]);
    match &output.answers[0].outcome {
        Outcome::Refused { refusal } => (refusal.code.clone(), refusal.details.clone()),
        other => panic!("{other:?} is no refusal"),
    }
}

/// Of every group: what it was given is acked, waits, is in flight, dead, expired or dropped; the rest is behind it.
fn assert_conserved(lab: &Lab, id: QueueId) {
    let stream = view(lab, id);
    let of = |queue: &polyphon_kernel::queues::Queue| {
        let counts = &queue.counts;
        assert_eq!(
            counts.published,
            counts.acked + counts.waiting + counts.in_flight + counts.dead + counts.expired + counts.dropped,
            "{counts:?}"
        );
    };
    of(&stream.queue);
    for group in &stream.groups {
        of(&group.queue);
        let passed = group.queue.group.as_ref().unwrap().passed;
        assert_eq!(passed + group.behind, stream.queue.counts.published);
    }
}

#[test]
fn every_group_gets_every_message_once_and_inside_a_group_one_consumer_does() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |_| {});
    let billing = lab.group(orders, "billing", Position::Start {});
    let parcels = lab.group(orders, "parcels", Position::Start {});
    assert_eq!(
        lab.publish(orders, vec![draft(10), draft(20), draft(300)]).len(),
        3
    );
    assert_eq!(
        origins(&lab, billing),
        [] as [u64; 0],
        "nothing is taken for nobody"
    );
    lab.consume(billing, 1, 2);
    lab.consume(billing, 2, 2);
    lab.consume(parcels, 3, 10);
    assert_eq!(origins(&lab, billing), [1, 2, 3]);
    assert_eq!(origins(&lab, parcels), [1, 2, 3]);
    let fences: Vec<u64> = lab.held(billing).iter().map(|(fence, _)| fence.0).collect();
    assert_eq!(fences.len(), 3);
    assert_ne!(fences[0], fences[2], "two consumers share");
    assert_eq!(ack_all(&mut lab, billing), 3);
    assert_eq!(origins(&lab, parcels), [1, 2, 3], "the other has its own");
    assert_eq!(lab.counts(billing).acked, 3);
    assert_eq!(ack_all(&mut lab, parcels), 3);
    assert_conserved(&lab, orders);
    assert_eq!(page(&lab, orders, 0), [1, 2, 3], "the stream keeps them");
    assert!(lab.emptied().is_empty());
    lab.check_replay();
}

#[test]
fn attempts_and_dead_letters_are_a_groups_own() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |_| {});
    let billing = lab.group(orders, "billing", Position::Start {});
    let parcels = lab.group(orders, "parcels", Position::Start {});
    lab.publish(orders, vec![draft(300)]);
    lab.consume(billing, 1, 1);
    lab.consume(parcels, 2, 1);
    let held = lab.held(billing)[0];
    lab.nack(billing, held, Nack::Rejected);
    ack_all(&mut lab, parcels);
    assert_eq!((lab.counts(billing).dead, lab.counts(parcels).dead), (1, 0));
    let dead = lab.dead(billing);
    lab.accept(QueueCommand::RedriveMessages {
        queue: billing,
        messages: dead,
    });
    assert_eq!(origins(&lab, billing), [1], "it keeps its number in the stream");
    let held = lab.held(billing)[0];
    lab.nack(billing, held, Nack::Failed);
    lab.pass(10_000);
    assert_eq!(ack_all(&mut lab, billing), 1);
    assert_conserved(&lab, orders);
    lab.check_replay();
}

#[test]
fn a_group_that_joins_late_begins_where_it_says() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |_| {});
    lab.publish(orders, vec![draft(1), draft(1)]);
    lab.pass(5_000);
    let noon = now_ms(&lab);
    lab.publish(orders, vec![draft(1), draft(1)]);
    let since = Position::Since { at_ms: noon };
    let number = Position::Number { number: MessageId(2) };
    let positions = [Position::Start {}, Position::End {}, number, since];
    for (position, behind) in positions.into_iter().zip([4, 0, 3, 2]) {
        lab.group(orders, &format!("{position:?}"), position.clone());
        let groups = view(&lab, orders).groups;
        let group = groups
            .iter()
            .find(|group| group.queue.spec.name == format!("{position:?}"));
        assert_eq!(group.unwrap().behind, behind, "{position:?}");
    }
    let groups = view(&lab, orders).groups;
    let group = groups.iter().find(|group| group.behind == 0).unwrap().id;
    lab.consume(group, 1, 10);
    assert_eq!(origins(&lab, group), [] as [u64; 0]);
    lab.publish(orders, vec![draft(1)]);
    assert_eq!(origins(&lab, group), [5]);
    assert_conserved(&lab, orders);
    lab.check_replay();
}

#[test]
fn a_group_takes_no_more_than_it_may_hold_and_goes_on_when_some_were_dealt_with() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |_| {});
    let spec = QueueSpec {
        max_messages: 3,
        ..queue_spec("billing")
    };
    let from = Position::Start {};
    let billing = QueueId(lab.accept(QueueCommand::DefineGroup {
        stream: orders,
        spec,
        from,
    }));
    lab.publish(orders, vec![draft(1); 10]);
    lab.consume(billing, 1, 100);
    assert_eq!(origins(&lab, billing), [1, 2, 3]);
    let mut all = 0;
    while !lab.held(billing).is_empty() {
        all += ack_all(&mut lab, billing);
    }
    assert_eq!(all, 10);
    assert_conserved(&lab, orders);
}

#[test]
fn order_per_key_holds_within_a_group() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |_| {});
    let billing = lab.group(orders, "billing", Position::Start {});
    lab.publish(orders, vec![keyed("ada"), keyed("ada"), keyed("bob")]);
    lab.consume(billing, 1, 10);
    let numbers: Vec<u64> = lab.held(billing).iter().map(|(_, number)| number.0).collect();
    assert_eq!(numbers, [4, 6]);
    ack_all(&mut lab, billing);
    assert_eq!(lab.held(billing).len(), 1);
}

#[test]
fn messages_go_with_their_age_and_a_group_that_missed_them_counts_them() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |spec| spec.retention_ms = 60_000);
    let billing = lab.group(orders, "billing", Position::Start {});
    lab.publish(orders, vec![draft(300); 3]);
    lab.pass(30_000);
    lab.publish(orders, vec![draft(300)]);
    lab.pass(30_001);
    assert_eq!(page(&lab, orders, 3), [4]);
    assert_eq!(lab.counts(orders).expired, 3);
    assert_eq!(
        (lab.counts(billing).expired, lab.counts(billing).published),
        (3, 3)
    );
    assert_eq!(lab.emptied(), [1]);
    lab.consume(billing, 1, 10);
    assert_eq!(origins(&lab, billing), [4]);
    assert_conserved(&lab, orders);
    lab.check_replay();
}

#[test]
fn what_is_held_outlives_the_stream_that_gave_it_up() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |spec| spec.retention_ms = 60_000);
    let billing = lab.group(orders, "billing", Position::Start {});
    lab.publish(orders, vec![draft(300)]);
    lab.consume(billing, 1, 10);
    let (fence, message) = lab.held(billing)[0];
    lab.accept(QueueCommand::ExtendMessage {
        fence,
        message,
        length_ms: 120_000,
    });
    lab.pass(60_001);
    assert_eq!(lab.counts(orders).waiting, 0);
    assert!(lab.emptied().is_empty(), "its row is still needed");
    assert_eq!(ack_all(&mut lab, billing), 1);
    assert_eq!(lab.emptied(), [1]);
    lab.check_replay();
}

#[test]
fn a_full_stream_makes_room_of_what_every_group_has_dealt_with_and_of_nothing_else() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |spec| spec.max_messages = 3);
    let billing = lab.group(orders, "billing", Position::Start {});
    let parcels = lab.group(orders, "parcels", Position::Start {});
    lab.publish(orders, vec![draft(1); 3]);
    let full = || Err("QUEUE_FULL".to_owned());
    lab.consume(billing, 1, 10);
    ack_all(&mut lab, billing);
    assert_eq!(
        lab.publish(orders, vec![draft(1)]),
        [full()],
        "the parcels were not sent"
    );
    lab.consume(parcels, 2, 10);
    let held = lab.held(parcels);
    lab.ack(parcels, &held[1..]);
    assert_eq!(
        lab.publish(orders, vec![draft(1)]),
        [full()],
        "the oldest was not"
    );
    lab.ack(parcels, &held[..1]);
    assert_eq!(lab.publish(orders, vec![draft(1); 2]).len(), 2);
    assert_eq!(page(&lab, orders, 2).len(), 3);
    assert_eq!(lab.counts(orders).acked, 2);
    assert_conserved(&lab, orders);
    lab.check_replay();
}

#[test]
fn or_of_the_oldest_when_it_says_so() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |spec| {
        (spec.max_messages, spec.overflow) = (3, Overflow::DropOldest);
    });
    let billing = lab.group(orders, "billing", Position::Start {});
    lab.publish(orders, vec![draft(1); 5]);
    assert_eq!(lab.publish(orders, vec![draft(1)]).len(), 1);
    let counts = lab.counts(billing);
    assert_eq!((counts.published, counts.dropped), (1, 1));
    lab.consume(billing, 1, 10);
    assert_conserved(&lab, orders);
    lab.check_replay();
}

#[test]
fn an_interest_stream_keeps_a_message_until_every_group_has_dealt_with_it() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |spec| spec.kind = QueueKind::Interest);
    lab.publish(orders, vec![draft(300); 2]);
    assert_eq!(page(&lab, orders, 0).len(), 2, "nobody is interested yet");
    let billing = lab.group(orders, "billing", Position::Start {});
    let parcels = lab.group(orders, "parcels", Position::Start {});
    lab.consume(billing, 1, 10);
    lab.consume(parcels, 2, 10);
    ack_all(&mut lab, billing);
    let held = lab.held(parcels);
    lab.nack(parcels, held[0], Nack::Rejected);
    assert_eq!(lab.counts(orders).acked, 1, "a dead letter was dealt with");
    lab.ack(parcels, &held[1..]);
    assert_eq!((lab.counts(orders).acked, lab.counts(orders).waiting), (2, 0));
    assert!(lab.emptied().is_empty(), "the dead letter needs its row");
    let messages = lab.dead(parcels);
    lab.accept(QueueCommand::DiscardMessages {
        queue: parcels,
        messages,
    });
    assert_eq!(lab.emptied(), [1]);
    assert_conserved(&lab, orders);
    lab.check_replay();
}

#[test]
fn a_group_that_goes_takes_what_it_holds_with_it_and_holds_nobody_up() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |spec| spec.kind = QueueKind::Interest);
    let billing = lab.group(orders, "billing", Position::Start {});
    let parcels = lab.group(orders, "parcels", Position::Start {});
    lab.publish(orders, vec![draft(300); 2]);
    lab.consume(billing, 1, 10);
    lab.consume(parcels, 2, 10);
    ack_all(&mut lab, billing);
    let (fence, message) = lab.held(parcels)[0];
    lab.accept(QueueCommand::RemoveQueue { queue: parcels });
    assert_eq!(lab.counts(orders).waiting, 0, "nobody else waits for them");
    let messages = vec![(fence, message)];
    let late = QueueCommand::AckMessages {
        queue: billing,
        messages,
    };
    assert_eq!(refused(&mut lab, late).0, "LEASE_FENCED");
    assert_eq!(lab.emptied(), [1]);
    lab.check_replay();
}

#[test]
fn a_stream_is_removed_when_it_keeps_nothing_and_has_no_group() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |_| {});
    let billing = lab.group(orders, "billing", Position::Start {});
    lab.publish(orders, vec![draft(300); 2]);
    let remove = || QueueCommand::RemoveQueue { queue: orders };
    assert_eq!(refused(&mut lab, remove()).0, "QUEUE_NOT_EMPTY");
    lab.accept(QueueCommand::TrimStream {
        queue: orders,
        through: MessageId(u64::MAX),
    });
    assert_eq!(lab.emptied(), [1]);
    assert_eq!(refused(&mut lab, remove()).0, "QUEUE_NOT_EMPTY", "it has a group");
    lab.accept(QueueCommand::RemoveQueue { queue: billing });
    lab.accept(QueueCommand::OpenCursor {
        queue: orders,
        name: "dashboard".to_owned(),
        from: Position::Start {},
    });
    lab.accept(remove());
    assert_eq!(lab.kernel.durable().queues.cursors().count(), 0);
    lab.check_replay();
}

#[test]
fn a_message_whose_time_is_over_reaches_no_group_and_no_reader() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |_| {});
    let billing = lab.group(orders, "billing", Position::Start {});
    let ttl_ms = Some(1_000);
    lab.publish(orders, vec![draft(1), Draft { ttl_ms, ..draft(1) }, draft(1)]);
    lab.pass(2_000);
    assert_eq!(page(&lab, orders, 0), [1, 3]);
    lab.consume(billing, 1, 10);
    assert_eq!(origins(&lab, billing), [1, 3]);
    assert_eq!(lab.counts(billing).expired, 1);
    assert_conserved(&lab, orders);
}

#[test]
fn what_comes_of_a_message_may_go_to_a_stream_and_an_id_comes_once() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |_| {});
    let billing = lab.group(orders, "billing", Position::Start {});
    let named = Draft {
        id: Some("order-1".to_owned()),
        ..draft(1)
    };
    assert_eq!(lab.publish(orders, vec![named.clone(), named]), [Ok(1), Ok(1)]);
    lab.consume(billing, 1, 1);
    let (fence, message) = lab.held(billing)[0];
    lab.accept(QueueCommand::AckAndPublish {
        fence,
        message,
        outgoing: vec![outgoing(orders, vec![draft(1)])],
    });
    assert_eq!(page(&lab, orders, 0).len(), 2);
    assert_eq!(lab.counts(billing).acked, 1);
    assert_eq!(lab.held(billing).len(), 1);
    lab.check_replay();
}

#[test]
fn what_a_dead_node_held_of_a_group_is_handed_out_again() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |_| {});
    let billing = lab.group(orders, "billing", Position::Start {});
    lab.publish(orders, vec![draft(300), keyed("ada")]);
    lab.consume(billing, 1, 10);
    lab.fail_over();
    assert!(lab.held(billing).is_empty());
    lab.consume(billing, 2, 10);
    assert_eq!(ack_all(&mut lab, billing), 2);
    assert_conserved(&lab, orders);
    lab.check_replay();
}
