use std::collections::BTreeMap;

/// Why a journal could not be read or written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the journal failed: {0}")]
pub struct JournalError(
    /// What went wrong.
    pub String,
);

/// Where frames are kept.
pub trait Journal {
    /// Every frame in order.
    ///
    /// # Errors
    /// [`JournalError`] when they cannot be read.
    fn frames(&self) -> Result<Vec<Vec<u8>>, JournalError>;

    /// Keeps one frame and the rows that belong to it, or nothing of both.
    ///
    /// # Errors
    /// [`JournalError`] when it is not certain that both are kept.
    fn append(&mut self, frame: &[u8], rows: Vec<(String, Vec<u8>)>) -> Result<(), JournalError>;

    /// A row by its key.
    ///
    /// # Errors
    /// [`JournalError`] when it cannot be read.
    fn row(&self, key: &str) -> Result<Option<Vec<u8>>, JournalError>;
}

/// A journal in memory.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MemoryJournal {
    frames: Vec<Vec<u8>>,
    rows: BTreeMap<String, Vec<u8>>,
}

impl Journal for MemoryJournal {
    fn frames(&self) -> Result<Vec<Vec<u8>>, JournalError> {
        Ok(self.frames.clone())
    }

    fn append(&mut self, frame: &[u8], rows: Vec<(String, Vec<u8>)>) -> Result<(), JournalError> {
        self.frames.push(frame.to_vec());
        self.rows.extend(rows);
        Ok(())
    }

    fn row(&self, key: &str) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.rows.get(key).cloned())
    }
}
