//! Smaller payloads: LZ4 where speed counts, DEFLATE where others must read it. Both are bounded by the size that is
//! declared beside the bytes, by 10 MB, and by a ratio of 100 to 1.

use crate::envelope::choice;
use crate::error::{Code, ProtocolError, Result};
use crate::limits::MESSAGE_BYTES;
use miniz_oxide::{deflate, inflate};

choice! {
    /// How a payload is made smaller.
    Compression {
        /// An LZ4 block, without the frame around it.
        Lz4 = 1 "lz4",
        /// Raw DEFLATE (RFC 1951), without zlib's or gzip's head.
        Deflate = 2 "deflate",
    }
}

/// Payloads below this stay as they are.
pub const FROM_BYTES: usize = 1024;
/// How many times larger bytes may be than what they were compressed to.
pub const RATIO_MAX: usize = 100;
/// zlib's default: speed and size in balance.
const DEFLATE_LEVEL: u8 = 6;

impl Compression {
    /// The compressed bytes; `None` when they are better sent as they are: too short, not smaller, or so much smaller
    /// that a receiver would take them for a bomb.
    pub fn compress(self, bytes: &[u8]) -> Option<Vec<u8>> {
        if bytes.len() < FROM_BYTES || bytes.len() > MESSAGE_BYTES {
            return None;
        }
        let small = match self {
            Self::Lz4 => lz4_flex::block::compress(bytes),
            Self::Deflate => deflate::compress_to_vec(bytes, DEFLATE_LEVEL),
        };
        (small.len() < bytes.len() && bytes.len() <= small.len() * RATIO_MAX).then_some(small)
    }

    /// The bytes that were compressed, exactly `size` of them. Never allocates more than that.
    ///
    /// # Errors
    /// `PROTOCOL_COMPRESSION_BOMB` when `size` is above 10 MB or 100 times the bytes that are there,
    /// `PROTOCOL_COMPRESSION_INVALID` when the bytes are damaged or give another size.
    pub fn decompress(self, bytes: &[u8], size: usize) -> Result<Vec<u8>> {
        if size > MESSAGE_BYTES || size > bytes.len().saturating_mul(RATIO_MAX) {
            let rule = "must grow to at most 10 MB and 100 times its bytes";
            return Err(ProtocolError::new(Code::CompressionBomb, "payload", rule, "more"));
        }
        let large = match self {
            Self::Lz4 => lz4_flex::block::decompress(bytes, size).ok(),
            Self::Deflate => inflate_exactly(bytes, size),
        };
        large.filter(|large| large.len() == size).ok_or_else(|| {
            let rule = format!("must be {} of the declared size", self.as_str());
            ProtocolError::new(Code::CompressionInvalid, "payload", rule, "other bytes")
        })
    }
}

/// Inflates into exactly `size` bytes; bytes behind the end of the stream are no part of it and are refused.
fn inflate_exactly(bytes: &[u8], size: usize) -> Option<Vec<u8>> {
    use inflate::TINFLStatus;
    use inflate::core::{DecompressorOxide, decompress, inflate_flags};
    let mut out = vec![0; size];
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, written) = decompress(&mut DecompressorOxide::new(), bytes, &mut out, 0, flags);
    (status == TINFLStatus::Done && read == bytes.len() && written == size).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words in no order that repeats.
    fn prose(len: usize) -> Vec<u8> {
        let words = [
            "the ", "quick ", "brown ", "fox ", "jumps ", "over ", "lazy ", "dogs ",
        ];
        let word = |n: u32| words[(n.wrapping_mul(2_654_435_761) >> 29) as usize];
        (1..)
            .flat_map(|n: u32| word(n.wrapping_mul(n)).bytes())
            .take(len)
            .collect()
    }

    #[test]
    fn what_is_compressed_comes_back() {
        for compression in Compression::ALL {
            for len in [1024, 4096, 100_000] {
                let bytes = prose(len);
                let small = compression.compress(&bytes).unwrap();
                assert!(small.len() < len);
                assert_eq!(compression.decompress(&small, len), Ok(bytes));
            }
        }
    }

    #[test]
    fn what_gains_nothing_or_too_much_is_sent_plain() {
        let noise: Vec<u8> = (0..2048_u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        for compression in Compression::ALL {
            assert_eq!(compression.compress(&prose(1023)), None, "too short");
            assert_eq!(compression.compress(&noise[..1100]), None, "not smaller");
            assert_eq!(compression.compress(&vec![0; 1_000_000]), None, "a bomb");
        }
    }

    #[test]
    fn damaged_or_lying_bytes_are_refused() {
        let bytes = prose(5000);
        for compression in Compression::ALL {
            let small = compression.compress(&bytes).unwrap();
            for size in [0, 4999, 5001] {
                let error = compression.decompress(&small, size).unwrap_err();
                assert_eq!(error.code, Code::CompressionInvalid, "{compression:?} {size}");
            }
            for cut in 0..small.len() {
                assert!(compression.decompress(&small[..cut], 5000).is_err());
            }
            let longer = [&small[..], &[0]].concat();
            assert!(
                compression.decompress(&longer, 5000).is_err(),
                "something follows"
            );
            let bomb = compression.decompress(&small, small.len() * 100 + 1).unwrap_err();
            assert_eq!(bomb.code, Code::CompressionBomb);
            assert_eq!(
                compression
                    .decompress(&vec![0; 200_000], MESSAGE_BYTES + 1)
                    .unwrap_err()
                    .code,
                Code::CompressionBomb
            );
        }
    }

    #[test]
    fn a_bomb_stops_at_the_declared_size() {
        let bomb = deflate::compress_to_vec(&vec![0; 8_000_000], 9);
        let error = Compression::Deflate.decompress(&bomb, 10_000).unwrap_err();
        assert_eq!(error.code, Code::CompressionInvalid);
    }
}
