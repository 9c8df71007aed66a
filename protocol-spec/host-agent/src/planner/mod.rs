//! What comes next: a state machine that orders one effect at a time.
//!
//! | task  | begins with            | ends with                                     |
//! |-------|------------------------|-----------------------------------------------|
//! | boot  | power-on               | swap, a record to write, `Enter`, or stopped  |
//! | apply | boot                   | a record to write                             |
//! | swap  | boot, or a revert      | boot again, with every mark set               |
//! | write | any decision to record | what the record says                          |
//! | ready | `Enter`, or stopped    | a record to write                             |
//!
//! The state is small and comparable. At the start of a block of a swap or of a patch it equals that
//! of a planner that has just booted there.

mod apply;
mod boot;
mod cost;
mod prepare;
mod ready;
mod shape;
mod swap;
mod write;

use protocol_spec::codes::Status;

use self::apply::ApplyStep;
use self::boot::BootStep;
pub(crate) use self::cost::Cost;
use self::ready::{Op, Transfer};
pub use self::shape::Shape;
use self::swap::SwapStep;
use self::write::WriteStep;
use crate::core_event::{CoreEvent, EraseWhen};
use crate::effect::{Draft, Effect, Outcome, PatchFacts, RecordArea, RecordFacts, Store};
use crate::fault::Refusal;
use crate::flash::Geometry;
use crate::layout::Layout;
use crate::policy::Policy;
use crate::record::Phase;

/// A planner, or a wrapper of one.
///
/// A wrapper hands every call on and changes effects on their way out: it may leave one out by
/// answering [`Outcome::Done`] for it, hold one back, or put one in front of another.
pub trait Plan: Clone {
    /// The next effect, given what became of the last one.
    fn next<P: Policy>(&mut self, last: Outcome) -> Effect;

    /// Takes a request; it is served when the effects under way allow it.
    fn request(&mut self, request: Request);

    /// What the planner knows.
    fn view(&self) -> View;
}

/// What the session wants.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Request {
    /// Weigh the last offer.
    Offer(EraseWhen),
    /// Every byte of the object below this offset has arrived.
    Written(u32),
    /// Verify the object.
    Finish,
    /// Store the boot order.
    Boot,
    /// Confirm the running image.
    Confirm,
    /// Forget the transfer.
    Abort,
}

/// What a planner knows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct View {
    /// The area of the record in force.
    pub area: Option<RecordArea>,
    /// Where the host stands.
    pub standing: Standing,
}

/// Where the host stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Standing {
    /// The boot step is under way.
    Booting,
    /// The image in the primary slot is entered.
    Entered {
        /// It is new and not confirmed.
        tried: bool,
    },
    /// Nothing is entered.
    Stopped(Status),
    /// A boot order is stored: only a reset helps.
    Ordered,
}

/// The planner of both layouts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Planner {
    shape: Shape,
    /// Why every offer is refused.
    unusable: Option<Refusal>,
    /// One record area cannot be read, and may hold a newer record than the other.
    half_read: bool,
    standing: Standing,
    record: Option<RecordFacts>,
    /// It was written since power-on: no cut has torn one of its marks.
    fresh: bool,
    /// Marks that are set.
    marks: u32,
    task: Task,
    asked: Asked,
    tell: Option<CoreEvent>,
    wanted: Option<Request>,
    confirm: bool,
    /// How often the new image was entered.
    tried: u8,
    /// The patch that was opened.
    patch: Option<PatchFacts>,
    transfer: Option<Transfer>,
    /// Bytes of the running image in its digest.
    running_hashed: u32,
}

/// What is being done. Each variant holds the step whose effect is next or under way.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Task {
    Boot(BootStep),
    Apply(ApplyStep),
    Swap(SwapStep),
    Write(WriteStep),
    Ready(Op),
}

/// Whose outcome comes next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Asked {
    Nobody,
    Task,
}

impl Planner {
    /// The planner of a host at power-on.
    ///
    /// With a layout that does not fit the flash it enters nothing and refuses every offer.
    #[must_use]
    pub fn new(layout: &Layout, geometry: &Geometry) -> Self {
        let shape = Shape::of(layout, geometry);
        let mut planner = Self {
            shape: shape.unwrap_or_default(),
            unusable: shape.err().map(|error| Refusal::Layout(error.status())),
            half_read: false,
            standing: Standing::Booting,
            record: None,
            fresh: false,
            marks: 0,
            task: Task::Boot(BootStep::FIRST),
            asked: Asked::Nobody,
            tell: None,
            wanted: None,
            confirm: false,
            tried: 0,
            patch: None,
            transfer: None,
            running_hashed: 0,
        };
        if let Some(refusal) = planner.unusable {
            planner.halt(refusal.status());
        }
        planner
    }

    fn settle<P: Policy>(&mut self, last: Outcome) {
        match self.task {
            Task::Boot(step) => self.settle_boot::<P>(step, last),
            Task::Apply(step) => self.settle_apply(step, last),
            Task::Swap(step) => self.settle_swap::<P>(step, last),
            Task::Write(step) => self.settle_write::<P>(step, last),
            Task::Ready(op) => self.settle_ready::<P>(op, last),
        }
    }

    fn effect(&self) -> Effect {
        match self.task {
            Task::Boot(step) => self.boot_effect(step),
            Task::Apply(step) => self.apply_effect(step),
            Task::Swap(step) => self.swap_effect(step),
            Task::Write(step) => self.write_effect(step),
            Task::Ready(op) => self.ready_effect(op),
        }
    }

    /// Stays stopped until a full image comes.
    fn halt(&mut self, status: Status) {
        self.standing = Standing::Stopped(status);
        self.tell = Some(CoreEvent::Stopped(status));
        self.task = Task::Ready(Op::None);
    }

    /// Takes a new record on which the marks so far are counted: a boot sets no mark on a record that
    /// it did not write, as a cut may have torn it (ADR-0004).
    fn renew(&mut self) {
        let (base, tried) = (self.marks, self.tried);
        self.write(Draft::Renew { base, tried }, None);
    }

    fn phase(&self) -> Phase {
        self.record.map_or(Phase::Stopped, |record| record.phase)
    }

    fn area(&self) -> RecordArea {
        self.record.map_or(1, |record| record.area)
    }

    /// Length of the object staged, or of the image to fall back to.
    fn other_len(&self) -> u32 {
        self.record.and_then(|record| record.other_len).unwrap_or(0)
    }

    /// Lengths of the image on its way in and of the one on its way out.
    fn swap_lens(&self) -> (u32, u32) {
        let running = self
            .record
            .and_then(|record| record.running_len)
            .unwrap_or(0);
        let other = self.other_len();
        if self.phase() == Phase::Revert {
            (running, other)
        } else {
            (other, running)
        }
    }

    /// Marks that are set when the transfer, or the swap, on record is done.
    fn marks_total(&self) -> u32 {
        match self.phase() {
            Phase::Receiving => self.shape.units_of(Store::Staging, self.other_len()),
            Phase::Overwrite | Phase::Install => self.shape.units_of(Store::Slot, self.other_len()),
            Phase::Swap | Phase::Revert => {
                let (incoming, outgoing) = self.swap_lens();
                self.shape.marks_of_swap(incoming, outgoing)
            }
            Phase::Apply => self.patch_marks(),
            Phase::Confirmed | Phase::Stopped => 0,
        }
    }
}

impl Plan for Planner {
    fn next<P: Policy>(&mut self, last: Outcome) -> Effect {
        if self.asked == Asked::Task {
            self.settle::<P>(last);
        }
        self.asked = Asked::Nobody;
        if self.tell.is_none() && self.task == Task::Ready(Op::None) {
            self.choose();
        }
        if let Some(event) = self.tell.take() {
            return Effect::Tell(event);
        }
        self.asked = Asked::Task;
        self.effect()
    }

    fn request(&mut self, request: Request) {
        match request {
            Request::Written(written) => self.arrived(written),
            Request::Confirm => self.confirm = true,
            Request::Offer(_) | Request::Abort => {
                // The answer to an offer that is no longer wanted.
                self.tell = self
                    .tell
                    .filter(|tell| !matches!(tell, CoreEvent::Accepted { .. }));
                self.wanted = Some(request);
            }
            Request::Finish | Request::Boot => self.wanted = Some(request),
        }
    }

    fn view(&self) -> View {
        View {
            area: self.record.map(|record| record.area),
            standing: self.standing,
        }
    }
}
