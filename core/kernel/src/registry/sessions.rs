use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        code: "SESSION_UNKNOWN",
        title: "There is no such session in memory",
        cause: "The id is wrong, or the session ended and left memory.",
        cure: "Look the session up in the views; start a new one to run the plan again.",
        retryable: false,
        http: 404,
        exit: 2,
    },
    Entry {
        code: "SESSION_ENDED",
        title: "The session has ended",
        cause: "Nothing changes in a session that completed, failed or was cancelled.",
        cure: "Start a new session.",
        retryable: false,
        http: 409,
        exit: 2,
    },
    Entry {
        code: "SESSION_LIMIT",
        title: "There are as many sessions as there may be",
        cause: "A partition holds at most 100,000 running sessions and 100 plans that are being handed in.",
        cure: "Retry when some have ended.",
        retryable: true,
        http: 429,
        exit: 3,
    },
    Entry {
        code: "SESSION_CONTEXT",
        title: "A change of the context breaks a rule",
        cause: "A name is empty or too long, or there are too many.",
        cure: "Correct what the message names.",
        retryable: false,
        http: 400,
        exit: 2,
    },
];
