//! Bytes of others can make automerge panic. Where panics unwind, that costs the document and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::document::Document;
use crate::error::{DocumentError, Result};

/// Runs what may panic over bytes of others.
pub(crate) fn guarded<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    // Nothing of what the body changes is looked at again after a panic.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(DocumentError::Broken(message.unwrap_or_default()))
    })
}

impl Document {
    /// As [`guarded`]; a document that broke answers nothing else any more.
    pub(crate) fn guarded<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        let done = guarded(|| body(self));
        if let Err(broken @ DocumentError::Broken(_)) = &done {
            self.broken = Some(broken.clone());
        }
        done
    }
}
