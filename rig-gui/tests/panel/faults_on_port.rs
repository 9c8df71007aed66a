//! Faults in an update over a port: an emulated host listens at the other end of it.

use std::sync::mpsc::{Sender, channel};
use std::thread;

use bridge::drive::{HostOptions, drive_host, stop_pair};
use bridge::host_line::HostLine;
use bridge::link::wire::LineModel;
use egui_kittest::kittest::Queryable as _;
use fixtures::host::{HostSetup, build_host};
use fixtures::rng::Seed;
use fixtures::scenario::Dialect;
use rig_gui::model::Target;
use rig_gui::run_view::Stage;
use rig_gui::setup::SetupCommand;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use super::support::{choose, draw_until, panel, press, show, take_the_rest};

/// The address of a host that serves one connection; `None` where it cannot listen.
fn listening_host() -> Option<String> {
    let (address, bound) = channel();
    thread::spawn(move || serve(&address));
    bound.recv().ok()
}

/// Emulates a host for whoever connects, until the connection is closed.
fn serve(address: &Sender<String>) -> Option<()> {
    let mut setup = HostSetup::new(fixtures::board("nrf52840")?, Dialect::Rig);
    setup.time_scale = 0.0;
    let host = build_host(setup, Seed(1)).ok()?;
    let line = LineModel::plain(0, 10);
    let line = HostLine::new(host, line, line);
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().ok()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.ok()?;
        address.send(listener.local_addr().ok()?.to_string()).ok()?;
        let (port, _) = listener.accept().await.ok()?;
        let (_keep, never) = stop_pair();
        let options = HostOptions::default();
        let served = drive_host(line, Box::new(port), &options, |_, _| (), never);
        served.await.ok()
    })
}

#[test]
fn a_wrong_crc_on_a_port_is_struck_sent_again_and_told() {
    let address = listening_host().expect("a host");
    let mut harness = panel([1280.0, 900.0], 0.0);
    let app = harness.state_mut();
    app.apply(SetupCommand::Target(Target::Port).into());
    app.apply(SetupCommand::Port(address).into());
    harness.run();
    show(&mut harness, "Faults");
    choose(&mut harness, "When", "in phase stream");
    press(&mut harness, "Arm it for the next update");
    harness.run();
    harness.get_by_label_contains("--fault 'in phase stream: line = { to = \"host\", what = ");
    show(&mut harness, "Update");
    press(&mut harness, "Start update");
    draw_until(&mut harness, Stage::Ended);
    take_the_rest(&mut harness);
    harness.get_by_label("Verdict PASS");
    harness.get_by_label("1 fault injected on purpose, 1 struck");
    assert!(harness.state().model().run.retransmits > 0);
    show(&mut harness, "Faults");
    harness.get_by_label_contains("struck at ");
}
