use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        code: "ESCALATION_UNKNOWN",
        title: "There is no such escalation in memory",
        cause: "The id is wrong, or the escalation was decided long ago and left memory.",
        cure: "List the open escalations; look old ones up in the views.",
        retryable: false,
        http: 404,
        exit: 2,
    },
    Entry {
        code: "ESCALATION_RESOLVED",
        title: "The escalation is closed already",
        cause: "It was decided differently before, or its task ended otherwise.",
        cure: "Look at the decision that was taken; nothing is left to decide.",
        retryable: false,
        http: 409,
        exit: 2,
    },
];
