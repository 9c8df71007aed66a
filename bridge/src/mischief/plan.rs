//! Which mistake is due at which frame; knows no dialect.

use fixtures::scenario::{LateAfter, ModuleFault};

/// What the engine says, as far as mistakes go by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Said {
    /// It offers an object of this length.
    Offer { length: u32 },
    /// A piece of the object.
    Data { offset: u32, len: u32 },
    /// The order to check the object.
    Finish,
    /// The order to boot it.
    Boot,
    /// Anything else.
    Other,
}

/// What is to be done with a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Deed {
    /// This goes before it.
    Before(Extra),
    /// This goes after it.
    After(Extra),
    /// It states an offset that is off by so much.
    Shift(i64),
    /// It carries as much as it can.
    Fill,
    /// It states a length that is off by so much.
    Resize(i64),
}

/// A frame that the engine has not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Extra {
    /// The order to boot.
    Boot,
    /// The offer, once more.
    Offer,
    /// What a module says that has just started.
    Start,
    /// The last piece of the object, once more.
    LastData,
}

/// The mistakes that are still to be made.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    left: Vec<ModuleFault>,
    /// Length of the object that was offered last.
    length: u32,
    /// A wrong length has been told: such a mistake is made in every offer.
    resized: bool,
    /// Mistakes made since somebody asked last.
    made: Vec<ModuleFault>,
}

impl Plan {
    /// One mistake more.
    pub(super) fn add(&mut self, fault: ModuleFault) {
        self.left.push(fault);
    }

    /// What is to be done with this frame; each deed is due once, but that of an offer each time.
    pub(super) fn deeds(&mut self, said: Said) -> Vec<Deed> {
        if let Said::Offer { length } = said {
            self.length = length;
        }
        let length = self.length;
        let mut deeds = Vec::new();
        let mut resized = false;
        let made = &mut self.made;
        self.left.retain(|fault| match deed(*fault, said, length) {
            Some(deed) => {
                made.push(*fault);
                deeds.push(deed);
                let again = matches!(deed, Deed::Resize(_));
                resized |= again;
                again
            }
            None => true,
        });
        self.resized |= resized;
        deeds
    }

    /// The mistakes that were made since the last call.
    pub(super) fn take_made(&mut self) -> Vec<ModuleFault> {
        std::mem::take(&mut self.made)
    }

    /// The mistakes that were never made so far.
    pub(super) fn left(&self) -> impl Iterator<Item = ModuleFault> {
        let made = |fault: &ModuleFault| self.resized && is_wrong_size(fault);
        let left = self.left.iter().copied();
        left.filter(move |fault| !made(fault))
    }
}

fn is_wrong_size(fault: &ModuleFault) -> bool {
    matches!(fault, ModuleFault::WrongSize { .. })
}

fn deed(fault: ModuleFault, said: Said, length: u32) -> Option<Deed> {
    let reaches =
        |at: u32| matches!(said, Said::Data { offset, len } if offset.saturating_add(len) > at);
    match fault {
        ModuleFault::WrongSize { add } => {
            matches!(said, Said::Offer { .. }).then_some(Deed::Resize(add.into()))
        }
        ModuleFault::EarlyBoot { at_bytes } => {
            reaches(at_bytes).then_some(Deed::Before(Extra::Boot))
        }
        ModuleFault::Gap { at_bytes, len } => reaches(at_bytes).then_some(Deed::Shift(len.into())),
        ModuleFault::Overlap { at_bytes, len } => {
            reaches(at_bytes).then_some(Deed::Shift(-i64::from(len)))
        }
        ModuleFault::Oversize { at_bytes } => reaches(at_bytes).then_some(Deed::Fill),
        ModuleFault::LateBlock { after } => {
            is_after(after, said, length).then_some(Deed::After(Extra::LastData))
        }
        ModuleFault::Reoffer { at_bytes } => {
            reaches(at_bytes).then_some(Deed::Before(Extra::Offer))
        }
        ModuleFault::Restart { at_bytes } => {
            reaches(at_bytes).then_some(Deed::Before(Extra::Start))
        }
    }
}

fn is_after(after: LateAfter, said: Said, length: u32) -> bool {
    match (after, said) {
        (LateAfter::Finish, Said::Finish) | (LateAfter::Boot, Said::Boot) => true,
        // Ayla has no order to check the object: its last byte is the order.
        (LateAfter::Finish, Said::Data { offset, len }) => offset.saturating_add(len) == length,
        _ => false,
    }
}

/// `value` and `add`, within what a field can hold.
pub(super) fn shifted(value: u32, add: i64) -> u32 {
    let sum = (i64::from(value) + add).clamp(0, u32::MAX.into());
    u32::try_from(sum).unwrap_or(u32::MAX)
}
