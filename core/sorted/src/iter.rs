use std::slice;

use crate::part::Part;

/// Entries in the order of their keys.
#[derive(Debug)]
pub struct Iter<'a, K, V> {
    keys: slice::Iter<'a, K>,
    values: slice::Iter<'a, V>,
    parts: slice::Iter<'a, Part<K, V>>,
}

impl<'a, K, V> Iter<'a, K, V> {
    /// From an entry of the first part on.
    pub(crate) fn new(parts: &'a [Part<K, V>], index: usize) -> Self {
        let mut parts = parts.iter();
        let first = parts.next();
        let keys = first.and_then(|part| part.keys.get(index..));
        let values = first.and_then(|part| part.values.get(index..));
        Self {
            keys: keys.unwrap_or_default().iter(),
            values: values.unwrap_or_default().iter(),
            parts,
        }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(key) = self.keys.next() {
                return Some((key, self.values.next()?));
            }
            let part = self.parts.next()?;
            (self.keys, self.values) = (part.keys.iter(), part.values.iter());
        }
    }
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self {
            keys: self.keys.clone(),
            values: self.values.clone(),
            parts: self.parts.clone(),
        }
    }
}

/// Keys in order.
#[derive(Debug)]
pub struct Keys<'a, K>(pub(crate) Iter<'a, K, ()>);

impl<'a, K> Iterator for Keys<'a, K> {
    type Item = &'a K;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.0)
    }
}

impl<K> Clone for Keys<'_, K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
