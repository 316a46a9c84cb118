use automerge::ChangeHash;

use crate::document::Document;
use crate::error::{DocumentError, Result};
use crate::patch::{Patch, patches};

/// Hash of a change, which names it.
pub type Hash = [u8; 32];

/// One change of the history.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChangeInfo {
    /// Its name.
    pub hash: Hash,
    /// The replica that made it.
    pub actor: Vec<u8>,
    /// Its number among the changes of that actor, from 1.
    pub seq: u64,
    /// When it was made, as its maker said: seconds since the epoch.
    pub time_s: i64,
    /// What its maker said about it.
    pub message: Option<String>,
    /// Operations in it.
    pub operations: u64,
    /// The changes it follows.
    pub deps: Vec<Hash>,
}

impl Document {
    /// The changes that are not among the ancestors of `since`, each after those it follows. Commits an open transaction.
    ///
    /// # Errors
    /// `DOCUMENT_HEADS_UNKNOWN`.
    pub fn history(&mut self, since: &[Hash]) -> Result<Vec<ChangeInfo>> {
        let since = self.known(since)?;
        let changes = self.doc.get_changes_meta(&since);
        Ok(changes
            .into_iter()
            .map(|change| ChangeInfo {
                hash: change.hash.0,
                actor: change.actor.to_bytes().to_vec(),
                seq: change.seq,
                time_s: change.timestamp,
                message: change.message.map(std::borrow::Cow::into_owned),
                operations: (change.max_op + 1).saturating_sub(change.start_op),
                deps: hashes(change.deps),
            })
            .collect())
    }

    /// One change as bytes, for [`Self::load_incremental`] elsewhere.
    ///
    /// # Errors
    /// `DOCUMENT_HEADS_UNKNOWN`.
    pub fn change_bytes(&mut self, hash: &Hash) -> Result<Vec<u8>> {
        self.doc
            .get_change_by_hash(&ChangeHash(*hash))
            .map(|change| change.raw_bytes().to_vec())
            .ok_or_else(|| DocumentError::HeadsUnknown(ChangeHash(*hash).to_string()))
    }

    /// What leads from the document at `before` to the document at `after`, which may be earlier.
    ///
    /// # Errors
    /// `DOCUMENT_HEADS_UNKNOWN`.
    pub fn diff(&mut self, before: &[Hash], after: &[Hash]) -> Result<Vec<Patch>> {
        let (before, after) = (self.known(before)?, self.known(after)?);
        Ok(patches(self.doc.diff(&before, &after)))
    }

    /// From now on [`Self::patches`] tells what happens.
    pub fn watch(&mut self) {
        self.doc.update_diff_cursor();
    }

    /// What happened since [`Self::watch`] or this was called last, by changes of whoever. Commits an open transaction.
    pub fn patches(&mut self) -> Vec<Patch> {
        let told = patches(self.doc.diff_incremental());
        self.doc.update_diff_cursor();
        told
    }

    /// Ends [`Self::watch`], which makes every change dearer.
    pub fn unwatch(&mut self) {
        self.doc.reset_diff_cursor();
    }

    /// The same heads, if all of them are here.
    pub(crate) fn known(&mut self, heads: &[Hash]) -> Result<Vec<ChangeHash>> {
        self.doc.document();
        heads
            .iter()
            .map(|hash| {
                let hash = ChangeHash(*hash);
                match self.doc.get_change_meta_by_hash(&hash) {
                    Some(_) => Ok(hash),
                    None => Err(DocumentError::HeadsUnknown(hash.to_string())),
                }
            })
            .collect()
    }
}

pub(crate) fn hashes(heads: Vec<ChangeHash>) -> Vec<Hash> {
    heads.into_iter().map(|hash| hash.0).collect()
}
