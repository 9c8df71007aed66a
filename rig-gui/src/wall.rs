//! The wall: up to sixteen hosts side by side, each with its unit and its verdict.
//!
//! A verdict stays until the next unit is scanned in its slot, so that nobody has to look at the right
//! moment.

use crate::model::{Setup, Target};
use crate::run_view::{RunView, Stage};

/// Most slots of a wall.
pub const SLOTS_MAX: usize = 16;
/// Slots of a new wall.
const SLOTS_AT_FIRST: usize = 4;
/// Most characters of a unit's id.
pub const UNIT_CHARS_MAX: usize = 64;

/// What the user wants of the wall.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WallCommand {
    /// So many slots.
    SetCount(usize),
    /// The text in a slot's field, as typed.
    Type(usize, String),
    /// The field's text is the unit in the slot from now on.
    Scan(usize),
    /// Where the slot's host is: a port, or the emulated one when empty.
    SetPort(usize, String),
    /// Start every slot that is ready.
    StartAll,
    /// Stop every slot that runs.
    AbortAll,
    /// Start one.
    Start(usize),
    /// Stop one.
    Abort(usize),
}

/// One slot.
#[derive(Debug, Default)]
pub struct Slot {
    /// What is in its field.
    pub typed: String,
    /// The unit in it; empty until one was scanned.
    pub unit: String,
    /// The port of its host; empty = an emulated one.
    pub port: String,
    /// Its update.
    pub run: RunView,
}

/// How a slot stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotStage {
    /// No unit was scanned.
    Empty,
    /// A unit is in it and was not updated.
    Ready,
    /// It is updated now.
    Running,
    /// It has its verdict.
    Ended,
}

/// The wall.
#[derive(Debug)]
pub struct Wall {
    slots: Vec<Slot>,
}

impl Default for Wall {
    fn default() -> Self {
        let mut wall = Self { slots: Vec::new() };
        wall.set_count(SLOTS_AT_FIRST);
        wall
    }
}

impl Slot {
    /// How it stands.
    #[must_use]
    pub fn stage(&self) -> SlotStage {
        match self.run.stage {
            Stage::Running => SlotStage::Running,
            Stage::Ended => SlotStage::Ended,
            Stage::Idle if self.unit.is_empty() => SlotStage::Empty,
            Stage::Idle => SlotStage::Ready,
        }
    }

    /// The setup of its update: the common one, with its own host.
    #[must_use]
    pub fn setup(&self, common: &Setup) -> Setup {
        let target = if self.port.is_empty() {
            Target::Emulated
        } else {
            Target::Port
        };
        Setup {
            target,
            port: self.port.clone(),
            ..common.clone()
        }
    }

    /// A unit was scanned: the verdict of the one before goes.
    pub fn scan(&mut self) {
        let unit = self.typed.trim().to_owned();
        if unit.is_empty() || self.stage() == SlotStage::Running {
            return;
        }
        self.unit = unit;
        self.typed.clear();
        self.run = RunView::default();
    }
}

impl Wall {
    /// The slots, from the left.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// A slot.
    pub fn slot_mut(&mut self, index: usize) -> Option<&mut Slot> {
        self.slots.get_mut(index)
    }

    /// Takes so many slots, 1 to [`SLOTS_MAX`]. One that runs, or holds a verdict, is not taken away.
    pub fn set_count(&mut self, count: usize) {
        let count = count.clamp(1, SLOTS_MAX);
        while self.slots.len() < count {
            self.slots.push(Slot::default());
        }
        let keeps = |slot: &Slot| matches!(slot.stage(), SlotStage::Running | SlotStage::Ended);
        while self.slots.len() > count && !self.slots.last().is_some_and(keeps) {
            self.slots.pop();
        }
    }

    /// The slots that can be started.
    pub fn ready(&self) -> impl Iterator<Item = usize> {
        self.at_stage(SlotStage::Ready)
    }

    /// The slots that run.
    pub fn running(&self) -> impl Iterator<Item = usize> {
        self.at_stage(SlotStage::Running)
    }

    fn at_stage(&self, stage: SlotStage) -> impl Iterator<Item = usize> {
        let slots = self.slots.iter().enumerate();
        slots
            .filter(move |(_, slot)| slot.stage() == stage)
            .map(|(index, _)| index)
    }

    /// What keeps a slot from being started; `None` when nothing does.
    #[must_use]
    pub fn obstacle(&self, index: usize, common: &Setup) -> Option<String> {
        let slot = self.slots.get(index)?;
        match slot.stage() {
            SlotStage::Empty => Some("Scan a unit first.".to_owned()),
            SlotStage::Running => Some("It runs.".to_owned()),
            SlotStage::Ended => Some("Scan the next unit.".to_owned()),
            SlotStage::Ready => {
                let shared = |other: &&Slot| !slot.port.is_empty() && other.port == slot.port;
                if self.slots.iter().filter(shared).count() > 1 {
                    return Some(format!("{} is the port of two slots.", slot.port));
                }
                slot.setup(common).obstacle().map(str::to_owned)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bridge::event::{Event, Stamped};
    use bridge::verdict::Verdict;
    use protocol_spec::tick::Tick;

    use super::*;

    fn scanned(wall: &mut Wall, index: usize, unit: &str) {
        let slot = wall.slot_mut(index).expect("a slot");
        unit.clone_into(&mut slot.typed);
        slot.scan();
    }

    fn end(wall: &mut Wall, index: usize) {
        let slot = wall.slot_mut(index).expect("a slot");
        slot.run = RunView::begin("x".to_owned());
        let verdict = Verdict::rig_error("x".to_owned(), String::new(), String::new());
        slot.run.absorb(&Stamped {
            at: Tick::ZERO,
            event: Event::Verdict(Box::new(verdict)),
        });
    }

    #[test]
    fn a_verdict_stays_until_the_next_scan() {
        let mut wall = Wall::default();
        scanned(&mut wall, 0, " A1 ");
        assert_eq!(wall.slots()[0].unit, "A1");
        assert_eq!(wall.ready().collect::<Vec<_>>(), [0]);
        end(&mut wall, 0);
        assert_eq!(wall.slots()[0].stage(), SlotStage::Ended);
        assert!(wall.obstacle(0, &Setup::default()).is_some());
        scanned(&mut wall, 0, "");
        assert_eq!(wall.slots()[0].stage(), SlotStage::Ended);
        scanned(&mut wall, 0, "A2");
        assert_eq!(wall.slots()[0].stage(), SlotStage::Ready);
        assert_eq!(wall.obstacle(0, &Setup::default()), None);
    }

    #[test]
    fn a_slot_with_a_verdict_is_not_taken_away() {
        let mut wall = Wall::default();
        wall.set_count(99);
        assert_eq!(wall.slots().len(), SLOTS_MAX);
        end(&mut wall, 9);
        wall.set_count(1);
        assert_eq!(wall.slots().len(), 10);
    }

    #[test]
    fn two_slots_do_not_share_a_port() {
        let mut wall = Wall::default();
        for index in [0, 1] {
            scanned(&mut wall, index, "u");
            wall.slot_mut(index).expect("a slot").port = "/dev/ttyUSB0".to_owned();
        }
        let told = wall.obstacle(1, &Setup::default()).expect("an obstacle");
        assert!(told.contains("two slots"), "{told}");
    }
}
