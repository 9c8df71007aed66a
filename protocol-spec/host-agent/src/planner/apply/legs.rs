//! The two legs of a block: to the scratch, and back to the slot.

use super::{ApplyPart, COMPARE_LEN_MAX, piece};
use crate::effect::{Effect, Leg, Side};
use crate::flash::READ_LEN_MAX;
use crate::planner::Planner;

impl Planner {
    /// The leg at work, by the marks.
    pub(super) const fn leg(&self) -> Leg {
        if self.marks % 2 == 1 {
            Leg::Decode
        } else {
            Leg::WriteBack
        }
    }

    pub(super) const fn first_of_leg(&self) -> ApplyPart {
        match self.leg() {
            Leg::Decode => ApplyPart::Before(0),
            _ => ApplyPart::EraseSlot(0),
        }
    }

    pub(super) fn leg_effect(&self, part: ApplyPart, block: u32) -> Effect {
        let (old_len, new_len) = (self.old_in(block), self.new_in(block));
        let leg = self.leg();
        match part {
            ApplyPart::Before(offset) => {
                let (len, last) = piece(old_len, offset, READ_LEN_MAX);
                Effect::SumBlock {
                    side: Side::Old,
                    offset,
                    len,
                    last,
                }
            }
            ApplyPart::EraseScratch(offset) | ApplyPart::EraseSlot(offset) => {
                Effect::EraseBlock { leg, block, offset }
            }
            ApplyPart::Begin => Effect::BeginSection,
            ApplyPart::Decode(offset) => {
                let (len, _) = piece(new_len, offset, self.shape.piece_len);
                Effect::DecodeBlock { offset, len }
            }
            ApplyPart::After(offset) => {
                let (len, last) = piece(new_len, offset, READ_LEN_MAX);
                Effect::SumBlock {
                    side: Side::New,
                    offset,
                    len,
                    last,
                }
            }
            ApplyPart::Copy(offset) => {
                let (len, _) = piece(new_len, offset, self.shape.piece_len);
                Effect::CopyBlock {
                    leg,
                    block,
                    offset,
                    len,
                }
            }
            ApplyPart::Verify(offset) => {
                let (len, _) = piece(new_len, offset, COMPARE_LEN_MAX);
                Effect::VerifyBlock {
                    leg,
                    block,
                    offset,
                    len,
                }
            }
            _ => Effect::Idle,
        }
    }

    /// The part after `part`; `None` for one that belongs to no leg.
    pub(super) fn after_leg_part(&self, part: ApplyPart, block: u32) -> Option<ApplyPart> {
        let (old_len, new_len) = (self.old_in(block), self.new_in(block));
        let marked = ApplyPart::Mark;
        let next = |offset: u32, step: u32, len: u32| {
            let offset = offset.saturating_add(step);
            Some(offset).filter(|offset| *offset < len)
        };
        let piece_len = self.shape.piece_len;
        Some(match part {
            ApplyPart::Before(offset) => next(offset, READ_LEN_MAX, old_len)
                .map_or(ApplyPart::EraseScratch(0), ApplyPart::Before),
            ApplyPart::EraseScratch(offset) => next(offset, self.shape.scratch_unit, new_len)
                .map_or(ApplyPart::Begin, ApplyPart::EraseScratch),
            ApplyPart::Begin => ApplyPart::Decode(0),
            ApplyPart::Decode(offset) => {
                next(offset, piece_len, new_len).map_or(ApplyPart::After(0), ApplyPart::Decode)
            }
            ApplyPart::After(offset) => {
                next(offset, READ_LEN_MAX, new_len).map_or(marked, ApplyPart::After)
            }
            ApplyPart::EraseSlot(offset) => next(offset, self.shape.slot_unit, self.room_of(block))
                .map_or(ApplyPart::Copy(0), ApplyPart::EraseSlot),
            ApplyPart::Copy(offset) => {
                next(offset, piece_len, new_len).map_or(ApplyPart::Verify(0), ApplyPart::Copy)
            }
            ApplyPart::Verify(offset) => {
                next(offset, COMPARE_LEN_MAX, new_len).map_or(marked, ApplyPart::Verify)
            }
            _ => return None,
        })
    }

    fn old_in(&self, block: u32) -> u32 {
        let patch = self.patch_facts();
        patch.in_block(patch.old_len, block)
    }

    fn new_in(&self, block: u32) -> u32 {
        let patch = self.patch_facts();
        patch.in_block(patch.new_len, block)
    }

    /// Bytes of the slot that the block takes.
    fn room_of(&self, block: u32) -> u32 {
        self.patch_facts().in_block(self.shape.slot_len, block)
    }
}
