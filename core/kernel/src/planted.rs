//! Known defects that the simulator must find. Without the feature `planted-bugs` every question is answered with a
//! constant no, and nothing of this is in the kernel.

#[cfg(feature = "planted-bugs")]
static CHOSEN: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// Whether the defect of this number is in.
#[cfg(feature = "planted-bugs")]
pub fn is(number: u32) -> bool {
    CHOSEN.load(std::sync::atomic::Ordering::Relaxed) == number
}

/// Whether the defect of this number is in: never.
#[cfg(not(feature = "planted-bugs"))]
#[inline(always)]
pub const fn is(_number: u32) -> bool {
    false
}

/// Lets the defect of this number in; 0 for none.
#[cfg(feature = "planted-bugs")]
pub fn choose(number: u32) {
    CHOSEN.store(number, std::sync::atomic::Ordering::Relaxed);
}
