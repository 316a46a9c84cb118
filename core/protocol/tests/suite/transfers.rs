//! Data in chunks: in any order, checked as a whole, bounded.

use crate::common::{header, id, json};
use polyphon_protocol::codec::Codec;
use polyphon_protocol::transfer::{Assembler, Chunk, Chunks, Limits, SCHEMA};
use polyphon_protocol::{Code, Encoding, Envelope, Kind, Payload, Value};
use proptest::prelude::*;
use std::borrow::Cow;

/// What breaks a chunk, and the field it breaks.
type Change<'a> = (fn(&mut Chunk<'_>), &'a str);

fn chunks(data: &[u8], size: usize) -> Vec<Chunk<'_>> {
    Chunks::new(id(1), data, size).unwrap().collect()
}

proptest! {
    #[test]
    fn chunks_make_the_whole_in_any_order_and_with_repetitions(
        data in prop::collection::vec(any::<u8>(), 0..300),
        size in 1..60_usize,
        order in any::<Vec<prop::sample::Index>>(),
    ) {
        let mut chunks = chunks(&data, size);
        for (at, other) in order.iter().enumerate() {
            let len = chunks.len();
            chunks.swap(at % len, other.index(len));
        }
        let mut assembler = Assembler::default();
        let last = chunks.pop().unwrap();
        for chunk in chunks.iter().chain(chunks.iter()) {
            let payload = chunk.payload();
            prop_assert_eq!(assembler.take("a", &Chunk::read(&payload).unwrap(), 0), Ok(None));
        }
        prop_assert_eq!(assembler.take("a", &last, 0), Ok(Some(data.clone())));
        prop_assert!(assembler.is_empty());
    }
}

#[test]
fn data_above_the_limit_of_a_message_arrives() {
    let data: Vec<u8> = (0..11_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let mut assembler = Assembler::default();
    let mut whole = None;
    for chunk in Chunks::new(id(1), &data, 4 << 20).unwrap() {
        let mut header = header(Kind::Data);
        header.schema = Some(SCHEMA.into());
        let bytes = Codec::Msgpack
            .encode(&Envelope::new(header, Some(chunk.payload())).unwrap())
            .unwrap();
        let message = Codec::Msgpack.decode(&bytes).unwrap();
        whole = assembler
            .take("a", &Chunk::read(message.payload().unwrap()).unwrap(), 0)
            .unwrap();
    }
    assert!(whole == Some(data));
}

#[test]
fn chunks_that_do_not_fit_end_the_transfer() {
    let data = [7; 100];
    let changes: [fn(&mut Chunk<'_>); 5] = [
        |chunk| chunk.size += 1,
        |chunk| chunk.count += 1,
        |chunk| chunk.sha256[0] ^= 1,
        |chunk| chunk.data = Cow::Owned(vec![7; 101]),
        |chunk| {
            chunk.index = 0;
            chunk.data = Cow::Owned(vec![8; 40]);
        },
    ];
    for change in changes {
        let mut assembler = Assembler::default();
        let mut chunks = chunks(&data, 40);
        assembler.take("a", &chunks[0], 0).unwrap();
        change(&mut chunks[1]);
        assert_eq!(
            assembler.take("a", &chunks[1], 0).unwrap_err().code,
            Code::TransferInvalid
        );
        assert!(assembler.is_empty());
    }
    let mut assembler = Assembler::default();
    let mut chunks = chunks(&data, 100);
    chunks[0].data.to_mut()[5] = 0;
    assert_eq!(
        assembler.take("a", &chunks[0], 0).unwrap_err().code,
        Code::TransferInvalid,
        "the whole is checked"
    );
}

#[test]
fn a_chunk_keeps_its_rules() {
    let data = [7; 100];
    let changes: [Change<'_>; 5] = [
        (|chunk| chunk.count = 0, "payload.count"),
        (|chunk| chunk.count = 65_537, "payload.count"),
        (|chunk| chunk.index = 3, "payload.index"),
        (|chunk| chunk.size = 39, "payload.size"),
        (|chunk| chunk.data = Cow::Borrowed(&[]), "payload.data"),
    ];
    for (change, field) in changes {
        let mut chunk = chunks(&data, 40).remove(0);
        change(&mut chunk);
        assert_eq!(Chunk::read(&chunk.payload()).unwrap_err().field, field);
    }
    assert_eq!(Chunk::read(&json("{}")).unwrap_err().field, "payload");
    let empty = Payload::msgpack(&Value::Map(Vec::new()));
    assert_eq!(Chunk::read(&empty).unwrap_err().field, "payload.transfer");
    let mut event = header(Kind::Event);
    event.schema = Some(SCHEMA.into());
    assert_eq!(
        Envelope::new(event, Some(chunks(&data, 40)[0].payload()))
            .unwrap_err()
            .field,
        "kind"
    );
    assert!(Chunks::new(id(1), &data, 0).is_err() && Chunks::new(id(1), &[0; 65_537], 1).is_err());
    assert_eq!(chunks(&data, 40)[0].payload().encoding(), Encoding::Msgpack);
}

#[test]
fn transfers_are_bounded_and_forgotten_when_they_rest() {
    let limits = Limits {
        transfers: 2,
        transfer_bytes: 100,
        total_bytes: 150,
        idle_ms: 1000,
    };
    let mut assembler = Assembler::new(limits);
    let refused = |assembler: &mut Assembler, sender: &str, chunk: &Chunk<'_>, now| {
        assembler.take(sender, chunk, now).unwrap_err().code == Code::LimitExceeded
    };
    assert!(
        refused(&mut assembler, "a", &chunks(&[0; 101], 50)[0], 0),
        "one transfer"
    );
    assembler.take("a", &chunks(&[0; 100], 50)[0], 0).unwrap();
    assert!(
        refused(&mut assembler, "b", &chunks(&[0; 51], 50)[0], 0),
        "all of them"
    );
    assembler.take("b", &chunks(&[0; 50], 49)[0], 500).unwrap();
    assert!(
        refused(&mut assembler, "c", &chunks(&[], 50)[0], 500),
        "their number"
    );
    assert_eq!(
        (assembler.expire(999), assembler.expire(1000), assembler.len()),
        (0, 1, 1)
    );
    let other = chunks(&[0; 50], 49);
    assert_eq!(
        assembler.take("c", &other[1], 1000),
        Ok(None),
        "senders are apart"
    );
}
