//! What a document promises, one sentence each.

use polyphon_documents::{
    Action, Document, DocumentError, Found, Handle, Kind, Limits, Operation, Patch, Prop, Strategy, SyncPeer,
    Value, codec, resolve,
};

fn document(actor: u8) -> Document {
    Document::new(&[actor; 16], Limits::default())
}

fn set(document: &mut Document, object: Handle, key: &str, value: Value) {
    document
        .apply(vec![Operation::Set(object, key.into(), value)])
        .expect("a set");
}

fn change(document: &mut Document, key: &str, value: Value) {
    set(document, Handle::ROOT, key, value);
    document.commit(0, None).expect("a change");
}

fn root(document: &mut Document) -> Value {
    document.value(Handle::ROOT, None).expect("the root").settled()
}

fn child(document: &mut Document, key: &str) -> Handle {
    match document.get(Handle::ROOT, key.into()).expect("an answer") {
        Some(Found::Object(_, handle)) => handle,
        other => panic!("{key} is {other:?}"),
    }
}

fn sync(one: &mut Document, other: &mut Document) -> usize {
    let (mut to_other, mut to_one) = (SyncPeer::new(), SyncPeer::new());
    for pair in 0..20 {
        let there = one.generate(&mut to_other);
        if let Some(message) = &there {
            other.receive(&mut to_one, message).expect("a message");
        }
        let back = other.generate(&mut to_one);
        if let Some(message) = &back {
            one.receive(&mut to_other, message).expect("a message");
        }
        if there.is_none() && back.is_none() {
            return pair;
        }
    }
    panic!("sync goes on and on");
}

#[test]
fn every_kind_of_value_is_kept_through_save_and_load() {
    let value = Value::map([
        ("bool", Value::Bool(true)),
        ("bytes", Value::Bytes(vec![0, 255])),
        ("counter", Value::Counter(-3)),
        ("float", Value::F64(0.5)),
        ("int", Value::Int(i64::MIN)),
        (
            "list",
            Value::List(vec![Value::Null, Value::map([("a", Value::Int(1))])]),
        ),
        ("map", Value::map([("ü", Value::List(Vec::new()))])),
        ("none", Value::Null),
        ("string", Value::str("äöü")),
        ("text", Value::Text("👋 hello".into())),
        ("time", Value::Timestamp(1_750_000_000_000)),
        ("uint", Value::Uint(u64::MAX)),
    ]);
    let mut written = document(1);
    change(&mut written, "all", value.clone());
    let bytes = written.save();
    let mut read = Document::load(&bytes, &[2; 16], Limits::default()).expect("a document");
    assert_eq!(root(&mut read), Value::map([("all", value)]));
    assert_eq!(read.heads(), written.heads());
}

#[test]
fn a_transaction_is_seen_while_it_is_open_and_gone_when_it_is_rolled_back() {
    let mut document = document(1);
    change(&mut document, "kept", Value::Int(1));
    let before = document.heads();
    set(&mut document, Handle::ROOT, "open", Value::Int(2));
    assert!(
        document
            .get(Handle::ROOT, "open".into())
            .expect("an answer")
            .is_some()
    );
    assert_eq!(document.rollback(), 1);
    assert!(
        document
            .get(Handle::ROOT, "open".into())
            .expect("an answer")
            .is_none()
    );
    assert_eq!(document.commit(0, None), None);
    assert_eq!(document.heads(), before);
}

#[test]
fn a_refused_operation_takes_its_transaction_with_it() {
    let mut document = document(1);
    change(&mut document, "name", Value::str("a"));
    let before = root(&mut document);
    let refused = document.apply(vec![
        Operation::Set(Handle::ROOT, "other".into(), Value::Int(1)),
        Operation::Increment(Handle::ROOT, "name".into(), 1),
    ]);
    assert!(matches!(refused, Err(DocumentError::Operation(_))), "{refused:?}");
    assert_eq!(root(&mut document), before);
    for wrong in [
        Operation::Set(Handle(77), "a".into(), Value::Null),
        Operation::Set(Handle::ROOT, Prop::Index(0), Value::Null),
        Operation::Delete(Handle::ROOT, Prop::Index(4)),
        Operation::Splice {
            list: Handle::ROOT,
            index: 0,
            delete: 0,
            values: vec![Value::Null],
        },
    ] {
        assert!(document.apply(vec![wrong.clone()]).is_err(), "{wrong:?}");
    }
}

#[test]
fn lists_and_texts_are_spliced_and_counters_add_up() {
    let mut one = document(1);
    let start = Value::map([
        ("count", Value::Counter(1)),
        ("list", Value::List(vec![Value::Int(1), Value::Int(2)])),
        ("text", Value::Text("a👋b".into())),
    ]);
    change(&mut one, "d", start);
    let mut other = one.fork(&[2; 16], None).expect("a fork");
    for (document, by) in [(&mut one, 2), (&mut other, 5)] {
        let object = child(document, "d");
        let (list, text) = match (
            document.get(object, "list".into()),
            document.get(object, "text".into()),
        ) {
            (Ok(Some(Found::Object(Kind::List, list))), Ok(Some(Found::Object(Kind::Text, text)))) => {
                (list, text)
            }
            other => panic!("{other:?}"),
        };
        document
            .apply(vec![
                Operation::Increment(object, "count".into(), by),
                Operation::Splice {
                    list,
                    index: 1,
                    delete: 0,
                    values: vec![Value::Int(by)],
                },
                // Behind the two UTF-16 units of the hand.
                Operation::SpliceText {
                    text,
                    index: 3,
                    delete: 0,
                    insert: by.to_string(),
                },
            ])
            .expect("operations");
        document.commit(0, None).expect("a change");
    }
    one.merge(&mut other).expect("a merge");
    other.merge(&mut one).expect("a merge");
    assert_eq!(root(&mut one), root(&mut other));
    let Value::Map(entries) = one.value(Handle::ROOT, None).expect("a value").settled() else {
        panic!("no map");
    };
    let Value::Map(entries) = &entries[0].1 else {
        panic!("no map")
    };
    assert_eq!(entries[0].1, Value::Counter(8));
    let Value::List(list) = &entries[1].1 else {
        panic!("no list")
    };
    assert_eq!(list.len(), 4);
    let Value::Text(text) = &entries[2].1 else {
        panic!("no text")
    };
    assert!(text == "a👋25b" || text == "a👋52b", "{text}");
}

#[test]
fn a_conflict_names_its_authors_and_is_read_as_declared() {
    let mut one = document(1);
    let mut other = document(2);
    set(&mut one, Handle::ROOT, "x", Value::Int(10));
    one.commit(200, None);
    set(&mut other, Handle::ROOT, "x", Value::Int(7));
    other.commit(100, None);
    one.merge(&mut other).expect("a merge");
    other.merge(&mut one).expect("a merge");
    let set = one.conflicts(Handle::ROOT, "x".into()).expect("conflicts");
    let mut authors: Vec<u8> = set.iter().map(|conflict| conflict.actor[0]).collect();
    authors.sort_unstable();
    assert_eq!(authors, [1, 2]);
    assert_eq!(set, other.conflicts(Handle::ROOT, "x".into()).expect("conflicts"));
    assert_eq!(resolve(Strategy::Latest, &set), Some(Value::Int(10)));
    assert_eq!(resolve(Strategy::Highest, &set), Some(Value::Int(10)));
    assert_eq!(resolve(Strategy::Counter, &set), Some(Value::Int(17)));
    let Value::Map(entries) = one.value(Handle::ROOT, None).expect("a value") else {
        panic!("no map");
    };
    assert!(matches!(entries[0].1, Value::Conflicted(_)));
    change(&mut one, "x", Value::Int(1));
    assert_eq!(
        one.conflicts(Handle::ROOT, "x".into()).expect("conflicts").len(),
        1
    );
}

#[test]
fn a_union_takes_each_element_once_and_the_latest_entry_of_each_key() {
    let mut one = document(1);
    let mut other = document(2);
    let tags = |names: &[&str]| Value::List(names.iter().map(|name| Value::str(*name)).collect());
    for (document, list, time_s) in [
        (&mut one, tags(&["a", "b"]), 1),
        (&mut other, tags(&["b", "c"]), 2),
    ] {
        set(document, Handle::ROOT, "tags", list);
        set(
            document,
            Handle::ROOT,
            "by",
            Value::map([("who", Value::Int(time_s))]),
        );
        document.commit(time_s, None);
    }
    one.merge(&mut other).expect("a merge");
    let conflicts = one.conflicts(Handle::ROOT, "tags".into()).expect("conflicts");
    assert_eq!(resolve(Strategy::Union, &conflicts), Some(tags(&["a", "b", "c"])));
    let conflicts = one.conflicts(Handle::ROOT, "by".into()).expect("conflicts");
    assert_eq!(
        resolve(Strategy::Union, &conflicts),
        Some(Value::map([("who", Value::Int(2))]))
    );
    assert_eq!(resolve(Strategy::Union, &[]), None);
}

#[test]
fn history_diff_and_time_travel_agree() {
    let mut document = document(1);
    change(&mut document, "a", Value::Int(1));
    let first = document.heads();
    set(&mut document, Handle::ROOT, "a", Value::Int(2));
    let second = document.commit(7, Some("two")).expect("a change");
    assert_eq!(
        document.value(Handle::ROOT, Some(&first)),
        Ok(Value::map([("a", Value::Int(1))]))
    );
    let history = document.history(&first).expect("a history");
    assert_eq!(history.len(), 1);
    assert_eq!(
        (history[0].hash, history[0].time_s, history[0].seq),
        (second, 7, 2)
    );
    assert_eq!(history[0].message.as_deref(), Some("two"));
    assert_eq!(history[0].deps, first);
    let back = document.diff(&[second], &first).expect("a diff");
    let expected = Patch {
        path: Vec::new(),
        action: Action::Set("a".into(), Value::Int(1)),
    };
    assert_eq!(back, [expected]);
    let unknown = [[9; 32]];
    assert!(matches!(
        document.diff(&unknown, &first),
        Err(DocumentError::HeadsUnknown(_))
    ));
    assert!(matches!(
        document.value(Handle::ROOT, Some(&unknown)),
        Err(DocumentError::HeadsUnknown(_))
    ));
    let mut fork = document.fork(&[2; 16], Some(&first)).expect("a fork");
    assert_eq!(root(&mut fork), Value::map([("a", Value::Int(1))]));
}

#[test]
fn patches_tell_own_and_foreign_changes_once_and_in_order() {
    let mut one = document(1);
    one.watch();
    change(&mut one, "a", Value::Int(1));
    let mut other = one.fork(&[2; 16], None).expect("a fork");
    assert_eq!(one.patches().len(), 1);
    change(&mut other, "b", Value::Int(2));
    one.merge(&mut other).expect("a merge");
    let told = one.patches();
    assert_eq!(told[0].action, Action::Set("b".into(), Value::Int(2)));
    assert_eq!(told.len(), 1);
    assert!(one.patches().is_empty());
    one.unwatch();
}

#[test]
fn what_was_saved_incrementally_is_the_whole() {
    let mut document = document(1);
    let mut bytes = document.save();
    for n in 0..5 {
        change(&mut document, "n", Value::Int(n));
        bytes.extend(document.save_incremental());
    }
    assert!(document.save_incremental().is_empty());
    let mut read = Document::load(&bytes, &[2; 16], Limits::default()).expect("a document");
    assert_eq!(read.heads(), document.heads());
    assert_eq!(root(&mut read), root(&mut document));
}

#[test]
fn sync_brings_both_to_the_same_heads() {
    let mut one = document(1);
    change(&mut one, "base", Value::Int(0));
    let mut other = one.fork(&[2; 16], None).expect("a fork");
    for n in 0..50 {
        change(&mut one, &format!("one{n}"), Value::Int(n));
        change(&mut other, &format!("other{n}"), Value::Int(n));
    }
    let pairs = sync(&mut one, &mut other);
    assert!(pairs <= 10, "{pairs} pairs");
    assert_eq!(one.heads(), other.heads());
    assert_eq!(root(&mut one), root(&mut other));
    let state = SyncPeer::new().save();
    assert!(SyncPeer::load(&state).is_ok());
    assert!(SyncPeer::load(&[1, 2, 3]).is_err());
}

#[test]
fn beyond_a_limit_nothing_is_taken() {
    let limits = Limits {
        operations: 3,
        ..Limits::default()
    };
    let mut document = Document::new(&[1; 16], limits);
    change(&mut document, "a", Value::Int(1));
    let many = (0..5)
        .map(|n| Operation::Set(Handle::ROOT, Prop::Key(n.to_string()), Value::Int(n)))
        .collect();
    assert!(matches!(document.apply(many), Err(DocumentError::Full { .. })));
    assert_eq!(root(&mut document), Value::map([("a", Value::Int(1))]));
    let bytes = document.save();
    let small = Limits {
        message_bytes: bytes.len() as u64 - 1,
        ..Limits::default()
    };
    assert!(matches!(
        Document::load(&bytes, &[2; 16], small),
        Err(DocumentError::Full { .. })
    ));
}

#[test]
fn two_that_change_under_one_actor_are_refused() {
    let mut one = document(1);
    let mut other = document(1);
    change(&mut one, "a", Value::Int(1));
    change(&mut other, "a", Value::Int(2));
    let refused = one.merge(&mut other).expect_err("a refusal");
    assert_eq!(refused.code(), "DOCUMENT_ACTOR_REUSED");
    assert_eq!(root(&mut one), Value::map([("a", Value::Int(1))]));
}

#[test]
fn damaged_bytes_are_refused() {
    let mut document = document(1);
    change(&mut document, "a", Value::Text("hello".into()));
    let bytes = document.save();
    for cut in 1..bytes.len() {
        let loaded = Document::load(&bytes[..cut], &[2; 16], Limits::default());
        assert!(loaded.is_err(), "cut at {cut}");
    }
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        if let Ok(mut read) = Document::load(&damaged, &[2; 16], Limits::default()) {
            assert_ne!(read.heads(), document.heads(), "byte {at}");
        }
    }
    assert!(document.load_incremental(&[1, 2, 3]).is_err());
    let mut peer = SyncPeer::new();
    assert!(document.receive(&mut peer, &[0xff; 40]).is_err());
    assert!(codec::read_operations(&[1, 0, 0, 200]).is_err());
    assert!(codec::read_value(&[12, 0xff, 0xff, 0xff, 0xff, 0x0f]).is_err());
}

#[test]
fn values_that_are_too_deep_are_refused() {
    let mut bytes = vec![];
    for _ in 0..100_000 {
        bytes.extend([12, 1]);
    }
    bytes.push(0);
    assert!(matches!(
        codec::read_value(&bytes),
        Err(DocumentError::Malformed(_))
    ));
}

#[test]
fn a_document_that_was_made_too_deep_elsewhere_is_not_read_to_the_end_of_the_stack() {
    let mut document = document(1);
    let mut at = Handle::ROOT;
    for _ in 0..2_000 {
        set(&mut document, at, "d", Value::map([("x", Value::Null)]));
        at = match document.get(at, "d".into()).expect("an answer") {
            Some(Found::Object(Kind::Map, handle)) => handle,
            other => panic!("{other:?}"),
        };
    }
    document.commit(0, None);
    assert!(matches!(
        document.value(Handle::ROOT, None),
        Err(DocumentError::Full { what: "levels", .. })
    ));
    assert!(document.value(at, None).is_ok());
}

/// Values of every kind for keys `from` to `to`.
fn many(object: Handle, from: i64, to: i64) -> Vec<Operation> {
    let value = |n: i64| match n % 6 {
        0 => Value::Int(n),
        1 => Value::map([("name", Value::str(format!("n{n}"))), ("done", Value::Bool(true))]),
        2 => Value::List(vec![
            Value::Int(n),
            Value::map([("x", Value::Null)]),
            Value::List(Vec::new()),
        ]),
        3 => Value::Text(format!("a👋{n}")),
        4 => Value::Counter(n),
        _ => Value::Bytes(vec![n as u8; 3]),
    };
    (from..to)
        .map(|n| Operation::Set(object, Prop::Key(format!("k{n:03}")), value(n)))
        .collect()
}

#[test]
fn many_values_at_once_come_to_what_they_come_to_one_by_one() {
    let (mut at_once, mut one_by_one) = (document(1), document(2));
    for document in [&mut at_once, &mut one_by_one] {
        change(document, "items", Value::Map(Vec::new()));
        change(document, "k003", Value::Int(-1));
    }
    for round in 0..3 {
        let object = child(&mut at_once, "items");
        for (target, from) in [(object, 0), (Handle::ROOT, 0), (object, 40)] {
            let operations = many(target, from + round, from + round + 60);
            at_once
                .change(operations, 5, Some("many"))
                .expect("a change")
                .expect("a hash");
        }
        let object = child(&mut one_by_one, "items");
        for (target, from) in [(object, 0), (Handle::ROOT, 0), (object, 40)] {
            for operation in many(target, from + round, from + round + 60) {
                one_by_one.change(vec![operation], 5, None).expect("a change");
            }
        }
    }
    assert_eq!(root(&mut at_once), root(&mut one_by_one));
    assert_eq!(at_once.history(&[]).expect("a history").len(), 2 + 9);
    // It goes on from there, elsewhere too, and nothing is in conflict.
    change(&mut at_once, "after", Value::Int(1));
    let mut read = Document::load(&at_once.save(), &[3; 16], Limits::default()).expect("a document");
    assert_eq!(read.heads(), at_once.heads());
    let value = read.value(Handle::ROOT, None).expect("a value");
    assert_eq!(value.clone().settled(), value);
}

#[test]
fn many_values_at_once_meet_those_of_others_as_conflicts() {
    let mut one = document(1);
    change(&mut one, "k000", Value::Int(-1));
    let mut other = one.fork(&[2; 16], None).expect("a fork");
    one.watch();
    one.change(many(Handle::ROOT, 0, 50), 0, None).expect("a change");
    assert!(one.patches().len() >= 50);
    other
        .change(many(Handle::ROOT, 0, 50), 0, None)
        .expect("a change");
    one.merge(&mut other).expect("a merge");
    other.merge(&mut one).expect("a merge");
    assert_eq!(root(&mut one), root(&mut other));
    assert_eq!(
        one.conflicts(Handle::ROOT, "k000".into())
            .expect("conflicts")
            .len(),
        2
    );
    assert_eq!(one.rollback(), 0);
    let full = Limits {
        operations: 40,
        ..Limits::default()
    };
    let mut small = Document::new(&[1; 16], full);
    let refused = small.change(many(Handle::ROOT, 0, 50), 0, None);
    assert!(matches!(refused, Err(DocumentError::Full { .. })));
    assert_eq!(root(&mut small), Value::Map(Vec::new()));
}
