use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        code: "CACHE_INVALID",
        title: "A cache cannot be as it was asked for",
        cause: "An option of it is out of its bounds, a key is empty or too long, or a value is none that JSON can hold.",
        cure: "Change what the message names.",
        retryable: false,
        http: 400,
        exit: 2,
    },
    Entry {
        code: "CACHE_UNAVAILABLE",
        title: "A change did not reach the shared tier of a cache",
        cause: "Redis is away or did not answer in time. The change may have been made; if it was not, the key is dropped there as soon as Redis answers again.",
        cure: "Make the change again; reads go on without Redis meanwhile.",
        retryable: true,
        http: 503,
        exit: 3,
    },
];
