//! Of agents and their pools.

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentSpec, Heartbeat, HostKind, PoolSpec};
use polyphon_kernel::{AgentId, Fence, PoolId, bounds};

use super::{Case, LONG, NOTHING, add};
use crate::common::agents::pool_spec;
use crate::common::{agent_spec, task};

pub(super) fn agents(cases: &mut Vec<Case>) {
    const NOBODY: AgentId = AgentId(NOTHING);
    let reason = String::new;
    add(cases, "AGENT_UNKNOWN", "there is no agent", |_| {
        AgentCommand::ReportAgentStarted {
            agent: NOBODY,
            start: None,
        }
    });
    add(cases, "AGENT_UNKNOWN", "there is no agent", move |_| {
        AgentCommand::StopAgent {
            agent: NOBODY,
            reason: reason(),
        }
    });
    add(cases, "AGENT_UNKNOWN", "there is no agent", |_| {
        AgentCommand::ReportAgentStopped {
            agent: NOBODY,
            error: None,
            start: None,
        }
    });
    add(cases, "AGENT_UNKNOWN", "there is no agent", move |_| {
        AgentCommand::DeregisterAgent {
            agent: NOBODY,
            reason: reason(),
        }
    });
    add(cases, "AGENT_UNKNOWN", "there is no agent", |_| {
        AgentCommand::StartAgent { agent: NOBODY }
    });
    add(cases, "AGENT_UNKNOWN", "there is no agent", |_| beats(&[NOTHING]));
    add(cases, "AGENT_HEARTBEATS", "at most 1,000 heartbeats", |_| {
        beats(&(0..1_001).collect::<Vec<_>>())
    });
    add(
        cases,
        "AGENT_HEARTBEATS",
        "sorted by agent, without repeats",
        |_| beats(&[2, 2]),
    );
    add(cases, "LEASE_FENCED", "is not a running lease", |lab| {
        let agent = lab.agent("ada", 1);
        AgentCommand::ReportAgentStarted {
            agent,
            start: Some(Fence(NOTHING)),
        }
    });
    add(cases, "LEASE_FENCED", "is not a running lease", |lab| {
        let agent = lab.agent("ada", 1);
        AgentCommand::ReportAgentStopped {
            agent,
            error: None,
            start: Some(Fence(NOTHING)),
        }
    });
    add(
        cases,
        "AGENT_TRANSITION",
        "does not allow to deregister",
        move |lab| {
            let agent = lab.agent("ada", 1);
            AgentCommand::DeregisterAgent {
                agent,
                reason: reason(),
            }
        },
    );
    add(cases, "AGENT_TRANSITION", "does not allow to start", |lab| {
        let agent = lab.agent("ada", 1);
        lab.orchestrate(vec![task("A", &[])]);
        lab.stop(agent);
        AgentCommand::StartAgent { agent }
    });
    add(
        cases,
        "AGENT_TRANSITION",
        "does not allow to start working",
        |lab| {
            let agent = lab.agent("ada", 1);
            lab.stop(agent);
            AgentCommand::ReportAgentStarted { agent, start: None }
        },
    );
    add(
        cases,
        "AGENT_REMOTE",
        "runs elsewhere and is started there",
        |lab| {
            let agent = lab.remote("far", 0);
            lab.stop(agent);
            AgentCommand::StartAgent { agent }
        },
    );
    add(cases, "AGENT_LIMIT", "there are 10000 agents already", |lab| {
        let some = |number| AgentCommand::RegisterAgent {
            spec: agent_spec(&format!("agent-{number}"), 1),
        };
        lab.step((0..bounds::AGENTS).map(|number| some(number).into()).collect());
        some(bounds::AGENTS)
    });
}

fn beats(agents: &[u64]) -> AgentCommand {
    let beat = |agent: &u64| Heartbeat {
        agent: AgentId(*agent),
        memory_bytes: None,
        cpu_milli: None,
    };
    AgentCommand::ReportHeartbeats {
        beats: agents.iter().map(beat).collect(),
    }
}

pub(super) fn agent_specs(cases: &mut Vec<Case>) {
    let mut breaks = |rule, change: fn(&mut AgentSpec)| {
        add(cases, "AGENT_INVALID", rule, move |_| {
            let mut spec = agent_spec("ada", 1);
            change(&mut spec);
            AgentCommand::RegisterAgent { spec }
        });
    };
    breaks("the key must have 1 to 256 bytes without control", |spec| {
        spec.key = "a\0".to_owned();
    });
    breaks("the type must have 1 to 256 bytes without control", |spec| {
        spec.agent_type.clear();
    });
    breaks("at most 64 capabilities", |spec| {
        spec.capabilities = (10..75).map(|number| format!("c{number}")).collect();
    });
    breaks("a capability must have 1 to 256 bytes without control", |spec| {
        spec.capabilities = vec!["x".repeat(LONG)];
    });
    breaks("a capability must not begin with @", |spec| {
        spec.capabilities = vec!["@bob".to_owned()];
    });
    breaks("capabilities must be sorted, without repeats", |spec| {
        spec.capabilities = vec!["b".to_owned(), "a".to_owned()];
    });
    breaks("the greatest load must be 1 to 1,000,000", |spec| {
        spec.max_load = 0
    });
    breaks("the version must have at most 256 bytes", |spec| {
        spec.version = "1".repeat(LONG);
    });
    breaks("heartbeats must be at most a day apart", |spec| {
        spec.heartbeat_ms = 86_400_001;
    });
    breaks("only a pool makes agents of the pool", |spec| {
        spec.pool = Some(PoolId(NOTHING));
    });
}

pub(super) fn pools(cases: &mut Vec<Case>) {
    add(cases, "POOL_UNKNOWN", "there is no pool", |_| {
        AgentCommand::RemovePool {
            pool: PoolId(NOTHING),
            reason: String::new(),
        }
    });
    add(cases, "POOL_LIMIT", "there are 1000 pools already", |lab| {
        let some = |number| AgentCommand::DefinePool {
            spec: pool_spec(&format!("pool-{number}"), 0, 1),
        };
        lab.step((0..bounds::POOLS).map(|number| some(number).into()).collect());
        some(bounds::POOLS)
    });
    let mut breaks = |rule, change: fn(&mut PoolSpec)| {
        add(cases, "POOL_INVALID", rule, move |_| {
            let mut spec = pool_spec("workers", 0, 1);
            change(&mut spec);
            AgentCommand::DefinePool { spec }
        });
    };
    breaks("the key must have 1 to 250 bytes without control", |spec| {
        spec.key = "x".repeat(251);
    });
    breaks("min must be at most max", |spec| spec.min = 2);
    breaks("max must be 1 to 10,000", |spec| spec.max = 10_001);
    breaks("scale_down_ppm must be below scale_up_ppm", |spec| {
        spec.scale_down_ppm = spec.scale_up_ppm;
    });
    breaks("a remote agent starts by itself", |spec| {
        spec.template.host = HostKind::Remote;
    });
    breaks("the greatest load must be 1 to 1,000,000", |spec| {
        spec.template.max_load = 1_000_001;
    });
}
