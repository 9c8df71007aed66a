//! Faults of an emulated host: its power, its flash, its wits.

use fixtures::scenario::{BreakFlash, CutSince, Fault, FlashArea, FlashOperation, HangAt, Ram};

use super::{Kind, of_host, with};

fn breaks(area: FlashArea, operation: FlashOperation, times: u32, hidden: bool) -> Fault {
    Fault::BreakFlash(BreakFlash {
        area,
        operation,
        since: CutSince::Start,
        after: 0,
        times: Some(times),
        hidden,
    })
}

/// Faults of an emulated host.
pub(super) const HOST: [Kind; 12] = [
    with(
        of_host(
            "power-cut",
            "The power goes after so many flash operations.",
            |_, operations| Fault::CutAfter {
                operations: operations.into(),
                off_ms: 100,
                since: CutSince::Start,
            },
        ),
        "flash operations",
        1,
        (1, 1_000_000),
    ),
    of_host("reset", "The host is reset and loses its RAM.", |_, _| {
        Fault::HostReset {
            at_bytes: 0,
            ram: Ram::Lost,
        }
    }),
    of_host(
        "watchdog",
        "The host is reset and keeps its RAM.",
        |_, _| Fault::HostReset {
            at_bytes: 0,
            ram: Ram::Kept,
        },
    ),
    with(
        of_host(
            "reset-unconfirmed",
            "It is reset before it has confirmed.",
            |_, after_ms| Fault::ResetUnconfirmed { after_ms, times: 1 },
        ),
        "milliseconds after it entered the image",
        1,
        (0, 60_000),
    ),
    of_host("hang", "The host hangs at the boot order.", |_, _| {
        Fault::HostHangs { at: HangAt::Boot }
    }),
    with(
        of_host("erase-fails", "Erases of staging fail.", |_, times| {
            breaks(FlashArea::Staging, FlashOperation::Erase, times, false)
        }),
        "times",
        1,
        (1, 1000),
    ),
    with(
        of_host("program-fails", "Programs of staging fail.", |_, times| {
            breaks(FlashArea::Staging, FlashOperation::Program, times, false)
        }),
        "times",
        1,
        (1, 1000),
    ),
    with(
        of_host(
            "program-lies",
            "Programs of staging do nothing, untold.",
            |_, times| breaks(FlashArea::Staging, FlashOperation::Program, times, true),
        ),
        "times",
        1,
        (1, 1000),
    ),
    with(
        of_host("read-fails", "Reads of staging fail.", |_, times| {
            breaks(FlashArea::Staging, FlashOperation::Read, times, false)
        }),
        "times",
        1,
        (1, 1000),
    ),
    with(
        of_host("scratch-fails", "Erases of scratch fail.", |_, times| {
            breaks(FlashArea::Scratch, FlashOperation::Erase, times, false)
        }),
        "times",
        1,
        (1, 1000),
    ),
    with(
        of_host(
            "records-fail",
            "Programs of the boot records fail.",
            |_, times| breaks(FlashArea::Records, FlashOperation::Program, times, false),
        ),
        "times",
        1,
        (1, 1000),
    ),
    with(
        of_host(
            "wear-out",
            "Each erase unit takes only so many erases more.",
            |_, erases| Fault::WearOut { erases },
        ),
        "erases",
        1,
        (0, 1_000_000),
    ),
];
