use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        code: "BREAKER_OPEN",
        title: "The circuit breaker refuses calls",
        cause: "Too many calls failed of late, or a probe that decides about the others is on its way.",
        cure: "Try again after the given time; mend what is called, or answer with a fallback.",
        retryable: true,
        http: 503,
        exit: 1,
    },
    Entry {
        code: "BULKHEAD_FULL",
        title: "Too many calls run at once",
        cause: "As many calls as the bulkhead allows run, and its queue is full.",
        cure: "Try again later, or raise `limit` or `queue`.",
        retryable: true,
        http: 503,
        exit: 1,
    },
    Entry {
        code: "POLICY_INVALID",
        title: "An option of a policy is out of its bounds",
        cause: "A number is not whole, negative or too large, or an option is not supported.",
        cure: "Correct the option the message names.",
        retryable: false,
        http: 400,
        exit: 2,
    },
    Entry {
        code: "RATE_LIMITED",
        title: "Too many calls in too short a time",
        cause: "The rate limit has no permit left and nobody else may wait for one.",
        cure: "Try again after the given time, or raise `permits`, `burst` or `queue`.",
        retryable: true,
        http: 429,
        exit: 1,
    },
    Entry {
        code: "REQUEST_TIMEOUT",
        title: "No answer in time",
        cause: "What was called did not answer within the time it was given. Whether it took effect is unknown.",
        cure: "Try again if the call may run twice, or give it more time.",
        retryable: true,
        http: 504,
        exit: 1,
    },
];
