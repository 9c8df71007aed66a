//! The fault desk: which faults are armed, when they are to strike, and which have struck.

mod catalog;

use bridge::bench::When;
use bridge::event::Phase;
use fixtures::scenario::{Counted, End, Fault, LineFault};
use protocol_spec::tick::Tick;

pub use catalog::{Group, Kind, Number, kind, kinds};

/// Most faults in the list.
pub const ARMED_MAX: usize = 64;

/// The moment of a fault, as it is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Moment {
    /// As soon as anything happens.
    #[default]
    Now,
    /// At a frame to the host, by its index.
    Frame,
    /// At an offset of the object.
    Offset,
    /// In a phase.
    Phase(Phase),
}

impl Moment {
    /// All moments that can be chosen.
    pub const ALL: [Self; 10] = [
        Self::Now,
        Self::Frame,
        Self::Offset,
        Self::Phase(Phase::Hello),
        Self::Phase(Phase::Offer),
        Self::Phase(Phase::Erase),
        Self::Phase(Phase::Stream),
        Self::Phase(Phase::Verify),
        Self::Phase(Phase::Boot),
        Self::Phase(Phase::Report),
    ];

    /// The moment in words.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Now => "at once".to_owned(),
            Self::Frame => "at a frame".to_owned(),
            Self::Offset => "at a block".to_owned(),
            Self::Phase(phase) => format!("in phase {phase}"),
        }
    }

    /// What is to be known of the moment, where its name does not say it.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Phase(Phase::Erase) => Some(
                "From the host's first word about the offer until it gives the go-ahead. A host that \
                 does not take its time goes on to the stream: then the fault strikes there.",
            ),
            Self::Now | Self::Frame | Self::Offset | Self::Phase(_) => None,
        }
    }

    /// What its number means, where it has one.
    #[must_use]
    pub fn number(self) -> Option<&'static str> {
        match self {
            Self::Frame => Some("Index of the frame to the host"),
            Self::Offset => Some("Offset in the object, bytes"),
            Self::Now | Self::Phase(_) => None,
        }
    }
}

/// A fault that is being put together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// Name of its kind.
    pub kind: &'static str,
    /// Which way the bytes go that it strikes.
    pub to: End,
    /// Its number, as typed.
    pub number: String,
    /// When.
    pub moment: Moment,
    /// The number of that, as typed.
    pub at: String,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            kind: "wrong-crc",
            to: End::Host,
            number: String::new(),
            moment: Moment::Now,
            at: "0".to_owned(),
        }
    }
}

/// Where an armed fault stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ArmState {
    /// It waits for the next update.
    Waiting,
    /// It is armed in the running update.
    Armed,
    /// It has struck.
    Struck(Tick),
    /// It could not be armed.
    Refused(String),
    /// The update ended without it.
    Missed,
    /// It has no strike of its own: from its moment on it held until the end.
    Held,
}

/// A fault of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Armed {
    /// Number in the order of arming, from 1.
    pub id: u32,
    /// Name of its kind.
    pub kind: &'static str,
    /// The fault.
    pub fault: Fault,
    /// When.
    pub when: When,
    /// Where it stands.
    pub state: ArmState,
}

impl Armed {
    /// The fault as the command line takes it.
    #[must_use]
    pub fn words(&self) -> String {
        words(self.when, self.fault)
    }

    /// What it is, and which way the bytes go that it strikes.
    #[must_use]
    pub fn name(&self) -> String {
        match self.fault {
            Fault::Line(LineFault { to: End::Host, .. }) => format!("{} to the host", self.kind),
            Fault::Line(LineFault {
                to: End::Module, ..
            }) => {
                format!("{} to the module", self.kind)
            }
            _ => self.kind.to_owned(),
        }
    }
}

/// A fault as the command line takes it: what it counts is counted from its moment on.
#[must_use]
pub fn words(when: When, fault: Fault) -> String {
    let fault = match fault {
        Fault::Line(fault) => Fault::Line(LineFault { at: None, ..fault }),
        other => other,
    };
    format!("{when}: {}", fault.render())
}

/// What the user wants of the desk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FaultCommand {
    /// Another kind.
    Kind(&'static str),
    /// Another direction.
    To(End),
    /// The kind's number, as typed.
    Number(String),
    /// Another moment.
    Moment(Moment),
    /// The moment's number, as typed.
    At(String),
    /// Arm the draft.
    Arm,
    /// Take a fault that has not struck from the list.
    Remove(u32),
    /// Take all from the list.
    Clear,
}

/// The desk.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Desk {
    /// What is put together.
    pub draft: Draft,
    /// What was armed, oldest first.
    pub armed: Vec<Armed>,
    last_id: u32,
}

impl Draft {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Option<&'static Kind> {
        kind(self.kind)
    }

    /// The fault and its moment.
    ///
    /// # Errors
    /// What is wrong with what was typed.
    pub fn made(&self) -> Result<(Fault, When), String> {
        let kind = self.kind().ok_or("Choose a fault.")?;
        let number = match kind.number {
            None => 0,
            Some(number) => in_range(&self.number, number)?,
        };
        let at = self.at.trim().parse::<u32>();
        let at = at.map_err(|_| "The moment is a whole number.".to_owned());
        let when = match self.moment {
            Moment::Now => When::Now,
            Moment::Frame => When::Frame(at?.into()),
            Moment::Offset => When::Offset(at?),
            Moment::Phase(phase) => When::Phase(phase),
        };
        Ok((kind.fault(self.to, number), when))
    }
}

fn in_range(typed: &str, number: Number) -> Result<u32, String> {
    if typed.trim().is_empty() {
        return Ok(number.plain);
    }
    let (least, most) = number.range;
    let parsed = typed.trim().parse::<u32>().ok();
    parsed
        .filter(|it| (least..=most).contains(it))
        .ok_or_else(|| format!("{}: a number from {least} to {most}.", number.name))
}

impl Desk {
    /// Puts the draft on the list.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn arm(&mut self) -> Result<&Armed, String> {
        if self.armed.len() >= ARMED_MAX {
            return Err(format!("The list holds at most {ARMED_MAX} faults."));
        }
        let (fault, when) = self.draft.made()?;
        self.last_id += 1;
        self.armed.push(Armed {
            id: self.last_id,
            kind: self.draft.kind,
            fault,
            when,
            state: ArmState::Waiting,
        });
        self.armed.last().ok_or_else(String::new)
    }

    /// Takes a fault from the list, unless it is in a running update.
    pub fn remove(&mut self, id: u32) {
        self.armed
            .retain(|armed| armed.id != id || armed.state == ArmState::Armed);
    }

    /// An update begins: all that is listed is armed in it, whatever it did in the last one.
    pub fn begin(&mut self) -> Vec<(u32, When, Fault)> {
        let armed = self.armed.iter_mut();
        armed
            .map(|armed| {
                armed.state = ArmState::Armed;
                (armed.id, armed.when, armed.fault)
            })
            .collect()
    }

    /// A fault of this kind has struck: the first of the list that has not is that one.
    pub fn struck(&mut self, at: Tick, name: &str) {
        let same =
            |armed: &&mut Armed| armed.state == ArmState::Armed && told(&armed.fault) == name;
        if let Some(armed) = self.armed.iter_mut().find(same) {
            armed.state = ArmState::Struck(at);
        }
    }

    /// A fault could not be armed.
    pub fn refused(&mut self, id: u32, why: String) {
        if let Some(armed) = self.armed.iter_mut().find(|armed| armed.id == id) {
            armed.state = ArmState::Refused(why);
        }
    }

    /// The update is over.
    pub fn end(&mut self) {
        for armed in &mut self.armed {
            if armed.state == ArmState::Armed {
                armed.state = if holds_on(&armed.fault) {
                    ArmState::Held
                } else {
                    ArmState::Missed
                };
            }
        }
    }
}

/// Whether a fault is there all the time instead of striking once.
fn holds_on(fault: &Fault) -> bool {
    matches!(fault, Fault::Line(fault) if fault.what.counts() == Counted::Whole)
}

/// The name that a fault and its strike have in common.
#[must_use]
pub fn told(fault: &Fault) -> String {
    match fault {
        Fault::Line(fault) => format!("{} to {:?}", fault.what.name(), fault.to),
        Fault::Module(fault) => {
            let text = fault.to_string();
            text.split(" at ").next().unwrap_or_default().to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_checked_before_it_is_armed() {
        let mut desk = Desk::default();
        desk.draft.kind = "stall";
        desk.draft.number = "0".to_owned();
        let told = desk.arm().expect_err("zero");
        assert!(told.contains("from 1 to"), "{told}");
        desk.draft.number = "20".to_owned();
        desk.draft.moment = Moment::Offset;
        desk.draft.at = "x".to_owned();
        assert!(desk.arm().is_err());
        desk.draft.at = "4096".to_owned();
        let armed = desk.arm().expect("armed");
        assert_eq!((armed.id, armed.when), (1, When::Offset(4096)));
    }

    #[test]
    fn what_has_struck_and_what_has_not_is_told_apart() {
        let mut desk = Desk::default();
        desk.arm().expect("armed");
        desk.draft.kind = "gap";
        desk.arm().expect("armed");
        let begun = desk.begin();
        assert_eq!(begun.len(), 2);
        let name = told(&begun[0].2);
        desk.struck(Tick::from_millis(3), &name);
        desk.struck(Tick::from_millis(4), &name);
        desk.end();
        let states: Vec<&ArmState> = desk.armed.iter().map(|armed| &armed.state).collect();
        assert_eq!(
            states,
            [&ArmState::Struck(Tick::from_millis(3)), &ArmState::Missed]
        );
        desk.begin();
        desk.remove(1);
        assert_eq!(desk.armed.len(), 2, "a fault in a running update stays");
        desk.end();
        desk.remove(1);
        assert_eq!(desk.armed.len(), 1);
    }

    #[test]
    fn what_holds_on_has_not_failed_to_strike() {
        let mut desk = Desk::default();
        desk.draft.kind = "jitter";
        desk.arm().expect("armed");
        desk.begin();
        desk.end();
        assert_eq!(desk.armed[0].state, ArmState::Held);
    }

    #[test]
    fn the_list_is_bounded() {
        let mut desk = Desk::default();
        for _ in 0..ARMED_MAX {
            desk.arm().expect("armed");
        }
        assert!(desk.arm().is_err());
    }
}
