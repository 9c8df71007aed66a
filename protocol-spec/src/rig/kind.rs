//! The kind byte, first of every packet.

code_space! {
    /// What a packet is: `01..=3f` go from module to host, `41..=7f` from host to module.
    pub struct Kind: KindRow, named;
    gaps [];
    /// The module asks who is there and says which versions it speaks.
    0x01 HELLO { answer: "HELLO_ANSWER" }
    /// The module offers an object to update with.
    0x02 OFFER { answer: "ACCEPT or STEP_STATUS" }
    /// A piece of the object.
    0x03 DATA { answer: "ACK, or STEP_STATUS on error" }
    /// All bytes are acknowledged; verify them.
    0x04 FINISH { answer: "STEP_STATUS" }
    /// Boot the verified object.
    0x05 BOOT { answer: "BOOT_ANSWER or STEP_STATUS" }
    /// The module asks what runs.
    0x06 QUERY { answer: "REPORT" }
    /// The report is what the module expected; an unconfirmed host confirms now.
    0x07 REPORT_ACK { answer: "REPORT while the host was unconfirmed" }
    /// Forget the transfer.
    0x08 ABORT { answer: "STEP_STATUS" }
    /// The module does not know the kind that the host sent.
    0x3f UNSUPPORTED_BY_MODULE { answer: "" }
    /// The host says which version is in force and what it is.
    0x41 HELLO_ANSWER { answer: "" }
    /// The host takes the offer, from an offset that it states.
    0x42 ACCEPT { answer: "" }
    /// What has arrived, what is stored, how much more may come.
    0x43 ACK { answer: "" }
    /// Outcome of a step, with a module status code.
    0x44 STEP_STATUS { answer: "" }
    /// The host is still at work.
    0x45 BUSY { answer: "" }
    /// The boot order is stored; the host resets after this frame.
    0x46 BOOT_ANSWER { answer: "" }
    /// What runs on the host, computed from flash.
    0x47 REPORT { answer: "REPORT_ACK" }
    /// How one block of a patch went.
    0x48 BLOCK_STATUS { answer: "" }
    /// The host does not know the kind that the module sent.
    0x7f UNSUPPORTED_BY_HOST { answer: "" }
}

/// What is known of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindRow {
    /// The number.
    pub number: u8,
    /// The name, upper case.
    pub name: &'static str,
    /// What it says, one sentence.
    pub sentence: &'static str,
    /// What the other end answers; empty when nothing.
    pub answer: &'static str,
}
