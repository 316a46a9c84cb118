//! Schedules publish by wall time, once for each time that comes.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::Lab;
use common::queues::{draft, queue_spec, schedule_spec};
use polyphon_kernel::QueueId;
use polyphon_kernel::queues::commands::QueueCommand;
use polyphon_kernel::queues::{Overflow, Schedule, schedules};

const HOUR_MS: u64 = 3_600_000;

fn set(lab: &mut Lab, queue: QueueId, cron: &str) -> u64 {
    let spec = schedule_spec(queue, "report", cron);
    lab.accept(QueueCommand::SetSchedule { spec })
}

fn only(lab: &Lab, queue: QueueId) -> Schedule {
    schedules(&lab.kernel.durable().queues, queue).schedules[0].clone()
}

/// A queue, at a full hour of wall time.
fn at_a_full_hour() -> (Lab, QueueId) {
    let mut lab = Lab::new();
    let queue = lab.queue(queue_spec("work"));
    let late_ms = HOUR_MS - lab.now.wall_ms % HOUR_MS;
    lab.pass(late_ms);
    (lab, queue)
}

#[test]
fn a_message_comes_at_each_time_of_the_expression() {
    let (mut lab, queue) = at_a_full_hour();
    set(&mut lab, queue, "*/20 * * * *");
    lab.pass(20 * 60_000 - 1);
    assert_eq!(lab.counts(queue).published, 0);
    lab.pass(1);
    assert_eq!(lab.counts(queue).published, 1);
    lab.pass(20 * 60_000);
    lab.pass(20 * 60_000);
    assert_eq!(lab.counts(queue).published, 3);
    let known = only(&lab, queue);
    assert_eq!((known.published, known.skipped), (3, 0));
    assert_eq!(known.due_ms, lab.now.wall_ms + 20 * 60_000);
    lab.check_replay();
}

#[test]
fn times_that_passed_while_nothing_ran_are_one_message_and_the_clock_set_back_repeats_none() {
    let (mut lab, queue) = at_a_full_hour();
    set(&mut lab, queue, "0 * * * *");
    lab.pass(5 * HOUR_MS + 60_000);
    assert_eq!(lab.counts(queue).published, 1);
    lab.now.wall_ms -= 2 * HOUR_MS;
    lab.settle();
    lab.pass(2 * HOUR_MS);
    assert_eq!(lab.counts(queue).published, 1);
    lab.pass(HOUR_MS);
    assert_eq!(lab.counts(queue).published, 2);
    lab.now.wall_ms += 10 * HOUR_MS;
    lab.settle();
    assert_eq!(lab.counts(queue).published, 3);
    lab.check_replay();
}

#[test]
fn a_schedule_outlives_its_node() {
    let (mut lab, queue) = at_a_full_hour();
    set(&mut lab, queue, "30 * * * *");
    lab.fail_over();
    lab.pass(30 * 60_000);
    assert_eq!(lab.counts(queue).published, 1);
}

#[test]
fn a_queue_without_room_goes_without_and_the_schedule_goes_on() {
    let (mut lab, queue) = at_a_full_hour();
    let mut spec = queue_spec("work");
    (spec.max_messages, spec.overflow) = (1, Overflow::Block);
    lab.queue(spec);
    lab.publish(queue, vec![draft(1)]);
    set(&mut lab, queue, "* * * * *");
    lab.pass(60_000);
    let known = only(&lab, queue);
    assert_eq!((known.published, known.skipped), (0, 1));
    lab.consume(queue, 1, 1);
    let held = lab.held(queue);
    lab.ack(queue, &held);
    lab.pass(60_000);
    assert_eq!(lab.counts(queue).published, 2);
}

#[test]
fn a_schedule_is_changed_by_its_name_and_ends_with_its_queue() {
    let (mut lab, queue) = at_a_full_hour();
    let first = set(&mut lab, queue, "0 * * * *");
    assert_eq!(set(&mut lab, queue, "0 * * * *"), first, "nothing changed");
    let second = set(&mut lab, queue, "1 * * * *");
    assert_ne!(first, second);
    lab.pass(60_000);
    let held = lab.counts(queue).published;
    assert_eq!(held, 1);
    lab.consume(queue, 1, 1);
    let held = lab.held(queue);
    lab.ack(queue, &held);
    lab.accept(QueueCommand::RemoveQueue { queue });
    assert!(lab.kernel.durable().queues.schedules().next().is_none());
    lab.pass(10 * HOUR_MS);
    lab.check_replay();
}

#[test]
fn a_schedule_that_was_removed_publishes_no_more() {
    let (mut lab, queue) = at_a_full_hour();
    set(&mut lab, queue, "* * * * *");
    let name = "report".to_owned();
    lab.accept(QueueCommand::RemoveSchedule { queue, name });
    lab.pass(10 * 60_000);
    assert_eq!(lab.counts(queue).published, 0);
}
