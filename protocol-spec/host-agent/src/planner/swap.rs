//! The swap of two slots through the scratch, a block at a time.
//!
//! Each block takes three legs, each of which is erase, copy, verify, mark. A leg can be done
//! again after a power cut, because its source is left alone until its mark is set, or counted on a new record.

use super::{Planner, Shape, Task};
use crate::core_event::CoreEvent;
use crate::effect::{Draft, Effect, Leg, Mark, Outcome};
use crate::fault::Fault;
use crate::flash::READ_LEN_MAX;
use crate::policy::Policy;
use crate::record::Phase;

/// Bytes that are compared in one step: source and target are both read.
pub(super) const COMPARE_LEN_MAX: u32 = READ_LEN_MAX / 2;

/// A step of the swap.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct SwapStep {
    block: u32,
    leg: Leg,
    part: LegPart,
    /// The leg failed once.
    again: bool,
}

/// A part of a leg; offsets are in the block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum LegPart {
    Erase(u32),
    Copy(u32),
    Verify(u32),
    Mark,
}

/// What a leg erases and copies.
struct LegLens {
    /// Bytes of the target to erase.
    room: u32,
    /// Erase unit of the target.
    unit: u32,
    /// Bytes to copy.
    len: u32,
}

impl SwapStep {
    /// The first step after `marks` marks, for `lens` bytes in and out.
    pub(super) const fn swap(shape: &Shape, marks: u32, lens: (u32, u32)) -> Self {
        let leg = match marks % 3 {
            0 => Leg::Save,
            1 => Leg::Retire,
            _ => Leg::Install,
        };
        Self::at(shape, leg, marks / 3, lens)
    }

    /// As `swap`, for an image that is copied from staging in place.
    pub(super) const fn fill(shape: &Shape, marks: u32, len: u32) -> Self {
        Self::at(shape, Leg::Fill, marks, (len, 0))
    }

    const fn at(shape: &Shape, leg: Leg, block: u32, lens: (u32, u32)) -> Self {
        let part = LegLens::of(shape, leg, block, lens).first();
        Self {
            block,
            leg,
            part,
            again: false,
        }
    }
}

impl LegLens {
    const fn of(shape: &Shape, leg: Leg, block: u32, lens: (u32, u32)) -> Self {
        let (incoming, outgoing) = lens;
        let (len, room, unit) = match leg {
            Leg::Save | Leg::Decode => {
                let len = shape.in_block(block, incoming);
                (len, len, shape.scratch_unit)
            }
            Leg::Retire => {
                let len = shape.in_block(block, outgoing);
                (len, shape.block_room(block), shape.slot_unit)
            }
            Leg::Install | Leg::WriteBack => {
                let len = shape.in_block(block, incoming);
                (len, shape.block_room(block), shape.slot_unit)
            }
            Leg::Fill => {
                let unit = shape.slot_unit;
                let rest = incoming.saturating_sub(block.saturating_mul(unit));
                (if rest < unit { rest } else { unit }, unit, unit)
            }
        };
        Self { room, unit, len }
    }

    const fn first(&self) -> LegPart {
        if self.room > 0 {
            LegPart::Erase(0)
        } else {
            LegPart::Mark
        }
    }

    /// The part after `part`; `None` after the last.
    fn after(&self, part: LegPart, piece_len: u32) -> Option<LegPart> {
        let below = |offset: u32, end: u32| Some(offset).filter(|offset| *offset < end);
        Some(match part {
            LegPart::Erase(offset) => match below(offset + self.unit, self.room) {
                Some(offset) => LegPart::Erase(offset),
                None if self.len > 0 => LegPart::Copy(0),
                None => LegPart::Mark,
            },
            LegPart::Copy(offset) => {
                below(offset + piece_len, self.len).map_or(LegPart::Verify(0), LegPart::Copy)
            }
            LegPart::Verify(offset) => {
                below(offset + COMPARE_LEN_MAX, self.len).map_or(LegPart::Mark, LegPart::Verify)
            }
            LegPart::Mark => return None,
        })
    }
}

impl Planner {
    pub(super) fn swap_effect(&self, step: SwapStep) -> Effect {
        let SwapStep {
            block, leg, part, ..
        } = step;
        let rest = |offset| self.leg_lens(step).len.saturating_sub(offset);
        match part {
            LegPart::Erase(offset) => Effect::EraseBlock { leg, block, offset },
            LegPart::Copy(offset) => {
                let len = rest(offset).min(self.shape.piece_len);
                Effect::CopyBlock {
                    leg,
                    block,
                    offset,
                    len,
                }
            }
            LegPart::Verify(offset) => {
                let len = rest(offset).min(COMPARE_LEN_MAX);
                Effect::VerifyBlock {
                    leg,
                    block,
                    offset,
                    len,
                }
            }
            LegPart::Mark => Effect::Mark {
                area: self.area(),
                mark: Mark::Progress(self.marks),
            },
        }
    }

    pub(super) fn settle_swap<P: Policy>(&mut self, step: SwapStep, last: Outcome) {
        if let Outcome::Failed(fault) = last {
            return self.leg_failed(step, fault);
        }
        match self.leg_lens(step).after(step.part, self.shape.piece_len) {
            Some(part) => self.task = Task::Swap(SwapStep { part, ..step }),
            None => self.leg_done::<P>(step),
        }
    }

    fn leg_done<P: Policy>(&mut self, step: SwapStep) {
        self.marks = self.marks.saturating_add(1);
        let (done, total) = (step.block.saturating_add(1), self.marks_total());
        self.tell = match step.leg {
            Leg::Install => Some(CoreEvent::Swap {
                step: done,
                of: total / 3,
            }),
            Leg::Fill => Some(CoreEvent::Installed {
                step: done,
                of: total,
            }),
            _ => None,
        };
        if self.marks < self.marks_total() {
            self.begin_swap();
        } else {
            self.decide::<P>();
        }
    }

    fn leg_failed(&mut self, step: SwapStep, fault: Fault) {
        if step.part == LegPart::Mark {
            // The leg itself is done, and a mark that may read either way must not decide.
            self.marks = self.marks.saturating_add(1);
            self.renew();
        } else if !step.again {
            self.tell = Some(CoreEvent::Retried(fault));
            let part = self.leg_lens(step).first();
            self.task = Task::Swap(SwapStep {
                part,
                again: true,
                ..step
            });
        } else if self.primary_is_whole(step) {
            self.write(Draft::Abandon(fault), Some(CoreEvent::Failed(fault)));
        } else {
            self.write(Draft::Stop(fault), None);
        }
    }

    /// Whether the image that ran before is still untouched in the primary slot.
    fn primary_is_whole(&self, step: SwapStep) -> bool {
        self.phase() == Phase::Swap
            && self.has_running()
            && step.block == 0
            && step.leg != Leg::Install
    }

    fn leg_lens(&self, step: SwapStep) -> LegLens {
        LegLens::of(&self.shape, step.leg, step.block, self.swap_lens())
    }
}
