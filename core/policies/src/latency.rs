//! How long calls take: a quantile of the last of them, from counts in buckets.

/// Values below this have a bucket each.
const EXACT: u64 = 16;
/// Buckets from one power of two to the next: a value is known to an eighth.
const PER_OCTAVE: u64 = 8;
/// Octaves above the exact values; longer ones count as the longest, about eleven days.
const OCTAVES: u64 = 26;
const BUCKETS: usize = (EXACT + OCTAVES * PER_OCTAVE) as usize;
/// Values of one half; the older half is forgotten when the newer one is full.
const HALF: u32 = 512;

/// The last 512 to 1,024 values. Never smaller than what was recorded: a bucket answers with its greatest value.
///
/// ```
/// use polyphon_policies::Latencies;
/// let mut latencies = Latencies::new();
/// (1..=100).for_each(|ms| latencies.record(ms));
/// assert_eq!(latencies.quantile(500_000), Some(51));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Latencies {
    newer: Vec<u32>,
    older: Vec<u32>,
    newer_count: u32,
    older_count: u32,
}

impl Latencies {
    /// None yet.
    pub fn new() -> Self {
        Self {
            newer: vec![0; BUCKETS],
            older: vec![0; BUCKETS],
            newer_count: 0,
            older_count: 0,
        }
    }

    /// How many are known.
    pub fn count(&self) -> u32 {
        self.newer_count + self.older_count
    }

    /// One more.
    pub fn record(&mut self, value: u64) {
        if self.newer_count >= HALF {
            std::mem::swap(&mut self.newer, &mut self.older);
            self.older_count = self.newer_count;
            self.newer.fill(0);
            self.newer_count = 0;
        }
        if let Some(bucket) = self.newer.get_mut(bucket_of(value)) {
            *bucket += 1;
            self.newer_count += 1;
        }
    }

    /// The value that so many parts per million of those known do not exceed; nothing when none is known.
    pub fn quantile(&self, ppm: u32) -> Option<u64> {
        let count = u64::from(self.count());
        if count == 0 {
            return None;
        }
        let wanted = (count * u64::from(ppm)).div_ceil(crate::PPM).clamp(1, count);
        let mut seen = 0;
        let both = self.newer.iter().zip(&self.older);
        let place = both.map(|(newer, older)| newer + older).position(|here| {
            seen += u64::from(here);
            seen >= wanted
        });
        place.map(greatest_of)
    }
}

impl Default for Latencies {
    fn default() -> Self {
        Self::new()
    }
}

fn bucket_of(value: u64) -> usize {
    if value < EXACT {
        return value as usize;
    }
    let octave = u64::from(value.ilog2() - EXACT.ilog2());
    if octave >= OCTAVES {
        return BUCKETS - 1;
    }
    let part = (value >> (octave + 1)) % PER_OCTAVE;
    (EXACT + octave * PER_OCTAVE + part) as usize
}

fn greatest_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < EXACT {
        return bucket;
    }
    let (octave, part) = ((bucket - EXACT) / PER_OCTAVE, (bucket - EXACT) % PER_OCTAVE);
    ((PER_OCTAVE + part + 1) << (octave + 1)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_quantile_is_that_of_the_last_values_to_an_eighth(
            values in prop::collection::vec(0u64..1_000_000_000, 1..3_000),
            ppm in 1u32..=1_000_000,
        ) {
            let mut latencies = Latencies::new();
            values.iter().for_each(|value| latencies.record(*value));
            let kept = latencies.count() as usize;
            prop_assert!(kept <= 2 * HALF as usize && kept >= values.len().min(HALF as usize));
            let mut last = values[values.len() - kept..].to_vec();
            last.sort_unstable();
            let rank = (kept as u64 * u64::from(ppm)).div_ceil(1_000_000).clamp(1, kept as u64);
            let exact = last[rank as usize - 1];
            let told = latencies.quantile(ppm).unwrap_or_default();
            prop_assert!(told >= exact && told <= exact + exact / 8, "{told} for {exact}");
        }

        #[test]
        fn no_numbers_break_it(values: Vec<u64>, ppm: u32) {
            let mut latencies = Latencies::new();
            values.iter().for_each(|value| latencies.record(*value));
            prop_assert_eq!(latencies.quantile(ppm).is_some(), !values.is_empty());
        }
    }

    #[test]
    fn every_bucket_ends_where_the_next_begins() {
        for bucket in 0..BUCKETS - 1 {
            assert_eq!(bucket_of(greatest_of(bucket)), bucket);
            assert_eq!(bucket_of(greatest_of(bucket) + 1), bucket + 1);
        }
    }
}
