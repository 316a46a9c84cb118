/// A sorted list of entries that is never empty.
#[derive(Clone, Debug)]
pub(crate) struct Part<K, V> {
    pub(crate) keys: Vec<K>,
    pub(crate) values: Vec<V>,
}

/// Entries in one part.
pub(crate) const PART: usize = 128;

/// Parts below it are joined with a neighbour when both are no more than half a part.
pub(crate) const SMALL: usize = PART / 8;

impl<K, V> Part<K, V> {
    pub(crate) fn of(key: K, value: V) -> Self {
        Self {
            keys: vec![key],
            values: vec![value],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn insert(&mut self, index: usize, key: K, value: V) {
        self.keys.insert(index, key);
        self.values.insert(index, value);
    }

    /// Leaves the first half and answers the other.
    pub(crate) fn split(&mut self) -> Self {
        Self {
            keys: self.keys.split_off(PART / 2),
            values: self.values.split_off(PART / 2),
        }
    }

    pub(crate) fn join(&mut self, next: Self) {
        self.keys.extend(next.keys);
        self.values.extend(next.values);
    }
}
