//! Whole updates through both drivers, over a pipe in memory and over TCP.

use std::time::Duration;

use fixtures::board::board;
use fixtures::host::{HostSetup, build_host};
use fixtures::image::{Format, ImageSpec, make};
use fixtures::rng::Seed;
use fixtures::scenario::Dialect;
use protocol_spec::text::Version;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::*;
use crate::bench::{Told, When};
use crate::dialect::rig::RigConfig;
use crate::engine::Engine;
use crate::event::Phase;
use crate::formats::digest_of;
use crate::host_line::HostLine;
use crate::inject::Injector;
use crate::job::{ContentCheck, DialectConfig, DialectKind, LineConfig, ModuleFaults, UpdateJob};
use crate::link::wire::LineModel;
use crate::link::{self, BoxedPort, LineSettings, Parity, PortAddress};
use crate::object::Object;
use crate::verdict::{Class, Injected, Verdict};

fn engine() -> Engine {
    engine_with(RigConfig::default())
}

fn engine_with(config: RigConfig) -> Engine {
    let version = Version::from_bytes(b"1.1").unwrap();
    let spec = ImageSpec {
        format: Format::Raw,
        size: 30_000,
        version,
        seed: 2,
    };
    let mut image = make(&spec).unwrap();
    Engine::new(UpdateJob {
        object: {
            let digest = digest_of(&mut image).unwrap();
            Object::image(Box::new(image), digest)
        },
        version,
        content: ContentCheck::None,
        dialect: DialectConfig::Rig(config),
        line: LineConfig::UNPACED,
        faults: ModuleFaults::default(),
        seed: 5,
    })
}

fn host() -> HostLine {
    let mut setup = HostSetup::new(board("nrf52840").unwrap(), Dialect::Rig);
    setup.time_scale = 0.0;
    let model = LineModel::plain(0, 10);
    HostLine::new(build_host(setup, Seed(1)).unwrap(), model, model)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

async fn update(module: BoxedPort, host_end: BoxedPort) -> Verdict {
    let (stopper, stop) = stop_pair();
    let (_keep, never) = stop_pair();
    let options = HostOptions::default();
    let served = drive_host(host(), host_end, &options, |_, _| (), stop);
    let updated = async {
        let verdict = drive_update(engine(), module, |_| (), never).await;
        stopper.stop();
        verdict
    };
    tokio::join!(updated, served).0
}

#[test]
fn an_update_passes_over_a_pipe_smaller_than_a_frame() {
    let verdict = block_on(async {
        let (module, host_end) = link::duplex(300);
        update(module, host_end).await
    });
    assert_eq!(verdict.class, Class::Pass, "{}", verdict.headline);
    assert_eq!(verdict.counts.retransmits, 0);
}

#[test]
fn an_update_passes_over_tcp() {
    let verdict = block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = PortAddress::Tcp(listener.local_addr().unwrap().to_string());
        let line = LineSettings {
            baud: 115_200,
            parity: Parity::None,
            rts_cts: false,
        };
        let (opened, accepted) = tokio::join!(link::open(&address, &line), listener.accept());
        update(opened.unwrap(), Box::new(accepted.unwrap().0)).await
    });
    assert_eq!(verdict.class, Class::Pass, "{}", verdict.headline);
}

#[test]
fn an_update_with_a_fault_passes_over_a_pipe_and_says_so() {
    let fault = "line = { to = \"host\", what = \"wrong-crc\" }";
    let fault = fixtures::scenario::parse_fault(fault).unwrap();
    let mut faults = Injector::new(DialectKind::Rig, LineConfig::UNPACED, Seed(1));
    let mut more = Some((When::Phase(Phase::Stream), fault));
    faults.arm(Some(When::Frame(0)), fault).unwrap();
    let mut struck = Vec::new();
    let verdict = block_on(async {
        let (module, host_end) = link::duplex(300);
        let (stopper, stop) = stop_pair();
        let (_keep, never) = stop_pair();
        let options = HostOptions::default();
        let served = drive_host(host(), host_end, &options, |_, _| (), stop);
        let updated = async {
            let tell = |told: &Told<'_>| {
                if let Told::Struck(_, what) = told {
                    struck.push(what.to_string());
                }
            };
            let arm = |faults: &mut Injector| {
                if let Some((when, fault)) = more.take() {
                    faults.arm(Some(when), fault).unwrap();
                }
            };
            let verdict = drive_faulted(engine(), module, faults, tell, arm, never).await;
            stopper.stop();
            verdict
        };
        tokio::join!(updated, served).0
    });
    assert_eq!(verdict.class, Class::Pass, "{}", verdict.headline);
    assert_eq!(struck.len(), 2, "{struck:?}");
    assert_eq!(struck[0], "spoil the content of frame 0 to the host");
    let both = Injected {
        armed: 2,
        struck: 2,
    };
    assert_eq!(verdict.injected, Some(both));
}

#[test]
fn a_wish_to_stop_ends_the_update() {
    let verdict = block_on(async {
        let (module, _nobody) = link::duplex(300);
        let (stopper, stop) = stop_pair();
        stopper.stop();
        drive_update(engine(), module, |_| (), stop).await
    });
    assert_eq!(verdict.class, Class::Aborted);
}

/// So many bytes the host's end takes: hello, offer, and the first pieces of the image.
const TAKEN: usize = 4_000;
/// Only a driver that hangs needs this long.
const HANGS: Duration = Duration::from_secs(30);

/// A host whose end stops reading in mid stream, as behind a CTS that is held off, and a word to
/// stop then if `stops`. Credit for more than the driver's queue holds has been given before.
async fn deaf_in_mid_stream(engine: Engine, stops: bool) -> Verdict {
    let (module, mut outer) = link::duplex(300);
    let (mut inner, host_end) = link::duplex(300);
    let (stopper, stop) = stop_pair();
    let (host_stopper, host_stop) = stop_pair();
    let relay = async {
        let (mut to_host, mut to_module) = (vec![0; 256], vec![0; 256]);
        let mut taken = 0;
        while taken < TAKEN {
            tokio::select! {
                len = outer.read(&mut to_host) => {
                    let len = len.unwrap();
                    taken += len;
                    inner.write_all(&to_host[..len]).await.unwrap();
                }
                len = inner.read(&mut to_module) => {
                    outer.write_all(&to_module[..len.unwrap()]).await.unwrap();
                }
            }
        }
        // Lets the driver fill its queue.
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        if stops {
            stopper.stop();
        }
        std::future::pending::<()>().await;
    };
    let options = HostOptions::default();
    let served = drive_host(host(), host_end, &options, |_, _| (), host_stop);
    let verdict = tokio::select! {
        verdict = timeout(HANGS, drive_update(engine, module, |_| (), stop)) => verdict,
        () = relay => unreachable!("waits for ever"),
        served = served => panic!("the host ended: {served:?}"),
    };
    host_stopper.stop();
    verdict.expect("a verdict though the link takes nothing")
}

#[test]
fn a_link_that_takes_no_more_bytes_does_not_hold_back_the_verdict() {
    let config = RigConfig {
        stall: Duration::from_millis(300),
        ..RigConfig::default()
    };
    let verdict = block_on(deaf_in_mid_stream(engine_with(config), false));
    assert_eq!(verdict.class, Class::HostFailed, "{verdict:#?}");
    assert_eq!(verdict.phase, Phase::Stream);
    assert!(
        verdict.headline.contains("stands still"),
        "{}",
        verdict.headline
    );
}

#[test]
fn a_wish_to_stop_is_heeded_while_the_link_takes_no_more_bytes() {
    let verdict = block_on(deaf_in_mid_stream(engine(), true));
    assert_eq!(verdict.class, Class::Aborted, "{verdict:#?}");
    assert_eq!(verdict.phase, Phase::Stream);
}
