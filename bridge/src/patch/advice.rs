//! Why a host would not take a patch, and what to do about it, where more is known than the code.

use host_agent::patch::PatchFault;
use host_agent::update_core::Fault;
use protocol_spec::codes::Status;
use protocol_spec::patch::Profile;
use protocol_spec::rig::message::LayoutKind;
use protocol_spec::text::Version;

use super::limits::HostLimits;

/// Bytes of a block that are proposed, where the host allows.
const BLOCK_LEN: u32 = 4096;
/// What always helps, behind a verb or a semicolon.
const WHOLE_IMAGE: &str = "send the whole image with --image";

/// A likely cause and the next step, both as parts of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Advice {
    /// What the fault most likely comes from.
    pub cause: String,
    /// What to do now.
    pub next_step: String,
}

impl Advice {
    fn new(cause: &str, next_step: impl Into<String>) -> Self {
        Self {
            cause: cause.to_owned(),
            next_step: next_step.into(),
        }
    }

    /// What is known of a fault without the sizes of a host.
    #[must_use]
    pub fn of(fault: Fault) -> Self {
        match fault {
            Fault::Patch(fault) => patch_advice(fault),
            other => Self::of_code(other.status()),
        }
    }

    /// What the table of codes says.
    #[must_use]
    pub fn of_code(status: Status) -> Self {
        match status.row() {
            Some(row) => Self::new(row.cause, row.remedy),
            None => Self::new("the code has no published cause", "see 'otarig explain'"),
        }
    }

    /// The host has `has` bytes of decode RAM, fewer than the patch needs.
    #[must_use]
    pub fn memory(has: u32) -> Self {
        let cause = "a patch is made for 4096 or for 8192 bytes of decode RAM";
        match Profile::for_ram(has) {
            Some(profile) => {
                let ram = profile.decode_ram();
                let next = format!("make the patch with --decode-ram {ram}, or {WHOLE_IMAGE}");
                Self::new(cause, next)
            }
            None => Self::new(cause, format!("no patch can work here: {WHOLE_IMAGE}")),
        }
    }

    /// Blocks do not fit the erase units or the scratch of a host.
    #[must_use]
    pub fn blocks(limits: &HostLimits) -> Self {
        let cause =
            "a block is made of whole erase units of the slot, and goes through the scratch";
        match limits.block_len(BLOCK_LEN) {
            Some(len) => {
                let unit = limits.erase_unit;
                let next = format!(
                    "make the patch with --block-size {len}, or another multiple of the erase \
                     unit of {unit} bytes that the scratch holds"
                );
                Self::new(cause, next)
            }
            None => Self::new(cause, format!("no patch can work here: {WHOLE_IMAGE}")),
        }
    }

    /// The patch does not fit the staging area; with blocks of `larger` bytes it might.
    #[must_use]
    pub fn staging(larger: Option<u32>) -> Self {
        let next = match larger {
            Some(len) => {
                format!("try the patch with larger blocks (--block-size {len}), or {WHOLE_IMAGE}")
            }
            None => WHOLE_IMAGE.to_owned(),
        };
        Self::new(
            "the whole patch is stored before it is applied, with its marks behind it",
            next,
        )
    }

    /// The host takes no patches at all.
    #[must_use]
    pub fn no_patches() -> Self {
        let next =
            format!("{WHOLE_IMAGE}; with --from as well, a patch is made only where one can work");
        Self::new("patches are for hosts that are updated in place", next)
    }

    /// The host has stopped, and says `code` of it.
    #[must_use]
    pub fn stopped(code: Option<Status>) -> Self {
        let cause = match code.filter(|code| !code.is_done()) {
            Some(code @ Status::BOOT) => format!(
                "the image that it has was entered four times and never confirmed (code {code}), \
                 and a host enters one no oftener"
            ),
            Some(Status::STATE) => {
                "a whole image that went straight to its slot did not come to its end".to_owned()
            }
            Some(code) => format!(
                "an update ended with code {code} and left no whole image, and the host enters no \
                 mix"
            ),
            None => {
                "an update broke off in a way that left no whole image, and the host enters no mix"
                    .to_owned()
            }
        };
        let next = format!("{WHOLE_IMAGE}: a host that has stopped takes one");
        Self::new(&cause, next)
    }

    /// The host runs another image than the patch is for, and has not confirmed it.
    #[must_use]
    pub fn unconfirmed_base(version: &Version, layout: LayoutKind) -> Self {
        let without = without_image(layout);
        Self::new(
            "an earlier update was cut off before its end, so nobody has confirmed what it left; \
             until then the host takes no other",
            format!(
                "repeat the update to {version} first: nothing is sent, it is only confirmed. Then \
                 make the patch from that image, or {WHOLE_IMAGE}. {without}"
            ),
        )
    }
}

/// What is left to do about a running image that is not confirmed and that nobody has as a file.
#[must_use]
pub fn without_image(layout: LayoutKind) -> String {
    match layout {
        LayoutKind::TwoSlot => {
            "Without that image as a file: restart the host; it goes back to its old image, where it \
             has one, and takes another update then."
                .to_owned()
        }
        LayoutKind::InPlace => format!(
            "Without that image as a file: restart the host until it stops, at the start after the \
             fourth without a confirmation (code {}); then it takes a whole image.",
            Status::BOOT
        ),
    }
}

fn patch_advice(fault: PatchFault) -> Advice {
    let damaged = "bytes of the file were lost, added or changed since it was made";
    let again = "copy the file again, or make the patch again";
    let wrong_content = "the CRC of the file is right and what it holds is not: no maker writes \
                         such a patch, so it was changed on purpose or its maker is faulty";
    let whole = format!("make the patch again; or {WHOLE_IMAGE}");
    match fault {
        PatchFault::HeadShort | PatchFault::FileLength | PatchFault::FileCrc => {
            Advice::new(damaged, again)
        }
        PatchFault::HeadUnknown => Advice::new(
            "it is another file, or was made for a format that is newer",
            "name a file that 'otarig patch make' wrote; an image is sent with --image",
        ),
        PatchFault::Board => Advice::new(
            "a patch is made for one board, or for any where none was named",
            format!("make the patch for this board (--board), or {WHOLE_IMAGE}"),
        ),
        PatchFault::Base => Advice::new(
            "a patch works on the one image that it was made from",
            format!("make the patch from the image that runs, or {WHOLE_IMAGE}"),
        ),
        PatchFault::SlotLength => Advice::new(
            "the images are those of another board, or have grown too long for this one",
            "check that images and board belong together: the whole image does not fit either, and \
             larger blocks change nothing",
        ),
        PatchFault::NoMarks => Advice::staging(None),
        PatchFault::HeadField
        | PatchFault::SectionLength
        | PatchFault::Op
        | PatchFault::Stream
        | PatchFault::SourceRange
        | PatchFault::SourceGone
        | PatchFault::SourceSplit
        | PatchFault::OutputLength
        | PatchFault::BlockBefore
        | PatchFault::BlockAfter
        | PatchFault::ImageAfter => Advice::new(wrong_content, whole),
        PatchFault::NoFile
        | PatchFault::Memory
        | PatchFault::Init
        | PatchFault::BlockLength
        | PatchFault::ScratchLength => Advice::of_code(fault.status()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(erase_unit: u32, scratch_len: u32) -> HostLimits {
        HostLimits {
            board: b"x".to_vec(),
            slot_len: 1 << 20,
            erase_unit,
            scratch_len,
            staging_len: 1 << 20,
            program_unit: 4,
            decode_ram: 8192,
        }
    }

    #[test]
    fn what_is_proposed_fits_the_host() {
        let ram = |has| Advice::memory(has).next_step;
        assert!(ram(4096).contains("--decode-ram 4096"));
        assert!(ram(8191).contains("--decode-ram 4096"));
        for little in [0, 4095] {
            assert!(
                ram(little).starts_with("no patch can work here"),
                "{little}"
            );
        }
        let blocks = |unit, scratch| Advice::blocks(&limits(unit, scratch)).next_step;
        assert!(blocks(4096, 4096).contains("--block-size 4096"));
        assert!(blocks(1 << 17, 1 << 17).contains("--block-size 131072"));
        assert!(blocks(4096, 0).starts_with("no patch can work here"));
    }
}
