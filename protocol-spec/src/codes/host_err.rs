//! Host ERR bytes: the one-byte error numbers of the ayla dialect, 00 to 1e.
//!
//! A host sends them as the outcome of an update step; both ends send them in NAKs and answers.

use super::Kind::Assigned;
use super::{Row, Status};

code_space! {
    /// A host ERR byte. Unknown bytes are kept and print as unknown.
    pub struct HostErr: Row, hex;
    gaps [];

    /// No error.
    0x00 NONE {
        kind: Assigned, class: "result", raised_by: "host, module",
        retryable: false,
        cause: "The step is done.",
        remedy: "Nothing to do. After the last block: order the boot.",
    }
    /// The cloud did not answer in time.
    0x01 TIMEOUT {
        kind: Assigned, class: "cloud", raised_by: "module",
        retryable: true,
        cause: "The module's connection is slow or gone.",
        remedy: "Check the module's network; the host may post again.",
    }
    /// A length is wrong or too great.
    0x02 LENGTH {
        kind: Assigned, class: "message", raised_by: "host, module",
        retryable: false,
        cause: "As the outcome of an offer: the image is longer than the slot. Of the blocks: the \
                image head's length field is. In a NAK: a TLV has the wrong length.",
        remedy: "Compare image length and slot; in an image with a head, the head's length with \
                 the file's.",
    }
    /// A TLV of an unknown type.
    0x03 TLV_TYPE {
        kind: Assigned, class: "message", raised_by: "host, module",
        retryable: false,
        cause: "One end is older than the other.",
        remedy: "Look up the TLV's type in the transcript and leave it out for this end.",
    }
    /// The property is not known here.
    0x04 PROPERTY {
        kind: Assigned, class: "property", raised_by: "host, module",
        retryable: false,
        cause: "The name is misspelt, or the host's image does not have the property.",
        remedy: "Iterate over the host's properties and compare the names.",
    }
    /// A TLV is missing or stands in the wrong place; after the blocks: the image has no magic.
    0x05 SEQUENCE {
        kind: Assigned, class: "message", raised_by: "host, module",
        retryable: false,
        cause: "An offer without version or length, or with a length that is neither 2 nor 4 bytes \
                long; a block without offset or bytes; an image for another target.",
        remedy: "See at which step it came. After the offer or a block: look at that message's \
                 TLVs. After the last block: look for the magic at the target's head offset.",
    }
    /// The opcode is not known.
    0x06 OPCODE {
        kind: Assigned, class: "message", raised_by: "host, module",
        retryable: false,
        cause: "One end is older than the other, or a message was sent the wrong way.",
        remedy: "Look up the opcode and who may send it.",
    }
    /// The datapoint is not valid.
    0x07 DATAPOINT {
        kind: Assigned, class: "property", raised_by: "module",
        retryable: false,
        cause: "The location of a long datapoint is unknown at the cloud.",
        remedy: "Create the datapoint again and use the location that comes back.",
    }
    /// The offset is not the one that is expected next.
    0x08 OFFSET {
        kind: Assigned, class: "transfer", raised_by: "host, module",
        retryable: true,
        cause: "A block was lost, repeated with a new seq, or sent after the last one; or the host \
                was reset and forgot its place.",
        remedy: "Offer again: this dialect cannot resume. If it comes back at the same offset, \
                 look at the frames right before it.",
    }
    /// The request is not valid.
    0x09 REQUEST {
        kind: Assigned, class: "message", raised_by: "host, module",
        retryable: false,
        cause: "A reply to a request that was never made, or one that does not fit the state.",
        remedy: "Match the request number with the requests before it, per protocol.",
    }
    /// A name is malformed or missing; in the answer to the feature request: no property was named.
    0x0a NAME {
        kind: Assigned, class: "property", raised_by: "host, module",
        retryable: false,
        cause: "Normal in the answer to the feature request. Elsewhere: a name that is empty or \
                too long.",
        remedy: "Nothing to do after a feature request; otherwise check the name.",
    }
    /// The connection is down.
    0x0b CONNECTION {
        kind: Assigned, class: "cloud", raised_by: "module",
        retryable: true,
        cause: "The module has no cloud connection.",
        remedy: "Wait for a CONNECT with bit 0 set, then post again.",
    }
    /// The cloud client is busy.
    0x0c BUSY {
        kind: Assigned, class: "cloud", raised_by: "module",
        retryable: true,
        cause: "An earlier request is still under way.",
        remedy: "Wait for its CONFIRM or NAK, then repeat.",
    }
    /// Something failed inside; in an update: the flash could not be erased or programmed.
    0x0d INTERNAL {
        kind: Assigned, class: "flash", raised_by: "host, module",
        retryable: true,
        cause: "Write protection, supply voltage, a worn unit, a wrong address.",
        remedy: "Read the host's own flash error; check protection, voltage and the slot's \
                 addresses.",
    }
    /// The image does not have its checksum.
    0x0e CHECKSUM {
        kind: Assigned, class: "image", raised_by: "host",
        retryable: true,
        cause: "Bytes were changed on the way or written wrong, or the file was bad before.",
        remedy: "Check the head's CRC in the file on the desktop; good there: read the host's \
                 flash and find the first difference.",
    }
    /// The host already runs this version.
    0x0f ALREADY {
        kind: Assigned, class: "result", raised_by: "host",
        retryable: false,
        cause: "The offered version text equals the running one in full.",
        remedy: "Nothing to do. To install it all the same, give the image another version.",
    }
    /// The new image did not boot, and the old one runs again.
    0x10 BOOT {
        kind: Assigned, class: "image", raised_by: "host",
        retryable: true,
        cause: "The new image crashed, never asked to be kept, or was reset during its test boot.",
        remedy: "Watch the new image alone with a debugger up to its first report.",
    }
    /// A buffer or counter has no room left.
    0x11 OVERFLOW {
        kind: Assigned, class: "transfer", raised_by: "host, module",
        retryable: true,
        cause: "Messages came faster than they could be handled.",
        remedy: "Check that RTS/CTS is wired and obeyed; refresh the to-device properties.",
    }
    /// The value is not allowed.
    0x12 VALUE {
        kind: Assigned, class: "property", raised_by: "host, module",
        retryable: false,
        cause: "Out of the property's range, or of another type.",
        remedy: "Compare the value with the property's definition.",
    }
    /// The property's value is too long.
    0x13 TOO_LONG {
        kind: Assigned, class: "property", raised_by: "host, module",
        retryable: false,
        cause: "The value is longer than the receiver's buffer.",
        remedy: "Shorten the value, or send it as a message or file.",
    }
    /// The opcode is known but was not expected now.
    0x14 UNEXPECTED_OP {
        kind: Assigned, class: "message", raised_by: "host, module",
        retryable: true,
        cause: "A step was left out or came twice.",
        remedy: "Read the transcript backwards from here to the last step that fits.",
    }
    /// The metadata of a datapoint is not valid.
    0x15 METADATA {
        kind: Assigned, class: "property", raised_by: "module",
        retryable: false,
        cause: "Too many pairs, or a key or value that is too long.",
        remedy: "At most 4 pairs, keys of 16 and values of 32 bytes.",
    }
    /// A property's acknowledgement is not valid; from an older end: still in progress.
    0x16 ACK_INFO {
        kind: Assigned, class: "property", raised_by: "module",
        retryable: false,
        cause: "The acknowledgement number is unknown at the cloud. An older end means instead: \
                the request is still in progress.",
        remedy: "Find out how old the end that sent it is; from an older one, wait for the \
                 outcome.",
    }
    /// The cloud does not know the property.
    0x17 CLOUD_PROPERTY {
        kind: Assigned, class: "cloud", raised_by: "module",
        retryable: false,
        cause: "The property is missing in the cloud's template for this version.",
        remedy: "Add it to the template, or correct the template version of the host.",
    }
    /// A value's format is wrong.
    0x18 FORMAT {
        kind: Assigned, class: "property", raised_by: "host, module",
        retryable: false,
        cause: "The text of a value cannot be read as its type.",
        remedy: "Compare the value's bytes with the property's type.",
    }
    /// Busy; repeat after the time that is given beside it.
    0x19 BUSY_RETRY {
        kind: Assigned, class: "cloud", raised_by: "module",
        retryable: true,
        cause: "The other end limits the rate.",
        remedy: "Wait for the milliseconds in the ERR_BACKOFF TLV, then repeat.",
    }
    /// Repeat the request.
    0x1a RETRY {
        kind: Assigned, class: "cloud", raised_by: "module",
        retryable: true,
        cause: "A passing failure.",
        remedy: "Repeat the request; look further only when it stays.",
    }
    /// The time is not known yet.
    0x1b NO_TIME {
        kind: Assigned, class: "cloud", raised_by: "module",
        retryable: true,
        cause: "The module has not had the time from its network.",
        remedy: "Wait for the module's time update, or set the time.",
    }
    /// Only a part was done.
    0x1c PARTIAL {
        kind: Assigned, class: "cloud", raised_by: "module",
        retryable: true,
        cause: "Some items of a batch failed.",
        remedy: "Look at the items' own outcomes and repeat those that failed.",
    }
    /// The outcome could not be found out.
    0x1d UNKNOWN_STATUS {
        kind: Assigned, class: "cloud", raised_by: "module",
        retryable: true,
        cause: "The answer of the cloud was lost.",
        remedy: "Read the value back before repeating, so that nothing is done twice.",
    }
    /// A TLV that the message must have is missing.
    0x1e TLV_MISSING {
        kind: Assigned, class: "message", raised_by: "host, module",
        retryable: false,
        cause: "One end is older than the other, or the message was built wrong.",
        remedy: "Compare the message's TLVs with the opcode's row in SPEC.md.",
    }
}

impl HostErr {
    /// The status code that a module reports for this byte of a host.
    ///
    /// Bytes without a code of their own, unknown ones included, become [`Status::READ`].
    /// Source: SPEC.md, "From ERR byte to status code".
    #[must_use]
    pub const fn to_status(self) -> Status {
        match self {
            Self::NONE | Self::ALREADY => Status::DONE,
            Self::LENGTH => Status::OP_LEN,
            Self::CHECKSUM => Status::FILE_CRC,
            Self::BOOT => Status::BOOT,
            Self::INTERNAL => Status::ERASE,
            _ => Status::READ,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn every_byte_up_to_1e_has_a_row() {
        assert!((0..=0x1e).all(|byte| HostErr(byte).row().is_some()));
        assert!((0x1f..=u8::MAX).all(|byte| HostErr(byte).row().is_none()));
    }

    #[test]
    fn maps_every_byte() {
        for byte in 0..=u8::MAX {
            let expected = match byte {
                0x00 | 0x0f => 0,
                0x02 => 17,
                0x0e => 24,
                0x10 => 58,
                0x0d => 32,
                _ => 53,
            };
            assert_eq!(
                HostErr(byte).to_status(),
                Status(expected),
                "ERR {byte:02x}"
            );
        }
    }

    #[test]
    fn prints_hex_and_name() {
        assert_eq!(format!("{}", HostErr::CHECKSUM), "0e CHECKSUM");
        assert_eq!(format!("{:?}", HostErr(0x3f)), "unknown 3f");
    }
}
