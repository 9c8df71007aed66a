//! The two checksums of the wire.
//!
//! Statics, not constants: a constant table is copied to every place of use.

use crc::{CRC_16_IBM_3740, CRC_32_ISO_HDLC, Crc, Table};

/// Lanes of the tables: 16 on a desktop (about ten times as fast), 1 on an MCU (1.5 KB of flash).
#[cfg(target_os = "none")]
type Lanes = Table<1>;
#[cfg(not(target_os = "none"))]
type Lanes = Table<16>;

/// CRC-16/CCITT-FALSE of the ayla link: polynomial 1021, start ffff, not reflected.
pub static CRC16: Crc<u16, Lanes> = Crc::<u16, Lanes>::new(&CRC_16_IBM_3740);

/// CRC-32/ISO-HDLC of the rig dialect and of the boot record.
pub static CRC32: Crc<u32, Lanes> = Crc::<u32, Lanes>::new(&CRC_32_ISO_HDLC);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values() {
        assert_eq!(CRC16.checksum(b"123456789"), 0x29b1);
        assert_eq!(CRC32.checksum(b"123456789"), 0xcbf4_3926);
    }
}
