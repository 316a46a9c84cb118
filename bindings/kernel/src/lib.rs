//! The kernel for JavaScript: bytes in, bytes out. Translation only, no rules.
//!
//! The hot path ([`RawKernel::step`]) is one call a turn with positional MessagePack both ways; what is small and cold
//! crosses as objects. JavaScript is never called from inside a kernel call.

mod failure;
mod info;
// The global allocator of the module; natives only test it.
#[cfg(any(test, target_arch = "wasm32"))]
mod memory;

use polyphon_kernel::{AgentId, EscalationId, Kernel, Now, PoolId, SessionId, TaskId, TypeId, View, bounds};
use wasm_bindgen::prelude::wasm_bindgen;

use failure::RawError;
use info::KernelInfo;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: memory::Memory = memory::Memory::new();

/// One kernel instance. After a panic the instance is lost: build a new one from snapshot and journal.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawKernel(Kernel);

#[wasm_bindgen]
impl RawKernel {
    /// An empty partition whose frames carry `epoch`.
    ///
    /// # Errors
    /// An error object when ids have no room for the number of the partition.
    #[wasm_bindgen(constructor)]
    pub fn new(partition: u32, epoch: f64) -> Result<Self, RawError> {
        failure::install_hook();
        if partition >= bounds::PARTITIONS {
            let message = format!(
                "partition {partition}: the numbers are 0 to {}",
                bounds::PARTITIONS - 1
            );
            return Err(RawError::new("COMMAND_INVALID", message));
        }
        Ok(Self(Kernel::new(partition, epoch as u64)))
    }

    /// A partition as a snapshot holds it.
    ///
    /// # Errors
    /// An error object with a code when the bytes are not a snapshot this version reads.
    pub fn restore(snapshot: &[u8], epoch: f64) -> Result<Self, RawError> {
        failure::install_hook();
        Kernel::restore(snapshot, epoch as u64)
            .map(Self)
            .map_err(RawError::from)
    }

    /// Takes a batch (a MessagePack array of requests) at monotonic time `mono_ms` and wall time `wall_ms`; answers a
    /// `StepOutput` in the same encoding.
    pub fn step(&mut self, batch: &[u8], mono_ms: f64, wall_ms: f64) -> Vec<u8> {
        self.0.step_bytes(
            Now {
                mono_ms: mono_ms as u64,
                wall_ms: wall_ms as u64,
            },
            batch,
        )
    }

    /// Folds one frame of the journal into the state.
    ///
    /// # Errors
    /// An error object with a code and the sequence when the frame does not fit.
    pub fn replay(&mut self, frame: &[u8]) -> Result<(), RawError> {
        self.0.replay(frame).map_err(RawError::from)
    }

    /// The whole durable state as bytes.
    pub fn snapshot(&mut self) -> Vec<u8> {
        self.0.snapshot()
    }

    /// Hash over the durable state, 32 hexadecimal digits.
    #[wasm_bindgen(js_name = stateHash)]
    pub fn state_hash(&mut self) -> String {
        hex(&self.0.state_hash())
    }

    /// Every open effect, as a MessagePack array.
    #[wasm_bindgen(js_name = openEffects)]
    pub fn open_effects(&self) -> Vec<u8> {
        polyphon_wire::to_bytes(&self.0.open_effects())
    }

    /// The encoding of what a view names; empty when there is no such thing.
    ///
    /// # Errors
    /// An error object when the query cannot be read.
    pub fn view(&self, query: &[u8]) -> Result<Vec<u8>, RawError> {
        let view: View = polyphon_wire::from_bytes(query).map_err(RawError::from)?;
        Ok(self.0.view(&view))
    }

    /// Where the kernel is.
    ///
    /// # Errors
    /// An error object when the host cannot make the object.
    pub fn info(&self) -> Result<tsify::Ts<KernelInfo>, RawError> {
        KernelInfo::of(&self.0).map_err(|error| RawError::new("KERNEL_PANIC", error.to_string()))
    }

    /// The TypeID of the entity of `kind` that was made at sequence `seq` and kernel time `created_ms`.
    ///
    /// # Errors
    /// An error object when the kind is unknown or the journal has no node yet.
    pub fn id(&self, kind: &str, seq: f64, created_ms: f64) -> Result<String, RawError> {
        let prefix = prefix_of(kind)?;
        let ids = self.0.ids().ok_or_else(RawError::no_node)?;
        Ok(ids.id(prefix, seq as u64, created_ms as u64).to_string())
    }

    /// The sequence a TypeID of `kind` stands for; absent when it is an id of another partition.
    ///
    /// # Errors
    /// An error object when the text is not such an id.
    #[wasm_bindgen(js_name = seqOf)]
    pub fn seq_of(&self, kind: &str, id: &str) -> Result<Option<f64>, RawError> {
        let id = TypeId::parse(prefix_of(kind)?, id).map_err(RawError::from)?;
        let ids = self.0.ids().ok_or_else(RawError::no_node)?;
        Ok(ids.seq(&id).map(|seq| seq as f64))
    }

    /// Hash of a payload, salted with the journal's seed and the tenant, so that equal payloads of two tenants do not show.
    #[wasm_bindgen(js_name = payloadHash)]
    pub fn payload_hash(&self, tenant: &str, bytes: &[u8]) -> Vec<u8> {
        self.0.payload_hash(tenant, bytes).to_vec()
    }
}

/// A seed for a new journal: 53 random bits of the platform. The only randomness that ever enters the kernel.
///
/// # Errors
/// An error object when the platform has no source of randomness.
#[wasm_bindgen(js_name = drawSeed)]
pub fn draw_seed() -> Result<f64, RawError> {
    let seed = getrandom::u64().map_err(|error| RawError::new("KERNEL_PANIC", error.to_string()))?;
    Ok((seed >> 11) as f64)
}

/// What the last panic said, for the error that replaces the trap.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> Option<String> {
    failure::last_panic()
}

fn prefix_of(kind: &str) -> Result<&'static str, RawError> {
    let known = [
        SessionId::PREFIX,
        TaskId::PREFIX,
        AgentId::PREFIX,
        PoolId::PREFIX,
        EscalationId::PREFIX,
    ];
    let prefix = known.into_iter().find(|prefix| *prefix == kind);
    prefix.ok_or_else(|| RawError::new("COMMAND_MALFORMED", format!("{kind:?} is not a kind of entity")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
