//! ELF: the loadable segments, at the addresses where they lie in flash.

use object::Endianness;
use object::elf::{FileHeader32, FileHeader64, PT_LOAD};
use object::read::FileKind;
use object::read::elf::{FileHeader, ProgramHeader};

use super::areas::Areas;
use super::error::Defect;

/// Reads the segments; what has no bytes in the file (zeroed memory) is left out.
pub(super) fn parse(bytes: &[u8]) -> Result<Areas, Defect> {
    match FileKind::parse(bytes) {
        Ok(FileKind::Elf32) => segments::<FileHeader32<Endianness>>(bytes),
        Ok(FileKind::Elf64) => segments::<FileHeader64<Endianness>>(bytes),
        Ok(_) => Err(Defect::rule("header", "not an ELF file")),
        Err(error) => Err(Defect::rule("header", error)),
    }
}

fn segments<H: FileHeader<Endian = Endianness>>(bytes: &[u8]) -> Result<Areas, Defect> {
    let in_header = |error: object::read::Error| Defect::rule("header", error);
    let header = H::parse(bytes).map_err(in_header)?;
    let endian = header.endian().map_err(in_header)?;
    let mut areas = Areas::default();
    for (number, segment) in (1..).zip(header.program_headers(endian, bytes).map_err(in_header)?) {
        if segment.p_type(endian) != PT_LOAD {
            continue;
        }
        let broken = |rule: &str| Defect::rule(format!("program header {number}"), rule);
        let address: u64 = segment.p_paddr(endian).into();
        let address =
            u32::try_from(address).map_err(|_| broken("load address has more than 32 bits"))?;
        let data = segment
            .data(endian, bytes)
            .map_err(|()| broken("bytes beyond the file"))?;
        areas.add(address, data);
    }
    Ok(areas)
}
