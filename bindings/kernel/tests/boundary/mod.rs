//! What crosses the boundary, the same in every host.
#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

use js_sys::Reflect;
use polyphon_kernel::journal::JournalCommand;
use polyphon_kernel::{Command, Outcome, Request, StepOutput, batch};
use polyphon_kernel_wasm::{RawKernel, draw_seed};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

const WALL_MS: f64 = 1_700_000_000_000.0;

fn start_node() -> Vec<u8> {
    let command = JournalCommand::StartNode {
        epoch: 1,
        seed: 42,
        node: "test".to_owned(),
    };
    let request = Request {
        id: 1,
        quiet: false,
        actor: String::new(),
        tenant: String::new(),
        idempotency_key: None,
        cause: None,
        traceparent: None,
        command: Command::from(command),
    };
    batch(&[request])
}

fn started() -> (RawKernel, StepOutput) {
    let mut kernel = RawKernel::new(0, 1.0).unwrap();
    let bytes = kernel.step(&start_node(), 5.0, WALL_MS);
    let output = polyphon_wire::from_bytes(&bytes).unwrap();
    (kernel, output)
}

fn code_of(error: impl Into<JsValue>) -> String {
    let code = Reflect::get(&error.into(), &"code".into()).unwrap();
    code.as_string().unwrap()
}

#[wasm_bindgen_test]
fn a_step_answers_a_frame_and_an_outcome() {
    let (_, output) = started();
    assert!(output.frame.0.starts_with(b"PLYF"));
    assert_eq!(output.first_seq, 1);
    assert!(matches!(output.answers[0].outcome, Outcome::Accepted { .. }));
}

#[wasm_bindgen_test]
fn replaying_the_frame_gives_the_same_state() {
    let (mut kernel, output) = started();
    let mut other = RawKernel::new(0, 1.0).unwrap();
    assert_ne!(other.state_hash(), kernel.state_hash());
    other.replay(&output.frame.0).unwrap();
    assert_eq!(other.state_hash(), kernel.state_hash());
}

#[wasm_bindgen_test]
fn a_snapshot_gives_the_same_state() {
    let (mut kernel, _) = started();
    let mut other = RawKernel::restore(&kernel.snapshot(), 2.0).unwrap();
    assert_eq!(other.state_hash(), kernel.state_hash());
}

#[wasm_bindgen_test]
fn a_batch_that_cannot_be_read_is_refused_by_code_and_changes_nothing() {
    let (mut kernel, _) = started();
    let before = kernel.state_hash();
    let bytes = kernel.step(&[0xc1, 0xff, 0x00], 6.0, WALL_MS);
    let output: StepOutput = polyphon_wire::from_bytes(&bytes).unwrap();
    let Outcome::Refused { refusal } = &output.answers[0].outcome else {
        panic!("accepted: {output:?}");
    };
    assert_eq!(refusal.code, "COMMAND_MALFORMED");
    assert!(output.frame.0.is_empty());
    assert_eq!(kernel.state_hash(), before);
}

#[wasm_bindgen_test]
fn damaged_bytes_are_errors_with_a_code() {
    let (_, output) = started();
    let mut torn = output.frame.0;
    let middle = torn.len() / 2;
    torn[middle] ^= 1;
    let mut kernel = RawKernel::new(0, 1.0).unwrap();
    assert_eq!(code_of(kernel.replay(&torn).unwrap_err()), "STORE_CORRUPT");
    assert_eq!(
        code_of(RawKernel::restore(b"not a snapshot", 1.0).unwrap_err()),
        "STORE_CORRUPT"
    );
    assert_eq!(code_of(kernel.view(&[0xc1]).unwrap_err()), "COMMAND_MALFORMED");
    assert_eq!(
        code_of(kernel.id("planet", 1.0, 0.0).unwrap_err()),
        "COMMAND_MALFORMED"
    );
}

#[wasm_bindgen_test]
fn an_id_leads_back_to_its_sequence() {
    let (kernel, _) = started();
    let id = kernel.id("task", 7.0, WALL_MS).unwrap();
    assert!(id.starts_with("task_"));
    assert_eq!(kernel.seq_of("task", &id).unwrap(), Some(7.0));
    assert_eq!(
        code_of(kernel.seq_of("agent", &id).unwrap_err()),
        "COMMAND_MALFORMED"
    );
}

#[wasm_bindgen_test]
fn seeds_are_whole_numbers_javascript_can_hold_and_differ() {
    let (first, second) = (draw_seed().unwrap(), draw_seed().unwrap());
    assert_ne!(first, second);
    for seed in [first, second] {
        assert!(seed.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&seed));
    }
}

#[wasm_bindgen_test]
fn a_partition_that_ids_have_no_room_for_is_refused() {
    assert!(RawKernel::new(511, 1.0).is_ok());
    assert_eq!(
        code_of(RawKernel::new(512, 1.0).err().unwrap()),
        "COMMAND_INVALID"
    );
}
