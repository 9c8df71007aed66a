//! Timers and options of the rig dialect's module side.

use core::time::Duration;

/// Timers and options of the rig dialect; the defaults fit every board of this project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RigConfig {
    /// A hello that is not answered goes out again after this.
    pub hello_repeat: Duration,
    /// The host must have answered the first hello within this.
    pub hello_give_up: Duration,
    /// A request that is not answered goes out again after this, beyond its time on the line.
    pub request_repeat: Duration,
    /// The host must have answered a request within this, beyond what it asked for by busy hints.
    pub request_give_up: Duration,
    /// Longest that one request is waited for, busy hints included.
    pub request_max: Duration,
    /// Least time from the last byte of a piece on the line to its repetition.
    pub retransmit_min: Duration,
    /// Most time between two repetitions of a piece.
    pub retransmit_max: Duration,
    /// Latency assumed before one was measured.
    pub latency_assumed: Duration,
    /// First repetition of the question whether there is still no credit; doubled up to
    /// `retransmit_max`.
    pub credit_probe: Duration,
    /// The stream fails when the acknowledged offset stands still for this long, whatever the host
    /// says.
    pub stall: Duration,
    /// Longest single busy hint that is believed.
    pub busy_max: Duration,
    /// From the boot order's answer to the first hello after it.
    pub boot_delay: Duration,
    /// The host must have restarted within this when its own limit is not known.
    pub restart: Duration,
    /// Added to the host's own limit for the restart.
    pub restart_margin: Duration,
    /// Longest limit for the restart that is believed.
    pub restart_max: Duration,
    /// The restarted host must have reported what it runs within this.
    pub report: Duration,
    /// The host must have reported the image as confirmed within this after the first good report.
    pub confirm: Duration,
    /// How far ahead of the line frames are handed over, at least; never less than two frames.
    pub ahead_min: Duration,
    /// Cap on the object bytes in one frame; the host's own limit may be lower.
    pub data_max: u16,
    /// Cap on the bytes in flight; the host's credit may be lower.
    pub window_max: u32,
}

impl Default for RigConfig {
    fn default() -> Self {
        Self {
            hello_repeat: Duration::from_millis(500),
            hello_give_up: Duration::from_secs(30),
            request_repeat: Duration::from_millis(500),
            request_give_up: Duration::from_secs(30),
            request_max: Duration::from_secs(600),
            retransmit_min: Duration::from_millis(200),
            retransmit_max: Duration::from_secs(4),
            latency_assumed: Duration::from_millis(250),
            credit_probe: Duration::from_millis(500),
            stall: Duration::from_secs(60),
            busy_max: Duration::from_secs(60),
            boot_delay: Duration::from_millis(200),
            restart: Duration::from_secs(180),
            restart_margin: Duration::from_secs(5),
            restart_max: Duration::from_secs(900),
            report: Duration::from_secs(60),
            confirm: Duration::from_secs(60),
            ahead_min: Duration::from_millis(20),
            data_max: 4096,
            window_max: u32::MAX,
        }
    }
}
