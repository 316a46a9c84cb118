//! What is answered.

use super::write::{int, list, prop, sized, text, uint, write_value};
use crate::history::{ChangeInfo, Hash};
use crate::patch::{Action, Patch};
use crate::read::{Conflict, Found};
use crate::value::Kind;

/// Nothing: 0. A scalar: 1 and the value. A map, list or text: 2, 3 or 4 and the handle.
pub fn write_found(out: &mut Vec<u8>, found: Option<&Found>) {
    match found {
        None => out.push(0),
        Some(Found::Scalar(value)) => {
            out.push(1);
            write_value(out, value);
        }
        Some(Found::Object(kind, handle)) => {
            out.push(match kind {
                Kind::Map => 2,
                Kind::List => 3,
                Kind::Text => 4,
            });
            uint(out, handle.0.into());
        }
    }
}

/// A count, then for each: value, actor, change (empty when open), time in seconds.
pub fn write_conflicts(out: &mut Vec<u8>, conflicts: &[Conflict]) {
    list(out, conflicts, |out, conflict| {
        write_value(out, &conflict.value);
        sized(out, &conflict.actor);
        sized(out, conflict.change.as_ref().map_or(&[], |hash| hash));
        int(out, conflict.time_s);
    });
}

/// A count, then each change.
pub fn write_changes(out: &mut Vec<u8>, changes: &[ChangeInfo]) {
    list(out, changes, write_change);
}

/// Hash, actor, seq, time in seconds, 0 or 1 and a message, operations, hashes it follows.
pub fn write_change(out: &mut Vec<u8>, change: &ChangeInfo) {
    out.extend_from_slice(&change.hash);
    sized(out, &change.actor);
    uint(out, change.seq);
    int(out, change.time_s);
    match &change.message {
        None => out.push(0),
        Some(message) => {
            out.push(1);
            text(out, message);
        }
    }
    uint(out, change.operations);
    list(out, &change.deps, |out, hash: &Hash| out.extend_from_slice(hash));
}

/// A count, then for each: the path (count and props), a number for the action and what belongs to it.
pub fn write_patches(out: &mut Vec<u8>, patches: &[Patch]) {
    list(out, patches, |out, patch| {
        list(out, &patch.path, prop);
        action(out, &patch.action);
    });
}

fn action(out: &mut Vec<u8>, action: &Action) {
    match action {
        Action::Set(at, value) => {
            out.push(1);
            prop(out, at);
            write_value(out, value);
        }
        Action::Insert(index, values) => {
            out.push(2);
            uint(out, *index);
            list(out, values, write_value);
        }
        Action::SpliceText(index, inserted) => {
            out.push(3);
            uint(out, *index);
            text(out, inserted);
        }
        Action::Increment(at, by) => {
            out.push(4);
            prop(out, at);
            int(out, *by);
        }
        Action::Delete(key) => {
            out.push(5);
            text(out, key);
        }
        Action::DeleteRange(index, length) => {
            out.push(6);
            uint(out, *index);
            uint(out, *length);
        }
        Action::Conflict(at) => {
            out.push(7);
            prop(out, at);
        }
        Action::Marks => out.push(8),
    }
}
