use automerge::PatchAction;

use crate::value::{Prop, Value};

/// One step from a state of a document to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Where the object is that changes.
    pub path: Vec<Prop>,
    /// How it changes.
    pub action: Action,
}

/// What a patch does. Objects come empty; patches for what is within follow.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A key or an element has another value.
    Set(Prop, Value),
    /// Elements were inserted.
    Insert(u64, Vec<Value>),
    /// Characters were inserted.
    SpliceText(u64, String),
    /// A counter grew.
    Increment(Prop, i64),
    /// A key is gone.
    Delete(String),
    /// Elements or characters are gone.
    DeleteRange(u64, u64),
    /// Several replicas have set this at a time.
    Conflict(Prop),
    /// Marks of a text changed.
    Marks,
}

pub(crate) fn patches(patches: Vec<automerge::Patch>) -> Vec<Patch> {
    patches.into_iter().map(patch).collect()
}

fn patch(patch: automerge::Patch) -> Patch {
    Patch {
        path: patch.path.into_iter().map(|(_, prop)| prop.into()).collect(),
        action: action(patch.action),
    }
}

fn action(action: PatchAction) -> Action {
    match action {
        PatchAction::PutMap {
            key,
            value: (value, _),
            conflict,
        } => Action::Set(Prop::Key(key), marked(value, conflict)),
        PatchAction::PutSeq {
            index,
            value: (value, _),
            conflict,
        } => Action::Set(Prop::Index(index as u64), marked(value, conflict)),
        PatchAction::Insert { index, values } => {
            let values = values
                .iter()
                .map(|(value, _, conflict)| marked(value.clone(), *conflict))
                .collect();
            Action::Insert(index as u64, values)
        }
        PatchAction::SpliceText { index, value, .. } => Action::SpliceText(index as u64, value.make_string()),
        PatchAction::Increment { prop, value } => Action::Increment(prop.into(), value),
        PatchAction::Conflict { prop } => Action::Conflict(prop.into()),
        PatchAction::DeleteMap { key } => Action::Delete(key),
        PatchAction::DeleteSeq { index, length } => Action::DeleteRange(index as u64, length as u64),
        PatchAction::Mark { .. } => Action::Marks,
    }
}

fn marked(value: automerge::Value<'_>, conflict: bool) -> Value {
    let value = match value {
        automerge::Value::Object(kind) => crate::read::empty(kind),
        automerge::Value::Scalar(scalar) => Value::of_scalar(&scalar),
    };
    if conflict {
        Value::Conflicted(Box::new(value))
    } else {
        value
    }
}
