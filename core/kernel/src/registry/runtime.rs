use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        code: "RUNTIME_DISPOSED",
        title: "The team is closed",
        cause: "A call came after the team was drained or closed.",
        cure: "Open the team again; everything acknowledged is in its file.",
        retryable: false,
        http: 503,
        exit: 3,
    },
    Entry {
        code: "SESSION_NOT_READY",
        title: "The session is not acknowledged yet",
        cause: "Its id was asked for before the journal had it.",
        cure: "Await `session.ready` first.",
        retryable: true,
        http: 409,
        exit: 3,
    },
    Entry {
        code: "PAYLOAD_INVALID",
        title: "A value is not JSON",
        cause: "An input, output or context value has no JSON form, such as a function or a circular structure.",
        cure: "Pass JSON values; hand large or binary data over as artifacts.",
        retryable: false,
        http: 400,
        exit: 2,
    },
    Entry {
        code: "STREAM_OVERRUN",
        title: "A loop over a stream lags too far behind",
        cause: "Values come faster than the loop takes them, and only a bounded number is kept.",
        cure: "Do less in the loop, or subscribe and keep only what is needed.",
        retryable: true,
        http: 503,
        exit: 3,
    },
];
