//! From faults that make a run fail to the fewest and smallest that still do.

use fixtures::scenario::{CutSince, Fault, LineFault, LineTrouble, ModuleFault};

/// Most runs that shrinking may take.
pub const TRIES_MAX: u32 = 400;

/// Looks for the fewest of `faults` that still fail, as `fails` says; then makes their numbers
/// smaller. Of more than [`FAULTS_MAX`] faults none is left out.
///
/// `fails` is true of `faults`; it is asked at most [`TRIES_MAX`] times.
pub fn shrink(faults: Vec<Fault>, fails: &mut dyn FnMut(&[Fault]) -> bool) -> Vec<Fault> {
    let mut left = TRIES_MAX;
    let mut asked = |faults: &[Fault]| {
        if left == 0 {
            return false;
        }
        left -= 1;
        fails(faults)
    };
    let faults = fewest(faults, &mut asked);
    smallest(faults, &mut asked)
}

/// Of so many faults at most every choice is tried, the smallest choices first.
pub const FAULTS_MAX: usize = 6;

fn fewest(faults: Vec<Fault>, fails: &mut dyn FnMut(&[Fault]) -> bool) -> Vec<Fault> {
    if faults.len() > FAULTS_MAX {
        return faults;
    }
    let mut choices: Vec<u32> = (1..(1_u32 << faults.len()).saturating_sub(1)).collect();
    choices.sort_by_key(|choice| choice.count_ones());
    let chosen = |choice: u32| -> Vec<Fault> {
        let with = |(at, fault): (usize, &Fault)| ((choice >> at) & 1 == 1).then_some(*fault);
        faults.iter().enumerate().filter_map(with).collect()
    };
    let found = choices.into_iter().map(chosen).find(|choice| fails(choice));
    found.unwrap_or(faults)
}

fn smallest(mut faults: Vec<Fault>, fails: &mut dyn FnMut(&[Fault]) -> bool) -> Vec<Fault> {
    for at in 0..faults.len() {
        'again: loop {
            for simpler in simpler(faults[at]) {
                let mut tried = faults.clone();
                tried[at] = simpler;
                if fails(&tried) {
                    faults = tried;
                    continue 'again;
                }
            }
            break;
        }
    }
    faults
}

/// The same fault with smaller numbers, the smallest first; nothing when there are none.
fn simpler(fault: Fault) -> Vec<Fault> {
    match fault {
        Fault::HostReset { at_bytes, ram } => numbers(at_bytes, 0)
            .map(|at_bytes| Fault::HostReset { at_bytes, ram })
            .collect(),
        Fault::ResetUnconfirmed { after_ms, times } => numbers(after_ms, 0)
            .map(|after_ms| Fault::ResetUnconfirmed { after_ms, times })
            .chain(numbers(times, 1).map(|times| Fault::ResetUnconfirmed { after_ms, times }))
            .collect(),
        Fault::CutAfter {
            operations,
            off_ms,
            since,
        } => cuts(operations, off_ms, since),
        Fault::CorruptImage { at, xor } => numbers(at, 0)
            .map(|at| Fault::CorruptImage { at, xor })
            .collect(),
        Fault::WearOut { erases } => numbers(erases, 0)
            .map(|erases| Fault::WearOut { erases })
            .collect(),
        Fault::Line(fault) => lines(fault).into_iter().map(Fault::Line).collect(),
        Fault::Module(fault) => modules(fault).into_iter().map(Fault::Module).collect(),
        _ => Vec::new(),
    }
}

fn cuts(operations: u64, off_ms: u32, since: CutSince) -> Vec<Fault> {
    let small = u32::try_from(operations).unwrap_or(u32::MAX);
    numbers(small, 0)
        .map(|operations| Fault::CutAfter {
            operations: operations.into(),
            off_ms,
            since,
        })
        .collect()
}

fn lines(fault: LineFault) -> Vec<LineFault> {
    let at = fault.at.into_iter().flat_map(|at| numbers(at, 0));
    let rate = fault
        .per_million
        .into_iter()
        .flat_map(|rate| numbers(rate, 1));
    let at = at.map(|at| LineFault {
        at: Some(at),
        ..fault
    });
    let rate = rate.map(|rate| LineFault {
        per_million: Some(rate),
        ..fault
    });
    let what = troubles(fault.what)
        .into_iter()
        .map(|what| LineFault { what, ..fault });
    what.chain(rate).chain(at).collect()
}

fn troubles(what: LineTrouble) -> Vec<LineTrouble> {
    match what {
        LineTrouble::Insert { len } => numbers(len, 1)
            .map(|len| LineTrouble::Insert { len })
            .collect(),
        LineTrouble::Stall { ms } => numbers(ms, 1).map(|ms| LineTrouble::Stall { ms }).collect(),
        LineTrouble::Break { ms } => numbers(ms, 1).map(|ms| LineTrouble::Break { ms }).collect(),
        LineTrouble::Disconnect { back_ms: Some(ms) } => numbers(ms, 1)
            .map(|ms| LineTrouble::Disconnect { back_ms: Some(ms) })
            .collect(),
        LineTrouble::Jitter { us } => numbers(us, 0)
            .map(|us| LineTrouble::Jitter { us })
            .collect(),
        _ => Vec::new(),
    }
}

fn modules(fault: ModuleFault) -> Vec<ModuleFault> {
    let at = |at: u32| numbers(at, 0);
    match fault {
        ModuleFault::EarlyBoot { at_bytes } => at(at_bytes)
            .map(|at_bytes| ModuleFault::EarlyBoot { at_bytes })
            .collect(),
        ModuleFault::Gap { at_bytes, len } => at(at_bytes)
            .map(|at_bytes| ModuleFault::Gap { at_bytes, len })
            .collect(),
        ModuleFault::Overlap { at_bytes, len } => at(at_bytes)
            .map(|at_bytes| ModuleFault::Overlap { at_bytes, len })
            .collect(),
        ModuleFault::Oversize { at_bytes } => at(at_bytes)
            .map(|at_bytes| ModuleFault::Oversize { at_bytes })
            .collect(),
        ModuleFault::Reoffer { at_bytes } => at(at_bytes)
            .map(|at_bytes| ModuleFault::Reoffer { at_bytes })
            .collect(),
        ModuleFault::Restart { at_bytes } => at(at_bytes)
            .map(|at_bytes| ModuleFault::Restart { at_bytes })
            .collect(),
        ModuleFault::WrongSize { .. } | ModuleFault::LateBlock { .. } => Vec::new(),
    }
}

/// Numbers from `least` on below `number`, the smallest first, each half as far away as the one
/// before.
fn numbers(number: u32, least: u32) -> impl Iterator<Item = u32> {
    let far = number.saturating_sub(least);
    (0..u32::BITS)
        .map(move |halvings| far >> halvings)
        .take_while(|away| *away > 0)
        .map(move |away| number - away)
}

#[cfg(test)]
mod tests {
    use fixtures::scenario::End;

    use super::*;
    use fixtures::scenario::Ram;

    fn flip(at: u32) -> Fault {
        Fault::Line(LineFault {
            to: End::Host,
            at: Some(at),
            per_million: None,
            what: LineTrouble::Flip { xor: 1 },
        })
    }

    fn at_of(fault: &Fault) -> u32 {
        match fault {
            Fault::Line(LineFault { at: Some(at), .. }) => *at,
            Fault::HostReset { at_bytes, .. } => *at_bytes,
            _ => 0,
        }
    }

    #[test]
    fn what_is_not_needed_goes_and_numbers_shrink_to_the_edge() {
        let reset = |at_bytes| Fault::HostReset {
            at_bytes,
            ram: Ram::Kept,
        };
        let faults = vec![flip(10), flip(500), reset(900), flip(70)];
        let mut asked = 0;
        let found = shrink(faults, &mut |faults| {
            asked += 1;
            let line = faults
                .iter()
                .any(|f| matches!(f, Fault::Line(_)) && at_of(f) >= 60);
            let reset = faults
                .iter()
                .any(|f| matches!(f, Fault::HostReset { .. }) && at_of(f) >= 3);
            line && reset
        });
        assert_eq!(found, [flip(60), reset(3)]);
        assert!(asked < 60, "{asked}");
    }

    #[test]
    fn a_predicate_that_never_agrees_leaves_all_as_it_is() {
        let faults = vec![flip(10), flip(500)];
        assert_eq!(shrink(faults.clone(), &mut |_| false), faults);
    }

    #[test]
    fn shrinking_ends() {
        for (count, needed) in [(64, 40), (6, 6)] {
            let faults: Vec<Fault> = (0..count).map(|at| flip(at * 1_000_000)).collect();
            let mut asked = 0;
            let found = shrink(faults, &mut |faults| {
                asked += 1;
                faults.len() >= needed
            });
            assert!(asked <= TRIES_MAX && asked > 60, "{asked}");
            assert_eq!(found.len(), count as usize);
        }
    }
}
