//! What whoever runs the team asks of it.

use super::*;

impl World {
    pub(in crate::world) fn stop_agent(&mut self, draw: &mut Random) -> Step {
        let Some(agent) = pick_key(draw, &self.facts.agents).map(AgentId) else {
            return Ok(());
        };
        let reason = "rest".to_owned();
        self.call(AgentCommand::StopAgent { agent, reason }.into(), None)
    }

    pub(in crate::world) fn start_agent(&mut self, draw: &mut Random) -> Step {
        let Some(agent) = pick_key(draw, &self.facts.agents).map(AgentId) else {
            return Ok(());
        };
        self.call(AgentCommand::StartAgent { agent }.into(), None)
    }

    pub(in crate::world) fn forget_agent(&mut self, draw: &mut Random) -> Step {
        let Some(agent) = pick_key(draw, &self.facts.agents).map(AgentId) else {
            return Ok(());
        };
        let reason = "gone".to_owned();
        self.call(AgentCommand::DeregisterAgent { agent, reason }.into(), None)
    }

    pub(in crate::world) fn stop_all(&mut self, draw: &mut Random) -> Step {
        if draw.percent(70) {
            return Ok(());
        }
        let reason = "evening".to_owned();
        self.call(AgentCommand::StopAll { reason }.into(), None)
    }

    pub(in crate::world) fn change_pool(&mut self, draw: &mut Random) -> Step {
        let pools: Vec<u64> = self.facts.pools.iter().copied().collect();
        let chosen = draw.pick(&pools).copied().map(PoolId);
        if let Some(pool) = chosen.filter(|_| draw.percent(30)) {
            let reason = "no longer needed".to_owned();
            return self.call(AgentCommand::RemovePool { pool, reason }.into(), None);
        }
        let mut spec = self.team.example_pool(&format!("pool-{}", draw.below(2)));
        spec.template.host = HostKind::Process;
        spec.max = draw.within(1, 3) as u32;
        spec.min = draw.below(u64::from(spec.max) + 1) as u32;
        spec.template.max_load = draw.within(1, 2) as u32;
        self.call(AgentCommand::DefinePool { spec }.into(), None)
    }
}
