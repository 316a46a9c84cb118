//! Failures as JavaScript sees them: objects with a code, never text alone.

use std::sync::{Mutex, Once};

use js_sys::{Object, Reflect};
use polyphon_kernel::ParseIdError;
use polyphon_kernel::journal::{FrameError, SnapshotError};
use polyphon_wire::WireError;
use wasm_bindgen::JsValue;

/// A failure with its code of the registry.
#[derive(Debug)]
pub struct RawError {
    code: &'static str,
    message: String,
    seq: Option<u64>,
}

impl RawError {
    pub(crate) fn new(code: &'static str, message: String) -> Self {
        Self {
            code,
            message,
            seq: None,
        }
    }

    pub(crate) fn no_node() -> Self {
        Self::new(
            "COMMAND_MALFORMED",
            "no node has started on this journal yet".to_owned(),
        )
    }
}

impl From<SnapshotError> for RawError {
    fn from(error: SnapshotError) -> Self {
        let code = if matches!(error, SnapshotError::Newer(_)) {
            "KERNEL_FORMAT_NEWER"
        } else {
            "STORE_CORRUPT"
        };
        Self::new(code, error.to_string())
    }
}

impl From<FrameError> for RawError {
    fn from(error: FrameError) -> Self {
        let code = if matches!(error, FrameError::Newer(_)) {
            "KERNEL_FORMAT_NEWER"
        } else {
            "STORE_CORRUPT"
        };
        let seq = match &error {
            FrameError::Gap { expected, .. } => Some(*expected),
            FrameError::Chain(seq) | FrameError::StateHash(seq) => Some(*seq),
            _ => None,
        };
        Self {
            code,
            message: error.to_string(),
            seq,
        }
    }
}

impl From<ParseIdError> for RawError {
    fn from(error: ParseIdError) -> Self {
        Self::new("COMMAND_MALFORMED", error.to_string())
    }
}

impl From<WireError> for RawError {
    fn from(error: WireError) -> Self {
        Self::new("COMMAND_MALFORMED", error.to_string())
    }
}

impl From<RawError> for JsValue {
    fn from(error: RawError) -> Self {
        let object = Object::new();
        // Setting a property of a fresh plain object cannot fail.
        let set = |name: &str, value: &Self| drop(Reflect::set(&object, &name.into(), value));
        set("code", &error.code.into());
        set("message", &error.message.into());
        if let Some(seq) = error.seq {
            set("seq", &Self::from_f64(seq as f64));
        }
        object.into()
    }
}

static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

pub(crate) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            if let Ok(mut last) = LAST_PANIC.lock() {
                *last = Some(panic.to_string());
            }
        }));
    });
}

pub(crate) fn last_panic() -> Option<String> {
    LAST_PANIC.lock().ok()?.clone()
}
