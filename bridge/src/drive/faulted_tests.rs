//! Faults between an engine and a port, in virtual time: the loop of the driver on a clock that jumps.

use std::time::Duration;

use fixtures::board::board;
use fixtures::host::{HostSetup, build_host};
use fixtures::image::{Format, ImageSpec, make};
use fixtures::rng::Seed;
use fixtures::scenario::{
    Dialect, End, Fault, LateAfter, LineFault, LineTrouble, ModuleFault, parse, parse_fault,
    shipped_text,
};
use protocol_spec::text::Version;
use protocol_spec::tick::Tick;

use super::io::Outgoing;
use super::update::take_frames;
use super::way::Way;
use crate::bench::{self, ArmError, Told, When};
use crate::engine::Engine;
use crate::event::{Event, Phase, Stamped};
use crate::formats::digest_of;
use crate::host_line::HostLine;
use crate::inject::Injector;
use crate::job::{ContentCheck, DialectKind, LineConfig, ModuleFaults, UpdateJob};
use crate::link::wire::LineModel;
use crate::object::Object;
use crate::verdict::{Class, Injected, Verdict};

/// More turns than any update here needs.
const TURNS_MAX: u32 = 1_000_000;

/// What became of an update.
#[derive(PartialEq, Debug)]
struct Ended {
    verdict: Verdict,
    events: Vec<Stamped>,
    struck: Vec<(Tick, String)>,
    to_host: Vec<u8>,
}

impl Ended {
    fn begin_of(&self, phase: Phase) -> Tick {
        let begins = |it: &&Stamped| it.event == Event::Phase(phase);
        self.events.iter().find(begins).expect("the phase").at
    }

    fn texts(&self) -> Vec<&str> {
        self.struck.iter().map(|(_, text)| text.as_str()).collect()
    }
}

fn rate(kind: DialectKind) -> LineConfig {
    kind.default_line().rate()
}

fn engine(kind: DialectKind, size: u32) -> Engine {
    let version = Version::from_bytes(b"1.1.0").unwrap();
    let format = Format::Raw;
    let mut image = make(&ImageSpec {
        format,
        size,
        version,
        seed: 0,
    })
    .unwrap();
    let digest = digest_of(&mut image).unwrap();
    Engine::new(UpdateJob {
        object: Object::image(Box::new(image), digest),
        version,
        content: ContentCheck::None,
        dialect: kind.default_config(),
        line: rate(kind),
        faults: ModuleFaults::default(),
        seed: 5,
    })
}

fn host(kind: DialectKind) -> HostLine {
    let dialect = Dialect::from(kind);
    let setup = HostSetup::new(board("nrf52840").unwrap(), dialect);
    let line = LineModel::at(rate(kind));
    HostLine::new(build_host(setup, Seed(1)).unwrap(), line, line)
}

fn injector(kind: DialectKind, faults: &[(Option<When>, Fault)]) -> Injector {
    let mut injector = Injector::new(kind, rate(kind), Seed(3));
    for (when, fault) in faults {
        injector.arm(*when, *fault).unwrap();
    }
    injector
}

/// Updates a host with an image of `size` bytes by way of these faults.
fn update(kind: DialectKind, size: u32, faults: Option<Injector>) -> Ended {
    let (mut engine, mut host, mut way) = (engine(kind, size), host(kind), Way::new(faults));
    let (mut out, mut bytes) = (Outgoing::default(), Vec::new());
    let (mut events, mut struck, mut to_host) = (Vec::new(), Vec::new(), Vec::new());
    let mut now = Tick::ZERO;
    for _ in 0..TURNS_MAX {
        way.handle_timeout(now, &mut engine);
        if engine.poll_timeout().is_some_and(|due| due <= now) {
            engine.handle_timeout(now);
        }
        take_frames(
            &mut engine,
            &mut way,
            now,
            &mut out,
            &mut |told| match told {
                Told::Engine(stamped) => events.push((*stamped).clone()),
                Told::Struck(at, what) => struck.push((*at, what.to_string())),
                other => panic!("{other:?}"),
            },
        );
        let sent = std::mem::take(out.tail());
        host.push(now, &sent);
        to_host.extend(sent);
        if let Some(mut verdict) = engine.verdict().cloned() {
            way.mark(&mut verdict);
            return Ended {
                verdict,
                events,
                struck,
                to_host,
            };
        }
        let due = [engine.poll_timeout(), way.poll_timeout(), host.next()];
        let due = due.into_iter().flatten().min().expect("something is due");
        now = now.max(due);
        while !host.advance(now, 64) {}
        bytes.clear();
        if host.pop(now, &mut bytes) > 0 {
            way.hear(now, &bytes, &mut engine);
        }
    }
    panic!("no end; {:?}", events.last());
}

fn line(to: End, what: LineTrouble) -> Fault {
    Fault::Line(LineFault {
        to,
        at: Some(0),
        per_million: None,
        what,
    })
}

const BOTH: [DialectKind; 2] = [DialectKind::Ayla, DialectKind::Rig];
const SIZE: u32 = 20_000;

#[test]
fn an_injector_without_faults_changes_nothing() {
    for kind in BOTH {
        let plain = update(kind, SIZE, None);
        assert_eq!(plain.verdict.class, Class::Pass, "{:?}", plain.verdict);
        let through = update(kind, SIZE, Some(injector(kind, &[])));
        assert!(plain == through, "{kind}: {:?}", through.verdict);
    }
}

#[test]
fn a_fault_of_rate_zero_changes_no_byte() {
    for kind in BOTH {
        let fault = |to: &str| {
            let text = format!("line = {{ to = \"{to}\", per_million = 0, what = \"drop-byte\" }}");
            (None, parse_fault(&text).unwrap())
        };
        let plain = update(kind, SIZE, None);
        let faults = [fault("host"), fault("module")];
        let through = update(kind, SIZE, Some(injector(kind, &faults)));
        assert!(plain.to_host == through.to_host, "{kind}");
        assert_eq!(through.verdict.counts, plain.verdict.counts, "{kind}");
        let none = Injected {
            armed: 2,
            struck: 0,
        };
        assert_eq!(through.verdict.injected, Some(none));
    }
}

#[test]
fn a_wrong_crc_at_a_frame_is_sent_again() {
    // Frames of the stream: before it an ayla module acknowledges, which it does only once.
    for (kind, frame) in [(DialectKind::Ayla, 40), (DialectKind::Rig, 4)] {
        let fault = line(End::Host, LineTrouble::WrongCrc);
        let faults = injector(kind, &[(Some(When::Frame(frame)), fault)]);
        let ended = update(kind, SIZE, Some(faults));
        assert_eq!(ended.verdict.class, Class::Pass, "{:?}", ended.verdict);
        assert_eq!(
            ended.texts(),
            [format!("spoil the content of frame {frame} to the host")],
            "{kind}"
        );
        assert!(ended.verdict.counts.retransmits > 0, "{kind}");
        let once = Injected {
            armed: 1,
            struck: 1,
        };
        assert_eq!(ended.verdict.injected, Some(once));
        let told = format!("fault at {} s: {}", ended.struck[0].0, ended.struck[0].1);
        assert!(ended.verdict.notes.contains(&told), "{:?}", ended.verdict);
    }
}

#[test]
fn an_acknowledgement_that_is_lost_on_its_way_to_the_module_is_made_up_for() {
    for kind in BOTH {
        let fault = line(End::Module, LineTrouble::LostAck);
        let when = Some(When::Offset(8_000));
        let ended = update(kind, SIZE, Some(injector(kind, &[(when, fault)])));
        assert_eq!(ended.verdict.class, Class::Pass, "{:?}", ended.verdict);
        let [text] = ended.texts()[..] else {
            panic!("{:?}", ended.struck)
        };
        assert!(text.starts_with("lose acknowledgement ") && text.ends_with(" to the module"));
        assert!(ended.struck[0].0 > ended.begin_of(Phase::Stream));
    }
}

#[test]
fn what_the_host_says_while_it_makes_room_can_be_lost() {
    for kind in BOTH {
        let fault = line(End::Module, LineTrouble::DropFrame);
        let when = Some(When::Phase(Phase::Erase));
        let ended = update(kind, SIZE, Some(injector(kind, &[(when, fault)])));
        assert_eq!(ended.verdict.class, Class::Pass, "{:?}", ended.verdict);
        assert_eq!(ended.struck.len(), 1, "{kind}");
        let during = ended.begin_of(Phase::Erase)..ended.begin_of(Phase::Stream);
        assert!(during.contains(&ended.struck[0].0), "{kind}: {during:?}");
    }
}

#[test]
fn mistakes_of_the_module_end_on_a_port_as_on_the_bench() {
    let made = |name: &str, fault: ModuleFault| {
        let (kind, size) = match name.split('-').next() {
            Some("ayla") => (DialectKind::Ayla, 4_096),
            _ => (DialectKind::Rig, 16_384),
        };
        let faults = injector(kind, &[(None, Fault::Module(fault))]);
        let ended = update(kind, size, Some(faults));
        let scenario = parse(shipped_text(name).unwrap()).unwrap();
        let wanted = bench::run(&scenario, None).updates.remove(0);
        let found = (ended.verdict.class, ended.verdict.status);
        assert_eq!(found, (wanted.class, wanted.status), "{name}");
        assert_eq!(ended.texts(), [fault.to_string()], "{name}");
    };
    let gap = |at_bytes| ModuleFault::Gap { at_bytes, len: 16 };
    made("ayla-module-gap", gap(2_000));
    made("rig-module-gap", gap(8_000));
    made(
        "ayla-module-wrong-size",
        ModuleFault::WrongSize { add: -100 },
    );
    made(
        "ayla-module-late-block",
        ModuleFault::LateBlock {
            after: LateAfter::Finish,
        },
    );
    let early = |at_bytes| ModuleFault::EarlyBoot { at_bytes };
    made("ayla-module-early-boot", early(2_000));
    made("rig-module-early-boot", early(8_000));
}

#[test]
fn a_mistake_of_the_module_can_be_armed_in_mid_update() {
    for kind in BOTH {
        let fault = Fault::Module(ModuleFault::EarlyBoot { at_bytes: 0 });
        let when = Some(When::Offset(8_000));
        let ended = update(kind, SIZE, Some(injector(kind, &[(when, fault)])));
        assert_eq!(ended.verdict.class, Class::Pass, "{:?}", ended.verdict);
        let text = ended.texts().concat();
        let at = text.strip_prefix("module early_boot at ");
        let at: u32 = at.and_then(|at| at.parse().ok()).expect("an offset");
        assert!((1..=8_000).contains(&at), "{kind}: {at}");
    }
}

#[test]
fn a_port_that_is_unplugged_is_gone_for_the_engine() {
    let fault = line(End::Host, LineTrouble::Disconnect { back_ms: None });
    let when = Some(When::Phase(Phase::Stream));
    for kind in BOTH {
        let ended = update(kind, SIZE, Some(injector(kind, &[(when, fault)])));
        assert_eq!(ended.verdict.class, Class::LinkError, "{kind}");
        assert_eq!(ended.verdict.phase, Phase::Stream, "{kind}");
    }
}

#[test]
fn a_stall_holds_the_line_up_and_loses_nothing() {
    let kind = DialectKind::Rig;
    let plain = update(kind, SIZE, None);
    for to in [End::Host, End::Module] {
        let fault = line(to, LineTrouble::Stall { ms: 2_000 });
        let when = Some(When::Offset(8_000));
        let ended = update(kind, SIZE, Some(injector(kind, &[(when, fault)])));
        assert_eq!(ended.verdict.class, Class::Pass, "{:?}", ended.verdict);
        let more = ended.verdict.elapsed.saturating_sub(plain.verdict.elapsed);
        assert!(more > Duration::from_secs(1), "{to:?}: {more:?}");
    }
}

#[test]
fn noise_without_an_end_is_let_by() {
    let kind = DialectKind::Rig;
    let fault = line(End::Module, LineTrouble::DropFrame);
    let mut faults = injector(kind, &[(Some(When::Frame(900)), fault), (None, fault)]);
    let (noise, mut out) = (b"Booting ", Vec::new());
    faults.hear(Tick::ZERO, noise);
    assert_eq!(faults.take_to_module(Tick::ZERO, &mut out), 0);
    let due = faults.poll_timeout().expect("it is not held for ever");
    faults.handle_timeout(due);
    faults.take_to_module(due, &mut out);
    assert_eq!(out, noise);
    faults.hear(due, b"more\0");
    faults.take_to_module(due, &mut out);
    assert_eq!(out, b"Booting more\0", "a frame that has begun is whole");
    assert_eq!(faults.poll_timeout(), None);
}

#[test]
fn flash_power_and_image_of_a_host_behind_a_port_are_refused() {
    let mut faults = injector(DialectKind::Rig, &[]);
    for (text, why) in [
        ("cut_after = { operations = 9 }", ArmError::OutOfReach),
        ("wear_out = { erases = 9 }", ArmError::OutOfReach),
        ("host_hangs = { at = \"boot\" }", ArmError::OutOfReach),
        ("corrupt_image = { at = 9 }", ArmError::Image),
    ] {
        let fault = parse_fault(text).unwrap();
        for when in [None, Some(When::Now)] {
            assert_eq!(faults.arm(when, fault), Err(why), "{text}");
        }
    }
    let mut verdict = Verdict::rig_error(String::new(), String::new(), String::new());
    faults.mark(&mut verdict);
    assert_eq!(verdict.injected, None, "nothing was armed");
}

#[test]
fn what_never_struck_is_told_in_the_words_of_the_command_line() {
    let kind = DialectKind::Rig;
    let far = (
        Some(When::Offset(900_000)),
        line(End::Host, LineTrouble::DropByte),
    );
    let placed = (
        None,
        parse_fault("module = { oversize = { at_bytes = 900000 } }").unwrap(),
    );
    let ended = update(kind, SIZE, Some(injector(kind, &[far, placed])));
    assert_eq!(ended.verdict.class, Class::Pass);
    for told in [
        "never struck: at offset 900000: line = { at = 0, to = \"host\", what = \"drop-byte\" }",
        "never struck: module = { oversize = { at_bytes = 900000 } }",
    ] {
        let notes = &ended.verdict.notes;
        assert!(notes.iter().any(|note| note == told), "{notes:?}");
    }
}
