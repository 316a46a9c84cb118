use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        code: "STORE_IO",
        title: "The store could not do what was asked",
        cause: "A write or read failed, or an append ended in doubt and was found not to be in the journal.",
        cure: "Look at the cause; what was not acknowledged did not happen, so the same call can be made again.",
        retryable: true,
        http: 503,
        exit: 3,
    },
    Entry {
        code: "STORE_CORRUPT",
        title: "The journal is damaged",
        cause: "Bytes of a frame or snapshot changed after they were written, or a part is missing in the middle.",
        cure: "Restore the file from a backup. `polyphon verify FILE` names the first damaged sequence; nothing before it is lost.",
        retryable: false,
        http: 500,
        exit: 3,
    },
];
