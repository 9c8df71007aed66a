//! A module and a bench in one: drives a core through an update, cuts the power, checks every
//! image that is entered.

use std::format;
use std::string::String;
use std::vec::Vec;

use protocol_spec::codes::Status;
use protocol_spec::digest::Digest;
use protocol_spec::rig::message::ObjectKind;
use protocol_spec::text::Version;
use sha2::{Digest as _, Sha256};

use super::ram_flash::{Cut, LAYOUT, RamFlash, Reading, mix};
use crate::image_format::{ImageChecks, ImageFormat};
use crate::layout::Layout;
use crate::planner::{Plan, Planner};
use crate::policy::{Policy, Production};
use crate::update_core::{CoreEvent, EraseWhen, Object, UpdateCore, provision};

/// More boots than any run needs without a power cut of its own.
const BOOTS_MAX: usize = 24;
const STEPS_MAX: usize = 100_000;

pub(super) fn image(seed: u32, len: usize) -> Vec<u8> {
    (0..len)
        .map(|index| mix(seed, index).to_le_bytes()[0])
        .collect()
}

pub(super) fn version(text: &str) -> Version {
    Version::from_bytes(text.as_bytes()).expect("short")
}

pub(super) fn object(image: &[u8], text: &str) -> Object {
    Object {
        kind: ObjectKind::Image,
        length: u32::try_from(image.len()).expect("small"),
        digest: Some(Digest(Sha256::digest(image).into())),
        version: version(text),
    }
}

pub(super) const RAW: ImageChecks = ImageChecks {
    format: ImageFormat::Raw,
    image_max: u32::MAX,
};

/// An update of `old` by `new`.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
    pub(super) layout: Layout,
    pub(super) device: RamFlash,
    /// Whether the module acknowledges the report of the new image.
    pub(super) acknowledge: bool,
    pub(super) erase: EraseWhen,
    /// Whether a reported failure ends the run; otherwise the module tries again after a reset.
    pub(super) strict: bool,
}

/// How an update ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct End {
    /// Runs the new image, confirmed.
    pub(super) updated: bool,
    pub(super) code: Status,
    pub(super) boots: usize,
    pub(super) power_cuts: usize,
    /// Operations of each boot.
    pub(super) ops: Vec<u64>,
    /// Offsets at which offers were accepted.
    pub(super) offsets: Vec<u32>,
}

/// Why a session ended.
enum Session {
    PowerCut,
    Reset,
    Over,
}

impl Bench {
    pub(super) fn new(old_len: usize, new_len: usize) -> Self {
        Self::on(RamFlash::new(), LAYOUT, old_len, new_len)
    }

    pub(super) fn on(mut device: RamFlash, layout: Layout, old_len: usize, new_len: usize) -> Self {
        let (old, new) = (image(1, old_len), image(2, new_len));
        provision(&mut device, &layout, &old, version("old")).expect("provision");
        Self {
            old,
            new,
            layout,
            device,
            acknowledge: true,
            erase: EraseWhen::Ahead,
            strict: true,
        }
    }

    /// Runs until the update ends; cut `n` is for boot `n`.
    pub(super) fn run(&self, cuts: &[Cut]) -> Result<End, String> {
        self.run_as::<Production, Planner>(cuts, |planner| planner)
    }

    pub(super) fn run_as<P: Policy, L: Plan>(
        &self,
        cuts: &[Cut],
        wrap: impl Fn(Planner) -> L,
    ) -> Result<End, String> {
        let mut flash = self.device.clone();
        let (mut ops, mut offsets, mut reading) = (Vec::new(), Vec::new(), Reading::Old);
        let mut power_cuts = 0;
        for boots in 1..=BOOTS_MAX + cuts.len() {
            let cut = cuts.get(boots - 1).copied();
            flash.power_on(reading, cut);
            let planner = wrap(Planner::new(&self.layout, flash.geometry_of()));
            let mut core = UpdateCore::<_, P, L>::with_plan(flash, self.layout, planner);
            let session = self.session(&mut core, &mut offsets)?;
            let running = *core.running();
            let code = core.last_code();
            flash = core.into_flash();
            ops.push(flash.ops);
            if self.strict && flash.violations > 0 {
                return Err("a cell is programmed twice".into());
            }
            match session {
                Session::PowerCut => {
                    reading = cut.expect("cut").reading;
                    power_cuts += 1;
                }
                Session::Reset => {}
                Session::Over => {
                    let updated = running.version == version("new") && running.confirmed;
                    return Ok(End {
                        updated,
                        code,
                        boots,
                        power_cuts,
                        ops,
                        offsets,
                    });
                }
            }
        }
        Err(format!("no end after {BOOTS_MAX} boots"))
    }

    fn session<P: Policy, L: Plan>(
        &self,
        core: &mut UpdateCore<RamFlash, P, L>,
        offsets: &mut Vec<u32>,
    ) -> Result<Session, String> {
        let new = object(&self.new, "new");
        let mut sent = 0;
        for _ in 0..STEPS_MAX {
            let event = core.step();
            if core.flash().is_dead() {
                return Ok(Session::PowerCut);
            }
            match event {
                Some(CoreEvent::Entered { tried }) => {
                    self.check_entered(core, tried)?;
                    match (tried, core.running().version == version("new")) {
                        (true, _) if self.acknowledge => core.report_acknowledged(),
                        (true, _) => return Ok(Session::Reset),
                        (false, true) => return Ok(Session::Over),
                        (false, false) if core.fell_back() => return Ok(Session::Over),
                        (false, false) => core.offer(&new, RAW, self.erase),
                    }
                }
                Some(CoreEvent::Stopped(status)) if self.unexpected(status) => {
                    return Err(format!("stopped: {status:?}"));
                }
                Some(CoreEvent::Stopped(_)) => core.offer(&new, RAW, self.erase),
                Some(CoreEvent::Confirmed) => return Ok(Session::Reset),
                Some(CoreEvent::Accepted { offset }) => {
                    offsets.push(offset);
                    sent = offset as usize;
                    if sent == self.new.len() {
                        core.finish();
                    }
                }
                Some(CoreEvent::Finished(Ok(()))) => core.boot(),
                Some(CoreEvent::BootStored) => return Ok(Session::Reset),
                Some(
                    event @ (CoreEvent::Finished(Err(_))
                    | CoreEvent::Refused(_)
                    | CoreEvent::Failed(_)
                    | CoreEvent::ConfirmFailed(_)
                    | CoreEvent::HashFailed(_)
                    | CoreEvent::Retried(_)),
                ) if self.strict => return Err(format!("{event:?}")),
                Some(
                    CoreEvent::Finished(Err(_))
                    | CoreEvent::Refused(_)
                    | CoreEvent::ConfirmFailed(_),
                ) => {
                    return Ok(Session::Reset);
                }
                Some(CoreEvent::Failed(_)) if core.room() == 0 => return Ok(Session::Reset),
                _ => {}
            }
            if core.room() > 0 {
                // Odd lengths, as a session would hand them over.
                let end = (sent + 100).min(self.new.len());
                sent += core.write(&self.new[sent..end]);
                if sent == self.new.len() {
                    core.finish();
                }
            }
        }
        Err("the core does not come to rest".into())
    }

    /// In place an image that is streamed straight to the slot leaves nothing to run meanwhile.
    fn unexpected(&self, status: Status) -> bool {
        let streams = self.new.len() > self.layout.secondary.len as usize;
        let streaming = streams && status == Status::STATE;
        status.is_done() || self.strict && !streaming
    }

    /// An image is entered only if it is one of the two, whole, and the record names it.
    fn check_entered<P: Policy, L: Plan>(
        &self,
        core: &UpdateCore<RamFlash, P, L>,
        tried: bool,
    ) -> Result<(), String> {
        let running = core.running();
        let image = if running.version == version("new") {
            &self.new
        } else {
            &self.old
        };
        let held = core.flash().peek(self.layout.primary.start, image.len());
        if !running.known || running.confirmed == tried || running.length as usize != image.len() {
            return Err(format!("entered {running:?}, tried {tried}"));
        }
        if held == *image {
            Ok(())
        } else {
            Err("entered a mix".into())
        }
    }
}

impl RamFlash {
    pub(super) fn geometry_of(&self) -> &crate::flash::Geometry {
        crate::flash::Flash::geometry(self)
    }
}
