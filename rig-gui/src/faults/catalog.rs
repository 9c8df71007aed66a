//! Every fault that can be armed, with its words and its number.

mod host;

use fixtures::scenario::{End, Fault, LateAfter, LineFault, LineTrouble, ModuleFault};

use crate::model::Target;

/// Why the host itself cannot be struck behind a port.
const OUT_OF_REACH: &str = "Out of reach on a serial port: this program holds the line and plays the \
                            module, and has neither the flash nor the power of the host in its hands. \
                            Choose the emulated host on the first screen for these.";

/// Where a fault strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// Bytes and frames on the line.
    Line,
    /// What the module says.
    Module,
    /// Power and flash of the host.
    Host,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 3] = [Self::Line, Self::Module, Self::Host];

    /// The title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Line => "Line",
            Self::Module => "Protocol",
            Self::Host => "Flash and power",
        }
    }

    /// Why none of its faults can be armed where the host is behind `target`; `None` when they can.
    #[must_use]
    pub fn obstacle(self, target: Target) -> Option<&'static str> {
        (self == Self::Host && target == Target::Port).then_some(OUT_OF_REACH)
    }
}

/// A number that a fault takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number {
    /// What it is, with its unit.
    pub name: &'static str,
    /// The number at first.
    pub plain: u32,
    /// Least and largest.
    pub range: (u32, u32),
}

/// One kind of fault.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its name, as a scenario has it.
    pub name: &'static str,
    /// What happens, in words.
    pub text: &'static str,
    /// Where it strikes.
    pub group: Group,
    /// The number that it takes, if any.
    pub number: Option<Number>,
    make: fn(End, u32) -> Fault,
}

impl Kind {
    /// The fault, in the direction `to`, with its number.
    #[must_use]
    pub fn fault(&self, to: End, number: u32) -> Fault {
        let number = self
            .number
            .map_or(number, |it| number.clamp(it.range.0, it.range.1));
        (self.make)(to, number)
    }
}

const fn line(name: &'static str, text: &'static str, make: fn(End, u32) -> Fault) -> Kind {
    Kind {
        name,
        text,
        group: Group::Line,
        number: None,
        make,
    }
}

const fn module(name: &'static str, text: &'static str, make: fn(End, u32) -> Fault) -> Kind {
    Kind {
        group: Group::Module,
        ..line(name, text, make)
    }
}

const fn of_host(name: &'static str, text: &'static str, make: fn(End, u32) -> Fault) -> Kind {
    Kind {
        group: Group::Host,
        ..line(name, text, make)
    }
}

const fn with(kind: Kind, name: &'static str, plain: u32, range: (u32, u32)) -> Kind {
    Kind {
        number: Some(Number { name, plain, range }),
        ..kind
    }
}

fn on_line(to: End, what: LineTrouble) -> Fault {
    Fault::Line(LineFault {
        to,
        at: Some(0),
        per_million: None,
        what,
    })
}

fn whole(to: End, what: LineTrouble) -> Fault {
    Fault::Line(LineFault {
        to,
        at: None,
        per_million: None,
        what,
    })
}

const MS: (u32, u32) = (1, 10_000);

/// Faults of the line.
const LINE: [Kind; 15] = [
    with(
        line("flip", "Bits of a byte change.", |to, xor| {
            let xor = u8::try_from(xor).unwrap_or(1);
            on_line(to, LineTrouble::Flip { xor })
        }),
        "bits to flip, 1 to 255",
        1,
        (1, 255),
    ),
    line("drop-byte", "A byte is lost.", |to, _| {
        on_line(to, LineTrouble::DropByte)
    }),
    with(
        line("insert", "Noise arrives before a byte.", |to, len| {
            on_line(to, LineTrouble::Insert { len })
        }),
        "bytes of noise",
        4,
        (1, 1024),
    ),
    with(
        line(
            "stall",
            "The line delivers nothing for a time.",
            |to, ms| on_line(to, LineTrouble::Stall { ms }),
        ),
        "milliseconds",
        200,
        MS,
    ),
    with(
        line("break", "The line is low for a time.", |to, ms| {
            on_line(to, LineTrouble::Break { ms })
        }),
        "milliseconds",
        50,
        MS,
    ),
    with(
        line(
            "disconnect",
            "Neither direction carries anything for a time.",
            |to, ms| on_line(to, LineTrouble::Disconnect { back_ms: Some(ms) }),
        ),
        "milliseconds",
        500,
        MS,
    ),
    line("unplug", "The port is gone for good.", |to, _| {
        on_line(to, LineTrouble::Disconnect { back_ms: None })
    }),
    line("drop-frame", "A frame is lost.", |to, _| {
        on_line(to, LineTrouble::DropFrame)
    }),
    line("duplicate", "A frame arrives twice.", |to, _| {
        on_line(to, LineTrouble::Duplicate)
    }),
    line(
        "reorder",
        "A frame arrives after the one behind it.",
        |to, _| on_line(to, LineTrouble::Reorder),
    ),
    line(
        "truncate",
        "The second half of a frame is lost.",
        |to, _| on_line(to, LineTrouble::Truncate { keep: None }),
    ),
    line(
        "wrong-crc",
        "The content of a frame changes, its CRC does not.",
        |to, _| on_line(to, LineTrouble::WrongCrc),
    ),
    line(
        "wrong-sequence",
        "A frame carries another number.",
        |to, _| on_line(to, LineTrouble::WrongSequence),
    ),
    line("lost-ack", "An acknowledgement is lost.", |to, _| {
        on_line(to, LineTrouble::LostAck)
    }),
    with(
        line("jitter", "Every frame comes later by a while.", |to, us| {
            whole(to, LineTrouble::Jitter { us })
        }),
        "microseconds at most",
        500,
        (1, 10_000),
    ),
];

/// Mistakes of the module.
const MODULE: [Kind; 9] = [
    with(
        module(
            "wrong-size",
            "The offer states more bytes than there are.",
            |_, add| {
                let add = i32::try_from(add).unwrap_or(i32::MAX);
                Fault::Module(ModuleFault::WrongSize { add })
            },
        ),
        "bytes more",
        1,
        (1, 1 << 20),
    ),
    module("early-boot", "The boot is ordered too early.", |_, _| {
        Fault::Module(ModuleFault::EarlyBoot { at_bytes: 0 })
    }),
    with(
        module("gap", "A piece states an offset too high.", |_, len| {
            Fault::Module(ModuleFault::Gap { at_bytes: 0, len })
        }),
        "bytes",
        64,
        (1, 65_536),
    ),
    with(
        module("overlap", "A piece states an offset too low.", |_, len| {
            Fault::Module(ModuleFault::Overlap { at_bytes: 0, len })
        }),
        "bytes",
        64,
        (1, 65_536),
    ),
    module(
        "oversize",
        "A piece is as long as a frame can be.",
        |_, _| Fault::Module(ModuleFault::Oversize { at_bytes: 0 }),
    ),
    module(
        "late-block",
        "A piece comes again when all is sent.",
        |_, _| {
            Fault::Module(ModuleFault::LateBlock {
                after: LateAfter::Finish,
            })
        },
    ),
    module(
        "late-block-boot",
        "A piece comes again after the boot order.",
        |_, _| {
            Fault::Module(ModuleFault::LateBlock {
                after: LateAfter::Boot,
            })
        },
    ),
    module(
        "reoffer",
        "The object is offered again on its way.",
        |_, _| Fault::Module(ModuleFault::Reoffer { at_bytes: 0 }),
    ),
    module("restart", "The module starts anew on its way.", |_, _| {
        Fault::Module(ModuleFault::Restart { at_bytes: 0 })
    }),
];

/// All kinds, by group.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    LINE.iter().chain(&MODULE).chain(&host::HOST)
}

/// The kind of this name.
#[must_use]
pub fn kind(name: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_fault_can_be_armed() {
        let names: Vec<&str> = kinds()
            .filter_map(|kind| match kind.fault(End::Host, 1) {
                Fault::Line(fault) => Some(fault.what.name()),
                _ => None,
            })
            .collect();
        for name in [
            "flip",
            "drop-byte",
            "insert",
            "stall",
            "break",
            "disconnect",
            "drop-frame",
            "duplicate",
            "reorder",
            "truncate",
            "wrong-crc",
            "wrong-sequence",
            "lost-ack",
            "jitter",
        ] {
            assert!(names.contains(&name), "{name}");
        }
    }

    #[test]
    fn names_are_told_apart_and_numbers_stay_in_range() {
        let mut names: Vec<&str> = kinds().map(|kind| kind.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        let cut = kind("power-cut").expect("the kind");
        let Fault::CutAfter { operations, .. } = cut.fault(End::Host, 0) else {
            panic!("a cut")
        };
        assert_eq!(operations, 1);
    }
}
