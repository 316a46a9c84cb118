//! Documents and messages that were damaged on purpose: with a checksum that fits, so that what is behind it is looked at.

use polyphon_documents::{Document, Handle, Limits, Operation, SyncPeer, Value};
use sha2::{Digest, Sha256};

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) as usize % bound
    }
}

fn document() -> Document {
    let mut document = Document::new(&[1; 16], Limits::default());
    let value = Value::map([
        ("counter", Value::Counter(1)),
        ("list", Value::List((0..5).map(Value::Int).collect())),
        ("text", Value::Text("some text".into())),
    ]);
    for key in ["a", "b"] {
        let set = Operation::Set(Handle::ROOT, key.into(), value.clone());
        document.change(vec![set], 1, Some("why")).expect("a change");
    }
    let delete = Operation::Delete(Handle::ROOT, "a".into());
    document.change(vec![delete], 2, None).expect("a change");
    document
}

/// Changes one to four bytes, behind the head of the chunk, and makes its checksum fit.
fn damage(dice: &mut Dice, chunk: &[u8]) -> Vec<u8> {
    let mut damaged = chunk.to_vec();
    for _ in 0..=dice.below(4) {
        let at = 10 + dice.below(damaged.len() - 10);
        damaged[at] = match dice.below(4) {
            0 => 0,
            1 => 0x7f,
            2 => 0xff,
            _ => dice.below(256) as u8,
        };
    }
    let sum = Sha256::digest(&damaged[8..]);
    damaged[4..8].copy_from_slice(&sum[..4]);
    damaged
}

/// A document that was not broken answers. What somebody made with a checksum that fits may be such that automerge does
/// not read its own writing; that is refused then.
fn use_it(mut document: Document) {
    if document.value(Handle::ROOT, None).is_err() {
        return;
    }
    document.history(&[]).expect("a history");
    let saved = document.save();
    let _ = Document::load(&saved, &[9; 16], Limits::default());
}

#[test]
fn damaged_documents_and_changes_are_refused_read_or_cost_the_document_and_nothing_else() {
    let mut dice = Dice(11);
    let mut whole = document();
    let saved = whole.save();
    let changes: Vec<Vec<u8>> = whole
        .history(&[])
        .expect("a history")
        .iter()
        .map(|change| whole.change_bytes(&change.hash).expect("a change"))
        .collect();
    let mut refused = 0;
    for round in 0..3_000 {
        if round % 2 == 0 {
            match Document::load(&damage(&mut dice, &saved), &[2; 16], Limits::default()) {
                Ok(read) => use_it(read),
                Err(_) => refused += 1,
            }
            continue;
        }
        let mut other = Document::new(&[2; 16], Limits::default());
        for change in &changes {
            let damaged = damage(&mut dice, change);
            let taken = other.load_incremental(if dice.below(2) == 0 { change } else { &damaged });
            refused += usize::from(taken.is_err());
        }
        use_it(other);
    }
    assert!(refused > 1_000, "{refused} refused");
}

#[test]
fn damaged_messages_are_refused_or_taken() {
    let mut dice = Dice(5);
    let mut refused = 0;
    for _ in 0..1_500 {
        let (mut one, mut other) = (document(), Document::new(&[3; 16], Limits::default()));
        let (mut to_other, mut to_one) = (SyncPeer::new(), SyncPeer::new());
        for _ in 0..3 {
            let Some(mut message) = one.generate(&mut to_other) else {
                break;
            };
            if dice.below(2) == 0 {
                let at = dice.below(message.len());
                message[at] = dice.below(256) as u8;
            }
            refused += usize::from(other.receive(&mut to_one, &message).is_err());
            if let Some(back) = other.generate(&mut to_one) {
                one.receive(&mut to_other, &back).expect("an own message");
            }
        }
        use_it(other);
    }
    assert!(refused > 100, "{refused} refused");
}
