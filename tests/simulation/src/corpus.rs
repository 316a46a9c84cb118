//! Writes a journal and a snapshot of the current format, to be read by every later version.

use std::fs;
use std::io;
use std::path::Path;

use polyphon_kernel::journal::FORMAT;

use crate::decision;
use crate::scripts::hex;
use crate::world::World;

const SEED: u64 = 3;
const STEPS: u64 = 1_500;

/// Writes `v<format>.journal` (each frame after its length, u32 little-endian), `v<format>.snapshot`, which stands for the
/// beginning of the journal, and `v<format>.json` with the hashes both lead to.
///
/// # Errors
/// When a file cannot be written, or the world it is taken from breaks an invariant.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    let mut world = World::new(SEED, false, false);
    for decision in decision::decisions(SEED, STEPS) {
        let step = world.step(decision);
        step.map_err(|violation| io::Error::other(violation.message))?;
    }
    let mut journal = Vec::new();
    for frame in world.frames() {
        journal.extend_from_slice(&(frame.len() as u32).to_le_bytes());
        journal.extend_from_slice(frame);
    }
    let frames = world.frames().len();
    let early = world.early_snapshot().cloned();
    let (snapshot_seq, snapshot) =
        early.ok_or_else(|| io::Error::other("no snapshot was written on the way"))?;
    let (last_seq, chain) = (world.facts.seq, hex(&world.facts.chain));
    let (_, state_hash) = world.snapshot();
    let state_hash = hex(&state_hash);
    fs::create_dir_all(folder)?;
    fs::write(folder.join(format!("v{FORMAT}.journal")), journal)?;
    fs::write(folder.join(format!("v{FORMAT}.snapshot")), snapshot)?;
    let facts = [
        ("format", FORMAT.to_string()),
        ("frames", frames.to_string()),
        ("last_seq", last_seq.to_string()),
        ("snapshot_seq", snapshot_seq.to_string()),
        ("chain", format!("\"{chain}\"")),
        ("state_hash", format!("\"{state_hash}\"")),
    ];
    let lines: Vec<String> = facts
        .iter()
        .map(|(name, value)| format!("  \"{name}\": {value}"))
        .collect();
    fs::write(
        folder.join(format!("v{FORMAT}.json")),
        format!("{{\n{}\n}}\n", lines.join(",\n")),
    )
}
