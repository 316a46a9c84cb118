//! Values in the order of their keys.

use std::cell::Cell;

/// A sorted list, made for what a journal numbers: a new key is the greatest, the oldest go first, and most are near the
/// end. Who looks an entry up mostly wants it again, or the one behind it: those are found at once, all others by binary
/// search. Entering at the end and taking out cost no more than that on average.
#[derive(Clone, Debug)]
pub(crate) struct Slots<V> {
    keys: Vec<u64>,
    /// As long as `keys`; what was taken out leaves a hole.
    values: Vec<Option<V>>,
    len: usize,
    /// Where the last search ended. Changes nothing but how long the next one takes.
    near: Cell<usize>,
}

/// Holes a short list may have.
const HOLES: usize = 32;

impl<V> Default for Slots<V> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            values: Vec::new(),
            len: 0,
            near: Cell::default(),
        }
    }
}

impl<V> Slots<V> {
    /// Enters or replaces a value; answers the one before.
    pub(crate) fn insert(&mut self, key: u64, value: V) -> Option<V> {
        let before = match self.find(key) {
            Ok(at) => self.values[at].replace(value),
            Err(at) if at == self.keys.len() => {
                self.keys.push(key);
                self.values.push(Some(value));
                None
            }
            Err(at) => {
                self.keys.insert(at, key);
                self.values.insert(at, Some(value));
                None
            }
        };
        self.len += usize::from(before.is_none());
        before
    }

    /// Takes a value out.
    pub(crate) fn remove(&mut self, key: u64) -> Option<V> {
        let at = self.find(key).ok()?;
        let value = self.values[at].take()?;
        self.len -= 1;
        if self.keys.len() > 2 * self.len + HOLES {
            self.close_holes();
        }
        Some(value)
    }

    pub(crate) fn get(&self, key: u64) -> Option<&V> {
        self.values[self.find(key).ok()?].as_ref()
    }

    pub(crate) fn get_mut(&mut self, key: u64) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        self.values[at].as_mut()
    }

    /// Everything in key order.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &V)> {
        self.from(0)
    }

    /// Everything whose key is at least `key`, in key order.
    pub(crate) fn range_from(&self, key: u64) -> impl DoubleEndedIterator<Item = (u64, &V)> {
        self.from(self.find(key).unwrap_or_else(|at| at))
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn find(&self, key: u64) -> Result<usize, usize> {
        find(&self.keys, &self.near, key)
    }

    fn from(&self, at: usize) -> impl DoubleEndedIterator<Item = (u64, &V)> {
        let entries = self.keys[at..].iter().zip(&self.values[at..]);
        entries.filter_map(|(key, value)| Some((*key, value.as_ref()?)))
    }

    fn close_holes(&mut self) {
        let mut holes = self.values.iter().map(Option::is_none);
        self.keys.retain(|_| holes.next() == Some(false));
        self.values.retain(Option::is_some);
    }
}

/// Where `key` is, or where it belongs, from `near` on. One copy for every kind of value.
#[inline(never)]
fn find(keys: &[u64], near: &Cell<usize>, key: u64) -> Result<usize, usize> {
    let at = near.get();
    let ahead = keys.get(at..).unwrap_or_default();
    let found = match ahead {
        [first, ..] if *first == key => return Ok(at),
        [_, second, ..] if *second == key => Ok(at + 1),
        _ => search(keys, key),
    };
    near.set(found.unwrap_or_else(|at| at));
    found
}

/// Keys come at a steady pace, so where one lies is nearly known before anybody looks.
fn search(keys: &[u64], key: u64) -> Result<usize, usize> {
    let (Some(&first), Some(&last)) = (keys.first(), keys.last()) else {
        return Err(0);
    };
    if key > last {
        return Err(keys.len());
    }
    if key <= first {
        return if key == first { Ok(0) } else { Err(0) };
    }
    let share = (key - first) as f64 / (last - first) as f64;
    let guess = ((keys.len() - 1) as f64 * share) as usize;
    // Steps that double, until the key lies between the last two.
    let (mut low, mut high, mut step) = (guess, guess + 1, 1);
    while low > 0 && keys[low] > key {
        high = low;
        low = low.saturating_sub(step);
        step *= 2;
    }
    while high < keys.len() && keys[high] <= key {
        low = high;
        high = (high + step).min(keys.len());
        step *= 2;
    }
    match keys[low..high].binary_search(&key) {
        Ok(at) => Ok(low + at),
        Err(at) => Err(low + at),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_map_in_key_order(changes: Vec<(u8, Option<u16>)>, from: u8) {
            let (mut slots, mut map) = (Slots::default(), BTreeMap::new());
            for (key, value) in changes {
                let key = u64::from(key);
                match value {
                    Some(value) => prop_assert_eq!(slots.insert(key, value), map.insert(key, value)),
                    None => prop_assert_eq!(slots.remove(key), map.remove(&key)),
                }
                prop_assert_eq!(slots.get(key), map.get(&key));
                prop_assert_eq!(slots.get_mut(key), map.get_mut(&key));
                prop_assert_eq!(slots.len(), map.len());
            }
            let from = u64::from(from);
            prop_assert!(slots.iter().eq(map.iter().map(|(key, value)| (*key, value))));
            prop_assert!(slots.range_from(from).rev().eq(map.range(from..).rev().map(|(key, value)| (*key, value))));
        }
    }

    #[test]
    fn holes_are_closed_when_they_are_the_greater_part() {
        let mut slots = Slots::default();
        for key in 0..1_000 {
            slots.insert(key, key);
            slots.remove(key.saturating_sub(10));
        }
        assert_eq!(slots.len(), 10);
        assert!(slots.keys.len() <= 2 * slots.len() + HOLES);
    }
}
