//! What a patch file says of itself, without any image.

mod defect;
mod report;
#[cfg(test)]
mod tests;
mod walk;

use host_agent::patch::PatchFault;
use host_agent::update_core::Fault;
use protocol_spec::patch::section::expected;
use protocol_spec::patch::{Head, HeadError, head};

pub use self::defect::Defect;
pub use self::report::{BlockReport, HeadReport, ImageReport};

use self::walk::Walk;
use super::operations::{misses, operations};

/// A patch file, taken apart as far as it can be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspection {
    /// Its head.
    pub head: HeadReport,
    /// Its sections, in the order in which they are applied.
    pub blocks: Vec<BlockReport>,
    /// What is wrong with it, in the order in which it was found.
    pub defects: Vec<Defect>,
}

/// Takes a patch file apart.
///
/// # Errors
/// Why its head cannot be used; whatever is wrong behind the head is among the defects.
pub fn inspect(file: &[u8]) -> Result<Inspection, HeadError> {
    let (head, head_len) = Head::decode(file)?;
    let mut defects = Vec::new();
    if head.file_len as usize != file.len() {
        defects.push(Defect::Length {
            stated: head.file_len,
            found: file.len(),
        });
    } else if head::file_crc(file) != Some(head.crc) {
        defects.push(Defect::Crc);
    }
    let mut walk = Walk::new(file, &head, head_len);
    let mut blocks = Vec::new();
    for section in 0..u32::from(head.sections) {
        match walk.section(section) {
            Ok(block) => blocks.push(block),
            Err(defect) => {
                defects.push(defect);
                break;
            }
        }
    }
    let behind = walk.behind();
    if defects.is_empty() && behind > 0 {
        defects.push(Defect::Behind { bytes: behind });
    }
    if defects.is_empty() {
        match operations(file, &head) {
            Ok(all) => {
                for (block, operations) in blocks.iter_mut().zip(all) {
                    block.operations = Some(operations);
                }
            }
            Err(fault) => defects.push(Defect::Operations { fault }),
        }
    }
    Ok(Inspection {
        head: HeadReport::of(&head, head_len),
        blocks,
        defects,
    })
}

impl Inspection {
    /// Sections that are for another block than the one that follows in the direction of the head.
    #[must_use]
    pub fn jumps(&self) -> usize {
        let (blocks, descending) = (self.head.blocks, self.head.descending);
        let mut last = None;
        let jumps = self.blocks.iter().filter(|found| {
            let expected = expected(last.replace(found.block), blocks, descending);
            found.block != expected
        });
        jumps.count()
    }

    /// Adds how well bytes are predicted when `file` is applied to `old`, which must be the image
    /// that it is for.
    ///
    /// # Errors
    /// What the applier says.
    pub fn predict(&mut self, file: &[u8], old: &[u8]) -> Result<(), Fault> {
        let (head, _) = Head::decode(file).map_err(PatchFault::from)?;
        let misses = misses(file, old, &head)?;
        for block in &mut self.blocks {
            if let Some(operations) = &mut block.operations {
                operations.predicted(misses.get(&block.block).copied().unwrap_or(0));
            }
        }
        Ok(())
    }
}
