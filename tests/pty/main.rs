//! Two real processes on a real pty: waits are for events, never for time.

#![expect(
    clippy::disallowed_methods,
    reason = "tests of a program give it files"
)]

mod conform;
mod corpus;
mod demo;
mod download;
mod ends;
mod faults;
mod in_place;
mod passes;
mod replay;
mod report;

use std::path::{Path, PathBuf};

use fixtures::scenario::LayoutName;
use rig_tests::{Running, run};

/// A folder with a host's link, state and image.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Starts a host whose link and state lie in this folder; returns when its port is there.
    fn host(&self, args: &[&str]) -> Running {
        let (link, state) = (self.path("dut"), self.path("dut.bin"));
        let mut all = vec!["host", "--link", &link, "--state", &state];
        all.extend(args);
        let mut host = Running::start(&all);
        host.wait_event("port");
        host
    }

    /// Arguments of an update of this folder's image by this folder's link.
    fn update(&self, dialect: &str, version: &str) -> Vec<String> {
        let (port, image) = (self.path("dut"), self.path("new.bin"));
        [
            "update",
            "--port",
            &port,
            "--dialect",
            dialect,
            "--image",
            &image,
            "--version",
            version,
        ]
        .map(str::to_owned)
        .into()
    }

    /// Makes this folder's image.
    fn image(&self, args: &[&str]) -> Vec<u8> {
        let path = self.path("new.bin");
        let mut all = vec!["image", "make", "-o", &path];
        all.extend(args);
        assert!(run(&all).status.success());
        std::fs::read(path).unwrap()
    }

    /// What the state file holds at an address of the board's primary slot.
    fn primary(&self, board: &str, len: usize) -> Vec<u8> {
        self.slot(board, LayoutName::TwoSlot, len)
    }

    /// What the state file holds at the start of the slot that images run from.
    fn slot(&self, board: &str, layout: LayoutName, len: usize) -> Vec<u8> {
        let board = fixtures::board(board).unwrap();
        let slot = board.layout(layout).primary;
        let offset = (slot.start - board.flash_start()) as usize;
        let state = std::fs::read(Path::new(&self.path("dut.bin"))).unwrap();
        assert_eq!(state.len(), board.flash_len() as usize);
        state[offset..offset + len].to_vec()
    }

    fn link(&self) -> PathBuf {
        self.folder.path().join("dut")
    }
}

fn start(args: &[String]) -> Running {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    Running::start(&args)
}
