use super::text::TypeId;

/// Bits of the sequence number, a JavaScript number below 2^53; the partition stands above them.
const SEQ_BITS: u32 = 53;
/// Bits of half a UUIDv7's random part, which carries permuted partition and sequence.
const HALF_BITS: u32 = 31;
const HALF_MASK: u64 = (1 << HALF_BITS) - 1;
const ROUNDS: u32 = 6;

/// Makes ids of one partition and leads ids back to partition and sequence number. Partitions that share a seed read each
/// other's ids.
#[derive(Clone, Copy, Debug)]
pub struct IdSpace {
    seed: u64,
    partition: u32,
}

impl IdSpace {
    /// The id space of the partition of this number with this root seed.
    pub fn new(seed: u64, partition: u32) -> Self {
        Self { seed, partition }
    }

    /// The id of the entity made at `seq` and `created_ms`.
    pub fn id(&self, prefix: &'static str, seq: u64, created_ms: u64) -> TypeId {
        let place = u64::from(self.partition) << SEQ_BITS | seq;
        let check = u128::from(self.check(place));
        let body = u128::from(self.permute(place));
        let uuid =
            u128::from(created_ms & 0xffff_ffff_ffff) << 80 | 0x7 << 76 | check << 64 | 0b10 << 62 | body;
        TypeId { prefix, uuid }
    }

    /// The sequence number an id of this partition stands for; `None` for any other id.
    pub fn seq(&self, id: &TypeId) -> Option<u64> {
        let (partition, seq) = self.place(id)?;
        (partition == self.partition).then_some(seq)
    }

    /// Partition and sequence number an id stands for; `None` for an id of another seed.
    pub fn place(&self, id: &TypeId) -> Option<(u32, u64)> {
        let place = self.restore((id.uuid & 0x3fff_ffff_ffff_ffff) as u64);
        let check = (id.uuid >> 64 & 0xfff) as u64;
        let (partition, seq) = (place >> SEQ_BITS, place & ((1 << SEQ_BITS) - 1));
        (check == self.check(place)).then_some((partition as u32, seq))
    }

    fn check(&self, place: u64) -> u64 {
        draw(self.seed, place, 0) & 0xfff
    }

    /// A balanced Feistel network over 62 bits.
    fn permute(&self, place: u64) -> u64 {
        let (mut left, mut right) = (place >> HALF_BITS & HALF_MASK, place & HALF_MASK);
        for round in 1..=ROUNDS {
            (left, right) = (right, left ^ draw(self.seed, right, round) & HALF_MASK);
        }
        left << HALF_BITS | right
    }

    fn restore(&self, permuted: u64) -> u64 {
        let (mut left, mut right) = (permuted >> HALF_BITS, permuted & HALF_MASK);
        for round in (1..=ROUNDS).rev() {
            (left, right) = (right ^ draw(self.seed, left, round) & HALF_MASK, left);
        }
        left << HALF_BITS | right
    }
}

/// A random draw: a pure function of root seed, sequence and the site that draws (splitmix64 finalisers).
pub(crate) fn draw(seed: u64, seq: u64, site: u32) -> u64 {
    mix(mix(seed ^ mix(seq)).wrapping_add(u64::from(site).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::PARTITIONS;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_leads_back_to_its_partition_and_sequence(
            seed: u64, partition in 0..PARTITIONS, seq in 0u64..1 << 53, created in 0u64..1 << 48
        ) {
            let space = IdSpace::new(seed, partition);
            let id = space.id("task", seq, created);
            prop_assert_eq!(space.seq(&id), Some(seq));
            let other = IdSpace::new(seed, (partition + 1) % PARTITIONS);
            prop_assert_eq!(other.seq(&id), None, "it is an id of another partition");
            prop_assert_eq!(other.place(&id), Some((partition, seq)), "whose number it says");
            prop_assert_eq!(TypeId::parse("task", &id.to_string()), Ok(id));
        }
    }

    #[test]
    fn an_id_of_another_space_is_not_recognised() {
        let strangers = (0..1000).filter(|seq| {
            IdSpace::new(2, 0)
                .place(&IdSpace::new(1, 0).id("task", *seq, 0))
                .is_some()
        });
        assert!(
            strangers.count() < 5,
            "12 check bits let about one in 4096 through"
        );
    }

    #[test]
    fn the_same_sequence_has_an_id_in_every_partition() {
        let ids = (0..PARTITIONS).map(|partition| IdSpace::new(7, partition).id("task", 42, 0).uuid);
        let ids: std::collections::BTreeSet<u128> = ids.collect();
        assert_eq!(ids.len(), PARTITIONS as usize);
    }

    #[test]
    fn ids_never_change() {
        let text = |partition| {
            IdSpace::new(7, partition)
                .id("task", 42, 1_700_000_000_000)
                .to_string()
        };
        assert_eq!(text(0), "task_01hf7yat00ffqsrksqtqran08s");
        assert_eq!(text(511), "task_01hf7yat00fkrr4nm5ajvnb25x");
    }

    #[test]
    fn the_uuid_is_of_version_7() {
        let id = IdSpace::new(7, 0).id("task", 42, 1_700_000_000_000);
        assert_eq!(id.uuid >> 76 & 0xf, 7);
        assert_eq!(id.uuid >> 62 & 0b11, 0b10);
        assert_eq!(id.uuid >> 80, 1_700_000_000_000);
    }
}
