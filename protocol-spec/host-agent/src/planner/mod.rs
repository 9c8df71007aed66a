//! What comes next: a state machine that orders one effect at a time.

mod shape;

pub use self::shape::Shape;
use crate::effect::{Effect, Outcome, RecordArea};
use crate::flash::Geometry;
use crate::layout::Layout;
use crate::policy::Policy;
use crate::update_core::EraseWhen;
use protocol_spec::codes::Status;

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
    /// This many bytes of the object have arrived.
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
    standing: Standing,
}

impl Planner {
    /// The planner of a host at power-on.
    #[must_use]
    pub fn new(layout: &Layout, geometry: &Geometry) -> Self {
        let shape = Shape::of(layout, geometry).unwrap_or_default();
        Self { shape, standing: Standing::Booting }
    }
}

impl Plan for Planner {
    fn next<P: Policy>(&mut self, _last: Outcome) -> Effect {
        Effect::Idle
    }

    fn request(&mut self, _request: Request) {}

    fn view(&self) -> View {
        View { area: None, standing: self.standing }
    }
}
