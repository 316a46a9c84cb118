use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        code: "AGENT_UNKNOWN",
        title: "There is no such agent",
        cause: "The id belongs to no agent of this partition: it was never registered or was deregistered.",
        cure: "Register the agent, or list the known ones.",
        retryable: false,
        http: 404,
        exit: 2,
    },
    Entry {
        code: "AGENT_INVALID",
        title: "The description of an agent breaks a rule",
        cause: "A name, capability, load or version is outside its bounds.",
        cure: "Correct what the message names and register again.",
        retryable: false,
        http: 400,
        exit: 2,
    },
    Entry {
        code: "AGENT_LIMIT",
        title: "There are as many agents as there may be",
        cause: "A partition holds at most 10,000 agents.",
        cure: "Deregister agents that are no longer used.",
        retryable: true,
        http: 429,
        exit: 3,
    },
    Entry {
        code: "AGENT_TRANSITION",
        title: "The state of an agent does not allow this step",
        cause: "The lifecycle is registered, starting, idle, busy, draining, stopped, failed; the step is not one of those that lead on from here.",
        cure: "Look at the agent's state and ask for a step it allows.",
        retryable: false,
        http: 409,
        exit: 2,
    },
];
