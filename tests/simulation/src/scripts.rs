//! Scripts of commands that every build of the kernel must answer with the same bytes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::decision;
use crate::world::World;

/// Steps of one script.
const STEPS: u64 = 300;

/// Prints a hash over everything the kernel says in each of `count` scripts, and writes the scripts to `dump`: for each
/// script the count of its steps (u32), then for each step its monotonic and wall time (u64), its batch and its output,
/// then the snapshot at the end; every run of bytes after its length (u32), all integers little-endian.
///
/// # Errors
/// When the file cannot be written, or a script breaks an invariant.
pub(crate) fn hashes(count: u64, dump: Option<&Path>) -> io::Result<()> {
    let mut file = dump.map(File::create).transpose()?.map(BufWriter::new);
    for seed in 1..=count {
        let mut world = World::taped(seed);
        for decision in decision::decisions(seed, STEPS) {
            let step = world.step(decision);
            step.map_err(|violation| io::Error::other(format!("seed {seed}: {}", violation.message)))?;
        }
        let (snapshot, _) = world.snapshot();
        let mut hash = Sha256::new();
        for taken in world.tape() {
            hash.update(&taken.output);
        }
        hash.update(&snapshot);
        println!("{seed} {}", hex(&hash.finalize()));
        let Some(file) = &mut file else { continue };
        file.write_all(&(world.tape().len() as u32).to_le_bytes())?;
        for taken in world.tape() {
            file.write_all(&taken.mono_ms.to_le_bytes())?;
            file.write_all(&taken.wall_ms.to_le_bytes())?;
            run(file, &taken.batch)?;
            run(file, &taken.output)?;
        }
        run(file, &snapshot)?;
    }
    file.map_or(Ok(()), |mut file| file.flush())
}

fn run(file: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    file.write_all(&(bytes.len() as u32).to_le_bytes())?;
    file.write_all(bytes)
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
