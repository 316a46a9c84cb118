use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A map whose hash is fast on short keys and whose seed is an argument, so that nobody outside can aim for collisions.
pub(super) type Map<K, V> = HashMap<K, V, Seed>;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seed(pub(super) u64);

impl BuildHasher for Seed {
    type Hasher = State;

    fn build_hasher(&self) -> State {
        State(self.0)
    }
}

pub(super) struct State(u64);

impl Hasher for State {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    /// Folded multiplication: all bits of a product of 128 bits reach all bits of the hash.
    fn write_u64(&mut self, value: u64) {
        let product = u128::from(value ^ self.0) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }

    /// The end of a text; its length is in its hash already.
    fn write_u8(&mut self, _: u8) {}
}
