//! A port that goes away in the middle of an update.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::pin::Pin;
use std::sync::mpsc::channel;
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::{io, thread};

use bridge::drive::{HostOptions, drive_host, stop_pair};
use bridge::host_line::HostLine;
use bridge::job::LineConfig;
use bridge::link::PtyMaster;
use bridge::link::wire::LineModel;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use fixtures::scenario::Dialect;
use fixtures::{HostSetup, board, build_host};
use rig_gui::App;
use rig_gui::run_view::Stage;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::support::{draw_until, panel, press, take_the_rest, type_into};

/// A host's end of a pty, which is pulled out when so many bytes have come.
struct Pulled {
    end: PtyMaster,
    left: usize,
}

impl AsyncRead for Pulled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let read = Pin::new(&mut self.end).poll_read(cx, buf);
        let came = buf.filled().len() - before;
        self.left = self.left.saturating_sub(came);
        read
    }
}

impl AsyncWrite for Pulled {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.end).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A host that does not wait, behind a pty that is pulled out after so many bytes; its path.
fn host_until(bytes: usize) -> (String, JoinHandle<()>) {
    let (tell, path) = channel();
    let host = thread::Builder::new().spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let end = PtyMaster::open().expect("a pty");
            tell.send(end.path().display().to_string())
                .expect("somebody waits for it");
            let mut setup = HostSetup::new(board("nrf52840").expect("a board"), Dialect::Rig);
            setup.time_scale = 0.0;
            let host = build_host(setup, fixtures::rng::Seed(1)).expect("a host");
            let line = LineModel::at(LineConfig::UNPACED);
            let line = HostLine::new(host, line, line);
            let port = Box::new(Pulled { end, left: bytes });
            let (_stopper, stop) = stop_pair();
            let end = drive_host(line, port, &HostOptions::default(), |_, _| {}, stop).await;
            assert!(end.is_err(), "the line went away");
        });
    });
    let path = path.recv().expect("the path of the pty");
    (path, host.expect("a thread"))
}

fn choose_port(harness: &mut Harness<'_, App>, path: &str) {
    harness
        .get_by_role_and_label(Role::RadioButton, "Serial port")
        .click();
    harness.run();
    type_into(harness, "Or type a path", path);
}

#[test]
fn a_port_that_is_pulled_out_ends_the_update_and_nothing_else() {
    let mut harness = panel([1280.0, 900.0], 0.0);
    let (path, host) = host_until(20_000);
    choose_port(&mut harness, &path);
    press(&mut harness, "Start update");
    draw_until(&mut harness, Stage::Ended);
    take_the_rest(&mut harness);
    host.join().expect("the host's thread");
    harness.get_by_label("Verdict NO LINK");
    harness.get_by_label("Likely cause");
    harness.get_by_label("Next step");
    harness.get_by_label_contains("Phase stream: failed");
    // What was seen until then stays.
    let model = harness.state().model();
    assert!(!model.log.is_empty());
    harness.get_by_label_contains("Blocks, on the line: 16 cells, ");
    assert!(model.wire.entries.len() > 5);
    // The port is gone, which is told; with another host the next update passes.
    press(&mut harness, "Start update");
    draw_until(&mut harness, Stage::Ended);
    harness.get_by_label("Verdict ERROR");
    harness
        .get_by_role_and_label(Role::RadioButton, "Emulated")
        .click();
    harness.run();
    press(&mut harness, "Start update");
    draw_until(&mut harness, Stage::Ended);
    harness.get_by_label("Verdict PASS");
}
