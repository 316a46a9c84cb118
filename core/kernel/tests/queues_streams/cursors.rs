//! Readers that keep their place.

use super::*;

#[test]
fn a_cursor_is_where_its_reader_left_it_and_outlives_the_node() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |_| {});
    lab.publish(orders, vec![draft(1); 4]);
    let open = |from| QueueCommand::OpenCursor {
        queue: orders,
        name: "dashboard".to_owned(),
        from,
    };
    let cursor = lab.accept(open(Position::Start {}));
    let number = MessageId(3);
    let to = Position::Number { number };
    lab.accept(QueueCommand::MoveCursor { cursor, to });
    lab.fail_over();
    assert_eq!(
        lab.accept(open(Position::End {})),
        cursor,
        "a known one stays where it is"
    );
    let known = &view(&lab, orders).cursors[0];
    assert_eq!(
        (known.taken, known.behind, known.is_expired),
        (MessageId(2), 2, false)
    );
    assert_eq!(page(&lab, orders, known.taken.0), [3, 4]);
    lab.accept(QueueCommand::RemoveCursor { cursor });
    assert!(view(&lab, orders).cursors.is_empty());
    lab.check_replay();
}

#[test]
fn a_position_that_is_kept_no_more_is_refused_with_the_oldest_that_is() {
    let mut lab = Lab::new();
    let orders = orders(&mut lab, |_| {});
    lab.publish(orders, vec![draft(1); 4]);
    let cursor = lab.accept(QueueCommand::OpenCursor {
        queue: orders,
        name: "slow".to_owned(),
        from: Position::Start {},
    });
    let through = MessageId(2);
    assert_eq!(
        lab.accept(QueueCommand::TrimStream {
            queue: orders,
            through
        }),
        2
    );
    let queues = &lab.kernel.durable().queues;
    let number = MessageId(1);
    let found = stream_page(queues, orders, &Position::Number { number }, 10, now_ms(&lab));
    assert_eq!(found.expired, Some(MessageId(3)));
    assert!(view(&lab, orders).cursors[0].is_expired);
    let number = MessageId(2);
    let to = Position::Number { number };
    let (code, details) = refused(
        &mut lab,
        QueueCommand::MoveCursor {
            cursor,
            to: to.clone(),
        },
    );
    assert_eq!(code, "CURSOR_EXPIRED");
    assert!(
        details.contains(&("oldest".to_owned(), "3".to_owned())),
        "{details:?}"
    );
    let late = QueueCommand::DefineGroup {
        stream: orders,
        spec: queue_spec("late"),
        from: to,
    };
    assert_eq!(refused(&mut lab, late).0, "CURSOR_EXPIRED");
    lab.accept(QueueCommand::MoveCursor {
        cursor,
        to: Position::Start {},
    });
    assert_eq!(page(&lab, orders, view(&lab, orders).cursors[0].taken.0), [3, 4]);
    lab.check_replay();
}
