use automerge::{ChangeHash, ObjId, ObjType, ReadDoc, ValueRef};

use crate::document::Document;
use crate::error::{DocumentError, Result};
use crate::handles::Handle;
use crate::history::Hash;
use crate::limits::Limits;
use crate::value::{Kind, Prop, Value};

/// What stands at one place.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A scalar.
    Scalar(Value),
    /// An object and its name.
    Object(Kind, Handle),
}

/// One of the values that replicas set at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The value.
    pub value: Value,
    /// The replica that set it.
    pub actor: Vec<u8>,
    /// The change it came with; absent while that is an open transaction.
    pub change: Option<Hash>,
    /// When that change was made, as its maker said: seconds since the epoch; 0 when the change is open.
    pub time_s: i64,
}

impl Document {
    /// What stands at a key or place of an object now.
    ///
    /// # Errors
    /// `DOCUMENT_OPERATION_INVALID` when the handle names nothing or `DOCUMENT_FULL` when there are too many.
    pub fn get(&mut self, object: Handle, prop: Prop) -> Result<Option<Found>> {
        let object = self.handles.object(object)?;
        let found = match self.doc.get(object, prop).map_err(DocumentError::operation)? {
            None => return Ok(None),
            Some(found) => found,
        };
        Ok(Some(match found {
            (automerge::Value::Scalar(scalar), _) => Found::Scalar(Value::of_scalar(&scalar)),
            (automerge::Value::Object(kind), id) => Found::Object(Kind::of(kind), self.handles.of(id)?),
        }))
    }

    /// The value of an object with everything in it, now or as it was at `heads`; places that several replicas set at a
    /// time are marked.
    ///
    /// # Errors
    /// `DOCUMENT_OPERATION_INVALID` and `DOCUMENT_HEADS_UNKNOWN`.
    pub fn value(&mut self, object: Handle, heads: Option<&[Hash]>) -> Result<Value> {
        self.guarded(|document| {
            let heads = heads.map(|heads| document.known(heads)).transpose()?;
            let object = document.handles.object(object)?;
            let kind = document
                .doc
                .object_type(object)
                .map_err(DocumentError::operation)?;
            document.read(object, kind, heads.as_deref(), 0)
        })
    }

    /// How many keys, elements or UTF-16 units an object has now.
    ///
    /// # Errors
    /// `DOCUMENT_OPERATION_INVALID`.
    pub fn length(&self, object: Handle) -> Result<u64> {
        Ok(self.doc.length(self.handles.object(object)?) as u64)
    }

    /// The keys of a map now, in the order of their bytes.
    ///
    /// # Errors
    /// `DOCUMENT_OPERATION_INVALID`.
    pub fn keys(&self, object: Handle) -> Result<Vec<String>> {
        Ok(self.doc.keys(self.handles.object(object)?).collect())
    }

    /// All values that stand at one place, with who set them; the last is the one all replicas choose.
    ///
    /// # Errors
    /// `DOCUMENT_OPERATION_INVALID`.
    pub fn conflicts(&mut self, object: Handle, prop: Prop) -> Result<Vec<Conflict>> {
        let object = self.handles.object(object)?;
        let found = self.doc.get_all(object, prop).map_err(DocumentError::operation)?;
        let found: Vec<_> = found
            .into_iter()
            .map(|(value, id)| (value.into_owned(), id))
            .collect();
        found
            .into_iter()
            .map(|(value, id)| self.conflict(value, id))
            .collect()
    }

    fn conflict(&mut self, value: automerge::Value<'static>, id: ObjId) -> Result<Conflict> {
        let value = match value {
            automerge::Value::Scalar(scalar) => Value::of_scalar(&scalar),
            automerge::Value::Object(kind) => self.read(&id, kind, None, 0)?,
        };
        let actor = match &id {
            ObjId::Root => Vec::new(),
            ObjId::Id(_, actor, _) => actor.to_bytes().to_vec(),
        };
        let change = self.doc.hash_for_opid(&id);
        let time_s = change
            .and_then(|hash| self.doc.get_change_by_hash(&hash))
            .map_or(0, |change| change.timestamp());
        Ok(Conflict {
            value,
            actor,
            change: change.map(|hash| hash.0),
            time_s,
        })
    }

    fn read(
        &self,
        object: &ObjId,
        kind: ObjType,
        heads: Option<&[ChangeHash]>,
        level: usize,
    ) -> Result<Value> {
        if level >= Limits::LEVELS {
            return Err(DocumentError::Full {
                what: "levels",
                limit: Limits::LEVELS as u64,
            });
        }
        Ok(match kind {
            ObjType::Text => Value::Text(
                match heads {
                    None => self.doc.text(object),
                    Some(heads) => self.doc.text_at(object, heads),
                }
                .map_err(DocumentError::operation)?,
            ),
            ObjType::Map | ObjType::Table => {
                let entries = self.entries(object, heads).into_iter();
                let entries = entries.map(|(key, item)| Ok((key, self.item(item, heads, level)?)));
                Value::Map(entries.collect::<Result<_>>()?)
            }
            ObjType::List => {
                let values = self.elements(object, heads).into_iter();
                let values = values.map(|item| self.item(item, heads, level));
                Value::List(values.collect::<Result<_>>()?)
            }
        })
    }

    // Iterators of automerge are large, too large for the stack of a recursion: so they end before the next level.
    #[inline(never)]
    fn entries(&self, object: &ObjId, heads: Option<&[ChangeHash]>) -> Vec<(String, Item)> {
        let range = match heads {
            None => self.doc.map_range(object, ..),
            Some(heads) => self.doc.map_range_at(object, .., heads),
        };
        range
            .map(|item| {
                let what = what(&item.value, || item.id());
                let conflict = item.conflict;
                (item.key.into_owned(), Item { what, conflict })
            })
            .collect()
    }

    #[inline(never)]
    fn elements(&self, object: &ObjId, heads: Option<&[ChangeHash]>) -> Vec<Item> {
        let range = match heads {
            None => self.doc.list_range(object, ..),
            Some(heads) => self.doc.list_range_at(object, .., heads),
        };
        range
            .map(|item| Item {
                what: what(&item.value, || item.id()),
                conflict: item.conflict,
            })
            .collect()
    }

    fn item(&self, item: Item, heads: Option<&[ChangeHash]>, level: usize) -> Result<Value> {
        let value = match item.what {
            What::Object(kind, id) => self.read(&id, kind, heads, level + 1)?,
            What::Scalar(value) => value,
        };
        Ok(if item.conflict {
            Value::Conflicted(Box::new(value))
        } else {
            value
        })
    }
}

struct Item {
    what: What,
    conflict: bool,
}

enum What {
    Object(ObjType, ObjId),
    Scalar(Value),
}

fn what(value: &ValueRef<'_>, id: impl FnOnce() -> ObjId) -> What {
    match value {
        ValueRef::Object(kind) => What::Object(*kind, id()),
        ValueRef::Scalar(scalar) => What::Scalar(Value::of_scalar_ref(scalar.clone())),
    }
}

pub(crate) fn empty(kind: ObjType) -> Value {
    match Kind::of(kind) {
        Kind::Map => Value::Map(Vec::new()),
        Kind::List => Value::List(Vec::new()),
        Kind::Text => Value::Text(String::new()),
    }
}
