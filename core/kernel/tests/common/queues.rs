//! Queues in the hands of a test.

use polyphon_kernel::queues::commands::{Draft, GivenBack, Nack, Outgoing, QueueCommand};
use polyphon_kernel::queues::{
    MessageStatus, Overflow, Position, QueueCounts, QueueKind, QueueSpec, ScheduleSpec,
};
use polyphon_kernel::tasks::Priority;
use polyphon_kernel::{Answer, Effect, Fence, MessageId, Outcome, Payload, QueueId};
use polyphon_wire::Bytes;

use super::Lab;

pub fn queue_spec(name: &str) -> QueueSpec {
    QueueSpec {
        name: name.to_owned(),
        max_messages: 1_000,
        max_bytes: 1_000_000,
        overflow: Overflow::Refuse,
        max_attempts: 3,
        lease_ms: 30_000,
        retry_initial_ms: 1_000,
        retry_max_ms: 60_000,
        retry_multiplier_ppm: 2_000_000,
        retry_jitter_ppm: 200_000,
        retention_ms: 86_400_000,
        ageing_ms: 10_000,
        dedup_ms: 120_000,
        dedup_ids: 100_000,
        max_dead: 100,
        kind: QueueKind::Queue,
    }
}

pub fn draft(bytes: u32) -> Draft {
    Draft {
        bytes,
        priority: Priority::Medium,
        delay_ms: 0,
        ttl_ms: None,
        id: None,
        key: None,
    }
}

pub fn keyed(key: &str) -> Draft {
    let key = Some(key.to_owned());
    Draft { key, ..draft(1) }
}

pub fn stream_spec(name: &str) -> QueueSpec {
    let kind = QueueKind::Stream;
    QueueSpec {
        kind,
        ..queue_spec(name)
    }
}

/// Messages as a command brings them in.
pub fn publish(queue: QueueId, messages: Vec<Draft>) -> QueueCommand {
    let bytes: u64 = messages.iter().map(|draft| u64::from(draft.bytes)).sum();
    let payload = match bytes {
        0..=256 => Payload::Inline {
            bytes: Bytes(vec![7; bytes as usize]),
        },
        _ => Payload::Ref {
            hash: [1; 32],
            bytes,
            key: "row".to_owned(),
        },
    };
    QueueCommand::PublishMessages {
        queue,
        payload,
        messages,
    }
}

/// What became of each of many things: the entity, or the code of the refusal.
pub fn fates(answer: &Answer, count: usize) -> Vec<Result<u64, String>> {
    let mut next = match &answer.outcome {
        Outcome::Accepted { entity } => *entity,
        Outcome::Refused { refusal } => return vec![Err(refusal.code.clone()); count],
    };
    let fate = |index: usize| {
        if let Some(part) = answer.parts.iter().find(|part| part.index as usize == index) {
            return match &part.outcome {
                Outcome::Accepted { entity } => Ok(*entity),
                Outcome::Refused { refusal } => Err(refusal.code.clone()),
            };
        }
        next += 1;
        Ok(next - 1)
    };
    (0..count).map(fate).collect()
}

impl Lab {
    pub fn queue(&mut self, spec: QueueSpec) -> QueueId {
        QueueId(self.accept(QueueCommand::DefineQueue { spec }))
    }

    pub fn group(&mut self, stream: QueueId, name: &str, from: Position) -> QueueId {
        let spec = queue_spec(name);
        QueueId(self.accept(QueueCommand::DefineGroup { stream, spec, from }))
    }

    pub fn publish(&mut self, queue: QueueId, messages: Vec<Draft>) -> Vec<Result<u64, String>> {
        let count = messages.len();
        let output = self.step(vec![publish(queue, messages).into()]);
        fates(&output.answers[0], count)
    }

    pub fn consume(&mut self, queue: QueueId, consumer: u64, credit: u32) {
        self.accept(QueueCommand::Consume {
            queue,
            consumer,
            credit,
        });
    }

    /// What is in somebody's hands, in order.
    pub fn held(&self, queue: QueueId) -> Vec<(Fence, MessageId)> {
        let messages = self.kernel.durable().queues.messages();
        let held = messages
            .filter(|(_, message)| message.queue == queue && message.status == MessageStatus::InFlight);
        held.map(|(number, message)| (message.fence, number)).collect()
    }

    /// Messages in the order they were handed out.
    pub fn delivered(&self) -> Vec<u64> {
        let delivered = self.effects.iter().filter_map(|effect| match effect {
            Effect::Deliver { messages, .. } => Some(messages),
            _ => None,
        });
        delivered.flatten().map(|delivery| delivery.message.0).collect()
    }

    pub fn dead(&self, queue: QueueId) -> Vec<MessageId> {
        let messages = self.kernel.durable().queues.messages();
        let dead =
            messages.filter(|(_, message)| message.queue == queue && message.status == MessageStatus::Dead);
        dead.map(|(number, _)| number).collect()
    }

    pub fn ack(&mut self, queue: QueueId, held: &[(Fence, MessageId)]) {
        let messages = held.to_vec();
        self.accept(QueueCommand::AckMessages { queue, messages });
    }

    pub fn nack(&mut self, queue: QueueId, held: (Fence, MessageId), kind: Nack) {
        self.accept(nack(queue, held, kind));
    }

    pub fn counts(&self, queue: QueueId) -> QueueCounts {
        self.kernel.durable().queues.get(queue).unwrap().counts
    }

    /// Batches whose rows are to be erased.
    pub fn emptied(&self) -> Vec<u64> {
        let effects = self.kernel.open_effects();
        let rows = effects.into_iter().filter_map(|effect| match effect {
            Effect::ErasePayloads { rows } => Some(rows),
            _ => None,
        });
        rows.flatten().map(|(batch, _)| batch).collect()
    }
}

pub fn nack(queue: QueueId, (fence, message): (Fence, MessageId), kind: Nack) -> QueueCommand {
    QueueCommand::NackMessages {
        queue,
        messages: vec![GivenBack {
            fence,
            message,
            kind,
            delay_ms: None,
            detail: "it broke".to_owned(),
        }],
    }
}

pub fn schedule_spec(queue: QueueId, name: &str, cron: &str) -> ScheduleSpec {
    ScheduleSpec {
        queue,
        name: name.to_owned(),
        cron: cron.to_owned(),
        payload: Payload::Inline {
            bytes: Bytes(vec![9; 3]),
        },
        priority: Priority::Medium,
        ttl_ms: None,
        key: None,
    }
}

/// A message for another queue that comes of one.
pub fn outgoing(queue: QueueId, messages: Vec<Draft>) -> Outgoing {
    match publish(queue, messages) {
        QueueCommand::PublishMessages {
            queue,
            payload,
            messages,
        } => Outgoing {
            queue,
            payload,
            messages,
        },
        other => panic!("{other:?} publishes nothing"),
    }
}
