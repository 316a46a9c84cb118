use crate::envelope::{Encoding, MessageId, Payload, PayloadView};
use crate::error::{Code, ProtocolError, Result};
use crate::schema::{self, Field, Rule};
use crate::value::Value;
use polyphon_wire::Reader;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;

/// Id of the schema of a chunk.
pub const SCHEMA: &str = "polyphon.chunk/1";
/// Most bytes of data in a chunk: a message of 10 MB with room for its header.
pub const CHUNK_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most chunks of a transfer.
pub const COUNT_MAX: u64 = 65_536;

/// The fields of a chunk, a MessagePack map.
pub const FIELDS: &[Field] = &[
    Field::required("transfer", Rule::Bytes(16)),
    Field::required("index", Rule::Count),
    Field::required("count", Rule::Count),
    Field::required("size", Rule::Count),
    Field::required("sha256", Rule::Bytes(32)),
    Field::required("data", Rule::Bytes(0)),
];

/// A part of a transfer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chunk<'a> {
    /// Id of the transfer, the same in all its chunks.
    pub transfer: MessageId,
    /// Which chunk it is, from 0.
    pub index: u64,
    /// How many there are.
    pub count: u64,
    /// Bytes of the whole.
    pub size: u64,
    /// SHA-256 of the whole.
    pub sha256: [u8; 32],
    /// Its part of the data.
    pub data: Cow<'a, [u8]>,
}

impl<'a> Chunk<'a> {
    /// The payload of its message.
    pub fn payload(&self) -> Payload {
        Payload::msgpack(&Value::Map(vec![
            (
                "transfer".into(),
                Value::Bytes(self.transfer.as_bytes()[..].into()),
            ),
            ("index".into(), self.index.into()),
            ("count".into(), self.count.into()),
            ("size".into(), self.size.into()),
            ("sha256".into(), Value::Bytes(self.sha256[..].into())),
            ("data".into(), Value::Bytes(self.data.as_ref().into())),
        ]))
    }

    /// The chunk a payload is.
    ///
    /// # Errors
    /// The first rule that is broken; `PROTOCOL_TRANSFER_INVALID` when the numbers do not fit each other.
    pub fn read(payload: &'a Payload) -> Result<Self> {
        Self::view(payload.view())
    }

    /// The same for a payload that is borrowed.
    ///
    /// # Errors
    /// As [`Chunk::read`].
    pub fn view(payload: PayloadView<'a>) -> Result<Self> {
        if payload.encoding() != Encoding::Msgpack {
            let found = payload.encoding().as_str();
            return Err(ProtocolError::invalid(
                "payload",
                "of a chunk must be MessagePack",
                found,
            ));
        }
        schema::check(payload, FIELDS).map_err(|error| error.inside("payload"))?;
        let mut chunk = Self {
            transfer: MessageId::new(0, [0; 10]),
            index: 0,
            count: 0,
            size: 0,
            sha256: [0; 32],
            data: Cow::Borrowed(&[]),
        };
        let mut reader = Reader::new(payload.as_bytes());
        for _ in 0..reader.map()? {
            match reader.str()? {
                "transfer" => {
                    let id = MessageId::from_bytes(reader.bin()?);
                    chunk.transfer = id.map_err(|error| error.inside("payload.transfer"))?;
                }
                "sha256" => chunk.sha256.copy_from_slice(reader.bin()?),
                "data" => chunk.data = Cow::Borrowed(reader.bin()?),
                "index" => chunk.index = count(&mut reader)?,
                "count" => chunk.count = count(&mut reader)?,
                "size" => chunk.size = count(&mut reader)?,
                _ => reader.skip()?,
            }
        }
        chunk.check()?;
        Ok(chunk)
    }

    fn check(&self) -> Result<()> {
        let rules = [
            (
                "payload.count",
                (1..=COUNT_MAX).contains(&self.count),
                "must be 1 to 65536",
            ),
            (
                "payload.index",
                self.index < self.count,
                "must be below the count",
            ),
            (
                "payload.data",
                self.data.len() <= CHUNK_BYTES_MAX,
                "must be at most 8 MiB",
            ),
            (
                "payload.data",
                !self.data.is_empty() || self.size == 0,
                "must not be empty",
            ),
            (
                "payload.size",
                self.size >= self.data.len() as u64,
                "must be that of the whole",
            ),
        ];
        match rules.iter().find(|(_, holds, _)| !holds) {
            Some((field, _, rule)) => Err(ProtocolError::new(
                Code::TransferInvalid,
                *field,
                *rule,
                "another value",
            )),
            None => Ok(()),
        }
    }
}

/// A number that was checked; some encoders write it with a sign.
fn count(reader: &mut Reader<'_>) -> Result<u64> {
    Ok(reader.int().map(|number| number.unsigned_abs())?)
}

/// The chunks of some data, in their order.
#[derive(Clone, Debug)]
pub struct Chunks<'a> {
    transfer: MessageId,
    data: &'a [u8],
    sha256: [u8; 32],
    chunk_bytes: usize,
    next: u64,
}

impl<'a> Chunks<'a> {
    /// Splits `data` into chunks of `chunk_bytes`, the last one shorter.
    ///
    /// # Errors
    /// `PROTOCOL_LIMIT_EXCEEDED` when chunks would be empty or above 8 MiB, or more than 65,536.
    pub fn new(transfer: MessageId, data: &'a [u8], chunk_bytes: usize) -> Result<Self> {
        let fits = (1..=CHUNK_BYTES_MAX).contains(&chunk_bytes)
            && data.len().div_ceil(chunk_bytes) as u64 <= COUNT_MAX;
        if !fits {
            return Err(ProtocolError::limit(
                "chunk",
                "1 byte to 8 MiB a chunk and at most 65536 chunks",
            ));
        }
        Ok(Self {
            transfer,
            data,
            sha256: Sha256::digest(data).into(),
            chunk_bytes,
            next: 0,
        })
    }

    fn total(&self) -> u64 {
        (self.data.len().div_ceil(self.chunk_bytes) as u64).max(1)
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let index = self.next;
        if index == self.total() {
            return None;
        }
        self.next += 1;
        let from = index as usize * self.chunk_bytes;
        let to = (from + self.chunk_bytes).min(self.data.len());
        Some(Chunk {
            transfer: self.transfer,
            index,
            count: self.total(),
            size: self.data.len() as u64,
            sha256: self.sha256,
            data: Cow::Borrowed(&self.data[from..to]),
        })
    }
}
