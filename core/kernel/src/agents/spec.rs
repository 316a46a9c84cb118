use polyphon_wire::wire;

use crate::id::PoolId;

wire! {
    /// What an agent may touch; an agent of a level may take work that asks for this level or a lower one.
    pub choice Permission {
        /// May look, not change.
        0 => Readonly,
        /// May change what its task names.
        1 => Limited,
        /// May do everything its capabilities cover.
        2 => Full,
    }
}

wire! {
    /// How an agent came to the team.
    pub choice AgentKind {
        /// Made for one purpose.
        0 => Specialized,
        /// Makes plans or code for others.
        1 => Compiler,
        /// Comes from outside and is trusted less.
        2 => Guest,
    }
}

wire! {
    /// Where an agent runs. All but remote ones end with their node.
    pub choice HostKind {
        /// A function of the node's own process.
        0 => Function,
        /// A worker thread of the node.
        1 => Worker,
        /// A child process of the node.
        2 => Process,
        /// Elsewhere; it outlives the node.
        3 => Remote,
    }
}

wire! {
    /// What is told of an agent when it registers.
    pub struct AgentSpec {
        /// Unique name in the team.
        key: String,
        /// `planner`, `researcher`, `coder`, `reviewer`, or any other.
        agent_type: String,
        /// What it can do, sorted, without repeats.
        capabilities: Vec<String>,
        permission: Permission,
        kind: AgentKind,
        host: HostKind,
        /// Higher ones are chosen first.
        priority: u32,
        /// Tasks it works on at once, at least 1.
        max_load: u32,
        version: String,
        /// The pool it belongs to.
        pool: Option<PoolId>,
        /// Longest distance of its heartbeats; 0 when it sends none and is not watched.
        heartbeat_ms: u64,
    }
}

#[cfg(test)]
impl AgentSpec {
    /// A plain agent, for tests.
    pub(crate) fn example(key: &str, max_load: u32) -> Self {
        Self {
            key: key.to_owned(),
            agent_type: "worker".to_owned(),
            capabilities: Vec::new(),
            permission: Permission::Full,
            kind: AgentKind::Specialized,
            host: HostKind::Function,
            priority: 0,
            max_load,
            version: "1".to_owned(),
            pool: None,
            heartbeat_ms: 0,
        }
    }
}
