//! Known defects, by number. Those of the kernel lie behind its feature `planted-bugs`, those of the runtime and the
//! store here.

pub(crate) use polyphon_kernel::planted::is;

pub(crate) const ANSWERS_BEFORE_WRITE: u32 = 101;
pub(crate) const DOUBT_IS_YES: u32 = 102;
pub(crate) const DOUBT_IS_NO: u32 = 103;
pub(crate) const EFFECTS_NOT_GIVEN_AGAIN: u32 = 104;
pub(crate) const TORN_TAIL_TRUSTED: u32 = 105;
pub(crate) const RUNS_NOT_DEDUPLICATED: u32 = 106;
pub(crate) const OLD_KERNEL_KEPT: u32 = 107;
pub(crate) const NODE_NOT_STARTED: u32 = 108;

/// Every defect with its number.
#[cfg(feature = "planted-bugs")]
pub(crate) const ALL: &[(u32, &str)] = &[
    (1, "kernel: a completed attempt does not give its resources back"),
    (2, "kernel: grants ignore the totals"),
    (3, "kernel: an ended attempt keeps its fence"),
    (4, "kernel: idempotency keys are not looked up"),
    (5, "kernel: a key is answered for another body"),
    (6, "kernel: a failed dependency lets its dependents run"),
    (7, "kernel: every phase opens with the plan"),
    (8, "kernel: replay leaves progress out"),
    (9, "kernel: a snapshot does not bring back what is reserved"),
    (10, "kernel: one attempt more than the policy says"),
    (11, "kernel: a rebuilt kernel gives no request to stop again"),
    (12, "kernel: a wait before a retry is not rearmed after a rebuild"),
    (13, "kernel: a cancelled session tries a failed task again"),
    (14, "kernel: a late completion wins over the request to stop"),
    (15, "kernel: an agent is given one task too many"),
    (ANSWERS_BEFORE_WRITE, "runtime: answers leave before the write"),
    (DOUBT_IS_YES, "runtime: a doubtful append counts as done"),
    (DOUBT_IS_NO, "runtime: a doubtful append counts as failed"),
    (
        EFFECTS_NOT_GIVEN_AGAIN,
        "runtime: open effects are not given again",
    ),
    (TORN_TAIL_TRUSTED, "store: a torn tail counts as a frame"),
    (
        RUNS_NOT_DEDUPLICATED,
        "runtime: an effect that is known is run again",
    ),
    (OLD_KERNEL_KEPT, "runtime: the kernel survives a failed append"),
    (
        NODE_NOT_STARTED,
        "runtime: a new process does not say that it is one",
    ),
];
