use super::text::TypeId;

/// Bits of a UUIDv7 that carry the permuted sequence number.
const HALF_BITS: u32 = 31;
const HALF_MASK: u64 = (1 << HALF_BITS) - 1;
const ROUNDS: u32 = 6;

/// Makes ids of one partition and leads them back to sequence numbers.
#[derive(Clone, Copy, Debug)]
pub struct IdSpace {
    seed: u64,
}

impl IdSpace {
    /// The id space of the partition with this root seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The id of the entity made at `seq` and `created_ms`.
    pub fn id(&self, prefix: &'static str, seq: u64, created_ms: u64) -> TypeId {
        let check = u128::from(self.check(seq));
        let body = u128::from(self.permute(seq));
        let uuid =
            u128::from(created_ms & 0xffff_ffff_ffff) << 80 | 0x7 << 76 | check << 64 | 0b10 << 62 | body;
        TypeId { prefix, uuid }
    }

    /// The sequence number an id of this space stands for; `None` for an id of another space.
    pub fn seq(&self, id: &TypeId) -> Option<u64> {
        let seq = self.restore((id.uuid & 0x3fff_ffff_ffff_ffff) as u64);
        let check = (id.uuid >> 64 & 0xfff) as u64;
        (check == self.check(seq)).then_some(seq)
    }

    fn check(&self, seq: u64) -> u64 {
        draw(self.seed, seq, 0) & 0xfff
    }

    /// A balanced Feistel network over 62 bits.
    fn permute(&self, seq: u64) -> u64 {
        let (mut left, mut right) = (seq >> HALF_BITS & HALF_MASK, seq & HALF_MASK);
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_leads_back_to_its_sequence(seed: u64, seq in 0u64..1 << 53, created in 0u64..1 << 48) {
            let space = IdSpace::new(seed);
            let id = space.id("task", seq, created);
            prop_assert_eq!(space.seq(&id), Some(seq));
            prop_assert_eq!(TypeId::parse("task", &id.to_string()), Ok(id));
        }
    }

    #[test]
    fn an_id_of_another_space_is_not_recognised() {
        let strangers = (0..1000).filter(|seq| {
            IdSpace::new(2)
                .seq(&IdSpace::new(1).id("task", *seq, 0))
                .is_some()
        });
        assert!(
            strangers.count() < 5,
            "12 check bits let about one in 4096 through"
        );
    }

    #[test]
    fn the_uuid_is_of_version_7() {
        let id = IdSpace::new(7).id("task", 42, 1_700_000_000_000);
        assert_eq!(id.uuid >> 76 & 0xf, 7);
        assert_eq!(id.uuid >> 62 & 0b11, 0b10);
        assert_eq!(id.uuid >> 80, 1_700_000_000_000);
    }
}
