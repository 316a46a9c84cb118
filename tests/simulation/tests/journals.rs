//! Journals and snapshots of every released format open for ever, and lead to the same state.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

use std::fs;
use std::path::{Path, PathBuf};

use polyphon_kernel::Kernel;
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../journals")
}

/// What is known of each journal of the corpus, with its path without an ending.
fn corpus() -> Vec<(PathBuf, Value)> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let facts = entries.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    facts
        .map(|path| {
            let facts = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            (path.with_extension(""), facts)
        })
        .collect()
}

fn frames(path: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(path.with_extension("journal")).unwrap();
    let mut frames = Vec::new();
    let mut left = bytes.as_slice();
    while let Some((len, rest)) = left.split_first_chunk::<4>() {
        let (frame, rest) = rest.split_at(u32::from_le_bytes(*len) as usize);
        frames.push(frame.to_vec());
        left = rest;
    }
    assert!(
        left.is_empty(),
        "{} ends in the middle of a frame",
        path.display()
    );
    frames
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn assert_end(kernel: &mut Kernel, facts: &Value) {
    assert_eq!(kernel.durable().last_seq(), facts["last_seq"].as_u64().unwrap());
    assert_eq!(hex(&kernel.chain()), facts["chain"].as_str().unwrap());
    assert_eq!(hex(&kernel.state_hash()), facts["state_hash"].as_str().unwrap());
}

#[test]
fn every_journal_of_the_corpus_adds_up_to_its_state() {
    let corpus = corpus();
    assert!(!corpus.is_empty(), "the corpus is empty");
    for (path, facts) in corpus {
        let frames = frames(&path);
        assert_eq!(frames.len() as u64, facts["frames"].as_u64().unwrap());
        let mut kernel = Kernel::new(0, 0);
        frames.iter().for_each(|frame| kernel.replay(frame).unwrap());
        assert_end(&mut kernel, &facts);
        let snapshot = kernel.snapshot();
        assert_end(&mut Kernel::restore(&snapshot, 0).unwrap(), &facts);
    }
}

#[test]
fn every_snapshot_of_the_corpus_and_the_frames_behind_it_add_up_to_the_same_state() {
    let corpus = corpus();
    assert!(!corpus.is_empty(), "the corpus is empty");
    for (path, facts) in corpus {
        let snapshot = fs::read(path.with_extension("snapshot")).unwrap();
        let mut kernel = Kernel::restore(&snapshot, 0).unwrap();
        assert_eq!(
            kernel.durable().last_seq(),
            facts["snapshot_seq"].as_u64().unwrap()
        );
        frames(&path)
            .iter()
            .for_each(|frame| kernel.replay(frame).unwrap());
        assert_end(&mut kernel, &facts);
    }
}

#[test]
fn a_journal_of_the_corpus_with_a_changed_byte_is_refused() {
    for (path, _) in corpus() {
        let mut frames = frames(&path);
        let (last, before) = frames.split_last_mut().unwrap();
        let mut kernel = Kernel::new(0, 0);
        before.iter().for_each(|frame| kernel.replay(frame).unwrap());
        let middle = last.len() / 2;
        last[middle] ^= 1;
        assert!(kernel.replay(last).is_err());
    }
}
