//! A message waits, is handed out, and is dealt with, or comes back and in the end is a dead letter.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::Lab;
use common::queues::{draft, keyed, outgoing, queue_spec};
use polyphon_kernel::queues::commands::{Draft, GivenBack, Nack, QueueCommand};
use polyphon_kernel::queues::{MessageStatus, Overflow, QueueSpec, dead_letters};
use polyphon_kernel::tasks::Priority;
use polyphon_kernel::{Fence, MessageId};

fn work(lab: &mut Lab, change: impl FnOnce(&mut QueueSpec)) -> polyphon_kernel::QueueId {
    let mut spec = queue_spec("work");
    change(&mut spec);
    lab.queue(spec)
}

fn with_priority(priority: Priority) -> Draft {
    Draft { priority, ..draft(1) }
}

#[test]
fn a_message_is_handed_out_in_the_step_that_brings_it_in_and_is_gone_with_its_acknowledgement() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |_| {});
    lab.consume(queue, 1, 10);
    assert_eq!(lab.publish(queue, vec![draft(10), draft(20)]), [Ok(1), Ok(2)]);
    assert_eq!(lab.delivered(), [1, 2]);
    assert_eq!(lab.event_names()[2..], ["MessagesPublished", "MessagesDelivered"]);
    let held = lab.held(queue);
    lab.ack(queue, &held);
    let counts = lab.counts(queue);
    assert_eq!(
        (
            counts.published,
            counts.acked,
            counts.waiting,
            counts.in_flight,
            counts.bytes
        ),
        (2, 2, 0, 0, 0)
    );
    assert_eq!(lab.kernel.durable().queues.messages().count(), 0);
    assert!(lab.kernel.open_effects().is_empty(), "few bytes need no row");
    lab.check_replay();
}

#[test]
fn nobody_holds_more_than_its_credit_and_consumers_share() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |_| {});
    lab.publish(queue, vec![draft(1); 10]);
    lab.consume(queue, 1, 3);
    assert_eq!(lab.held(queue).len(), 3);
    lab.consume(queue, 2, 10);
    assert_eq!(lab.held(queue).len(), 10);
    let held = lab.held(queue);
    lab.ack(queue, &held);
    lab.publish(queue, vec![draft(1); 4]);
    let fences: Vec<Fence> = lab.held(queue).iter().map(|(fence, _)| *fence).collect();
    assert_eq!(fences[0], fences[1]);
    assert_ne!(fences[1], fences[2], "two each");
    lab.consume(queue, 1, 0);
    let held = lab.held(queue);
    lab.ack(queue, &held);
    lab.publish(queue, vec![draft(1); 4]);
    let fences: Vec<Fence> = lab.held(queue).iter().map(|(fence, _)| *fence).collect();
    assert!(
        fences.iter().all(|fence| *fence == fences[0]),
        "one consumer is left"
    );
}

#[test]
fn a_failed_attempt_waits_longer_each_time_and_the_last_one_is_a_dead_letter() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |spec| spec.retry_jitter_ppm = 0);
    lab.consume(queue, 1, 1);
    lab.publish(queue, vec![draft(5)]);
    for wait_ms in [1_000, 2_000] {
        let held = lab.held(queue)[0];
        lab.nack(queue, held, Nack::Failed);
        lab.pass(wait_ms - 1);
        assert!(lab.held(queue).is_empty());
        lab.pass(1);
        assert_eq!(lab.held(queue).len(), 1);
    }
    let held = lab.held(queue)[0];
    lab.nack(queue, held, Nack::Failed);
    let letters = dead_letters(&lab.kernel.durable().queues, queue, 0, 10).letters;
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].message.attempt, letters[0].detail.as_str()),
        (3, "it broke")
    );
    assert_eq!(lab.counts(queue).dead, 1);
    lab.pass(600_000);
    assert!(lab.held(queue).is_empty());
    lab.check_replay();
}

#[test]
fn a_consumer_may_wish_for_another_wait_or_give_back_what_it_did_not_begin() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |spec| spec.max_attempts = 1);
    lab.consume(queue, 1, 1);
    lab.publish(queue, vec![draft(5)]);
    for _ in 0..5 {
        let held = lab.held(queue)[0];
        lab.nack(queue, held, Nack::Unused);
    }
    work(&mut lab, |spec| spec.max_attempts = 2);
    let (fence, message) = lab.held(queue)[0];
    let messages = vec![GivenBack {
        fence,
        message,
        kind: Nack::Failed,
        delay_ms: Some(7),
        detail: String::new(),
    }];
    lab.accept(QueueCommand::NackMessages { queue, messages });
    lab.pass(6);
    assert!(lab.held(queue).is_empty());
    lab.pass(1);
    assert_eq!(lab.held(queue).len(), 1);
}

#[test]
fn a_message_nobody_reports_on_comes_back_and_its_old_fence_counts_no_more() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |spec| spec.retry_initial_ms = 0);
    lab.consume(queue, 1, 2);
    lab.publish(queue, vec![draft(1), draft(1)]);
    let held = lab.held(queue);
    lab.accept(QueueCommand::ExtendMessage {
        fence: held[1].0,
        message: held[1].1,
        length_ms: 50_000,
    });
    lab.pass(30_000);
    let again = lab.held(queue);
    assert_ne!(again[0].0, held[0].0, "granted anew");
    assert_eq!(again[1], held[1], "it was given more time");
    let refusal = lab.refuse(QueueCommand::AckMessages {
        queue,
        messages: vec![held[0]],
    });
    assert_eq!(refusal.code, "LEASE_FENCED");
    lab.pass(20_000);
    assert_ne!(lab.held(queue)[1], held[1]);
    lab.check_replay();
}

#[test]
fn what_a_dead_node_held_is_handed_out_again_at_once_and_counts_as_an_attempt() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |spec| spec.max_attempts = 2);
    lab.publish(queue, vec![draft(1), draft(1)]);
    for _ in 0..2 {
        lab.consume(queue, 1, 1);
        assert_eq!(lab.held(queue).len(), 1);
        assert_eq!(lab.held(queue)[0].1, MessageId(1), "in its old place");
        lab.fail_over();
    }
    assert_eq!(lab.dead(queue), [MessageId(1)]);
    lab.check_replay();
}

#[test]
fn urgent_messages_come_first_unless_others_have_waited_long_enough() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |_| {});
    lab.publish(queue, vec![with_priority(Priority::Low)]);
    lab.pass(20_001);
    lab.publish(
        queue,
        vec![with_priority(Priority::High), with_priority(Priority::Critical)],
    );
    lab.consume(queue, 1, 100);
    assert_eq!(lab.delivered(), [3, 1, 2], "20 s are worth two priorities");
}

#[test]
fn messages_of_a_key_are_dealt_with_one_after_the_other() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |spec| spec.retry_jitter_ppm = 0);
    lab.consume(queue, 1, 100);
    let urgent = Draft {
        priority: Priority::Critical,
        ..keyed("a")
    };
    lab.publish(queue, vec![keyed("a"), keyed("b"), urgent, keyed("a")]);
    assert_eq!(lab.delivered(), [1, 2]);
    let held = lab.held(queue);
    lab.nack(queue, held[0], Nack::Failed);
    lab.pass(999);
    assert_eq!(lab.delivered(), [1, 2], "the others wait for the one that failed");
    lab.pass(1);
    let held = lab.held(queue)[0];
    lab.ack(queue, &[held]);
    let held = lab.held(queue)[1];
    assert_eq!(held.1, MessageId(3));
    lab.nack(queue, held, Nack::Rejected);
    assert_eq!(lab.delivered(), [1, 2, 1, 3, 4], "a dead letter holds nobody up");
    lab.check_replay();
}

#[test]
fn a_delayed_message_waits_and_one_whose_time_is_over_is_never_handed_out() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |_| {});
    let late = Draft {
        delay_ms: 500,
        ..draft(1)
    };
    let short = Draft {
        ttl_ms: Some(100),
        ..draft(1)
    };
    lab.publish(queue, vec![late, short, draft(1)]);
    lab.pass(100);
    lab.consume(queue, 1, 10);
    assert_eq!(lab.delivered(), [3]);
    assert_eq!(lab.counts(queue).expired, 1);
    lab.pass(399);
    assert_eq!(lab.delivered(), [3]);
    lab.pass(1);
    assert_eq!(lab.delivered(), [3, 1]);
    lab.consume(queue, 1, 0);
    let held = lab.held(queue);
    lab.ack(queue, &held);
    lab.publish(queue, vec![draft(1)]);
    lab.pass(86_400_000);
    assert_eq!(
        lab.counts(queue).expired,
        2,
        "and the retention of the queue is over"
    );
}

#[test]
fn a_repeated_id_is_taken_for_the_first_while_it_is_remembered() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |_| {});
    let named = |name: &str| Draft {
        id: Some(name.to_owned()),
        ..draft(1)
    };
    let twice = vec![named("a"), named("b"), named("a")];
    assert_eq!(lab.publish(queue, twice), [Ok(1), Ok(2), Ok(1)]);
    lab.consume(queue, 1, 10);
    let held = lab.held(queue);
    lab.ack(queue, &held);
    lab.pass(119_999);
    assert_eq!(
        lab.publish(queue, vec![named("c"), named("b")]),
        [Ok(3), Ok(2)],
        "dealt with or not"
    );
    lab.pass(1);
    assert_eq!(lab.publish(queue, vec![named("b")]), [Ok(4)]);
    assert_eq!(lab.counts(queue).published, 4);
    work(&mut lab, |spec| spec.dedup_ids = 1);
    assert_eq!(lab.publish(queue, vec![named("d"), named("e")]), [Ok(5), Ok(6)]);
    assert_eq!(
        lab.publish(queue, vec![named("d")]),
        [Ok(7)],
        "one id is remembered at most"
    );
    lab.check_replay();
}

#[test]
fn a_full_queue_refuses_what_has_no_room_and_takes_the_rest() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |spec| spec.max_messages = 2);
    let full = || Err("QUEUE_FULL".to_owned());
    assert_eq!(
        lab.publish(queue, vec![draft(1), draft(2), draft(3)]),
        [Ok(1), Ok(2), full()]
    );
    work(&mut lab, |spec| spec.max_bytes = 10);
    assert_eq!(lab.publish(queue, vec![draft(8), draft(7)]), [full(), Ok(3)]);
    assert_eq!(lab.counts(queue).bytes, 10);
}

#[test]
fn or_lets_the_oldest_that_nobody_has_make_room() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |spec| {
        (spec.max_messages, spec.overflow) = (3, Overflow::DropOldest);
    });
    lab.consume(queue, 1, 1);
    lab.publish(queue, vec![draft(1), draft(1), draft(1)]);
    assert_eq!(lab.publish(queue, vec![draft(1)]), [Ok(4)]);
    let left: Vec<u64> = lab
        .kernel
        .durable()
        .queues
        .messages()
        .map(|(number, _)| number.0)
        .collect();
    assert_eq!(left, [1, 3, 4]);
    assert_eq!(lab.counts(queue).dropped, 1);
    let refused = lab.publish(queue, vec![draft(1), draft(1), draft(1)]);
    assert_eq!(
        refused[2],
        Err("QUEUE_FULL".to_owned()),
        "not what came with it, nor what somebody has"
    );
}

#[test]
fn dead_letters_are_sent_back_or_thrown_away_and_the_oldest_go_beyond_the_bound() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |spec| spec.max_dead = 3);
    lab.consume(queue, 1, 10);
    lab.publish(queue, vec![draft(1); 4]);
    for held in lab.held(queue) {
        lab.nack(queue, held, Nack::Rejected);
    }
    let dead = lab.dead(queue);
    assert_eq!(dead, [2, 3, 4].map(MessageId));
    let messages = vec![dead[0]];
    lab.accept(QueueCommand::DiscardMessages { queue, messages });
    let messages = vec![dead[1]];
    assert_eq!(lab.accept(QueueCommand::RedriveMessages { queue, messages }), 5);
    let held = lab.held(queue);
    assert_eq!(held[0].1, MessageId(5));
    let message = lab.kernel.durable().queues.message(MessageId(5)).unwrap();
    assert_eq!((message.attempts, message.status), (1, MessageStatus::InFlight));
    lab.pass(86_400_000);
    let counts = lab.counts(queue);
    assert!(lab.dead(queue).iter().all(|number| number.0 == 5));
    let ended = counts.acked + counts.expired + counts.dropped;
    assert_eq!(
        counts.published,
        ended + counts.waiting + counts.in_flight + counts.dead
    );
    lab.check_replay();
}

#[test]
fn a_row_is_erased_when_the_last_of_its_messages_is_gone() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |_| {});
    lab.consume(queue, 1, 10);
    lab.publish(queue, vec![draft(300), draft(300)]);
    let held = lab.held(queue);
    lab.ack(queue, &held[..1]);
    assert!(lab.emptied().is_empty());
    lab.ack(queue, &held[1..]);
    assert_eq!(lab.emptied(), [1]);
    lab.fail_over();
    assert_eq!(lab.emptied(), [1], "until somebody says that it is done");
    lab.accept(QueueCommand::FinishErasure { batches: vec![1] });
    assert!(lab.emptied().is_empty());
    lab.check_replay();
}

#[test]
fn one_step_hands_out_so_many_messages_and_the_next_one_goes_on() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |spec| spec.max_messages = 10_000);
    for _ in 0..5 {
        lab.publish(queue, vec![draft(0); 1_000]);
    }
    lab.consume(queue, 1, 5_000);
    assert_eq!(lab.held(queue).len(), 2_000);
    lab.settle();
    assert_eq!(lab.held(queue).len(), 5_000);
}

#[test]
fn a_queue_that_is_changed_keeps_its_messages_and_an_empty_one_can_be_forgotten() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |_| {});
    assert_eq!(work(&mut lab, |_| {}), queue);
    assert_eq!(lab.event_names().len(), 2, "the same again is no event");
    lab.publish(
        queue,
        vec![with_priority(Priority::Low), with_priority(Priority::High)],
    );
    assert_eq!(work(&mut lab, |spec| spec.ageing_ms = 1), queue);
    lab.consume(queue, 1, 2);
    assert_eq!(lab.delivered(), [2, 1]);
    let held = lab.held(queue);
    lab.ack(queue, &held);
    lab.accept(QueueCommand::RemoveQueue { queue });
    assert_ne!(work(&mut lab, |_| {}), queue);
    lab.check_replay();
}

#[test]
fn whoever_waits_for_room_is_not_passed_by_a_smaller_message() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |spec| {
        (spec.max_bytes, spec.overflow) = (100, Overflow::Block);
    });
    let fates = lab.publish(queue, vec![draft(60), draft(50), draft(10)]);
    assert_eq!(
        fates,
        [Ok(1), Err("QUEUE_FULL".to_owned()), Err("QUEUE_FULL".to_owned())]
    );
    let fates = lab.publish(queue, vec![draft(101)]);
    assert_eq!(fates, [Err("MESSAGE_INVALID".to_owned())]);
    lab.check_replay();
}

#[test]
fn a_message_is_acknowledged_with_those_that_come_of_it_or_not_at_all() {
    let mut lab = Lab::new();
    let first = work(&mut lab, |_| {});
    let mut spec = queue_spec("second");
    spec.max_messages = 2;
    let second = lab.queue(spec);
    lab.consume(first, 1, 2);
    lab.publish(first, vec![draft(1), draft(1)]);
    let held = lab.held(first);
    let ask = |(fence, message): (Fence, MessageId), count: usize| QueueCommand::AckAndPublish {
        fence,
        message,
        outgoing: vec![
            outgoing(first, vec![draft(300)]),
            outgoing(second, vec![draft(1); count]),
        ],
    };
    assert_eq!(lab.refuse(ask(held[0], 3)).code, "QUEUE_FULL");
    assert_eq!(lab.counts(first).acked, 0);
    let output = lab.step(vec![ask(held[0], 2).into()]);
    let numbers: Vec<_> = output.answers[0]
        .parts
        .iter()
        .map(|part| part.outcome.clone())
        .collect();
    let meant = [3, 4, 5].map(|entity| polyphon_kernel::Outcome::Accepted { entity });
    assert_eq!(numbers, meant);
    assert_eq!((lab.counts(first).acked, lab.counts(second).published), (1, 2));
    assert_eq!(lab.refuse(ask(held[0], 1)).code, "LEASE_FENCED");
    lab.check_replay();
}

#[test]
fn a_full_queue_has_room_for_what_comes_of_its_own_message() {
    let mut lab = Lab::new();
    let queue = work(&mut lab, |spec| spec.max_messages = 1);
    lab.consume(queue, 1, 1);
    lab.publish(queue, vec![draft(1)]);
    for _ in 0..3 {
        let (fence, message) = lab.held(queue)[0];
        let outgoing = vec![outgoing(queue, vec![draft(1)])];
        lab.accept(QueueCommand::AckAndPublish {
            fence,
            message,
            outgoing,
        });
    }
    assert_eq!((lab.counts(queue).acked, lab.counts(queue).in_flight), (3, 1));
    lab.check_replay();
}
