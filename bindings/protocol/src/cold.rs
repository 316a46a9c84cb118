//! What is small and cold: it crosses as strings and bytes, and errors as the lines of one.

use crate::failure::{random, told};
use polyphon_protocol::negotiation::{self, Hello};
use polyphon_protocol::subjects::{Pattern, Subject, escape, unescape};
use polyphon_protocol::transfer::{Assembler, Chunk, Chunks, Limits};
use polyphon_protocol::{Encoding, MessageId, Payload, ProtocolError};
use wasm_bindgen::prelude::wasm_bindgen;

type Told<T> = Result<T, String>;

/// A filter that was read.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawFilter(pub(crate) polyphon_protocol::filter::Filter);

#[wasm_bindgen]
impl RawFilter {
    /// Reads a filter.
    ///
    /// # Errors
    /// Lines of an error.
    #[wasm_bindgen(constructor)]
    pub fn new(json: &[u8]) -> Told<Self> {
        polyphon_protocol::filter::Filter::parse(json)
            .map(Self)
            .map_err(told)
    }

    /// Whether it looks at headers only.
    #[wasm_bindgen(js_name = needsNoPayload)]
    pub fn needs_no_payload(&self) -> bool {
        self.0.needs_no_payload()
    }
}

/// A new id, made at `now_ms`.
///
/// # Errors
/// Lines of an error when the platform has no source of randomness.
#[wasm_bindgen(js_name = messageId)]
pub fn message_id(now_ms: f64) -> Told<String> {
    let mut bytes = [0; 10];
    random(&mut bytes).map_err(told)?;
    Ok(MessageId::new(now_ms as u64, bytes).to_string())
}

/// Refuses what is no subject.
///
/// # Errors
/// Lines of an error.
#[wasm_bindgen(js_name = checkSubject)]
pub fn check_subject(text: &str) -> Told<()> {
    Subject::new(text).map(drop).map_err(told)
}

/// Whether a pattern takes a subject.
///
/// # Errors
/// Lines of an error when one of them is none.
#[wasm_bindgen(js_name = subjectMatches)]
pub fn subject_matches(pattern: &str, subject: &str) -> Told<bool> {
    let matches = || Ok(Pattern::new(pattern)?.matches(Subject::new(subject)?));
    matches().map_err(told)
}

/// The name of a subject for brokers that know fewer characters.
#[wasm_bindgen(js_name = escapeSubject)]
pub fn escape_subject(subject: &str) -> String {
    escape(subject)
}

/// The subject of such a name.
#[wasm_bindgen(js_name = unescapeSubject)]
pub fn unescape_subject(name: &str) -> Option<String> {
    unescape(name)
}

/// The hello of a side with this offer, a JSON map.
///
/// # Errors
/// Lines of an error.
#[wasm_bindgen]
pub fn hello(offer: &str, key: Option<Vec<u8>>) -> Told<Vec<u8>> {
    let write = || {
        let mut hello = parse_offer(offer)?;
        random(&mut hello.nonce)?;
        hello.write(key.as_deref())
    };
    write().map_err(told)
}

/// Answers a hello with a welcome.
///
/// # Errors
/// Lines of an error.
#[wasm_bindgen]
pub fn answer(hello: &[u8], offer: &str, key: Option<Vec<u8>>) -> Told<Vec<u8>> {
    let write = || {
        let mut nonce = [0; 16];
        random(&mut nonce)?;
        let own = parse_offer(offer)?.offer;
        negotiation::answer(hello, &own, nonce, key.as_deref()).map(|(_, welcome)| welcome)
    };
    write().map_err(told)
}

/// Checks the welcome to a hello; the epoch of the connection in two halves, the low one first.
///
/// # Errors
/// Lines of an error.
#[wasm_bindgen]
pub fn accept(hello: &[u8], welcome: &[u8], key: Option<Vec<u8>>) -> Told<Vec<u32>> {
    negotiation::accept(hello, welcome, key.as_deref()).map_err(told)?;
    Ok(session_epoch(hello, welcome))
}

/// The epoch of a connection in two halves, the low one first.
#[wasm_bindgen(js_name = sessionEpoch)]
pub fn session_epoch(hello: &[u8], welcome: &[u8]) -> Vec<u32> {
    let epoch = negotiation::session_epoch(hello, welcome);
    vec![epoch as u32, (epoch >> 32) as u32]
}

fn parse_offer(offer: &str) -> Result<Hello, ProtocolError> {
    Hello::parse(format!("{{\"hello\":{offer},\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA==\"}}").as_bytes())
}

/// The payloads of the chunks of some data, one behind the other, each with its length before it (4 bytes,
/// little-endian).
///
/// # Errors
/// Lines of an error.
#[wasm_bindgen(js_name = chunks)]
pub fn chunks(transfer: &str, data: &[u8], chunk_bytes: usize) -> Told<Vec<u8>> {
    let split = || {
        let mut out = Vec::with_capacity(data.len() + 256);
        for chunk in Chunks::new(transfer.parse()?, data, chunk_bytes)? {
            let payload = chunk.payload();
            out.extend_from_slice(&(payload.as_bytes().len() as u32).to_le_bytes());
            out.extend_from_slice(payload.as_bytes());
        }
        Ok(out)
    };
    split().map_err(told)
}

/// Transfers under way.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawTransfers(Assembler);

#[wasm_bindgen]
impl RawTransfers {
    /// Bounds: transfers at a time, bytes of one and of all, milliseconds one may rest.
    #[wasm_bindgen(constructor)]
    pub fn new(transfers: usize, transfer_bytes: f64, total_bytes: f64, idle_ms: f64) -> Self {
        Self(Assembler::new(Limits {
            transfers,
            transfer_bytes: transfer_bytes as u64,
            total_bytes: total_bytes as u64,
            idle_ms: idle_ms as u64,
        }))
    }

    /// Takes the payload of a chunk; the data when none is missing any more.
    ///
    /// # Errors
    /// Lines of an error.
    pub fn take(&mut self, sender: &str, payload: &[u8], now_ms: f64) -> Told<Option<Vec<u8>>> {
        let mut take = || {
            let payload = Payload::new(Encoding::Msgpack, payload)?;
            self.0.take(sender, &Chunk::read(&payload)?, now_ms as u64)
        };
        take().map_err(told)
    }

    /// Forgets transfers that rested too long; says how many.
    pub fn expire(&mut self, now_ms: f64) -> usize {
        self.0.expire(now_ms as u64)
    }

    /// How many are under way.
    #[wasm_bindgen(getter)]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}
