use super::chunk::Chunk;
use crate::envelope::MessageId;
use crate::error::{Code, ProtocolError, Result};
use polyphon_sorted::SortedMap;
use sha2::{Digest as _, Sha256};

/// What an [`Assembler`] holds at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Transfers under way at a time.
    pub transfers: usize,
    /// Bytes of one transfer.
    pub transfer_bytes: u64,
    /// Bytes of all transfers under way, as their chunks announce them.
    pub total_bytes: u64,
    /// How long a transfer may rest, in milliseconds, before it is forgotten.
    pub idle_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            transfers: 16,
            transfer_bytes: 1 << 30,
            total_bytes: 1 << 31,
            idle_ms: 60_000,
        }
    }
}

/// Puts chunks together. Transfers of different senders are apart, whatever ids they use.
#[derive(Clone, Debug, Default)]
pub struct Assembler {
    limits: Limits,
    transfers: SortedMap<(String, MessageId), Transfer>,
}

#[derive(Clone, Debug)]
struct Transfer {
    count: u64,
    size: u64,
    sha256: [u8; 32],
    chunks: SortedMap<u64, Vec<u8>>,
    held: u64,
    touched_ms: u64,
}

impl Assembler {
    /// Nothing under way.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            transfers: SortedMap::new(),
        }
    }

    /// Takes a chunk; gives the whole when it was the last one missing. A chunk that came before changes nothing.
    ///
    /// # Errors
    /// `PROTOCOL_TRANSFER_INVALID` when it contradicts another chunk or the whole is not what was announced: the
    /// transfer is forgotten then. `PROTOCOL_LIMIT_EXCEEDED` when there is no room for it.
    pub fn take(&mut self, sender: &str, chunk: &Chunk<'_>, now_ms: u64) -> Result<Option<Vec<u8>>> {
        self.expire(now_ms);
        let at = (sender.to_owned(), chunk.transfer);
        if !self.transfers.contains_key(&at) {
            self.room(chunk)?;
            self.transfers.insert(at.clone(), Transfer::announced(chunk));
        }
        let Some(transfer) = self.transfers.get_mut(&at) else {
            return Ok(None);
        };
        transfer.touched_ms = now_ms;
        let done = transfer.take(chunk);
        if !matches!(done, Ok(false)) {
            let transfer = self.transfers.remove(&at);
            return done.and_then(|_| transfer.map(Transfer::whole).transpose());
        }
        Ok(None)
    }

    /// Forgets transfers that rested too long; says how many.
    pub fn expire(&mut self, now_ms: u64) -> usize {
        let before = self.transfers.len();
        let idle_ms = self.limits.idle_ms;
        self.transfers
            .retain(|_, transfer| now_ms.saturating_sub(transfer.touched_ms) < idle_ms);
        before - self.transfers.len()
    }

    /// How many transfers are under way.
    pub fn len(&self) -> usize {
        self.transfers.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.transfers.is_empty()
    }

    fn room(&self, chunk: &Chunk<'_>) -> Result<()> {
        let announced: u64 = self.transfers.values().map(|transfer| transfer.size).sum();
        let fits = self.transfers.len() < self.limits.transfers
            && chunk.size <= self.limits.transfer_bytes
            && announced.saturating_add(chunk.size) <= self.limits.total_bytes;
        if fits {
            Ok(())
        } else {
            Err(ProtocolError::limit("transfer", "within the receiver's bounds"))
        }
    }
}

impl Transfer {
    fn announced(chunk: &Chunk<'_>) -> Self {
        Self {
            count: chunk.count,
            size: chunk.size,
            sha256: chunk.sha256,
            chunks: SortedMap::new(),
            held: 0,
            touched_ms: 0,
        }
    }

    /// Takes a chunk; `true` when none is missing.
    fn take(&mut self, chunk: &Chunk<'_>) -> Result<bool> {
        if (self.count, self.size, self.sha256) != (chunk.count, chunk.size, chunk.sha256) {
            return Err(invalid("must announce the same whole in every chunk"));
        }
        match self.chunks.get(&chunk.index) {
            Some(held) if held == chunk.data.as_ref() => return Ok(false),
            Some(_) => return Err(invalid("must have the same data in a chunk that is sent again")),
            None => {}
        }
        self.held += chunk.data.len() as u64;
        if self.held > self.size {
            return Err(invalid("must not be larger than announced"));
        }
        self.chunks.insert(chunk.index, chunk.data.to_vec());
        Ok(self.chunks.len() as u64 == self.count)
    }

    fn whole(self) -> Result<Vec<u8>> {
        let mut whole = Vec::with_capacity(self.held as usize);
        let chunks = self.chunks.values();
        chunks.for_each(|chunk| whole.extend_from_slice(chunk));
        if whole.len() as u64 == self.size && <[u8; 32]>::from(Sha256::digest(&whole)) == self.sha256 {
            return Ok(whole);
        }
        Err(invalid("must have the size and the SHA-256 that were announced"))
    }
}

fn invalid(rule: &'static str) -> ProtocolError {
    ProtocolError::new(Code::TransferInvalid, "transfer", rule, "another value")
}
