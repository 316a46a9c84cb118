use super::subject::TOKENS_MAX;

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A token of a subject and its hash.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) hash: u64,
}

/// The tokens of a subject, hashed in the pass that finds them. The seed, which nobody outside knows, decides which long
/// tokens collide; tokens of up to seven bytes never do.
pub(super) fn tokens(seed: u64, subject: &str) -> ([Token<'_>; TOKENS_MAX], usize) {
    let mut tokens = [Token::default(); TOKENS_MAX];
    let (mut count, mut start, mut hash, mut word) = (0, 0, seed, 0);
    for (at, byte) in subject.bytes().enumerate() {
        if byte == b'.' {
            tokens[count] = Token {
                text: &subject[start..at],
                hash: mix(hash ^ word),
            };
            (count, start, hash, word) = (count + 1, at + 1, seed, 0);
            continue;
        }
        word = word << 8 | u64::from(byte);
        if (at - start) % 8 == 7 {
            (hash, word) = (mix(hash ^ word), 0);
        }
    }
    tokens[count] = Token {
        text: &subject[start..],
        hash: mix(hash ^ word),
    };
    (tokens, count + 1)
}

/// The hash of the step from a node by a token.
pub(super) fn step(node: u32, hash: u64) -> u64 {
    mix(hash ^ u64::from(node).wrapping_mul(ODD))
}

/// A permutation of 64 bits that needs no wider product, which WebAssembly does not have.
fn mix(value: u64) -> u64 {
    let value = (value ^ value >> 32).wrapping_mul(ODD);
    value ^ value >> 29
}
