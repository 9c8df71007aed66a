//! Small sweeps, from the plan of the runs to what is found.

use fixtures::scenario::{End, LineFault, LineTrouble, parse};
use fixtures::sweep::{Progress, Settings, Tears, sweep_until};

use super::mixed::MixedSweep;
use super::wire::WireSweep;
use super::*;

fn scenario(rest: &str) -> Scenario {
    let text = format!(
        "version = 1\ntitle = \"small\"\nboard = \"nrf52840\"\n{rest}\n\
         image = {{ size = 600, version = \"1.1.0\" }}\nexpect = {{ class = \"pass\" }}\n"
    );
    parse(&text).unwrap()
}

fn wire(rest: &str, stride: u64, runs_max: u64) -> WireSweep {
    let (scenario, work) = prepare(&scenario(rest), 1).unwrap();
    WireSweep::new(scenario, 1, &work, stride, runs_max)
}

#[test]
fn every_byte_and_every_frame_is_struck_once_in_every_way() {
    let (_, work) = prepare(&scenario("dialect = \"rig\""), 1).unwrap();
    let sweep = wire("dialect = \"rig\"", 1, u64::MAX);
    let bytes = work.to_host.bytes + work.to_module.bytes;
    let frames = work.to_host.frames + work.to_module.frames;
    assert!(bytes > 600 && frames > 10);
    assert_eq!(sweep.operations(), bytes + frames);
    assert_eq!(sweep.runs(), 3 * bytes + 5 * frames);
    let mut faults: Vec<String> = (0..sweep.runs())
        .map(|index| sweep.fault(index).unwrap().render())
        .collect();
    faults.sort_unstable();
    faults.dedup();
    assert_eq!(faults.len() as u64, sweep.runs());
    assert_eq!(sweep.fault(sweep.runs()), None);
}

#[test]
fn a_bound_on_the_runs_makes_the_stride_longer() {
    let all = wire("dialect = \"ayla\"", 1, u64::MAX);
    let some = wire("dialect = \"ayla\"", 1, 100);
    assert!(some.runs() <= 100 && some.runs() > 50, "{}", some.runs());
    assert!(some.stride() > 1);
    assert_eq!(some.operations(), all.operations());
    let third = wire("dialect = \"ayla\"", 3, u64::MAX);
    assert_eq!(third.runs().div_ceil(1000), all.runs().div_ceil(3000));
}

#[test]
fn a_good_host_comes_through_every_fault_of_the_line() {
    for dialect in ["rig", "ayla"] {
        let sweep = wire(&format!("dialect = \"{dialect}\""), 1, 700);
        let tally = run_all(
            sweep.runs(),
            &Stop::default(),
            &|index| sweep.run(index),
            &mut |_| (),
        );
        assert!(tally.passed(), "{dialect}: {tally:?}");
        assert_eq!(tally.executed, sweep.runs());
        assert_eq!(tally.executed, tally.survived + tally.failed_honestly);
        assert!(tally.survived * 100 > tally.executed * 95, "{tally:?}");
    }
}

#[test]
fn a_scenario_that_does_not_pass_is_not_swept() {
    let mut failing = scenario("dialect = \"rig\"\npersonality = \"silent\"");
    let error = prepare(&failing, 1).unwrap_err();
    assert!(matches!(error, SweepError::NotClean { .. }), "{error}");
    failing.expect.class = fixtures::scenario::Class::HostFailed;
    let error = prepare(&failing, 1).unwrap_err();
    assert!(matches!(error, SweepError::NotPass { .. }), "{error}");
}

#[test]
fn runs_that_cannot_be_made_are_no_pass() {
    let (full, work) = prepare(&scenario("dialect = \"rig\""), 1).unwrap();
    let idle = Fault::WearOut { erases: 1000 };
    let full = full.with_faults(&[idle; 62]).unwrap();
    let sweep = MixedSweep::new(full, work, 1);
    let tally = run_all(40, &Stop::default(), &|index| sweep.run(index), &mut |_| ());
    assert!(tally.unmade > 0 && tally.executed > 0, "{tally:?}");
    assert_eq!((tally.executed + tally.unmade, tally.bad()), (40, 0));
    assert!(!tally.passed());
    assert!(!run_all(0, &Stop::default(), &|_| None, &mut |_| ()).passed());
}

#[test]
fn a_lost_acknowledgement_is_one_that_is_sent() {
    for dialect in ["rig", "ayla"] {
        let (scenario, work) = prepare(&scenario(&format!("dialect = \"{dialect}\"")), 1).unwrap();
        let acks = (work.to_host.acks, work.to_module.acks);
        assert!(acks.0 > 0 && acks.1 > 0 && acks.1 < work.to_module.frames);
        let sweep = MixedSweep::new(scenario, work, 3);
        let lost = (0..2000).flat_map(|run| sweep.faults(run));
        let lost: Vec<(End, u32)> = lost
            .filter_map(|fault| match fault {
                Fault::Line(LineFault {
                    to,
                    at: Some(at),
                    what: LineTrouble::LostAck,
                    ..
                }) => Some((to, at)),
                _ => None,
            })
            .collect();
        assert!(lost.len() > 50, "{}", lost.len());
        for (to, at) in lost {
            let sent = match to {
                End::Host => acks.0,
                End::Module => acks.1,
            };
            assert!(u64::from(at) < sent, "{dialect} {to:?}: {at} of {sent}");
        }
    }
}

#[test]
fn a_scenario_with_power_cuts_has_no_line_to_sweep() {
    let mut cut = scenario("dialect = \"rig\"");
    cut.cuts = vec!["3:after".parse().unwrap()];
    assert_eq!(prepare(&cut, 1).unwrap_err(), SweepError::Cuts);
    let error = power::bed(&cut).unwrap_err();
    assert!(matches!(error, power::PowerError::Cuts), "{error}");
    assert!(power::bed_to_cut(&cut).is_ok());
    cut.expect.class = fixtures::scenario::Class::HostFailed;
    let error = power::bed(&cut).unwrap_err();
    assert!(
        matches!(error, power::PowerError::NotPass { .. }),
        "{error}"
    );
}

#[test]
fn a_fault_that_needs_two_is_found_shrunk_and_shown_again() {
    let mut planted =
        scenario("dialect = \"rig\"\npersonality = \"planted-forgetful\"\nrepeat = 2");
    planted.image.size = 8192;
    planted.module.data_bytes = Some(512);
    let (planted, work) = prepare(&planted, 1).unwrap();
    let sweep = MixedSweep::new(planted, work, 1);
    let tally = run_all(
        400,
        &Stop::default(),
        &|index| sweep.run(index),
        &mut |_| (),
    );
    assert!(
        tally.lies > 0 && tally.hangs + tally.mixes + tally.stuck == 0,
        "{tally:?}"
    );
    let (index, soundness) = tally.unsound.first_key_value().unwrap();
    let found = sweep.shrink(*index, soundness).unwrap();
    assert_eq!(found.faults.len(), 2, "{:?}", found.faults);
    let again = parse(&found.scenario.render().unwrap()).unwrap();
    let end = bench::run_with(&again, None, &mut |_| ());
    assert_eq!(end.soundness, Some(found.soundness));
    assert!(!end.unmet.is_empty());
}

#[test]
fn a_good_host_comes_through_faults_of_every_kind() {
    for rest in [
        "dialect = \"rig\"",
        "dialect = \"ayla\"",
        "dialect = \"rig\"\nlayout = \"in-place\"",
    ] {
        let (scenario, work) = prepare(&scenario(rest), 1).unwrap();
        let sweep = MixedSweep::new(scenario, work, 9);
        let tally = run_all(
            300,
            &Stop::default(),
            &|index| sweep.run(index),
            &mut |_| (),
        );
        assert!(tally.passed(), "{rest}: {tally:?}");
        assert!(
            tally.survived > 60 && tally.failed_honestly > 60,
            "{tally:?}"
        );
    }
}

#[test]
fn one_seed_draws_the_same_and_counts_the_same() {
    let (scenario, work) = prepare(&scenario("dialect = \"rig\""), 1).unwrap();
    let sweep = MixedSweep::new(scenario.clone(), work, 5);
    let other = MixedSweep::new(scenario, work, 6);
    let once = run_all(60, &Stop::default(), &|index| sweep.run(index), &mut |_| ());
    assert_eq!(
        once,
        run_all(60, &Stop::default(), &|index| sweep.run(index), &mut |_| ())
    );
    let drawn =
        |sweep: &MixedSweep| -> Vec<Vec<Fault>> { (0..60).map(|at| sweep.faults(at)).collect() };
    assert_eq!(drawn(&sweep), drawn(&sweep));
    assert_ne!(drawn(&sweep), drawn(&other));
    assert!(
        drawn(&sweep)
            .iter()
            .all(|faults| (1..=4).contains(&faults.len()))
    );
}

#[test]
fn a_fault_on_the_command_line_is_one_of_a_scenario() {
    let flip = LineTrouble::Flip { xor: 4 };
    let text = "line = { to = \"host\", at = 7, what = { flip = { xor = 4 } } }";
    let fault = fixtures::scenario::parse_fault(text).unwrap();
    assert!(matches!(fault, Fault::Line(fault) if fault.what == flip && fault.at == Some(7)));
    assert_eq!(fixtures::scenario::parse_fault(&fault.render()), Ok(fault));
}

#[test]
fn a_sweep_that_is_stopped_is_aborted_and_keeps_what_it_has() {
    for bad in [false, true] {
        let stop = Stop::default();
        let run = |index| {
            if index == 7 {
                stop.set();
            }
            while index > 7 && !stop.is_set() {
                std::thread::yield_now();
            }
            let soundness = match index {
                3 if bad => Soundness::Lie(String::new()),
                _ => Soundness::Sound,
            };
            Some(Outcome {
                soundness,
                passed: true,
            })
        };
        let tally = run_all(1000, &stop, &run, &mut |_| ());
        assert!((8..1000).contains(&tally.executed), "{tally:?}");
        assert_eq!(tally.executed + tally.left_out, 1000);
        assert_eq!((tally.class(), tally.passed()), (Class::Aborted, false));
        assert_eq!(tally.unsound.contains_key(&3), bad);
        assert_eq!(tally.bad(), u64::from(bad));
    }
}

#[test]
fn power_cuts_that_are_stopped_say_so_and_what_they_found_is_true() {
    let text = "personality = \"early-mark\"\ndialect = \"rig\"";
    let bed = power::bed(&scenario(text)).unwrap();
    for memo in [true, false] {
        let settings = Settings {
            depth: 1,
            tears: Tears::Prefix,
            memo,
            threads: Some(1),
        };
        let whole = bed.sweep(settings, &mut |_| ()).unwrap();
        assert!(whole.bricks > 0 && !whole.stopped, "{whole:?}");
        let stop = Stop::default();
        let start = |flash, keep| bed.start(flash, keep);
        let mut told = |progress: Progress| {
            if progress.executed > whole.executed * 3 / 4 {
                stop.set();
            }
        };
        let part = sweep_until(&stop, &bed.update, &start, &bed.flash, settings, &mut told);
        let part = part.unwrap();
        assert!(part.stopped && part.executed < whole.executed, "{part:?}");
        assert_eq!(
            (part.runs, part.operations),
            (part.executed, whole.operations)
        );
        assert!((1..=whole.bricks).contains(&part.bricks), "{part:?}");
        assert!(!part.failures.is_empty());
        for failure in &part.failures {
            assert!(bed.replay(&failure.cuts).wrong.is_some(), "{failure:?}");
        }
    }
}

#[test]
fn who_looks_on_hears_the_counts_after_each_run() {
    let run = |index| {
        let soundness = match index % 4 {
            3 => Soundness::Lie(String::new()),
            _ => Soundness::Sound,
        };
        (index != 5).then_some(Outcome {
            soundness,
            passed: true,
        })
    };
    let mut heard = Vec::new();
    let made = &mut |tally: &Tally| heard.push(tally.clone());
    let tally = run_all(9, &Stop::default(), &run, made);
    let over: Vec<u64> = heard.iter().map(|it| it.executed + it.unmade).collect();
    assert_eq!(over, (1..=9).collect::<Vec<_>>());
    let found: Vec<u64> = heard.iter().map(Tally::bad).collect();
    assert_eq!(found, [0, 0, 0, 1, 1, 1, 1, 2, 2]);
    assert_eq!(heard.last(), Some(&tally));
}
