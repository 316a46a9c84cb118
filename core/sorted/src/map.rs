use std::borrow::Borrow;

use crate::Iter;
use crate::part::{PART, Part, SMALL};

/// Values in the order of their keys.
#[derive(Clone, Debug)]
pub struct SortedMap<K, V> {
    parts: Vec<Part<K, V>>,
    len: usize,
}

/// A part, and an entry in it.
type Place = (usize, usize);

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> SortedMap<K, V> {
    /// A map of nothing.
    pub const fn new() -> Self {
        Self {
            parts: Vec::new(),
            len: 0,
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Every entry in the order of keys.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter::new(&self.parts, 0)
    }

    /// Every key in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// Every value in the order of keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// The least key and its value.
    pub fn first(&self) -> Option<(&K, &V)> {
        let part = self.parts.first()?;
        Some((part.keys.first()?, part.values.first()?))
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    /// Enters or replaces a value; answers the one before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok((at, index)) => Some(std::mem::replace(&mut self.parts[at].values[index], value)),
            Err(place) => {
                self.enter(place, key, value);
                None
            }
        }
    }

    /// Takes a value out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (at, index) = self.find(key).ok()?;
        let part = &mut self.parts[at];
        part.keys.remove(index);
        let value = part.values.remove(index);
        self.len -= 1;
        self.tidy(at);
        Some(value)
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (at, index) = self.find(key).ok()?;
        Some(&self.parts[at].values[index])
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (at, index) = self.find(key).ok()?;
        Some(&mut self.parts[at].values[index])
    }

    /// The value of a key, to be changed; it is made if there is none.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let (at, index) = match self.find(&key) {
            Ok(place) => place,
            Err(place) => self.enter(place, key, V::default()),
        };
        &mut self.parts[at].values[index]
    }

    /// Whether there is a value.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Every entry whose key is at least `key`, in the order of keys.
    pub fn range_from<Q: Ord + ?Sized>(&self, key: &Q) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let (at, index) = self.find(key).unwrap_or_else(|place| place);
        Iter::new(self.parts.get(at..).unwrap_or_default(), index)
    }

    /// Takes out what `keeps` does not want.
    pub fn retain(&mut self, mut keeps: impl FnMut(&K, &V) -> bool) {
        let parts = std::mem::take(self).parts;
        let entries = parts
            .into_iter()
            .flat_map(|part| part.keys.into_iter().zip(part.values));
        self.extend(entries.filter(|(key, value)| keeps(key, value)));
    }

    /// Where a key is, or where it belongs.
    #[inline(never)]
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let ends_before = |part: &Part<K, V>| part.keys.last().is_some_and(|last| last.borrow() < key);
        // Greater than all others, it belongs to the last part.
        let at = match self.parts.len() {
            0 => return Err((0, 0)),
            count => self.parts[..count - 1].partition_point(ends_before),
        };
        let found = self.parts[at]
            .keys
            .binary_search_by(|known| known.borrow().cmp(key));
        found.map(|index| (at, index)).map_err(|index| (at, index))
    }

    /// Enters a key that is not there yet; answers where it came to be.
    #[inline(never)]
    fn enter(&mut self, (at, index): Place, key: K, value: V) -> Place {
        self.len += 1;
        let Some(part) = self.parts.get_mut(at) else {
            self.parts.push(Part::of(key, value));
            return (at, 0);
        };
        if part.len() < PART {
            part.insert(index, key, value);
            return (at, index);
        }
        if index == PART {
            self.parts.insert(at + 1, Part::of(key, value));
            return (at + 1, 0);
        }
        let mut rest = part.split();
        let place = match index.checked_sub(PART / 2) {
            Some(index) => {
                rest.insert(index, key, value);
                (at + 1, index)
            }
            None => {
                part.insert(index, key, value);
                (at, index)
            }
        };
        self.parts.insert(at + 1, rest);
        place
    }

    /// After an entry was taken from a part: none is empty, and no two neighbours are nearly so.
    fn tidy(&mut self, at: usize) {
        match self.parts[at].len() {
            0 => drop(self.parts.remove(at)),
            1..SMALL => {
                self.join(at);
                self.join(at.saturating_sub(1));
            }
            _ => {}
        }
    }

    /// Joins a part and the next when they have room for each other.
    fn join(&mut self, at: usize) {
        if let [part, next, ..] = &self.parts[at..]
            && part.len() + next.len() <= PART / 2
        {
            let next = self.parts.remove(at + 1);
            self.parts[at].join(next);
        }
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SortedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Eq, V: Eq> Eq for SortedMap<K, V> {}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| {
            self.insert(key, value);
        });
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SortedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<'a, K, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_map_in_key_order(changes in prop::collection::vec((0_u16..600, prop::option::of(any::<u8>())), 0..3_000), from: u16) {
            let (mut sorted, mut map) = (SortedMap::new(), BTreeMap::new());
            for (key, value) in changes {
                match value {
                    Some(value) => prop_assert_eq!(sorted.insert(key, value), map.insert(key, value)),
                    None => prop_assert_eq!(sorted.remove(&key), map.remove(&key)),
                }
                prop_assert_eq!(sorted.get(&key), map.get(&key));
                prop_assert_eq!(sorted.get_mut(&key), map.get_mut(&key));
                prop_assert_eq!(sorted.contains_key(&key), map.contains_key(&key));
                prop_assert_eq!(sorted.first(), map.first_key_value());
                prop_assert_eq!(sorted.len(), map.len());
                prop_assert_eq!(sorted.is_empty(), map.is_empty());
            }
            let from = from % 700;
            prop_assert!(sorted.iter().eq(&map));
            prop_assert!(sorted.keys().eq(map.keys()) && sorted.values().eq(map.values()));
            prop_assert!(sorted.range_from(&from).eq(map.range(from..)));
            prop_assert!(sorted.parts.iter().all(|part| (1..=PART).contains(&part.len())));
            prop_assert_eq!(&sorted, &map.into_iter().collect());
        }
    }

    #[test]
    fn a_value_is_made_where_there_is_none() {
        let mut map = SortedMap::<u64, u64>::new();
        for key in (0..1_000).rev() {
            *map.get_or_default(key % 300) += 1;
        }
        assert_eq!(
            (map.len(), map.get(&99), map.get(&100)),
            (300, Some(&4), Some(&3))
        );
    }

    #[test]
    fn texts_are_found_by_slices() {
        let mut map = SortedMap::from([("b".to_owned(), 2), ("a".to_owned(), 1)]);
        assert_eq!(
            (map.get("a").copied(), map.remove("b"), map.get("b").copied()),
            (Some(1), Some(2), None)
        );
        map.clear();
        assert_eq!((map.len(), map.first()), (0, None));
    }

    #[test]
    fn what_is_kept_stays_in_order() {
        let mut map: SortedMap<usize, usize> = (0..10 * PART).map(|key| (key, 2 * key)).collect();
        map.retain(|key, value| key % 3 == 0 && *value > 600);
        assert!(
            map.keys()
                .copied()
                .eq((0..10 * PART).filter(|key| key % 3 == 0 && *key > 300))
        );
        assert_eq!((map.get(&303), map.get(&304), map.len()), (Some(&606), None, 326));
    }

    #[test]
    fn what_comes_in_order_lies_without_gaps() {
        let mut map: SortedMap<usize, ()> = (0..10 * PART).map(|key| (key, ())).collect();
        assert_eq!(map.parts.len(), 10);
        assert!(map.parts.iter().all(|part| part.keys.capacity() == PART));
        (0..=PART).for_each(|key| assert_eq!(map.remove(&key), Some(())));
        assert_eq!((map.parts.len(), map.first()), (9, Some((&(PART + 1), &()))));
    }

    #[test]
    fn what_becomes_rare_lies_together() {
        let mut map: SortedMap<usize, ()> = (0..100 * PART).map(|key| (key, ())).collect();
        (0..100 * PART)
            .filter(|key| key % PART != 0)
            .for_each(|key| assert_eq!(map.remove(&key), Some(())));
        assert_eq!(map.len(), 100);
        assert!(map.parts.len() <= 10, "{}", map.parts.len());
        assert!(map.keys().copied().eq((0..100).map(|part| part * PART)));
    }
}
