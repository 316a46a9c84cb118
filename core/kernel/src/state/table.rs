use std::marker::PhantomData;

use polyphon_wire::{Wire, Writer};
use xxhash_rust::xxh3::xxh3_128;

use super::Slots;

/// What names an entry of a [`Table`]: a number, or a type that stands for one.
pub trait Key: Copy {
    /// The number.
    fn number(self) -> u64;
    /// The key of a number.
    fn of(number: u64) -> Self;
}

impl Key for u64 {
    fn number(self) -> u64 {
        self
    }
    fn of(number: u64) -> Self {
        number
    }
}

/// Entities of one kind in key order, with a running hash over all of them.
///
/// The hash of a table is the sum of its entries' hashes, so a change costs the entries it touched and not the table.
/// Every way to change an entry marks it, which is what makes the sum trustworthy.
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    /// Boxed, so that entries do not move when the list does, and by number, so that one search serves all tables.
    slots: Slots<Box<Slot<V>>>,
    changed: Vec<u64>,
    sum: u128,
    keys: PhantomData<K>,
}

#[derive(Clone, Debug)]
struct Slot<V> {
    value: V,
    /// Upper and lower half: one number of this size would have to lie at multiples of it.
    hash: [u64; 2],
    changed: bool,
}

impl<V> Slot<V> {
    fn hash(&self) -> u128 {
        u128::from(self.hash[0]) << 64 | u128::from(self.hash[1])
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            slots: Slots::default(),
            changed: Vec::new(),
            sum: 0,
            keys: PhantomData,
        }
    }
}

impl<K: Key, V: Wire> Table<K, V> {
    /// Enters or replaces an entry.
    pub fn insert(&mut self, key: K, value: V) {
        self.remove(key);
        let number = key.number();
        self.slots.insert(
            number,
            Box::new(Slot {
                value,
                hash: [0; 2],
                changed: true,
            }),
        );
        self.changed.push(number);
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: K) -> Option<V> {
        let slot = self.slots.remove(key.number())?;
        self.sum = self.sum.wrapping_sub(slot.hash());
        Some(slot.value)
    }

    /// An entry, to be changed.
    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        let slot = self.slots.get_mut(key.number())?;
        if !slot.changed {
            slot.changed = true;
            self.changed.push(key.number());
        }
        Some(&mut slot.value)
    }

    /// An entry.
    pub fn get(&self, key: K) -> Option<&V> {
        self.slots.get(key.number()).map(|slot| &slot.value)
    }

    /// Whether there is an entry.
    pub fn contains(&self, key: K) -> bool {
        self.slots.get(key.number()).is_some()
    }

    /// Every entry in key order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &V)> {
        self.slots.iter().map(|(key, slot)| (K::of(key), &slot.value))
    }

    /// Entries whose key is at least `from`, in key order.
    pub fn range_from(&self, from: K) -> impl Iterator<Item = (K, &V)> {
        let slots = self.slots.range_from(from.number());
        slots.map(|(key, slot)| (K::of(key), &slot.value))
    }

    /// Every value in key order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.slots.iter().map(|(_, slot)| &slot.value)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Brings the sum up to date and answers it. Costs what changed since the last call.
    pub fn hash(&mut self) -> u128 {
        let mut writer = Writer::default();
        for key in std::mem::take(&mut self.changed) {
            // A key that was removed since, or entered twice, is settled already.
            let Some(slot) = self.slots.get_mut(key).filter(|slot| slot.changed) else {
                continue;
            };
            slot.changed = false;
            writer.truncate(0);
            writer.uint(key);
            slot.value.encode(&mut writer);
            let hash = xxh3_128(writer.as_bytes());
            self.sum = self.sum.wrapping_sub(slot.hash()).wrapping_add(hash);
            slot.hash = [(hash >> 64) as u64, hash as u64];
        }
        self.sum
    }
}

impl<K: Key, V: Wire> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut table = Self::default();
        entries
            .into_iter()
            .for_each(|(key, value)| table.insert(key, value));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_running_hash_equals_a_hash_from_scratch(changes: Vec<(u64, Option<u64>, bool)>) {
            let mut table = Table::<u64, u64>::default();
            for (key, value, hash_now) in changes {
                let key = key % 50;
                match value {
                    Some(value) if table.contains(key) => *table.get_mut(key).unwrap() = value,
                    Some(value) => table.insert(key, value),
                    None => drop(table.remove(key)),
                }
                if hash_now {
                    table.hash();
                }
            }
            let mut fresh: Table<u64, u64> = table.iter().map(|(key, value)| (key, *value)).collect();
            prop_assert_eq!(table.hash(), fresh.hash());
        }
    }
}
