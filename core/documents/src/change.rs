//! Operations, and the transaction they belong to.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ObjId, ReadDoc};

use crate::document::Document;
use crate::error::{DocumentError, Result};
use crate::handles::Handle;
use crate::history::Hash;
use crate::value::{Prop, Value};

/// One step of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Puts a value at a key, or in place of an element.
    Set(Handle, Prop, Value),
    /// Removes a key or an element.
    Delete(Handle, Prop),
    /// Removes `delete` elements at a place of a list, and puts others there.
    Splice {
        /// The list.
        list: Handle,
        /// Where, from 0.
        index: u64,
        /// How many go.
        delete: u64,
        /// What comes.
        values: Vec<Value>,
    },
    /// Removes `delete` UTF-16 units at a place of a text, and puts others there.
    SpliceText {
        /// The text.
        text: Handle,
        /// Where, from 0.
        index: u64,
        /// How many go.
        delete: u64,
        /// What comes.
        insert: String,
    },
    /// Adds to a counter.
    Increment(Handle, Prop, i64),
}

impl Operation {
    /// How many operations automerge makes of it, those that only remove excepted.
    pub(crate) fn weight(&self) -> u64 {
        match self {
            Self::Set(_, _, value) => value.weight(),
            Self::Delete(..) | Self::Increment(..) => 1,
            Self::Splice { values, .. } => values.iter().map(Value::weight).sum(),
            Self::SpliceText { insert, .. } => insert.chars().count() as u64,
        }
    }
}

impl Document {
    /// Applies operations to the open transaction. At a refusal the whole transaction is rolled back.
    ///
    /// # Errors
    /// `DOCUMENT_OPERATION_INVALID` and `DOCUMENT_FULL`.
    pub fn apply(&mut self, operations: Vec<Operation>) -> Result<()> {
        let done = self.apply_all(operations);
        if done.is_err() {
            self.rollback();
        }
        done
    }

    /// Makes one change of what was applied; `None` when nothing was.
    pub fn commit(&mut self, time_s: i64, message: Option<&str>) -> Option<Hash> {
        if self.doc.pending_ops() == 0 {
            return None;
        }
        let mut options = CommitOptions::default().with_time(time_s);
        if let Some(message) = message {
            options.set_message(message);
        }
        self.doc.commit_with(options).map(|hash| hash.0)
    }

    /// Applies operations and makes one change of them and of everything that is open.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn change(
        &mut self,
        operations: Vec<Operation>,
        time_s: i64,
        message: Option<&str>,
    ) -> Result<Option<Hash>> {
        if self.is_bulk(&operations) {
            return self.bulk(operations, time_s, message).map(Some);
        }
        self.apply(operations)?;
        Ok(self.commit(time_s, message))
    }

    /// Forgets what was applied since the last commit; answers how many operations that were.
    pub fn rollback(&mut self) -> usize {
        self.doc.rollback()
    }

    fn apply_all(&mut self, operations: Vec<Operation>) -> Result<()> {
        let weight = operations.iter().map(Operation::weight).sum();
        self.check_room(weight)?;
        for operation in operations {
            self.apply_one(operation)?;
        }
        Ok(())
    }

    /// Whether there is room for so many operations.
    pub(crate) fn check_room(&self, more: u64) -> Result<()> {
        let limit = self.limits.operations;
        if self.doc.stats().num_ops.saturating_add(more) > limit {
            return Err(DocumentError::Full {
                what: "operations",
                limit,
            });
        }
        Ok(())
    }

    fn apply_one(&mut self, operation: Operation) -> Result<()> {
        match operation {
            Operation::Set(object, prop, value) => {
                let object = self.handles.object(object)?;
                set(&mut self.doc, object, prop, value)
            }
            Operation::Delete(object, prop) => {
                let object = self.handles.object(object)?;
                self.doc.delete(object, prop).map_err(DocumentError::operation)
            }
            Operation::Splice {
                list,
                index,
                delete,
                values,
            } => {
                let list = self.handles.object(list)?;
                let values = values.into_iter().map(Value::hydrate);
                self.doc
                    .splice(list, place(index)?, length(delete)?, values)
                    .map_err(DocumentError::operation)
            }
            Operation::SpliceText {
                text,
                index,
                delete,
                insert,
            } => {
                let text = self.handles.object(text)?;
                self.doc
                    .splice_text(text, place(index)?, length(delete)?, &insert)
                    .map_err(DocumentError::operation)
            }
            Operation::Increment(object, prop, by) => {
                let object = self.handles.object(object)?;
                self.doc
                    .increment(object, prop, by)
                    .map_err(DocumentError::operation)
            }
        }
    }
}

fn set(doc: &mut automerge::AutoCommit, object: &ObjId, prop: Prop, value: Value) -> Result<()> {
    match value.scalar() {
        Ok(scalar) => doc.put(object, prop, scalar),
        Err(value) => doc
            .batch_create_object(object, prop, &value.hydrate(), false)
            .map(|_| ()),
    }
    .map_err(DocumentError::operation)
}

fn place(index: u64) -> Result<usize> {
    usize::try_from(index).map_err(DocumentError::operation)
}

fn length(count: u64) -> Result<isize> {
    isize::try_from(count).map_err(DocumentError::operation)
}
