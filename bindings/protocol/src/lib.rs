//! Messages for JavaScript. Translation only, no rules.
//!
//! A message crosses in three pieces of this module's memory that JavaScript writes and reads in place: `input` and
//! `output` have bytes, `table` has numbers that say what the bytes are ([`table`]). So a call copies a message once
//! each way and makes no object. What is refused leaves an error behind that JavaScript takes when it sees a negative
//! answer. What is small and cold crosses as strings.

mod cold;
mod failure;
mod ring;
mod table;

pub use cold::{
    RawFilter, RawTransfers, accept, answer, check_subject, chunks, escape_subject, hello, message_id,
    session_epoch, subject_matches, unescape_subject,
};
pub use ring::{RawGuard, RawRing};

use failure::Failure;
use polyphon_protocol::codec::{Codec, Lazy};
use polyphon_protocol::compression::Compression;
use polyphon_protocol::packet::{Packet, Seal, write_unsealed};
use polyphon_protocol::{Envelope, Message, Result, tasks};
use std::borrow::Cow;
use wasm_bindgen::prelude::wasm_bindgen;

/// The answer of a call whose error is to be taken.
const REFUSED: i32 = -1;
/// The answer of a call that leaves the seal to the host; the table says what it needs.
const TO_HOST: i32 = -2;
/// The answer of a call whose payload the host has to decompress; the table says what it needs.
const TO_EXPAND: i32 = -3;

/// Bytes that stay when a call is over. Beyond that a large message's memory is given back.
const KEPT: usize = 256 * 1024;

/// Memory and errors of one thread.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct RawProtocol {
    input: Vec<u8>,
    output: Vec<u8>,
    table: Vec<u32>,
    failure: Option<Failure>,
}

#[wasm_bindgen]
impl RawProtocol {
    /// Empty memory.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Where `bytes` bytes of input can be written.
    pub fn input(&mut self, bytes: usize) -> *const u8 {
        if self.input.len() < bytes || self.input.len() > KEPT.max(bytes) {
            self.input = vec![0; bytes.next_power_of_two()];
        }
        self.input.as_ptr()
    }

    /// Where the output stands.
    pub fn output(&self) -> *const u8 {
        self.output.as_ptr()
    }

    /// Where `words` numbers of the table can be written.
    pub fn table(&mut self, words: usize) -> *const u32 {
        self.table.resize(words.max(table::FIXED), 0);
        self.table.as_ptr()
    }

    /// Where the table stands.
    #[wasm_bindgen(js_name = tableAt)]
    pub fn table_at(&self) -> *const u32 {
        self.table.as_ptr()
    }

    /// Code, field, rule and found of the last error, a line each.
    #[wasm_bindgen(js_name = takeFailure)]
    pub fn take_failure(&mut self) -> String {
        self.failure
            .take()
            .map(|failure| failure.lines())
            .unwrap_or_default()
    }

    /// Writes the message that input and table describe into the output; answers its length.
    pub fn encode(&mut self, codec: u8) -> i32 {
        self.run(|raw| {
            let codec = failure::codec(codec)?;
            let out = std::mem::take(&mut raw.output);
            let (header, payload) = table::read(&raw.input, &raw.table)?;
            let message = Message::read(&header, payload)?;
            raw.output = codec.encode_onto(message, cleared(out))?;
            Ok(raw.output.len() as i32)
        })
    }

    /// Reads the first `bytes` bytes of the input. The table says what is in the message, the output has its texts.
    /// With `whole` the payload is checked too, otherwise nobody looks at it.
    pub fn decode(&mut self, codec: u8, bytes: usize, whole: bool) -> i32 {
        self.run(|raw| {
            let lazy = failure::codec(codec)?.header(&raw.input[..bytes])?;
            let out = std::mem::take(&mut raw.output);
            let payload = if whole {
                lazy.checked()?
            } else {
                lazy.raw_payload().map(Cow::Borrowed)
            };
            let payload = payload.map(|payload| (lazy.encoding(), payload));
            raw.output = table::write(lazy.header(), payload, &raw.input, &mut raw.table, cleared(out));
            Ok(raw.output.len() as i32)
        })
    }

    /// Writes a packet without a seal. `small` is its payload where the host made it smaller by `compression`; with 0
    /// nobody looks at it.
    #[wasm_bindgen(js_name = writePlain)]
    pub fn write_plain(&mut self, codec: u8, compression: u8, small: &[u8]) -> i32 {
        self.run(|raw| {
            raw.write(codec, compression, small, None)
                .map(|_| raw.output.len() as i32)
        })
    }

    /// Writes a packet as [`Self::write_plain`] that the active key of the ring seals. A packet whose seal is left to the host has room for its
    /// tag; the table says the handle of the key (0), its algorithm (1), where the payload begins (2) and the tag (3).
    /// Up to `own` bytes an HMAC is made here. `place` is epoch and counter, each in two halves, the low one first.
    #[wasm_bindgen(js_name = writeSealed)]
    pub fn write_sealed(
        &mut self,
        codec: u8,
        compression: u8,
        small: &[u8],
        ring: &mut RawRing,
        place: &[u32],
        own: usize,
    ) -> i32 {
        self.run(|raw| {
            let key = ring.0.take()?;
            let mut nonce = [0; 24];
            let nonce = &mut nonce[..key.nonce_bytes()];
            failure::random(nonce)?;
            let seal = Seal {
                algorithm: polyphon_protocol::sealing::Named::algorithm(key),
                epoch: ring::wide(place),
                counter: ring::wide(place.get(2..).unwrap_or_default()),
                nonce,
                key_id: polyphon_protocol::sealing::Named::id(key),
            };
            let payload_at = raw.write(codec, compression, small, Some(seal))?;
            let tag_at = raw.output.len();
            if let Some(hmac) = key.own.as_ref().filter(|_| tag_at <= own) {
                let (covered, payload) = raw.output.split_at_mut(payload_at);
                let tag = hmac.tag(covered, payload);
                raw.output.extend_from_slice(&tag);
                return Ok(raw.output.len() as i32);
            }
            let end = tag_at + seal.algorithm.tag_bytes();
            raw.output.resize(end, 0);
            let words = [
                key.handle,
                seal.algorithm.number().into(),
                payload_at as u32,
                tag_at as u32,
                end as u32,
            ];
            raw.table[..5].copy_from_slice(&words);
            Ok(TO_HOST)
        })
    }

    /// Opens the packet in the first `bytes` bytes of the input, as [`Self::decode`] does a message. A seal that is
    /// left to the host is described by the table: handle (0) and algorithm (1) of its key, where its payload (2) and
    /// its tag (3) begin, where its nonce begins (4). Once it is checked, and its payload decrypted in its place,
    /// [`Self::open_checked`] goes on. A payload that has to be decompressed is described too: compression (0), where it
    /// begins (1), its bytes (2) and how many they were before (3); [`Self::open_expanded`] goes on.
    pub fn open(
        &mut self,
        bytes: usize,
        ring: &RawRing,
        guard: &mut RawGuard,
        guarded: bool,
        sealed_only: bool,
        own: usize,
    ) -> i32 {
        self.run(|raw| {
            raw.table.resize(raw.table.len().max(table::FIXED), 0);
            let packet = Packet::parse(&raw.input[..bytes])?;
            let Some(key) = packet.key(Some(&ring.0), sealed_only)? else {
                return raw.unsealed(bytes, None);
            };
            if let Some(hmac) = key.own.as_ref().filter(|_| bytes <= own) {
                hmac.check(packet.covered(), packet.stored_payload(), packet.tag())?;
                return raw.unsealed(bytes, guarded.then_some(guard));
            }
            let payload_at = packet.covered().len();
            let tag_at = payload_at + packet.stored_payload().len();
            let nonce = packet.seal().map_or(&[][..], |seal| seal.nonce);
            let nonce_at = nonce.as_ptr() as usize - raw.input.as_ptr() as usize;
            let algorithm = packet.algorithm().map_or(0, |algorithm| algorithm.number());
            let words = [
                key.handle,
                algorithm.into(),
                payload_at as u32,
                tag_at as u32,
                nonce_at as u32,
            ];
            raw.table[..5].copy_from_slice(&words);
            Ok(TO_HOST)
        })
    }

    /// Goes on with a packet whose seal the host checked and whose payload it decrypted in its place.
    #[wasm_bindgen(js_name = openChecked)]
    pub fn open_checked(&mut self, bytes: usize, guard: &mut RawGuard, guarded: bool) -> i32 {
        self.run(|raw| raw.unsealed(bytes, guarded.then_some(guard)))
    }

    /// Goes on with a packet whose payload the host decompressed. A payload that needed no work is described as a part of
    /// `plain`.
    #[wasm_bindgen(js_name = openExpanded)]
    pub fn open_expanded(&mut self, bytes: usize, plain: &[u8]) -> i32 {
        self.run(|raw| {
            let packet = Packet::parse(&raw.input[..bytes])?;
            let header = packet.header()?;
            let payload = packet.carried(&header, Cow::Borrowed(plain))?;
            let out = std::mem::take(&mut raw.output);
            raw.output = table::write(&header, payload, plain, &mut raw.table, cleared(out));
            Ok(raw.output.len() as i32)
        })
    }

    /// Reads the header of a packet and nothing else; nobody checked its seal.
    pub fn peek(&mut self, bytes: usize) -> i32 {
        self.run(|raw| {
            let packet = Packet::parse(&raw.input[..bytes])?;
            let header = packet.header()?;
            let out = std::mem::take(&mut raw.output);
            raw.output = table::write(&header, None, &raw.input, &mut raw.table, cleared(out));
            Ok(raw.output.len() as i32)
        })
    }

    /// Puts the task message in the first `bytes` bytes of the input into an envelope, which is answered as
    /// [`Self::decode`] does. An agent's message goes to `agent` or, without one, to `topic`.
    pub fn task(&mut self, bytes: usize, id: &str, agent: Option<String>, topic: Option<String>) -> i32 {
        self.run(|raw| {
            let wrapping = failure::wrapping(id, agent, topic)?;
            let envelope: Envelope = tasks::to_envelope(&raw.input[..bytes], wrapping)?;
            let payload = envelope
                .payload()
                .map(|payload| (payload.encoding(), Cow::Borrowed(payload.as_bytes())));
            let out = std::mem::take(&mut raw.output);
            raw.output = table::write(
                envelope.header(),
                payload,
                &raw.input,
                &mut raw.table,
                cleared(out),
            );
            Ok(raw.output.len() as i32)
        })
    }

    /// Whether the filter takes the message in the first `bytes` bytes of the input; 1 or 0. Its payload is looked at
    /// only when the filter asks for it.
    pub fn takes(&mut self, filter: &RawFilter, codec: u8, bytes: usize) -> i32 {
        self.run(|raw| {
            let lazy: Lazy<'_> = failure::codec(codec)?.header(&raw.input[..bytes])?;
            Ok(i32::from(filter.0.takes_lazily(&lazy)))
        })
    }
}

impl RawProtocol {
    fn run(&mut self, call: impl FnOnce(&mut Self) -> Result<i32>) -> i32 {
        call(self).unwrap_or_else(|error| {
            self.failure = Some(Failure(error));
            REFUSED
        })
    }

    /// Writes a packet up to its tag into the output; answers where its payload begins.
    fn write(&mut self, codec: u8, compression: u8, small: &[u8], seal: Option<Seal<'_>>) -> Result<usize> {
        let codec = failure::codec(codec)?;
        let small = failure::compression(compression)?.map(|compression| (compression, small));
        let out = std::mem::take(&mut self.output);
        let (header, payload) = table::read(&self.input, &self.table)?;
        let message = Message::read(&header, payload)?;
        let (out, payload_at) = write_unsealed(message, codec, small, seal, cleared(out))?;
        self.output = out;
        Ok(payload_at)
    }

    fn unsealed(&mut self, bytes: usize, guard: Option<&mut RawGuard>) -> Result<i32> {
        let packet = Packet::parse(&self.input[..bytes])?;
        let header = packet.admitted(guard.map(|guard| &mut guard.0))?;
        let stored = packet.stored_payload();
        if let Some((compression, size)) = packet.compressed() {
            let payload_at = packet.covered().len();
            let words = [
                compression.number().into(),
                payload_at as u32,
                stored.len() as u32,
                size as u32,
            ];
            self.table.resize(self.table.len().max(table::FIXED), 0);
            self.table[..4].copy_from_slice(&words);
            return Ok(TO_EXPAND);
        }
        let payload = packet.carried(&header, Cow::Borrowed(stored))?;
        let out = std::mem::take(&mut self.output);
        self.output = table::write(&header, payload, &self.input, &mut self.table, cleared(out));
        Ok(self.output.len() as i32)
    }
}

/// The same memory without what is in it; a small one when a large message is over.
fn cleared(mut out: Vec<u8>) -> Vec<u8> {
    if out.capacity() > KEPT {
        return Vec::new();
    }
    out.clear();
    out
}
