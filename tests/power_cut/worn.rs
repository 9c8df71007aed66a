//! Areas of a flash that fail, and boots that end in an operation.

use fixtures::flash::{Defect, Operation, Reading, StrictFlash, Tear};
use host_agent::layout::Area;

/// What fails in an area.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fails {
    Erase,
    /// Erases say that they are done and change nothing.
    EraseHidden,
    Program,
    Read,
}

pub(crate) trait Wear {
    /// From now on `what` fails in `area`, after it succeeded `after` times.
    fn wear_out(&mut self, what: Fails, area: Area, after: u32);

    /// As `wear_out`, for one operation only.
    fn wear_out_once(&mut self, what: Fails, area: Area, after: u32);

    /// Power on: unstable cells read as `reading` says, and the power goes inside the operation after
    /// `cut` more.
    fn power_on_as(&mut self, reading: Reading, cut: Option<u32>);
}

impl Wear for StrictFlash {
    fn wear_out(&mut self, what: Fails, area: Area, after: u32) {
        self.add_defect(defect(what, area, after));
    }

    fn wear_out_once(&mut self, what: Fails, area: Area, after: u32) {
        self.add_defect(Defect {
            times: Some(1),
            ..defect(what, area, after)
        });
    }

    fn power_on_as(&mut self, reading: Reading, cut: Option<u32>) {
        self.read_unstable_as(reading);
        self.disarm();
        self.power_on();
        if let Some(after) = cut {
            self.cut_inside(after.into(), Tear::Unstable);
        }
    }
}

fn defect(what: Fails, area: Area, after: u32) -> Defect {
    let operation = match what {
        Fails::Erase | Fails::EraseHidden => Operation::Erase,
        Fails::Program => Operation::Program,
        Fails::Read => Operation::Read,
    };
    Defect {
        after,
        hidden: what == Fails::EraseHidden,
        ..Defect::new(area.start, area.len, operation)
    }
}
