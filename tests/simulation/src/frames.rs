//! Frames as anybody can read them who knows the format, without the kernel's own reader.

use polyphon_kernel::{Event, Recorded, Request};
use polyphon_wire::{Reader, Wire};
use sha2::{Digest, Sha256};

/// One frame of a journal.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) epoch: u64,
    pub(crate) first_seq: u64,
    pub(crate) ms: u64,
    pub(crate) previous: [u8; 32],
    pub(crate) hash: [u8; 32],
    pub(crate) commands: Vec<Request>,
    /// Number of the command it came from, and what happened.
    pub(crate) events: Vec<(u32, Event)>,
}

const HEAD: usize = 88;

/// # Errors
/// What does not fit the format.
pub(crate) fn read(bytes: &[u8]) -> Result<Seen, String> {
    if bytes.len() < HEAD + 4 || &bytes[..4] != b"PLYF" {
        return Err("not a frame".to_owned());
    }
    let body_len = number(bytes, 80, 4) as usize;
    if bytes.len() != HEAD + body_len + 4 {
        return Err("a frame of another length than it says".to_owned());
    }
    let mut reader = Reader::new(&bytes[HEAD..HEAD + body_len]);
    let mut commands = Vec::new();
    for _ in 0..number(bytes, 84, 4) {
        commands.push(Request::decode(&mut reader).map_err(|error| error.to_string())?);
    }
    let mut events = Vec::new();
    for _ in 0..number(bytes, 12, 4) {
        let recorded = Recorded::decode(&mut reader).map_err(|error| error.to_string())?;
        events.push((recorded.command, recorded.event));
    }
    if number(bytes, 6, 2) & 1 != 0 {
        reader.bin().map_err(|error| error.to_string())?;
    }
    reader.finish().map_err(|error| error.to_string())?;
    let mut previous = [0; 32];
    previous.copy_from_slice(&bytes[48..80]);
    Ok(Seen {
        epoch: number(bytes, 16, 8),
        first_seq: number(bytes, 24, 8),
        ms: number(bytes, 32, 8),
        previous,
        hash: Sha256::digest(bytes).into(),
        commands,
        events,
    })
}

fn number(bytes: &[u8], at: usize, len: usize) -> u64 {
    let digits = bytes.get(at..at + len).unwrap_or_default();
    digits
        .iter()
        .rev()
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// Sequence of a frame's first event.
pub(crate) fn first_seq(bytes: &[u8]) -> u64 {
    number(bytes, 24, 8)
}

/// Sequence of a frame's last event.
pub(crate) fn last_seq(bytes: &[u8]) -> u64 {
    (first_seq(bytes) + number(bytes, 12, 4)).saturating_sub(1)
}
