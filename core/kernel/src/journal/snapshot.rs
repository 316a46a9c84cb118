use super::checksum::crc32c;
use polyphon_wire::{Reader, Wire, WireError, Writer};

use crate::state::{Durable, Key, Table};

/// The format of snapshots this version writes, and the newest it reads.
pub const SNAPSHOT_FORMAT: u64 = 1;

const MAGIC: &str = "PLYS";

/// Why bytes are not a snapshot.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// They were cut or changed.
    #[error("the checksum of the snapshot does not match its bytes")]
    Checksum,
    /// They are something else.
    #[error("these are not the bytes of a snapshot")]
    NotASnapshot,
    /// A newer version wrote them, or every node knew a newer format when they were written. Code `KERNEL_FORMAT_NEWER`.
    #[error("the snapshot has format {0}, this version knows formats up to {SNAPSHOT_FORMAT}")]
    Newer(u64),
    /// A record cannot be read.
    #[error("a record of the snapshot cannot be read: {0}")]
    Record(#[from] WireError),
    /// The records do not add up to the hash in the header.
    #[error("the records of the snapshot do not add up to its state hash")]
    StateHash,
}

/// Writes the whole durable state: a header, then every table as its length and its records in key order.
pub(crate) fn write(durable: &mut Durable, partition: u32, chain: &[u8; 32]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.str(MAGIC);
    writer.uint(SNAPSHOT_FORMAT);
    partition.encode(&mut writer);
    durable.last_seq().encode(&mut writer);
    durable.last_ms().encode(&mut writer);
    durable.hash().encode(&mut writer);
    chain.encode(&mut writer);
    table(&durable.node, &mut writer);
    table(&durable.idempotency.table, &mut writer);
    table(&durable.leases.table, &mut writer);
    table(&durable.agents.table, &mut writer);
    table(&durable.sessions.table, &mut writer);
    table(&durable.tasks.plans, &mut writer);
    table(&durable.tasks.table, &mut writer);
    table(&durable.agents.pools.table, &mut writer);
    table(&durable.agents.unserved.table, &mut writer);
    table(&durable.agents.memory.table, &mut writer);
    table(&durable.agents.memory.discarded, &mut writer);
    table(&durable.escalations.table, &mut writer);
    table(&durable.alerts.table, &mut writer);
    table(&durable.sessions.values.table, &mut writer);
    table(&durable.sessions.locks.holds.table, &mut writer);
    table(&durable.sessions.locks.waits, &mut writer);
    table(&durable.outbox.table, &mut writer);
    table(&durable.queues.table, &mut writer);
    table(&durable.queues.messages, &mut writer);
    table(&durable.queues.batches, &mut writer);
    table(&durable.queues.runs.table, &mut writer);
    table(&durable.queues.recent, &mut writer);
    table(&durable.queues.numbers, &mut writer);
    table(&durable.queues.schedules, &mut writer);
    table(&durable.queues.segments, &mut writer);
    table(&durable.queues.cursors, &mut writer);
    let mut bytes = writer.into_bytes();
    let crc = crc32c(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}

/// Reads what [`write`] wrote: partition, chain hash and state.
///
/// # Errors
/// [`SnapshotError`] says what is wrong with the bytes.
pub(crate) fn read(bytes: &[u8]) -> Result<(u32, [u8; 32], Durable), SnapshotError> {
    let (bytes, crc) = bytes.split_last_chunk::<4>().ok_or(SnapshotError::NotASnapshot)?;
    if crc32c(bytes) != u32::from_le_bytes(*crc) {
        return Err(SnapshotError::Checksum);
    }
    let mut reader = Reader::new(bytes);
    if reader.str() != Ok(MAGIC) {
        return Err(SnapshotError::NotASnapshot);
    }
    let format = reader.uint()?;
    if format > SNAPSHOT_FORMAT {
        return Err(SnapshotError::Newer(format));
    }
    let partition = u32::decode(&mut reader)?;
    let last_seq = u64::decode(&mut reader)?;
    let last_ms = u64::decode(&mut reader)?;
    let hash = <[u8; 16]>::decode(&mut reader)?;
    let chain = <[u8; 32]>::decode(&mut reader)?;
    let mut durable = Durable::default();
    durable.node = records(&mut reader)?;
    durable.idempotency.table = records(&mut reader)?;
    durable.leases.table = records(&mut reader)?;
    durable.agents.table = records(&mut reader)?;
    durable.sessions.table = records(&mut reader)?;
    durable.tasks.plans = records(&mut reader)?;
    durable.tasks.table = records(&mut reader)?;
    durable.agents.pools.table = records(&mut reader)?;
    durable.agents.unserved.table = records(&mut reader)?;
    durable.agents.memory.table = records(&mut reader)?;
    durable.agents.memory.discarded = records(&mut reader)?;
    durable.escalations.table = records(&mut reader)?;
    durable.alerts.table = records(&mut reader)?;
    durable.sessions.values.table = records(&mut reader)?;
    durable.sessions.locks.holds.table = records(&mut reader)?;
    durable.sessions.locks.waits = records(&mut reader)?;
    durable.outbox.table = records(&mut reader)?;
    durable.queues.table = records(&mut reader)?;
    durable.queues.messages = records(&mut reader)?;
    durable.queues.batches = records(&mut reader)?;
    durable.queues.runs.table = records(&mut reader)?;
    durable.queues.recent = records(&mut reader)?;
    durable.queues.numbers = records(&mut reader)?;
    durable.queues.schedules = records(&mut reader)?;
    durable.queues.segments = records(&mut reader)?;
    durable.queues.cursors = records(&mut reader)?;
    if let Some(level) = durable.newer_format() {
        return Err(SnapshotError::Newer(level.into()));
    }
    durable.rebuild(last_seq, last_ms);
    if durable.hash() != hash {
        return Err(SnapshotError::StateHash);
    }
    Ok((partition, chain, durable))
}

fn table<K: Key, V: Wire>(table: &Table<K, V>, writer: &mut Writer) {
    writer.array(table.len());
    for (key, value) in table.iter() {
        writer.uint(key.number());
        value.encode(writer);
    }
}

fn records<K: Key, V: Wire>(reader: &mut Reader<'_>) -> Result<Table<K, V>, SnapshotError> {
    let len = reader.array()?;
    let mut table = Table::default();
    for _ in 0..len {
        let key = K::of(reader.uint()?);
        table.insert(key, V::decode(reader)?);
    }
    Ok(table)
}
