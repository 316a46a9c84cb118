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
        match fence {
            Some(fence) => self.save(fence, draw),
            None => Ok(()),
        }
    }

    /// The last words of what an agent worked on when it broke, right behind the news of that.
    pub(in crate::world) fn save_too_late(&mut self, agent: u64, draw: &mut Random) -> Step {
        let lease = self.facts.leases.iter().find(|(_, lease)| lease.agent == agent);
        match lease.map(|(fence, _)| *fence) {
            Some(fence) => self.save(fence, draw),
            None => Ok(()),
        }
    }

    fn save(&mut self, fence: u64, draw: &mut Random) -> Step {
        let fence = Fence(fence);
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
