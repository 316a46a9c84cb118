//! Putting things in order, with one sort for all of them: each further type to be sorted would cost its own code.

/// `items` by three numbers, smallest first; equals keep their order.
pub(crate) fn by<T>(items: Vec<T>, key: impl Fn(&T) -> [u64; 3]) -> Vec<T> {
    let places = places(items.iter().map(key).collect());
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    places
        .into_iter()
        .filter_map(|place| items[place].take())
        .collect()
}

/// Names in alphabetical order, each once.
pub(crate) fn names(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether no two of a few items are equal.
pub(crate) fn are_distinct<T: PartialEq>(items: &[T]) -> bool {
    items
        .iter()
        .enumerate()
        .all(|(index, item)| !items[..index].contains(item))
}

/// Indexes of the keys in order.
fn places(keys: Vec<[u64; 3]>) -> Vec<usize> {
    let mut places: Vec<([u64; 3], usize)> = keys.into_iter().zip(0..).collect();
    places.sort_unstable();
    places.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_keep_their_order() {
        let items = vec![(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd')];
        let ordered: String = by(items, |(number, _)| [*number, 0, 0])
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        assert_eq!(ordered, "bdac");
    }

    #[test]
    fn repeated_names_stand_once() {
        let given = ["b", "a", "b"].map(str::to_owned).to_vec();
        assert_eq!(names(given), ["a", "b"]);
    }

    #[test]
    fn repeats_are_seen() {
        assert!(are_distinct(&["a", "b"]) && !are_distinct(&["a", "b", "a"]));
    }
}
