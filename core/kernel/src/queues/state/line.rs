use std::collections::VecDeque;

/// Numbers in the order of a time or rank, mostly entered at the end and taken from the beginning: parts of a sorted list,
/// which are full but for the last one. A tree that grows at its end is half empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    parts: VecDeque<Vec<Place>>,
    len: usize,
}

type Place = (u64, u64);

/// Places in one part.
const PART: usize = 128;

impl Line {
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn first(&self) -> Option<&Place> {
        self.parts.front()?.first()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Place> {
        self.parts.iter().flatten()
    }

    /// Enters a place that is not there yet.
    pub(crate) fn insert(&mut self, place: Place) {
        let at = self.part_of(place).min(self.parts.len().saturating_sub(1));
        let Some(part) = self.parts.get_mut(at) else {
            self.len = 1;
            return self.parts.push_back(vec![place]);
        };
        let Err(index) = part.binary_search(&place) else {
            return;
        };
        self.len += 1;
        if part.len() < PART {
            return part.insert(index, place);
        }
        if index == PART {
            return self.parts.insert(at + 1, vec![place]);
        }
        let mut rest = part.split_off(PART / 2);
        match index.checked_sub(PART / 2) {
            Some(index) => rest.insert(index, place),
            None => part.insert(index, place),
        }
        self.parts.insert(at + 1, rest);
    }

    pub(crate) fn remove(&mut self, place: &Place) {
        let at = self.part_of(*place);
        let Some(part) = self.parts.get_mut(at) else {
            return;
        };
        let Ok(index) = part.binary_search(place) else {
            return;
        };
        part.remove(index);
        self.len -= 1;
        if part.is_empty() {
            self.parts.remove(at);
        }
    }

    /// The first part that ends at or behind a place.
    fn part_of(&self, place: Place) -> usize {
        self.parts
            .partition_point(|part| part.last().is_some_and(|last| *last < place))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_sorted_set(steps in prop::collection::vec((any::<bool>(), 0_u64..40, 0_u64..40), 0..2_000)) {
            let (mut line, mut set) = (Line::default(), BTreeSet::new());
            for (enters, rank, number) in steps {
                if enters {
                    line.insert((rank, number));
                    set.insert((rank, number));
                } else {
                    line.remove(&(rank, number));
                    set.remove(&(rank, number));
                }
                prop_assert_eq!(line.first(), set.first());
            }
            prop_assert!(line.iter().eq(set.iter()));
            prop_assert_eq!(line.len(), set.len());
            prop_assert_eq!(line.is_empty(), set.is_empty());
            prop_assert!(line.parts.iter().all(|part| (1..=PART).contains(&part.len())));
        }
    }

    #[test]
    fn what_comes_in_order_lies_without_gaps() {
        let mut line = Line::default();
        (0..10 * PART as u64).for_each(|number| line.insert((number, number)));
        assert_eq!(line.parts.len(), 10);
        assert!(line.parts.iter().all(|part| part.capacity() == PART));
        (0..PART as u64 + 1).for_each(|number| line.remove(&(number, number)));
        assert_eq!((line.parts.len(), line.first()), (9, Some(&(129, 129))));
    }
}
