//! The journal is the source: there is no event that leaves no trace in the state.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

#[path = "../common/mod.rs"]
mod common;
mod histories;

use std::collections::BTreeSet;

use polyphon_kernel::journal::{Frame, JournalEvent};
use polyphon_kernel::{Durable, Event};

/// Kinds that no command can bring about yet, after the first start of a node.
fn ahead_of_their_time() -> Vec<Event> {
    // The newest format is the first one, so that nothing can raise it.
    vec![JournalEvent::FormatRaised { level: 2 }.into()]
}

/// Every event of some frames with its sequence and kernel time.
fn events(frames: &[Vec<u8>]) -> Vec<(u64, u64, Event)> {
    let mut all = Vec::new();
    for bytes in frames {
        let frame = Frame::read(bytes).unwrap();
        let numbered = frame.events().unwrap().into_iter().zip(frame.head.first_seq..);
        all.extend(numbered.map(|(event, seq)| (seq, frame.head.kernel_ms, event)));
    }
    all
}

/// Folds events and requires that each of them changes the state hash; answers their kinds.
fn fold(what: &str, durable: &mut Durable, events: &[(u64, u64, Event)]) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::new();
    for (seq, ms, event) in events {
        let before = durable.hash();
        durable.evolve(*seq, *ms, event);
        assert_ne!(before, durable.hash(), "{what}: {seq} changes nothing: {event:?}");
        seen.insert(event.name());
    }
    seen
}

#[test]
fn every_kind_of_event_changes_the_state() {
    let mut seen = BTreeSet::new();
    for (what, lab) in histories::all() {
        seen.extend(fold(what, &mut Durable::default(), &events(&lab.frames)));
    }
    for event in ahead_of_their_time() {
        let mut durable = Durable::default();
        fold("the node", &mut durable, &events(&common::Lab::new().frames));
        let next = (durable.last_seq() + 1, durable.last_ms(), event);
        seen.extend(fold("ahead of its time", &mut durable, &[next]));
    }
    let missing: Vec<&str> = Event::variants()
        .map(|(_, name)| name)
        .filter(|name| !seen.contains(name))
        .collect();
    assert!(missing.is_empty(), "no history has {missing:?} in it");
}

#[test]
fn every_history_is_replayed_to_the_state_it_was() {
    for (_, mut lab) in histories::all() {
        lab.check_replay();
    }
}
