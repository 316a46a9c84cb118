//! Of queues and messages.

use polyphon_kernel::queues::commands::{Draft, Nack, Outgoing, QueueCommand};
use polyphon_kernel::queues::{QueueSpec, ScheduleSpec};
use polyphon_kernel::{Fence, MessageId, Payload, QueueId, bounds};
use polyphon_wire::Bytes;

use super::{Case, LONG, NOTHING, TOO_LONG_MS, add};
use crate::common::Lab;
use crate::common::queues::{draft, nack, outgoing, publish, queue_spec, schedule_spec};

const NO_QUEUE: QueueId = QueueId(NOTHING);
const NO_MESSAGE: MessageId = MessageId(NOTHING);

pub(super) fn queues(cases: &mut Vec<Case>) {
    let mut breaks = |rule, change: fn(&mut QueueSpec)| {
        add(cases, "QUEUE_INVALID", rule, move |_| {
            let mut spec = queue_spec("broken");
            change(&mut spec);
            QueueCommand::DefineQueue { spec }
        });
    };
    breaks(
        "name must have 1 to 256 bytes and no control characters",
        |spec| spec.name = "x".repeat(LONG),
    );
    breaks("max_messages must be between 1 and 1,000,000", |spec| {
        spec.max_messages = 0
    });
    breaks("max_bytes must be at least 1 and below 2^50", |spec| {
        spec.max_bytes = 1 << 50
    });
    breaks("max_attempts must be at least 1", |spec| spec.max_attempts = 0);
    breaks("lease_ms must be at least 1", |spec| spec.lease_ms = 0);
    breaks("retention_ms must be at least 1", |spec| spec.retention_ms = 0);
    breaks("ageing_ms must be at least 1", |spec| spec.ageing_ms = 0);
    breaks("retry_jitter_ppm must be at most 1,000,000", |spec| {
        spec.retry_jitter_ppm = 1_000_001
    });
    breaks("dedup_ids and max_dead must be at most 1,000,000", |spec| {
        spec.max_dead = 1_000_001
    });
    breaks("times must be at most 366 days", |spec| {
        spec.lease_ms = TOO_LONG_MS
    });
    add(cases, "QUEUE_LIMIT", "there are 1000 queues already", |lab| {
        for number in 0..bounds::QUEUES {
            lab.queue(queue_spec(&format!("queue-{number}")));
        }
        let spec = queue_spec("one more");
        QueueCommand::DefineQueue { spec }
    });
    add(cases, "QUEUE_UNKNOWN", "there is no queue", |_| {
        QueueCommand::RemoveQueue { queue: NO_QUEUE }
    });
    add(cases, "QUEUE_NOT_EMPTY", "still holds 1 messages", |lab| {
        let queue = lab.queue(queue_spec("full"));
        lab.publish(queue, vec![draft(1)]);
        QueueCommand::RemoveQueue { queue }
    });
    add(cases, "QUEUE_UNKNOWN", "there is no queue", |_| {
        QueueCommand::Consume {
            queue: NO_QUEUE,
            consumer: 1,
            credit: 1,
        }
    });
    add(
        cases,
        "MESSAGE_INVALID",
        "a consumer must hold at most 65,535 messages",
        |lab| QueueCommand::Consume {
            queue: lab.queue(queue_spec("work")),
            consumer: 1,
            credit: bounds::CREDIT + 1,
        },
    );
    add(cases, "QUEUE_LIMIT", "there are 10000 consumers already", |lab| {
        let queue = lab.queue(queue_spec("work"));
        let numbers: Vec<u64> = (1..=bounds::CONSUMERS as u64).collect();
        for some in numbers.chunks(bounds::STEP_COMMANDS) {
            let consume = |consumer: &u64| QueueCommand::Consume {
                queue,
                consumer: *consumer,
                credit: 1,
            };
            lab.step(some.iter().map(|consumer| consume(consumer).into()).collect());
        }
        let (consumer, credit) = (0, 1);
        QueueCommand::Consume {
            queue,
            consumer,
            credit,
        }
    });
}

pub(super) fn messages(cases: &mut Vec<Case>) {
    add(cases, "QUEUE_UNKNOWN", "there is no queue", |_| {
        publish(NO_QUEUE, vec![draft(1)])
    });
    add(
        cases,
        "MESSAGE_INVALID",
        "a command must name between 1 and 1,000 messages",
        |lab| publish(lab.queue(queue_spec("work")), Vec::new()),
    );
    add(
        cases,
        "MESSAGE_INVALID",
        "a payload of more than 256 bytes must be a row of its own",
        |lab| QueueCommand::PublishMessages {
            queue: lab.queue(queue_spec("work")),
            payload: Payload::Inline {
                bytes: Bytes(vec![0; 257]),
            },
            messages: vec![draft(257)],
        },
    );
    add(
        cases,
        "MESSAGE_INVALID",
        "messages must have as many bytes as their payload",
        |lab| QueueCommand::PublishMessages {
            queue: lab.queue(queue_spec("work")),
            payload: Payload::Inline {
                bytes: Bytes(vec![0; 3]),
            },
            messages: vec![draft(1), draft(1)],
        },
    );
    let mut breaks = |rule, change: fn(&mut Draft)| {
        add(cases, "MESSAGE_INVALID", rule, move |lab| {
            let mut wish = draft(1);
            change(&mut wish);
            publish(lab.queue(queue_spec("work")), vec![wish])
        });
    };
    breaks("a message must have at most 10 MB", |draft| {
        draft.bytes = (bounds::MESSAGE_BYTES + 1) as u32
    });
    breaks("the delay must be at most 366 days", |draft| {
        draft.delay_ms = TOO_LONG_MS
    });
    breaks("the time to live must be between 1 ms and 366 days", |draft| {
        draft.ttl_ms = Some(0)
    });
    breaks(
        "id and key must have 1 to 256 bytes and no control characters",
        |draft| {
            draft.key = Some("x".repeat(LONG));
        },
    );
    breaks(
        "a message must have no more bytes than its queue may hold",
        |draft| draft.bytes = 1_000_001,
    );
    add(
        cases,
        "QUEUE_FULL",
        "holds 1 messages of 1 bytes and has no room for more",
        |lab| {
            let max_messages = 1;
            let queue = lab.queue(QueueSpec {
                max_messages,
                ..queue_spec("small")
            });
            lab.publish(queue, vec![draft(1)]);
            publish(queue, vec![draft(1)])
        },
    );
}

fn held(lab: &mut Lab) -> (QueueId, (Fence, MessageId)) {
    let queue = lab.queue(queue_spec("work"));
    lab.publish(queue, vec![draft(1)]);
    lab.consume(queue, 1, 1);
    (queue, lab.held(queue)[0])
}

pub(super) fn reports(cases: &mut Vec<Case>) {
    add(cases, "LEASE_FENCED", "is not a running lease", |lab| {
        let (queue, (fence, message)) = held(lab);
        let messages = vec![(Fence(fence.0 + 1), message)];
        QueueCommand::AckMessages { queue, messages }
    });
    add(cases, "LEASE_FENCED", "is not a running lease", |lab| {
        let (_, held) = held(lab);
        let messages = vec![held];
        let queue = lab.queue(queue_spec("another"));
        QueueCommand::AckMessages { queue, messages }
    });
    add(cases, "LEASE_FENCED", "is not a running lease", |lab| {
        let (queue, (_, message)) = held(lab);
        nack(queue, (Fence(NOTHING), message), Nack::Failed)
    });
    add(cases, "LEASE_FENCED", "is not a running lease", |lab| {
        let (_, (fence, _)) = held(lab);
        let (message, length_ms) = (NO_MESSAGE, 1);
        QueueCommand::ExtendMessage {
            fence,
            message,
            length_ms,
        }
    });
    add(
        cases,
        "MESSAGE_INVALID",
        "the time to live must be between 1 ms and 366 days",
        |lab| {
            let (_, (fence, message)) = held(lab);
            let length_ms = 0;
            QueueCommand::ExtendMessage {
                fence,
                message,
                length_ms,
            }
        },
    );
    add(
        cases,
        "MESSAGE_INVALID",
        "the delay must be at most 366 days",
        |lab| {
            let (queue, held) = held(lab);
            let QueueCommand::NackMessages { mut messages, .. } = nack(queue, held, Nack::Failed) else {
                unreachable!()
            };
            messages[0].delay_ms = Some(TOO_LONG_MS);
            QueueCommand::NackMessages { queue, messages }
        },
    );
    add(
        cases,
        "MESSAGE_UNKNOWN",
        "is no dead letter of this queue",
        |lab| {
            let (queue, (_, message)) = held(lab);
            let messages = vec![message];
            QueueCommand::RedriveMessages { queue, messages }
        },
    );
    add(cases, "QUEUE_FULL", "has no room for more", |lab| {
        let max_messages = 1;
        let queue = lab.queue(QueueSpec {
            max_messages,
            ..queue_spec("small")
        });
        lab.publish(queue, vec![draft(1)]);
        lab.consume(queue, 1, 1);
        let held = lab.held(queue)[0];
        lab.nack(queue, held, Nack::Rejected);
        lab.publish(queue, vec![draft(1)]);
        let messages = lab.dead(queue);
        QueueCommand::RedriveMessages { queue, messages }
    });
    add(
        cases,
        "MESSAGE_UNKNOWN",
        "is no dead letter of this queue",
        |lab| {
            let (queue, (_, message)) = held(lab);
            let messages = vec![message];
            QueueCommand::DiscardMessages { queue, messages }
        },
    );
    add(
        cases,
        "MESSAGE_UNKNOWN",
        "is no dead letter of this queue",
        |_| {
            let batches = vec![NOTHING];
            QueueCommand::FinishErasure { batches }
        },
    );
}

pub(super) fn consequences(cases: &mut Vec<Case>) {
    let mut breaks = |code, rule, make: fn(&mut Lab, QueueId) -> Vec<Outgoing>| {
        add(cases, code, rule, move |lab| {
            let (queue, (fence, message)) = held(lab);
            let outgoing = make(lab, queue);
            QueueCommand::AckAndPublish {
                fence,
                message,
                outgoing,
            }
        });
    };
    breaks("MESSAGE_INVALID", "must name each queue once", |_, queue| {
        let one = || outgoing(queue, vec![draft(1)]);
        vec![one(), one()]
    });
    breaks(
        "MESSAGE_INVALID",
        "between 1 and 1,000 messages may come of another",
        |_, _| Vec::new(),
    );
    breaks(
        "MESSAGE_INVALID",
        "a message that comes of another has no id",
        |_, queue| {
            let id = Some("again".to_owned());
            vec![outgoing(queue, vec![Draft { id, ..draft(1) }])]
        },
    );
    breaks("QUEUE_UNKNOWN", "there is no queue", |_, _| {
        vec![outgoing(NO_QUEUE, vec![draft(1)])]
    });
    breaks(
        "MESSAGE_INVALID",
        "the time to live must be between 1 ms and 366 days",
        |_, queue| {
            let ttl_ms = Some(0);
            vec![outgoing(queue, vec![Draft { ttl_ms, ..draft(1) }])]
        },
    );
    breaks(
        "MESSAGE_INVALID",
        "messages must have as many bytes as their payload",
        |_, queue| {
            let mut wrong = outgoing(queue, vec![draft(2)]);
            wrong.messages = vec![draft(1)];
            vec![wrong]
        },
    );
    breaks("QUEUE_FULL", "has no room for more", |lab, _| {
        let max_messages = 1;
        let small = QueueSpec {
            max_messages,
            ..queue_spec("small")
        };
        let queue = lab.queue(small);
        vec![outgoing(queue, vec![draft(1), draft(1)])]
    });
    add(cases, "LEASE_FENCED", "is not a running lease", |lab| {
        let (queue, (_, message)) = held(lab);
        QueueCommand::AckAndPublish {
            fence: Fence(NOTHING),
            message,
            outgoing: vec![outgoing(queue, vec![draft(1)])],
        }
    });
}

pub(super) fn schedules(cases: &mut Vec<Case>) {
    let mut breaks = |code, rule, change: fn(&mut ScheduleSpec)| {
        add(cases, code, rule, move |lab| {
            let queue = lab.queue(queue_spec("work"));
            let mut spec = schedule_spec(queue, "report", "0 * * * *");
            change(&mut spec);
            QueueCommand::SetSchedule { spec }
        });
    };
    breaks("QUEUE_UNKNOWN", "there is no queue", |spec| spec.queue = NO_QUEUE);
    breaks(
        "SCHEDULE_INVALID",
        "its name must have 1 to 256 bytes and no control characters",
        |spec| spec.name = "x".repeat(LONG),
    );
    breaks(
        "SCHEDULE_INVALID",
        "its message must have at most 256 bytes",
        |spec| {
            spec.payload = Payload::Inline {
                bytes: Bytes(vec![0; 257]),
            }
        },
    );
    breaks(
        "MESSAGE_INVALID",
        "the time to live must be between 1 ms and 366 days",
        |spec| spec.ttl_ms = Some(0),
    );
    breaks(
        "SCHEDULE_INVALID",
        "the expression must have five fields",
        |spec| spec.cron = "* * *".to_owned(),
    );
    breaks("SCHEDULE_INVALID", "the minute must be 0 to 59", |spec| {
        spec.cron = "60 * * * *".to_owned()
    });
    breaks("SCHEDULE_INVALID", "its time never comes", |spec| {
        spec.cron = "0 0 30 2 *".to_owned()
    });
    add(cases, "QUEUE_LIMIT", "there are 1000 schedules already", |lab| {
        let queue = lab.queue(queue_spec("work"));
        let spec = |number: usize| schedule_spec(queue, &format!("report-{number}"), "0 0 1 1 *");
        for number in 0..bounds::SCHEDULES {
            let spec = spec(number);
            lab.accept(QueueCommand::SetSchedule { spec });
        }
        let spec = spec(bounds::SCHEDULES);
        QueueCommand::SetSchedule { spec }
    });
    add(cases, "QUEUE_UNKNOWN", "there is no queue", |_| {
        QueueCommand::RemoveSchedule {
            queue: NO_QUEUE,
            name: "report".to_owned(),
        }
    });
    add(
        cases,
        "SCHEDULE_UNKNOWN",
        "there is no schedule \"report\"",
        |lab| QueueCommand::RemoveSchedule {
            queue: lab.queue(queue_spec("work")),
            name: "report".to_owned(),
        },
    );
}
