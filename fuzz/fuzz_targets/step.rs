//! Any bytes as batches of requests: the kernel answers each, folds to the same state from what it wrote, and again from
//! its snapshot.
#![no_main]

use libfuzzer_sys::fuzz_target;
use polyphon_kernel::{Kernel, Now, StepOutput};
use polyphon_wire::from_bytes;

/// When the wall clock stands where the seeds begin, in milliseconds since 1970.
const WALL_MS: u64 = 1_750_000_000_000;

fuzz_target!(|bytes: &[u8]| {
    let mut kernel = Kernel::new(0, 1);
    let mut folded = Kernel::new(0, 1);
    let mut mono_ms = 0;
    let mut rest = bytes;
    // A step: milliseconds that pass and bytes of the batch, two bytes each; then the batch.
    while let Some(([low, high, short, long], behind)) = rest.split_first_chunk() {
        mono_ms += u64::from(u16::from_le_bytes([*low, *high]));
        let len = usize::from(u16::from_le_bytes([*short, *long])).min(behind.len());
        let (batch, behind) = behind.split_at(len);
        rest = behind;
        let now = Now {
            mono_ms,
            wall_ms: WALL_MS + mono_ms,
        };
        let output: StepOutput =
            from_bytes(&kernel.step_bytes(now, batch)).expect("what the kernel writes can be read");
        if !output.frame.0.is_empty() {
            folded
                .replay(&output.frame.0)
                .expect("an own frame follows on the one before");
        }
    }
    let hash = kernel.state_hash();
    assert_eq!(folded.state_hash(), hash, "the journal leads to the state");
    let mut restored = Kernel::restore(&kernel.snapshot(), 1).expect("an own snapshot");
    assert_eq!(restored.state_hash(), hash, "the snapshot holds the state");
});
