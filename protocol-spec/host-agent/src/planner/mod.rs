//! What comes next: a state machine that orders one effect at a time.
//!
//! | task  | begins with            | ends with                                     |
//! |-------|------------------------|-----------------------------------------------|
//! | boot  | power-on               | swap, a record to write, `Enter`, or stopped  |
//! | swap  | boot, or a revert      | boot again, with every mark set               |
//! | write | any decision to record | what the record says                          |
//! | ready | `Enter`, or stopped    | a record to write                             |
//!
//! The state is small and comparable. At the start of a block of a swap it equals that of a
//! planner that has just booted there.

mod boot;
mod cost;
mod ready;
mod shape;
mod swap;
mod write;

use protocol_spec::codes::Status;

use self::boot::BootStep;
use self::ready::{Op, Transfer};
pub use self::shape::Shape;
use self::swap::SwapStep;
use self::write::WriteStep;
use crate::core_event::{CoreEvent, EraseWhen};
use crate::effect::{Effect, Outcome, RecordArea, RecordFacts};
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

/// The planner of the two-slot layout.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Planner {
    shape: Shape,
    /// Why every offer is refused.
    unusable: Option<Refusal>,
    /// One record area cannot be read, and may hold a newer record than the other.
    half_read: bool,
    standing: Standing,
    record: Option<RecordFacts>,
    marks: Marks,
    task: Task,
    asked: Asked,
    tell: Option<CoreEvent>,
    wanted: Option<Request>,
    confirm: bool,
    transfer: Option<Transfer>,
    /// Bytes of the running image in its digest.
    running_hashed: u32,
}

/// Progress by the marks of the record in force.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
struct Marks {
    /// Steps done.
    set: u32,
    /// Whether the count may read otherwise on a later boot; a new record settles it.
    doubtful: bool,
}

/// What is being done. Each variant holds the step whose effect is next or under way.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Task {
    Boot(BootStep),
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
            marks: Marks::default(),
            task: Task::Boot(BootStep::FIRST),
            asked: Asked::Nobody,
            tell: None,
            wanted: None,
            confirm: false,
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
            Task::Swap(step) => self.settle_swap::<P>(step, last),
            Task::Write(step) => self.settle_write::<P>(step, last),
            Task::Ready(op) => self.settle_ready::<P>(op, last),
        }
    }

    fn effect(&self) -> Effect {
        match self.task {
            Task::Boot(step) => self.boot_effect(step),
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

    fn phase(&self) -> Phase {
        self.record.map_or(Phase::Stopped, |record| record.phase)
    }

    fn area(&self) -> RecordArea {
        self.record.map_or(1, |record| record.area)
    }

    /// Lengths of the image on its way in and of the one on its way out.
    fn swap_lens(&self) -> (u32, u32) {
        let running = self
            .record
            .and_then(|record| record.running_len)
            .unwrap_or(0);
        let other = self.record.and_then(|record| record.other_len).unwrap_or(0);
        if self.phase() == Phase::Revert {
            (running, other)
        } else {
            (other, running)
        }
    }

    /// Marks that are set when the transfer, or the swap, on record is done.
    fn marks_total(&self) -> u32 {
        match self.phase() {
            Phase::Receiving => {
                let length = self.record.and_then(|record| record.other_len).unwrap_or(0);
                self.shape.units_of(length)
            }
            Phase::Swap | Phase::Revert => {
                let (incoming, outgoing) = self.swap_lens();
                self.shape.marks_of_swap(incoming, outgoing)
            }
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
