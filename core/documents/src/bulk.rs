//! Many values at once. Put one by one, each takes its own place among the columns of the document; as one change that is
//! made here, as if it came from elsewhere, all are merged in one pass.

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType, SortedVec};
use automerge::transaction::Transactable;
use automerge::{ActorId, Change, ExpandedChange, ObjId, ObjType, ReadDoc};
use std::collections::BTreeSet;
use std::num::NonZeroU64;

use crate::change::Operation;
use crate::document::Document;
use crate::error::{DocumentError, Result};
use crate::history::Hash;
use crate::value::{Prop, Value};

/// From so many on it pays.
const LEAST: usize = 32;

impl Document {
    /// Whether operations are nothing but values for different keys of maps that are there, and enough of them.
    pub(crate) fn is_bulk(&self, operations: &[Operation]) -> bool {
        if operations.len() < LEAST || self.doc.pending_ops() > 0 {
            return false;
        }
        let mut seen = BTreeSet::new();
        operations.iter().all(|operation| match operation {
            Operation::Set(object, Prop::Key(key), _) => {
                let kind = self
                    .handles
                    .object(*object)
                    .map(|object| self.doc.object_type(object));
                matches!(kind, Ok(Ok(ObjType::Map))) && seen.insert((*object, key))
            }
            _ => false,
        })
    }

    /// Makes one change of such operations.
    pub(crate) fn bulk(
        &mut self,
        operations: Vec<Operation>,
        time_s: i64,
        message: Option<&str>,
    ) -> Result<Hash> {
        let weight = operations.iter().map(Operation::weight).sum();
        self.check_room(weight)?;
        let deps = self.doc.get_heads();
        let mut first = 1;
        for hash in &deps {
            let change = self.doc.get_change_meta_by_hash(hash);
            first = first.max(change.map_or(0, |change| change.max_op) + 1);
        }
        let actor = self.doc.get_actor().clone();
        let seq = self.doc.get_last_local_change().map_or(0, |change| change.seq()) + 1;
        let mut ops = Ops {
            actor: actor.clone(),
            first,
            all: Vec::with_capacity(weight as usize),
        };
        for operation in operations {
            let Operation::Set(object, Prop::Key(key), value) = operation else {
                continue;
            };
            let object = self.handles.object(object)?;
            let before = self.doc.get_all(object, key.as_str());
            let before = before.map_err(DocumentError::operation)?;
            let pred = before.into_iter().filter_map(|(_, id)| op_id(&id)).collect();
            let object = op_id(object).map_or(ObjectId::Root, ObjectId::Id);
            ops.put(object, Key::Map(key.into()), pred, false, value);
        }
        let change = Change::from(ExpandedChange {
            operations: ops.all,
            actor_id: actor,
            hash: None,
            seq,
            start_op: NonZeroU64::new(first).unwrap_or(NonZeroU64::MIN),
            time: time_s,
            message: message.map(str::to_owned),
            deps,
            author: None,
            extra_bytes: Vec::new(),
        });
        let hash = change.hash().0;
        self.doc
            .apply_changes([change])
            .map_err(DocumentError::operation)?;
        Ok(hash)
    }
}

struct Ops {
    actor: ActorId,
    first: u64,
    all: Vec<Op>,
}

impl Ops {
    /// Puts a value with everything in it; answers the name of its operation.
    fn put(&mut self, obj: ObjectId, key: Key, pred: SortedVec<OpId>, insert: bool, value: Value) -> OpId {
        let id = OpId::new(self.first + self.all.len() as u64, &self.actor);
        let (action, object) = match value.scalar() {
            Ok(scalar) => (OpType::Put(scalar), None),
            Err(object) => (OpType::Make(kind(&object)), Some(object)),
        };
        self.all.push(Op {
            action,
            obj,
            key,
            pred,
            insert,
        });
        let within = ObjectId::Id(id.clone());
        match object {
            Some(Value::Map(entries)) => {
                for (key, value) in entries {
                    self.put(
                        within.clone(),
                        Key::Map(key.into()),
                        SortedVec::new(),
                        false,
                        value,
                    );
                }
            }
            Some(Value::List(values)) => self.sequence(&within, values),
            Some(Value::Text(text)) => {
                let characters = text.chars().map(|character| Value::Str(character.to_string()));
                self.sequence(&within, characters);
            }
            _ => {}
        }
        id
    }

    fn sequence(&mut self, object: &ObjectId, values: impl IntoIterator<Item = Value>) {
        let mut after = ElementId::Head;
        for value in values {
            let id = self.put(object.clone(), Key::Seq(after), SortedVec::new(), true, value);
            after = ElementId::Id(id);
        }
    }
}

fn kind(value: &Value) -> ObjType {
    match value {
        Value::List(_) => ObjType::List,
        Value::Text(_) => ObjType::Text,
        _ => ObjType::Map,
    }
}

fn op_id(id: &ObjId) -> Option<OpId> {
    match id {
        ObjId::Root => None,
        ObjId::Id(counter, actor, _) => Some(OpId::new(*counter, actor)),
    }
}
