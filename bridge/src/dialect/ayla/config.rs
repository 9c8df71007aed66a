//! Timers and options of the ayla dialect's module side.

use core::time::Duration;

/// Timers and options; [`AylaConfig::default`] holds the published values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AylaConfig {
    /// From the last byte of a frame on the line to its repetition.
    pub link_ack: Duration,
    /// How often a frame is sent before it is given up, the first time included.
    pub link_sends: u32,
    /// A feature request that is not acknowledged goes out again after this.
    pub hello_repeat: Duration,
    /// An acknowledged feature request must be answered within this, or it is asked anew.
    pub hello_answer: Duration,
    /// The host must have answered the first feature request within this.
    pub hello_give_up: Duration,
    /// The host must have been silent for this long before the offer goes out.
    pub quiet: Duration,
    /// The offer goes out after this even when the host goes on talking.
    pub quiet_max: Duration,
    /// The host must answer the offer within this (erase included).
    pub offer: Duration,
    /// The next block, or the CONFIRM of the version report, must have been acknowledged within
    /// this, whatever else the host says or acknowledges meanwhile.
    pub stall: Duration,
    /// The host must give its status within this after the last block was acknowledged.
    pub status: Duration,
    /// A status that is overdue must come within this after one more feature request.
    pub status_probe: Duration,
    /// From the BOOT order to the first feature request after it.
    pub boot_delay: Duration,
    /// The host must have restarted within this after the BOOT order.
    pub restart: Duration,
    /// The restarted host must have reported its version within this.
    pub report: Duration,
    /// A version report waits this long for the status of the restarted host, which may follow it.
    pub late_status: Duration,
    /// The host gets this long after the last CONFIRM to write what it must.
    pub settle: Duration,
    /// Image bytes in one block, 1 to 255.
    pub block_bytes: u8,
    /// Whether the BOOT order carries the version (older modules) or nothing.
    pub boot_version: bool,
    /// Whether an unacknowledged BOOT order is repeated like any other frame.
    pub boot_repeat: bool,
    /// Name of the property that carries the version of the running image.
    pub version_property: Vec<u8>,
    /// Answer to the question for the device's serial number.
    pub dev_id: Vec<u8>,
    /// Answer to the question for the module's model.
    pub model: Vec<u8>,
}

impl Default for AylaConfig {
    fn default() -> Self {
        Self {
            link_ack: Duration::from_secs(5),
            link_sends: 3,
            hello_repeat: Duration::from_secs(1),
            hello_answer: Duration::from_secs(9),
            hello_give_up: Duration::from_secs(30),
            quiet: Duration::from_millis(200),
            quiet_max: Duration::from_secs(5),
            offer: Duration::from_secs(120),
            stall: Duration::from_secs(60),
            status: Duration::from_secs(30),
            status_probe: Duration::from_secs(15),
            boot_delay: Duration::from_millis(1_500),
            restart: Duration::from_secs(180),
            report: Duration::from_secs(60),
            late_status: Duration::from_secs(1),
            settle: Duration::from_secs(2),
            block_bytes: 255,
            boot_version: false,
            boot_repeat: false,
            version_property: b"version".to_vec(),
            dev_id: b"OTARIG000000001".to_vec(),
            model: b"OTARIG-M1".to_vec(),
        }
    }
}
