//! Documents for JavaScript: bytes in, bytes out. Translation only, no rules; `polyphon_documents::codec` says what the
//! bytes are.
//!
//! What is refused is thrown as a text: code and message, a line each. A module of its own: what breaks here costs
//! nothing but this instance, and who has no documents does not download it.

use polyphon_documents::{
    Conflict, Document, DocumentError, Handle, Hash, Limits, Strategy, SyncPeer, codec, resolve,
};
use wasm_bindgen::prelude::wasm_bindgen;

/// Operations that stay when a call is over. Beyond that a large change's memory is given back.
const KEPT: usize = 256 * 1024;

/// One replica of a document.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawDocument {
    document: Document,
    input: Vec<u8>,
}

/// What a document knows of one peer.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct RawPeer(SyncPeer);

type Answer<T> = Result<T, String>;

#[wasm_bindgen]
impl RawDocument {
    /// An empty document, or one that was saved.
    ///
    /// # Errors
    /// Code and message.
    #[wasm_bindgen(constructor)]
    pub fn new(
        saved: &[u8],
        actor: &[u8],
        document_bytes: f64,
        operations: f64,
        message_bytes: f64,
    ) -> Answer<Self> {
        let limits = Limits {
            document_bytes: document_bytes as u64,
            operations: operations as u64,
            message_bytes: message_bytes as u64,
        };
        Document::load(saved, actor, limits).map(Self::of).map_err(told)
    }

    /// Where `bytes` bytes of operations can be written.
    pub fn input(&mut self, bytes: usize) -> *const u8 {
        if self.input.len() < bytes || self.input.len() > KEPT.max(bytes) {
            self.input = vec![0; bytes.next_power_of_two()];
        }
        self.input.as_ptr()
    }

    /// Applies the operations in the first `bytes` bytes of the input to the open transaction.
    ///
    /// # Errors
    /// Code and message; the transaction is rolled back then.
    pub fn apply(&mut self, bytes: usize) -> Answer<()> {
        let read = self
            .input
            .get(..bytes)
            .map_or_else(|| Ok(Vec::new()), codec::read_operations);
        match read {
            Ok(operations) => self.document.apply(operations).map_err(told),
            Err(error) => {
                self.document.rollback();
                Err(told(error))
            }
        }
    }

    /// Applies the input as [`Self::apply`] does and makes one change of everything that is open. Answers whether there
    /// was anything.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn commit(&mut self, bytes: usize, time_s: f64, message: Option<String>) -> Answer<bool> {
        let read = self
            .input
            .get(..bytes)
            .map_or_else(|| Ok(Vec::new()), codec::read_operations);
        let operations = read.map_err(|error| {
            self.document.rollback();
            told(error)
        })?;
        self.document
            .change(operations, time_s as i64, message.as_deref())
            .map(|hash| hash.is_some())
            .map_err(told)
    }

    /// Forgets what is open.
    pub fn rollback(&mut self) {
        self.document.rollback();
    }

    /// What stands at a place now.
    ///
    /// # Errors
    /// Code and message.
    pub fn get(&mut self, object: u32, prop: &[u8]) -> Answer<Vec<u8>> {
        let prop = codec::read_prop(prop).map_err(told)?;
        let found = self.document.get(Handle(object), prop).map_err(told)?;
        let mut out = Vec::new();
        codec::write_found(&mut out, found.as_ref());
        Ok(out)
    }

    /// As [`Self::get`], for a key of a map.
    ///
    /// # Errors
    /// Code and message.
    #[wasm_bindgen(js_name = getKey)]
    pub fn get_key(&mut self, object: u32, key: String) -> Answer<Vec<u8>> {
        let prop = polyphon_documents::Prop::Key(key);
        let found = self.document.get(Handle(object), prop).map_err(told)?;
        let mut out = Vec::new();
        codec::write_found(&mut out, found.as_ref());
        Ok(out)
    }

    /// The value of an object, now or at heads (32 bytes each).
    ///
    /// # Errors
    /// Code and message.
    pub fn value(&mut self, object: u32, heads: Option<Vec<u8>>) -> Answer<Vec<u8>> {
        let heads = heads.map(|heads| hashes(&heads)).transpose()?;
        let value = self
            .document
            .value(Handle(object), heads.as_deref())
            .map_err(told)?;
        let mut out = Vec::new();
        codec::write_value(&mut out, &value);
        Ok(out)
    }

    /// Keys, elements or UTF-16 units of an object.
    ///
    /// # Errors
    /// Code and message.
    pub fn length(&self, object: u32) -> Answer<f64> {
        self.document
            .length(Handle(object))
            .map(|length| length as f64)
            .map_err(told)
    }

    /// The keys of a map, as a list of texts.
    ///
    /// # Errors
    /// Code and message.
    pub fn keys(&self, object: u32) -> Answer<Vec<String>> {
        self.document.keys(Handle(object)).map_err(told)
    }

    /// All values at a place and who set them.
    ///
    /// # Errors
    /// Code and message.
    pub fn conflicts(&mut self, object: u32, prop: &[u8]) -> Answer<Vec<u8>> {
        let mut out = Vec::new();
        codec::write_conflicts(&mut out, &self.conflict_set(object, prop)?);
        Ok(out)
    }

    /// The value of a place under a strategy: 0 latest, 1 highest, 2 union, 3 counter. Empty when nothing is there.
    ///
    /// # Errors
    /// Code and message.
    pub fn resolve(&mut self, object: u32, prop: &[u8], strategy: u8) -> Answer<Vec<u8>> {
        let strategy = match strategy {
            0 => Strategy::Latest,
            1 => Strategy::Highest,
            2 => Strategy::Union,
            _ => Strategy::Counter,
        };
        let mut out = Vec::new();
        if let Some(value) = resolve(strategy, &self.conflict_set(object, prop)?) {
            codec::write_value(&mut out, &value);
        }
        Ok(out)
    }

    /// The heads, 32 bytes each.
    pub fn heads(&mut self) -> Vec<u8> {
        self.document.heads().concat()
    }

    /// The changes since heads.
    ///
    /// # Errors
    /// Code and message.
    pub fn history(&mut self, since: &[u8]) -> Answer<Vec<u8>> {
        let changes = self.document.history(&hashes(since)?).map_err(told)?;
        let mut out = Vec::new();
        codec::write_changes(&mut out, &changes);
        Ok(out)
    }

    /// What leads from heads to others.
    ///
    /// # Errors
    /// Code and message.
    pub fn diff(&mut self, before: &[u8], after: &[u8]) -> Answer<Vec<u8>> {
        let patches = self
            .document
            .diff(&hashes(before)?, &hashes(after)?)
            .map_err(told)?;
        let mut out = Vec::new();
        codec::write_patches(&mut out, &patches);
        Ok(out)
    }

    /// Has [`Self::patches`] tell what happens from now on, or no more.
    pub fn watch(&mut self, on: bool) {
        if on {
            self.document.watch();
        } else {
            self.document.unwatch();
        }
    }

    /// What happened since it was called last.
    pub fn patches(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        codec::write_patches(&mut out, &self.document.patches());
        out
    }

    /// The whole document.
    pub fn save(&mut self) -> Vec<u8> {
        self.document.save()
    }

    /// The changes since something was saved last; empty when there are none.
    #[wasm_bindgen(js_name = saveIncremental)]
    pub fn save_incremental(&mut self) -> Vec<u8> {
        self.document.save_incremental()
    }

    /// The changes since heads.
    ///
    /// # Errors
    /// Code and message.
    #[wasm_bindgen(js_name = saveAfter)]
    pub fn save_after(&mut self, heads: &[u8]) -> Answer<Vec<u8>> {
        self.document.save_after(&hashes(heads)?).map_err(told)
    }

    /// Adds changes that were saved or sent.
    ///
    /// # Errors
    /// Code and message.
    pub fn load(&mut self, bytes: &[u8]) -> Answer<()> {
        self.document.load_incremental(bytes).map_err(told)
    }

    /// A second replica, at heads or as it is now.
    ///
    /// # Errors
    /// Code and message.
    pub fn fork(&mut self, actor: &[u8], heads: Option<Vec<u8>>) -> Answer<Self> {
        let heads = heads.map(|heads| hashes(&heads)).transpose()?;
        self.document
            .fork(actor, heads.as_deref())
            .map(Self::of)
            .map_err(told)
    }

    /// Brings the changes of another replica here.
    ///
    /// # Errors
    /// Code and message.
    pub fn merge(&mut self, other: &mut Self) -> Answer<()> {
        self.document.merge(&mut other.document).map_err(told)
    }

    /// The next message for a peer; empty when there is none.
    pub fn generate(&mut self, peer: &mut RawPeer) -> Vec<u8> {
        self.document.generate(&mut peer.0).unwrap_or_default()
    }

    /// Takes a message of a peer.
    ///
    /// # Errors
    /// Code and message.
    pub fn receive(&mut self, peer: &mut RawPeer, bytes: &[u8]) -> Answer<()> {
        self.document.receive(&mut peer.0, bytes).map_err(told)
    }

    /// Operations, changes, actors, handles.
    pub fn statistics(&self) -> Vec<f64> {
        let all = self.document.statistics();
        [all.operations, all.changes, all.actors, all.handles]
            .map(|number| number as f64)
            .to_vec()
    }

    /// Forgets all handles but that of the root.
    #[wasm_bindgen(js_name = forgetHandles)]
    pub fn forget_handles(&mut self) {
        self.document.forget_handles();
    }

    fn of(document: Document) -> Self {
        Self {
            document,
            input: Vec::new(),
        }
    }

    fn conflict_set(&mut self, object: u32, prop: &[u8]) -> Answer<Vec<Conflict>> {
        let prop = codec::read_prop(prop).map_err(told)?;
        self.document.conflicts(Handle(object), prop).map_err(told)
    }
}

#[wasm_bindgen]
impl RawPeer {
    /// Somebody new, or somebody who was there before.
    ///
    /// # Errors
    /// Code and message.
    #[wasm_bindgen(constructor)]
    pub fn new(saved: &[u8]) -> Answer<Self> {
        if saved.is_empty() {
            return Ok(Self::default());
        }
        SyncPeer::load(saved).map(Self).map_err(told)
    }

    /// What both had in common.
    pub fn save(&self) -> Vec<u8> {
        self.0.save()
    }
}

fn hashes(bytes: &[u8]) -> Answer<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() {
        Ok(hashes.to_vec())
    } else {
        Err(told(DocumentError::Malformed("heads are 32 bytes each".into())))
    }
}

fn told(error: DocumentError) -> String {
    format!("{}\n{error}", error.code())
}
