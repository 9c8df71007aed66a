//! A strict flash with areas that fail, and with cells that read either way after a power cut.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use fixtures::board::Board;
use fixtures::flash::StrictFlash;
use host_agent::flash::{Flash, FlashError, Geometry};
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

/// The flash, with one area in which one kind of operation fails.
#[derive(Clone)]
pub(crate) struct WornFlash {
    inner: StrictFlash,
    pub(crate) bad: Option<(Fails, Area)>,
    /// Operations that still succeed there.
    pub(crate) after: u32,
    /// Only one operation fails.
    once: bool,
    /// What each cell may read that an operation was cut in, until it is erased or programmed again.
    unstable: BTreeMap<u32, (u8, u8)>,
    reading: Reading,
    /// The power goes inside the operation after so many more.
    cut: Option<u32>,
    dead: bool,
    /// Bytes read since it was made.
    pub(crate) bytes_read: u64,
}

/// How unstable cells read in one boot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reading {
    Old,
    New,
    Mixed,
}

impl WornFlash {
    pub(crate) fn new(board: &Board) -> Self {
        Self {
            inner: StrictFlash::new(board),
            bad: None,
            after: 0,
            once: false,
            unstable: BTreeMap::new(),
            reading: Reading::Old,
            cut: None,
            dead: false,
            bytes_read: 0,
        }
    }

    /// Power on: unstable cells read as `reading` says, and the power goes inside the operation after
    /// `cut` more.
    pub(crate) fn power_on_as(&mut self, reading: Reading, cut: Option<u32>) {
        (self.reading, self.cut, self.dead) = (reading, cut, false);
        self.inner.power_on();
    }

    /// Whether this operation is the one that is cut; then all that it would change is unstable.
    fn is_cut(&mut self, address: u32, new: &[u8]) -> bool {
        let cut = self.cut == Some(0);
        self.cut = self.cut.and_then(|left| left.checked_sub(1));
        if cut {
            self.dead = true;
            let len = u32::try_from(new.len()).expect("small");
            let now = self.inner.peek(address, len).expect("in flash");
            for (at, (old, new)) in (address..).zip(now.into_iter().zip(new)) {
                let cell = self.unstable.entry(at).or_insert((old, *new));
                cell.1 = *new;
                if cell.0 == cell.1 {
                    self.unstable.remove(&at);
                }
            }
        }
        cut
    }

    fn settle(&mut self, address: u32, len: u32) {
        self.unstable
            .retain(|at, _| !(address..address + len).contains(at));
    }

    /// From now on `what` fails in `area`, after it succeeded `after` times.
    pub(crate) fn wear_out(&mut self, what: Fails, area: Area, after: u32) {
        (self.bad, self.after) = (Some((what, area)), after);
    }

    /// As `wear_out`, for one operation only.
    pub(crate) fn wear_out_once(&mut self, what: Fails, area: Area, after: u32) {
        self.wear_out(what, area, after);
        self.once = true;
    }

    fn fails(&mut self, what: Fails, address: u32) -> bool {
        let holds = |area: &Area| (area.start..area.end()).contains(&address);
        match &self.bad {
            Some((bad, area)) if *bad == what && holds(area) => {
                let fails = self.after == 0;
                self.after = self.after.saturating_sub(1);
                if fails && self.once {
                    self.bad = None;
                }
                fails
            }
            _ => false,
        }
    }
}

impl Deref for WornFlash {
    type Target = StrictFlash;

    fn deref(&self) -> &StrictFlash {
        &self.inner
    }
}

impl DerefMut for WornFlash {
    fn deref_mut(&mut self) -> &mut StrictFlash {
        &mut self.inner
    }
}

impl Flash for WornFlash {
    fn geometry(&self) -> &Geometry {
        self.inner.geometry()
    }

    fn read(&mut self, address: u32, buf: &mut [u8]) -> Result<(), FlashError> {
        if self.dead {
            return Err(FlashError::Dead);
        }
        if self.fails(Fails::Read, address) {
            return Err(FlashError::Read);
        }
        self.bytes_read += buf.len() as u64;
        self.inner.read(address, buf)?;
        let end = address + u32::try_from(buf.len()).expect("small");
        for (at, (old, new)) in self.unstable.range(address..end) {
            buf[(at - address) as usize] = match self.reading {
                Reading::Old => *old,
                Reading::New => *new,
                Reading::Mixed if at % 3 == 0 => *old,
                Reading::Mixed => *new,
            };
        }
        Ok(())
    }

    fn program(&mut self, address: u32, data: &[u8]) -> Result<(), FlashError> {
        if self.fails(Fails::Program, address) {
            return Err(FlashError::Program);
        }
        if self.dead || self.is_cut(address, data) {
            return Err(FlashError::Dead);
        }
        self.settle(address, u32::try_from(data.len()).expect("small"));
        self.inner.program(address, data)
    }

    fn erase(&mut self, address: u32) -> Result<(), FlashError> {
        if self.fails(Fails::Erase, address) {
            return Err(FlashError::Erase);
        }
        if self.fails(Fails::EraseHidden, address) {
            return Ok(());
        }
        let (start, len) = self.geometry().unit_at(address).expect("in flash");
        let erased = vec![self.geometry().erased; len as usize];
        if self.dead || self.is_cut(start, &erased) {
            return Err(FlashError::Dead);
        }
        self.settle(start, len);
        self.inner.erase(address)
    }
}
