use std::borrow::Borrow;

use crate::{Keys, SortedMap};

/// Keys in order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SortedSet<K>(SortedMap<K, ()>);

impl<K> Default for SortedSet<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> SortedSet<K> {
    /// A set of nothing.
    pub const fn new() -> Self {
        Self(SortedMap::new())
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Every key in order.
    pub fn iter(&self) -> Keys<'_, K> {
        Keys(self.0.iter())
    }

    /// The least key.
    pub fn first(&self) -> Option<&K> {
        Some(self.0.first()?.0)
    }
}

impl<K: Ord> SortedSet<K> {
    /// Enters a key; answers whether it was not there before.
    pub fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    /// Takes a key out; answers whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.remove(key).is_some()
    }

    /// Whether a key is there.
    pub fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains_key(key)
    }

    /// Every key that is at least `key`, in order.
    pub fn range_from<Q: Ord + ?Sized>(&self, key: &Q) -> Keys<'_, K>
    where
        K: Borrow<Q>,
    {
        Keys(self.0.range_from(key))
    }
}

impl<K: Ord> Extend<K> for SortedSet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        keys.into_iter().for_each(|key| {
            self.insert(key);
        });
    }
}

impl<K: Ord> FromIterator<K> for SortedSet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = Self::new();
        set.extend(keys);
        set
    }
}

impl<'a, K> IntoIterator for &'a SortedSet<K> {
    type Item = &'a K;
    type IntoIter = Keys<'a, K>;

    fn into_iter(self) -> Keys<'a, K> {
        self.iter()
    }
}

impl<K: Ord, const N: usize> From<[K; N]> for SortedSet<K> {
    fn from(keys: [K; N]) -> Self {
        keys.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_set_in_order(changes in prop::collection::vec((0_u16..300, any::<bool>()), 0..2_000), from: u16) {
            let (mut sorted, mut set) = (SortedSet::new(), BTreeSet::new());
            for (key, enters) in changes {
                match enters {
                    true => prop_assert_eq!(sorted.insert(key), set.insert(key)),
                    false => prop_assert_eq!(sorted.remove(&key), set.remove(&key)),
                }
                prop_assert_eq!(sorted.contains(&key), set.contains(&key));
                prop_assert_eq!(sorted.first(), set.first());
                prop_assert_eq!((sorted.len(), sorted.is_empty()), (set.len(), set.is_empty()));
            }
            let from = from % 400;
            prop_assert!(sorted.iter().eq(&set));
            prop_assert!(sorted.range_from(&from).eq(set.range(from..)));
        }
    }
}
