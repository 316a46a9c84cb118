//! What a newer version wrote is refused by name, and bytes that are no frame never break the kernel.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::Lab;
use crc::{CRC_32_ISCSI, Crc};
use polyphon_kernel::journal::{FORMAT, Frame, FrameError, JournalEvent, SnapshotError};
use polyphon_kernel::{Event, Kernel, Recorded};
use polyphon_wire::{Reader, Wire, Writer};

const NEWER: u32 = FORMAT as u32 + 1;

fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let crc = Crc::<u32>::new(&CRC_32_ISCSI).checksum(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}

/// A frame that follows on what `lab` wrote, as another version would write it.
fn next_frame(lab: &Lab, events: &[Event]) -> Vec<u8> {
    let mut body = Writer::default();
    for event in events {
        let (command, event) = (0, event.clone());
        Recorded { command, event }.encode(&mut body);
    }
    let durable = lab.kernel.durable();
    let mut bytes = b"PLYF".to_vec();
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&[0; 6]);
    bytes.extend_from_slice(&(events.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&1u64.to_le_bytes());
    bytes.extend_from_slice(&(durable.last_seq() + 1).to_le_bytes());
    bytes.extend_from_slice(&durable.last_ms().to_le_bytes());
    bytes.extend_from_slice(&durable.last_ms().to_le_bytes());
    bytes.extend_from_slice(&lab.kernel.chain());
    bytes.extend_from_slice(&(body.as_bytes().len() as u32).to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(body.as_bytes());
    sealed(bytes)
}

fn raised(level: u32) -> Event {
    JournalEvent::FormatRaised { level }.into()
}

#[test]
fn a_journal_whose_format_was_raised_beyond_this_version_is_refused_by_name() {
    let lab = Lab::new();
    let mut replica = lab.kernel.clone();
    assert_eq!(
        replica.replay(&next_frame(&lab, &[raised(FORMAT.into())])),
        Ok(())
    );
    let mut replica = lab.kernel.clone();
    let refusal = replica.replay(&next_frame(&lab, &[raised(NEWER)]));
    assert_eq!(refusal, Err(FrameError::Newer(NEWER)));
    assert_eq!(
        refusal.unwrap_err().to_string(),
        format!("the journal has format {NEWER}, this version knows formats up to {FORMAT}")
    );
}

#[test]
fn so_is_a_snapshot_of_such_a_journal() {
    let mut lab = Lab::new();
    let mut bytes = lab.kernel.snapshot();
    bytes.truncate(bytes.len() - 4);
    let level_at = {
        let mut reader = Reader::new(&bytes);
        // The header, the table's length, the key, the record and its fields before the level.
        (0..7).for_each(|_| reader.skip().unwrap());
        assert_eq!(reader.array(), Ok(1));
        reader.skip().unwrap();
        reader.array().unwrap();
        (0..3).for_each(|_| reader.skip().unwrap());
        reader.offset()
    };
    assert_eq!(u32::from(bytes[level_at]), u32::from(FORMAT));
    assert!(Kernel::restore(&sealed(bytes.clone()), 1).is_ok());
    bytes[level_at] = NEWER as u8;
    match Kernel::restore(&sealed(bytes), 1) {
        Err(error) => assert_eq!(error, SnapshotError::Newer(NEWER.into())),
        Ok(_) => panic!("it is taken for one of this version"),
    }
}

#[test]
fn a_frame_that_says_nothing_or_counts_beyond_every_number_changes_nothing() {
    let lab = Lab::new();
    let mut replica = lab.kernel.clone();
    let before = replica.state_hash();
    assert_eq!(replica.replay(&next_frame(&lab, &[])), Ok(()));
    let mut far = next_frame(&lab, &[raised(1)]);
    far.truncate(far.len() - 4);
    far[24..32].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(
        replica.replay(&sealed(far)),
        Err(FrameError::Gap { .. })
    ));
    assert_eq!(replica.state_hash(), before);
    assert_eq!(replica.durable().last_seq(), lab.kernel.durable().last_seq());
}

#[test]
fn bytes_of_every_length_and_announced_length_are_answered() {
    let lab = Lab::new();
    let frame = next_frame(&lab, &[raised(1)]);
    for len in 0..=frame.len() + 1 {
        let mut bytes: Vec<u8> = frame.iter().copied().chain([0]).take(len).collect();
        assert_eq!(Frame::read(&bytes).is_ok(), len == frame.len(), "{len} bytes");
        for announced in [0, 1, u32::MAX, u32::MAX - 3, u32::MAX - 91] {
            let Some(place) = bytes.get_mut(80..84) else {
                continue;
            };
            place.copy_from_slice(&announced.to_le_bytes());
            assert!(
                Frame::read(&bytes).is_err(),
                "{len} bytes that announce {announced}"
            );
        }
    }
}
