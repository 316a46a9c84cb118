//! What agents keep for their next attempt.

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::{Fence, Payload, bounds};
use polyphon_wire::Bytes;

use super::super::turn::Who;
use super::super::{Step, World, pick_key};
use crate::random::Random;

impl World {
    /// An attempt saves something, also one that has ended or whose agent has, which must be refused.
    pub(in crate::world) fn save_state(&mut self, draw: &mut Random) -> Step {
        let running = pick_key(draw, &self.team.work);
        let fence = match draw.below(10) {
            0..7 => running,
            // One that is granted still, whatever became of its agent since.
            7 => pick_key(draw, &self.facts.leases),
            _ => draw.pick(self.team.past.make_contiguous()).copied(),
        };
        let Some(fence) = fence.map(Fence) else {
            return Ok(());
        };
        let number = draw.next();
        let state = match draw.below(20) {
            0 => None,
            1..10 => Some(Payload::Inline {
                bytes: Bytes(number.to_le_bytes().to_vec()),
            }),
            kind => Some(Payload::Ref {
                hash: [number as u8; 32],
                bytes: match kind {
                    19 => bounds::AGENT_STATE_BYTES + 1,
                    _ => bounds::AGENT_STATE_BYTES,
                },
                key: format!("state-{number}"),
            }),
        };
        self.call(AgentCommand::SaveAgentState { fence, state }.into(), None)
    }

    /// The store has erased rows with states, or somebody says so who is wrong.
    pub(in crate::world) fn erase_states(&mut self, draw: &mut Random) {
        let mut discards: Vec<u64> = std::mem::take(&mut self.team.discards).into_iter().collect();
        if discards.is_empty() && draw.percent(20) {
            discards.push(draw.below(self.facts.seq + 2));
        }
        if !discards.is_empty() {
            self.tell(AgentCommand::FinishStateErasure { discards }, Who::Host);
        }
    }
}
