use std::sync::LazyLock;

use crc::{CRC_32_ISCSI, Crc, Table};

/// The tables are made when they are first needed: as constants their 16 KiB would be part of every download.
static CRC32C: LazyLock<Crc<u32, Table<16>>> = LazyLock::new(|| Crc::<u32, Table<16>>::new(&CRC_32_ISCSI));

/// CRC-32C (Castagnoli) of `bytes`.
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    CRC32C.checksum(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_check_value_comes_out() {
        assert_eq!(super::crc32c(b"123456789"), 0xe306_9283);
    }
}
