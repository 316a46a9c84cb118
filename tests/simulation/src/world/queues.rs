//! Publishers and consumers: slow ones, forgetful ones, and some that die.

use std::collections::{BTreeMap, VecDeque};

use polyphon_kernel::queues::commands::{Draft, GivenBack, Nack, Outgoing, QueueCommand};
use polyphon_kernel::queues::{Delivery, Overflow, QueueKind, QueueSpec, ScheduleSpec};
use polyphon_kernel::tasks::Priority;
use polyphon_kernel::{Command, Fence, MessageId, Payload, QueueId};
use polyphon_wire::Bytes;

use super::turn::Who;
use super::{Step, World, broken, pick_key};
use crate::decision::Fault;
use crate::facts::{Place, QueueFact};
use crate::invariants::credit;
use crate::random::Random;

/// Queues there are at most.
const QUEUES: u64 = 6;
/// Consumers of a world at once.
const CONSUMERS: usize = 8;
/// Reports that are kept to be made again.
const PAST: usize = 20;

/// What those who use queues know.
#[derive(Debug, Default)]
pub(super) struct QueueUsers {
    /// Consumers by number, and the queue of each.
    consumers: BTreeMap<u64, u64>,
    /// Messages in their hands: fence and consumer.
    held: BTreeMap<u64, (u64, u64)>,
    /// Reports that were made: queue, fence, message.
    past: VecDeque<(u64, u64, u64)>,
    /// Batches whose rows are to be erased.
    rows: Vec<u64>,
    last_consumer: u64,
    last_row: u64,
}

impl QueueUsers {
    /// Everybody inside the process is gone.
    pub(super) fn process_died(&mut self) {
        self.consumers.clear();
        self.held.clear();
        self.rows.clear();
    }

    pub(super) fn delivered(&mut self, consumer: u64, fence: u64, messages: &[Delivery]) {
        if self.consumers.contains_key(&consumer) {
            self.held.extend(
                messages
                    .iter()
                    .map(|delivery| (delivery.message.0, (fence, consumer))),
            );
        }
    }

    pub(super) fn erase(&mut self, rows: &[(u64, String)]) {
        self.rows.extend(rows.iter().map(|(batch, _)| *batch));
    }

    fn remember(&mut self, report: (u64, u64, u64)) {
        self.past.push_back(report);
        if self.past.len() > PAST {
            self.past.pop_front();
        }
    }
}

impl World {
    pub(super) fn change_queue(&mut self, draw: &mut Random) -> Step {
        if draw.percent(20) {
            let queue = pick_key(draw, &self.facts.queues.queues).unwrap_or_default();
            let queue = QueueId(queue);
            return self.call(QueueCommand::RemoveQueue { queue }.into(), None);
        }
        let spec = QueueSpec {
            kind: kind(draw),
            ..spec(draw)
        };
        self.call(QueueCommand::DefineQueue { spec }.into(), None)
    }

    pub(super) fn some_queue(&self, draw: &mut Random) -> QueueId {
        QueueId(pick_key(draw, &self.facts.queues.queues).unwrap_or_default())
    }

    pub(super) fn publish(&mut self, draw: &mut Random) -> Step {
        let queue = self.some_queue(draw);
        let messages: Vec<Draft> = (0..draw.within(1, 6)).map(|_| draft(draw)).collect();
        let payload = self.payload(&messages);
        let command = QueueCommand::PublishMessages {
            queue,
            payload,
            messages,
        };
        self.call(command.into(), None)
    }

    fn payload(&mut self, messages: &[Draft]) -> Payload {
        let bytes: u64 = messages.iter().map(|message| u64::from(message.bytes)).sum();
        self.queues.last_row += 1;
        match bytes {
            0..=256 => Payload::Inline {
                bytes: Bytes(vec![0; bytes as usize]),
            },
            _ => Payload::Ref {
                hash: [0; 32],
                bytes,
                key: format!("row-{}", self.queues.last_row),
            },
        }
    }

    /// Somebody sets a schedule, now and then one that cannot be, or ends one.
    pub(super) fn change_schedule(&mut self, draw: &mut Random) -> Step {
        let queue = self.some_queue(draw);
        if draw.percent(40) {
            let known = pick_key(draw, &self.facts.queues.schedules).filter(|_| !draw.percent(20));
            let known = known.and_then(|number| self.facts.queues.schedules.get(&number));
            let (queue, name) = match known {
                Some(known) => (known.spec.queue, known.spec.name.clone()),
                None => (queue, "schedule-9".to_owned()),
            };
            return self.call(QueueCommand::RemoveSchedule { queue, name }.into(), None);
        }
        let crons = [
            "*/5 * * * *",
            "7,37 */2 * * *",
            "0 12 * * mon-fri",
            "30 4 1 * *",
            "0 0 31 2 *",
        ];
        let bytes = draw.below(300) as u32;
        let message = Draft {
            bytes,
            id: None,
            delay_ms: 0,
            ..draft(draw)
        };
        let spec = ScheduleSpec {
            queue,
            name: format!("schedule-{}", draw.below(3)),
            cron: draw.pick(&crons).copied().unwrap_or_default().to_owned(),
            payload: self.payload(std::slice::from_ref(&message)),
            priority: message.priority,
            ttl_ms: message.ttl_ms,
            key: message.key,
        };
        self.call(QueueCommand::SetSchedule { spec }.into(), None)
    }

    /// A message was dealt with, and others come of it.
    fn ack_and_publish(&mut self, fence: u64, message: u64, draw: &mut Random) -> Step {
        let mut queues = vec![self.some_queue(draw), self.some_queue(draw)];
        queues.sort_by_key(|queue| queue.0);
        queues.dedup();
        let mut outgoing = Vec::new();
        for queue in queues {
            let drafts = (0..draw.within(1, 3)).map(|_| draft(draw));
            let messages: Vec<Draft> = drafts.map(|draft| Draft { id: None, ..draft }).collect();
            let payload = self.payload(&messages);
            outgoing.push(Outgoing {
                queue,
                payload,
                messages,
            });
        }
        let command = QueueCommand::AckAndPublish {
            fence: Fence(fence),
            message: MessageId(message),
            outgoing,
        };
        self.call(command.into(), None)
    }

    /// Somebody begins to take messages, or ends.
    pub(super) fn consume(&mut self, draw: &mut Random) -> Step {
        let leaves = self.queues.consumers.len() >= CONSUMERS || draw.percent(30);
        if leaves && let Some(consumer) = pick_key(draw, &self.queues.consumers) {
            self.counters.count("fault: consumer leaves");
            let queue = self.queues.consumers.remove(&consumer).unwrap_or_default();
            self.queues.held.retain(|_, (_, holder)| *holder != consumer);
            self.tell(consume(queue, consumer, 0), Who::Host);
            return Ok(());
        }
        let mut queue = self.some_queue(draw);
        // A stream has no consumers, but now and then somebody tries.
        let is_stream = |queue: QueueId| {
            self.facts
                .queues
                .queues
                .get(&queue.0)
                .is_some_and(QueueFact::is_stream)
        };
        if is_stream(queue) && draw.percent(90) {
            let groups: Vec<u64> = self.facts.queues.groups(queue.0).map(|(id, _)| id).collect();
            queue = QueueId(draw.pick(&groups).copied().unwrap_or(queue.0));
        }
        self.begin_to_consume(queue);
        Ok(())
    }

    fn begin_to_consume(&mut self, queue: QueueId) {
        self.queues.last_consumer += 1;
        let consumer = self.queues.last_consumer;
        self.queues.consumers.insert(consumer, queue.0);
        self.tell(consume(queue.0, consumer, credit(consumer)), Who::Host);
    }

    /// The kernel was read back and knows of no consumer any more.
    pub(super) fn consume_again(&mut self) {
        let consumers: Vec<(u64, u64)> = self
            .queues
            .consumers
            .iter()
            .map(|(id, queue)| (*id, *queue))
            .collect();
        for (consumer, queue) in consumers {
            self.tell(consume(queue, consumer, credit(consumer)), Who::Host);
        }
    }

    /// Somebody says what became of a message.
    pub(super) fn deal(&mut self, draw: &mut Random) -> Step {
        if draw.percent(10) && self.is_on(Fault::LateReport) {
            return self.report_message_again(draw);
        }
        let Some(message) = pick_key(draw, &self.queues.held) else {
            return Ok(());
        };
        let Some((fence, consumer)) = self.queues.held.remove(&message) else {
            return Ok(());
        };
        let queue = self.queues.consumers.get(&consumer).copied().unwrap_or_default();
        if self.is_on(Fault::Silence) && draw.percent(10) {
            self.counters.count("fault: consumer forgets a message");
            return Ok(());
        }
        self.queues.remember((queue, fence, message));
        let kind = match draw.below(20) {
            0..9 => return self.ack(queue, &[(fence, message)]),
            9..12 => return self.ack_and_publish(fence, message, draw),
            12 => {
                self.queues.held.insert(message, (fence, consumer));
                return self.extend_message(fence, message, draw);
            }
            13..17 => Nack::Failed,
            17 => Nack::Rejected,
            _ => Nack::Unused,
        };
        self.nack(queue, (fence, message), kind, draw);
        Ok(())
    }

    fn report_message_again(&mut self, draw: &mut Random) -> Step {
        let past: Vec<(u64, u64, u64)> = self.queues.past.iter().copied().collect();
        let Some((queue, fence, message)) = draw.pick(&past).copied() else {
            return Ok(());
        };
        self.counters.count("fault: message reported on again");
        match draw.below(3) {
            0 => self.nack(queue, (fence, message), Nack::Failed, draw),
            1 => return self.extend_message(fence, message, draw),
            _ => return self.ack(queue, &[(fence, message), (fence, message)]),
        }
        Ok(())
    }

    fn ack(&mut self, queue: u64, reports: &[(u64, u64)]) -> Step {
        let reports = reports
            .iter()
            .map(|(fence, message)| (Fence(*fence), MessageId(*message)));
        let command = QueueCommand::AckMessages {
            queue: QueueId(queue),
            messages: reports.collect(),
        };
        self.tell(command, Who::Host);
        Ok(())
    }

    fn extend_message(&mut self, fence: u64, message: u64, draw: &mut Random) -> Step {
        let command = QueueCommand::ExtendMessage {
            fence: Fence(fence),
            message: MessageId(message),
            length_ms: draw.within(1, 20_000),
        };
        self.call(command.into(), None)
    }

    fn nack(&mut self, queue: u64, (fence, message): (u64, u64), kind: Nack, draw: &mut Random) {
        let given_back = GivenBack {
            fence: Fence(fence),
            message: MessageId(message),
            kind,
            delay_ms: draw.percent(30).then(|| draw.below(5_000)),
            detail: String::new(),
        };
        let command = QueueCommand::NackMessages {
            queue: QueueId(queue),
            messages: vec![given_back],
        };
        self.tell(command, Who::Host);
    }

    pub(super) fn tidy_up_dead_letters(&mut self, draw: &mut Random) -> Step {
        let dead = self
            .facts
            .queues
            .messages
            .iter()
            .filter(|(_, message)| message.place == Place::Dead);
        let dead: Vec<(u64, u64)> = dead.map(|(number, message)| (*number, message.queue)).collect();
        // Now and then one that is none.
        let (number, queue) = match draw.pick(&dead).filter(|_| !draw.percent(10)) {
            Some(letter) => *letter,
            None => (draw.below(self.facts.queues.last + 2), self.some_queue(draw).0),
        };
        let (queue, messages) = (QueueId(queue), vec![MessageId(number)]);
        let command: Command = match draw.percent(60) {
            true => QueueCommand::RedriveMessages { queue, messages }.into(),
            false => QueueCommand::DiscardMessages { queue, messages }.into(),
        };
        self.call(command, None)
    }

    /// The store has erased rows, or somebody says so who is wrong.
    pub(super) fn erase_rows(&mut self, draw: &mut Random) -> Step {
        let mut batches = std::mem::take(&mut self.queues.rows);
        if batches.is_empty() && draw.percent(20) {
            batches.push(draw.below(self.facts.queues.last + 2));
        }
        if !batches.is_empty() {
            self.tell(QueueCommand::FinishErasure { batches }, Who::Host);
        }
        Ok(())
    }

    /// Every queue has a consumer that does what it should.
    pub(super) fn consume_well(&mut self, draw: &mut Random) -> Step {
        let queues = self.facts.queues.queues.iter();
        let queues: Vec<u64> = queues
            .filter(|(_, known)| !known.is_stream())
            .map(|(id, _)| *id)
            .collect();
        for queue in queues {
            if !self.queues.consumers.values().any(|known| *known == queue) {
                self.begin_to_consume(QueueId(queue));
            }
        }
        let held: Vec<(u64, (u64, u64))> = self
            .queues
            .held
            .iter()
            .map(|(message, held)| (*message, *held))
            .collect();
        self.queues.held.clear();
        for (message, (fence, consumer)) in held {
            let queue = self.queues.consumers.get(&consumer).copied().unwrap_or_default();
            self.ack(queue, &[(fence, message)])?;
        }
        self.erase_rows(draw)
    }

    /// Whether the kernel counts what the journal says, once nothing is on its way.
    pub(super) fn check_queues(&self) -> Step {
        let Some(known) = self.settled_durable() else {
            return Ok(());
        };
        for (id, fact) in &self.facts.queues.queues {
            let Some(queue) = known.queues.get(QueueId(*id)) else {
                return Err(broken(PLACES, format!("the kernel knows no queue {id}")));
            };
            let (counts, facts) = (&queue.counts, &self.facts.queues);
            let kept = fact.log.len() as u64;
            let waiting = facts.count(*id, &[Place::Waiting, Place::Delayed]) + kept;
            let in_flight = facts.count(*id, &[Place::InFlight]);
            let dead = facts.count(*id, &[Place::Dead]);
            let meant = [
                fact.published,
                fact.acked,
                waiting,
                in_flight,
                dead,
                fact.expired,
                fact.dropped,
            ];
            let counted = [
                counts.published,
                counts.acked,
                counts.waiting,
                counts.in_flight,
                counts.dead,
                counts.expired,
                counts.dropped,
            ];
            if meant != counted {
                let message = format!("queue {id} counts {counted:?}, the journal says {meant:?}");
                return Err(broken(PLACES, message));
            }
            let sum: u64 = counted[1..].iter().sum();
            if sum != counted[0] {
                return Err(broken(PLACES, format!("queue {id} counts {counted:?}")));
            }
        }
        self.check_streams(known)?;
        Ok(())
    }
}

pub(super) const PLACES: &str = "every message is in one place";

fn consume(queue: u64, consumer: u64, credit: u32) -> QueueCommand {
    QueueCommand::Consume {
        queue: QueueId(queue),
        consumer,
        credit,
    }
}

pub(super) fn spec(draw: &mut Random) -> QueueSpec {
    QueueSpec {
        name: format!("queue-{}", draw.below(QUEUES)),
        max_messages: draw.within(1, 40),
        max_bytes: draw.within(1, 8_000),
        overflow: draw.pick(Overflow::ALL).copied().unwrap_or(Overflow::Refuse),
        // One in so many breaks a rule.
        max_attempts: draw.below(5) as u32,
        lease_ms: draw.within(1, 60_000),
        retry_initial_ms: draw.below(2_000),
        retry_max_ms: draw.below(10_000),
        retry_multiplier_ppm: draw.below(3_000_000),
        retry_jitter_ppm: draw.below(1_000_000),
        retention_ms: draw.within(1, 600_000),
        ageing_ms: draw.within(1, 20_000),
        dedup_ms: draw.below(60_000),
        dedup_ids: 100_000,
        max_dead: draw.below(10),
        kind: QueueKind::Queue,
    }
}

fn kind(draw: &mut Random) -> QueueKind {
    draw.pick(QueueKind::ALL).copied().unwrap_or(QueueKind::Queue)
}

fn draft(draw: &mut Random) -> Draft {
    Draft {
        bytes: draw.below(400) as u32,
        priority: draw.pick(Priority::ALL).copied().unwrap_or(Priority::Medium),
        delay_ms: if draw.percent(20) { draw.below(5_000) } else { 0 },
        ttl_ms: draw.percent(20).then(|| draw.below(10_000)),
        id: draw.percent(20).then(|| format!("id-{}", draw.below(20))),
        key: draw.percent(40).then(|| format!("key-{}", draw.below(3))),
    }
}
