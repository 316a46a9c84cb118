use automerge::{ActorId, AutoCommit, LoadOptions, ReadDoc};

use crate::chunks::{Chunk, chunks};
use crate::error::{DocumentError, Result};
use crate::guard::guarded;
use crate::handles::Handles;
use crate::history::{Hash, hashes};
use crate::limits::Limits;
use crate::value::ENCODING;

/// One replica of a document.
#[derive(Debug)]
pub struct Document {
    pub(crate) doc: AutoCommit,
    pub(crate) handles: Handles,
    pub(crate) limits: Limits,
    /// Why it can be used no longer.
    pub(crate) broken: Option<DocumentError>,
    /// Bytes that came from outside, as they came.
    received: u64,
    /// What [`Self::save_incremental`] wrote last.
    saved: Vec<Hash>,
}

/// How large a document is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Statistics {
    /// Operations in all changes, those of an open transaction among them.
    pub operations: u64,
    /// Changes in the history.
    pub changes: u64,
    /// Who has changed it.
    pub actors: u64,
    /// Objects that have handles.
    pub handles: u64,
}

impl Document {
    /// An empty document. The actor must be of this replica alone: two that change a document under one name at a time
    /// are refused by everybody else.
    pub fn new(actor: &[u8], limits: Limits) -> Self {
        Self::of(AutoCommit::new_with_encoding(ENCODING), actor, limits)
    }

    /// A document as it was saved, or as another implementation of the format saved it; parts that were saved
    /// incrementally may follow in the same bytes.
    ///
    /// # Errors
    /// `DOCUMENT_MALFORMED` and `DOCUMENT_FULL`.
    pub fn load(bytes: &[u8], actor: &[u8], limits: Limits) -> Result<Self> {
        let mut document = Self::of(AutoCommit::new_with_encoding(ENCODING), actor, limits);
        document.admit(bytes)?;
        if !bytes.is_empty() {
            let options = LoadOptions::new().text_encoding(ENCODING);
            let doc =
                guarded(|| AutoCommit::load_with_options(bytes, options).map_err(DocumentError::incoming));
            // Nothing was lost by it.
            let doc = doc.map_err(|error| match error {
                DocumentError::Broken(why) => DocumentError::Malformed(why),
                other => other,
            })?;
            document.doc = doc.with_actor(ActorId::from(actor));
        }
        document.saved = document.heads();
        document.check_operations()?;
        Ok(document)
    }

    fn of(doc: AutoCommit, actor: &[u8], limits: Limits) -> Self {
        Self {
            doc: doc.with_actor(ActorId::from(actor)),
            handles: Handles::new(),
            limits,
            broken: None,
            received: 0,
            saved: Vec::new(),
        }
    }

    /// Adds changes that were saved or sent; those it has already change nothing. Changes whose predecessors are missing
    /// wait for them. Commits an open transaction first.
    ///
    /// # Errors
    /// `DOCUMENT_MALFORMED`, `DOCUMENT_ACTOR_REUSED` and `DOCUMENT_FULL`.
    pub fn load_incremental(&mut self, bytes: &[u8]) -> Result<()> {
        self.admit(bytes)?;
        self.check_operations()?;
        self.guarded(|document| document.take(bytes))
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let mut changes = Vec::new();
        for chunk in chunks(bytes)? {
            match chunk.change()? {
                Some(change) => changes.push(change),
                None => changes.extend(self.changes_of(&chunk)?),
            }
        }
        self.doc.apply_changes(changes).map_err(DocumentError::incoming)
    }

    fn changes_of(&self, chunk: &Chunk<'_>) -> Result<Vec<automerge::Change>> {
        let options = LoadOptions::new().text_encoding(ENCODING);
        let mut other =
            AutoCommit::load_with_options(chunk.bytes, options).map_err(DocumentError::incoming)?;
        Ok(other.get_changes(&[]))
    }

    /// The whole document, compressed.
    pub fn save(&mut self) -> Vec<u8> {
        let bytes = self.doc.save();
        self.saved = self.heads();
        self.received = bytes.len() as u64;
        bytes
    }

    /// The changes since this or [`Self::save`] was called last; empty when there are none.
    pub fn save_incremental(&mut self) -> Vec<u8> {
        let since: Vec<_> = self.saved.iter().copied().map(automerge::ChangeHash).collect();
        let bytes = self.doc.save_after(&since);
        self.saved = self.heads();
        bytes
    }

    /// The changes that are not among the ancestors of `heads`.
    ///
    /// # Errors
    /// `DOCUMENT_HEADS_UNKNOWN`.
    pub fn save_after(&mut self, heads: &[Hash]) -> Result<Vec<u8>> {
        let heads = self.known(heads)?;
        Ok(self.doc.save_after(&heads))
    }

    /// The changes no other change follows; sorted, so that equal replicas answer equal bytes.
    pub fn heads(&mut self) -> Vec<Hash> {
        let mut heads = hashes(self.doc.get_heads());
        heads.sort_unstable();
        heads
    }

    /// A second replica, at these heads or, without any, as it is now.
    ///
    /// # Errors
    /// `DOCUMENT_HEADS_UNKNOWN`.
    pub fn fork(&mut self, actor: &[u8], heads: Option<&[Hash]>) -> Result<Self> {
        let doc = match heads {
            None => self.doc.fork(),
            Some(heads) => {
                let heads = self.known(heads)?;
                self.doc.fork_at(&heads).map_err(DocumentError::incoming)?
            }
        };
        let mut fork = Self::of(doc, actor, self.limits);
        fork.received = self.received;
        Ok(fork)
    }

    /// Brings the changes of another replica here.
    ///
    /// # Errors
    /// `DOCUMENT_ACTOR_REUSED` and `DOCUMENT_FULL`.
    pub fn merge(&mut self, other: &mut Self) -> Result<()> {
        self.check_operations()?;
        self.guarded(|document| {
            let merged = document.doc.merge(&mut other.doc);
            merged.map(|_| ()).map_err(DocumentError::incoming)
        })
    }

    /// How large it is.
    pub fn statistics(&self) -> Statistics {
        let stats = self.doc.stats();
        Statistics {
            operations: stats.num_ops,
            changes: stats.num_changes,
            actors: stats.num_actors,
            handles: self.handles.len() as u64,
        }
    }

    /// Forgets all handles but that of the root.
    pub fn forget_handles(&mut self) {
        self.handles = Handles::new();
    }

    /// Takes account of bytes from outside before anybody reads them.
    pub(crate) fn admit(&mut self, bytes: &[u8]) -> Result<()> {
        let count = bytes.len() as u64;
        if count > self.limits.message_bytes {
            return Err(DocumentError::Full {
                what: "bytes at a time",
                limit: self.limits.message_bytes,
            });
        }
        if self.received + count > self.limits.document_bytes {
            return Err(DocumentError::Full {
                what: "bytes",
                limit: self.limits.document_bytes,
            });
        }
        self.received += count;
        Ok(())
    }

    pub(crate) fn check_operations(&self) -> Result<()> {
        let limit = self.limits.operations;
        if self.doc.stats().num_ops > limit {
            return Err(DocumentError::Full {
                what: "operations",
                limit,
            });
        }
        Ok(())
    }
}
