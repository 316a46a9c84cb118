//! What stored and sent bytes consist of: chunks, each with a checksum. automerge passes over damaged ones in silence;
//! here they are refused.

use automerge::Change;
use sha2::{Digest, Sha256};

use crate::error::{DocumentError, Result};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const COMPRESSED: u8 = 2;
const CHANGE: u8 = 1;

/// One chunk.
pub(crate) struct Chunk<'a> {
    kind: u8,
    pub(crate) bytes: &'a [u8],
}

impl Chunk<'_> {
    /// The change it is; `None` when it is a whole document or a bundle.
    pub(crate) fn change(&self) -> Result<Option<Change>> {
        if !matches!(self.kind, CHANGE | COMPRESSED) {
            return Ok(None);
        }
        Change::from_bytes(self.bytes.to_vec())
            .map(Some)
            .map_err(|error| malformed(error.to_string()))
    }
}

/// Takes bytes apart. The checksums of all but compressed changes are compared: those of compressed ones are of what
/// they were before.
pub(crate) fn chunks(mut left: &[u8]) -> Result<Vec<Chunk<'_>>> {
    let mut chunks = Vec::new();
    while !left.is_empty() {
        let (magic, rest) = left.split_first_chunk().ok_or_else(cut)?;
        if *magic != MAGIC {
            return Err(malformed("no chunk of a document begins like this".to_owned()));
        }
        let (checksum, covered) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        let (&kind, rest) = covered.split_first().ok_or_else(cut)?;
        let (length, head) = length(rest)?;
        let body = rest.get(head..).ok_or_else(cut)?;
        if length > body.len() {
            return Err(cut());
        }
        let covered = &covered[..1 + head + length];
        if kind > 3 {
            return Err(malformed(format!("no chunk is of kind {kind}")));
        }
        if kind != COMPRESSED && Sha256::digest(covered)[..4] != checksum[..] {
            return Err(malformed("a checksum is wrong".to_owned()));
        }
        let (bytes, rest) = left.split_at(MAGIC.len() + checksum.len() + covered.len());
        chunks.push(Chunk { kind, bytes });
        left = rest;
    }
    Ok(chunks)
}

/// A length in LEB128 and how many bytes it takes.
fn length(bytes: &[u8]) -> Result<(usize, usize)> {
    let mut number = 0u64;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            let number = usize::try_from(number).map_err(|_| cut())?;
            return Ok((number, at + 1));
        }
    }
    Err(cut())
}

fn cut() -> DocumentError {
    malformed("bytes break off".to_owned())
}

fn malformed(what: String) -> DocumentError {
    DocumentError::Malformed(what)
}
