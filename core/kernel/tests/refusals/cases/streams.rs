//! Of streams, their groups and cursors.

use polyphon_kernel::queues::commands::{Draft, QueueCommand};
use polyphon_kernel::queues::{Position, QueueSpec};
use polyphon_kernel::{MessageId, QueueId, bounds};

use super::{Case, NOTHING, add};
use crate::common::Lab;
use crate::common::queues::{draft, publish, queue_spec, schedule_spec, stream_spec};

const NO_QUEUE: QueueId = QueueId(NOTHING);

fn stream(lab: &mut Lab) -> QueueId {
    let stream = lab.queue(stream_spec("orders"));
    // Three batches, of which two go.
    for _ in 0..3 {
        lab.publish(stream, vec![draft(1)]);
    }
    let through = MessageId(2);
    lab.accept(QueueCommand::TrimStream {
        queue: stream,
        through,
    });
    stream
}

fn group(stream: QueueId, spec: QueueSpec) -> QueueCommand {
    let from = Position::Start {};
    QueueCommand::DefineGroup { stream, spec, from }
}

fn cursor(queue: QueueId, name: &str, from: Position) -> QueueCommand {
    let name = name.to_owned();
    QueueCommand::OpenCursor { queue, name, from }
}

fn number(number: u64) -> Position {
    let number = MessageId(number);
    Position::Number { number }
}

pub(super) fn streams(cases: &mut Vec<Case>) {
    let mut add = |code, rule, make: fn(&mut Lab) -> QueueCommand| add(cases, code, rule, make);
    add("QUEUE_KIND", "a queue never becomes a stream", |lab| {
        lab.queue(queue_spec("orders"));
        let spec = stream_spec("orders");
        QueueCommand::DefineQueue { spec }
    });
    add("QUEUE_KIND", "only a stream has groups and cursors", |lab| {
        let queue = lab.queue(queue_spec("work"));
        group(queue, queue_spec("billing"))
    });
    add("QUEUE_KIND", "only a stream has groups and cursors", |lab| {
        let queue = lab.queue(queue_spec("work"));
        let through = MessageId(1);
        QueueCommand::TrimStream { queue, through }
    });
    add("QUEUE_KIND", "only a stream has groups and cursors", |lab| {
        let queue = lab.queue(queue_spec("work"));
        cursor(queue, "reader", Position::Start {})
    });
    add("QUEUE_KIND", "are taken by its groups", |lab| {
        QueueCommand::Consume {
            queue: stream(lab),
            consumer: 1,
            credit: 1,
        }
    });
    add("QUEUE_KIND", "a group has its messages from its stream", |lab| {
        let stream = stream(lab);
        let group = lab.group(stream, "billing", Position::Start {});
        publish(group, vec![draft(1)])
    });
    add("QUEUE_KIND", "a group has its messages from its stream", |lab| {
        let stream = stream(lab);
        let group = lab.group(stream, "billing", Position::Start {});
        let spec = schedule_spec(group, "report", "0 * * * *");
        QueueCommand::SetSchedule { spec }
    });
    add("QUEUE_UNKNOWN", "there is no queue", |_| {
        group(NO_QUEUE, queue_spec("billing"))
    });
    add("QUEUE_INVALID", "a group must be of the kind queue", |lab| {
        let stream = stream(lab);
        group(stream, stream_spec("billing"))
    });
    add("QUEUE_INVALID", "of a group must be at most 10,000", |lab| {
        let spec = QueueSpec {
            max_messages: bounds::GROUP_MESSAGES + 1,
            ..queue_spec("billing")
        };
        group(stream(lab), spec)
    });
    add("QUEUE_INVALID", "name must have 1 to 256 bytes", |lab| {
        group(stream(lab), queue_spec(""))
    });
    add("QUEUE_LIMIT", "there are 1000 queues already", |lab| {
        let stream = stream(lab);
        for index in 1..bounds::QUEUES {
            lab.group(stream, &format!("group-{index}"), Position::End {});
        }
        group(stream, queue_spec("billing"))
    });
    add("CURSOR_EXPIRED", "the oldest that is kept is message#3", |lab| {
        QueueCommand::DefineGroup {
            stream: stream(lab),
            spec: queue_spec("late"),
            from: number(2),
        }
    });
    add("CURSOR_EXPIRED", "the oldest that is kept is message#3", |lab| {
        cursor(stream(lab), "reader", number(0))
    });
    add("MESSAGE_INVALID", "behind the message that comes next", |lab| {
        cursor(stream(lab), "reader", number(5))
    });
    add(
        "QUEUE_INVALID",
        "the name of a cursor must have 1 to 256 bytes",
        |lab| cursor(stream(lab), "", Position::End {}),
    );
    add("QUEUE_LIMIT", "there are 1000 cursors already", |lab| {
        let stream = stream(lab);
        for index in 0..bounds::CURSORS {
            lab.accept(cursor(stream, &format!("reader-{index}"), Position::End {}));
        }
        cursor(stream, "reader", Position::End {})
    });
    add("CURSOR_UNKNOWN", "there is no cursor", |_| {
        let (cursor, to) = (NOTHING, Position::Start {});
        QueueCommand::MoveCursor { cursor, to }
    });
    add("CURSOR_EXPIRED", "the oldest that is kept is message#3", |lab| {
        let stream = stream(lab);
        let cursor = lab.accept(cursor(stream, "reader", Position::End {}));
        let to = number(1);
        QueueCommand::MoveCursor { cursor, to }
    });
    add("CURSOR_UNKNOWN", "there is no cursor", |_| {
        let cursor = NOTHING;
        QueueCommand::RemoveCursor { cursor }
    });
    add("QUEUE_NOT_EMPTY", "holds 0 messages and has 1 groups", |lab| {
        let queue = lab.queue(stream_spec("orders"));
        lab.group(queue, "billing", Position::End {});
        QueueCommand::RemoveQueue { queue }
    });
    add(
        "MESSAGE_INVALID",
        "a message of a stream cannot be delayed",
        |lab| {
            let stream = stream(lab);
            let delay_ms = 1;
            publish(stream, vec![Draft { delay_ms, ..draft(1) }])
        },
    );
}
