use automerge::{ObjId, ROOT};
use std::collections::HashMap;

use crate::error::{DocumentError, Result};
use crate::limits::Limits;

/// Short name of an object within one instance of a document; 0 is the root. Never stored, never sent.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Handle(pub u32);

impl Handle {
    /// The map every document begins with.
    pub const ROOT: Self = Self(0);
}

/// The objects that have been named.
#[derive(Debug)]
pub(crate) struct Handles {
    objects: Vec<ObjId>,
    known: HashMap<ObjId, u32>,
}

impl Handles {
    pub(crate) fn new() -> Self {
        Self {
            objects: vec![ROOT],
            known: HashMap::from([(ROOT, 0)]),
        }
    }

    pub(crate) fn object(&self, handle: Handle) -> Result<&ObjId> {
        self.objects
            .get(handle.0 as usize)
            .ok_or_else(|| DocumentError::Operation(format!("handle {} names no object", handle.0)))
    }

    pub(crate) fn of(&mut self, object: ObjId) -> Result<Handle> {
        if let Some(known) = self.known.get(&object) {
            return Ok(Handle(*known));
        }
        if self.objects.len() >= Limits::HANDLES {
            return Err(DocumentError::Full {
                what: "handles",
                limit: Limits::HANDLES as u64,
            });
        }
        let handle = self.objects.len() as u32;
        self.objects.push(object.clone());
        self.known.insert(object, handle);
        Ok(Handle(handle))
    }

    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }
}
