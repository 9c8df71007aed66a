//! Opcodes, one space per protocol.

/// Who sends a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Module to host.
    ToHost,
    /// Host to module.
    ToModule,
    /// Either end.
    Both,
}

code_space! {
    /// An opcode of [`Protocol::CONTROL`](super::message::Protocol::CONTROL).
    pub struct ControlOp: OpRow, named;
    gaps [];
    /// Nothing.
    0x00 NOP { direction: Direction::Both }
    /// Configuration items and their values, answer to GET_CONF.
    0x01 RESP { direction: Direction::ToHost }
    /// Asks for configuration items.
    0x02 GET_CONF { direction: Direction::ToModule }
    /// Sets configuration items; answered only on error.
    0x03 SET_CONF { direction: Direction::ToModule }
    /// Saves the configuration.
    0x04 SAVE_CONF { direction: Direction::ToModule }
    /// Reserved; treated like GET_CONF.
    0x05 GET_STAT { direction: Direction::ToModule }
    /// An error number for a request.
    0x06 NAK { direction: Direction::ToHost }
    /// Restarts the module with its saved configuration.
    0x07 LOAD_STARTUP { direction: Direction::ToModule }
    /// Resets the module to its factory state.
    0x08 LOAD_FACTORY { direction: Direction::ToModule }
    /// An update of the module itself is ready.
    0x09 OTA_STAT { direction: Direction::ToHost }
    /// Apply the update of the module now.
    0x0a OTA_CMD { direction: Direction::ToModule }
    /// Reserved.
    0x0b COMMIT { direction: Direction::ToModule }
    /// A log line with its severity.
    0x0c LOG { direction: Direction::ToModule }
    /// Offers an image to the host; without TLVs from the host: go ahead.
    0x0d MCU_OTA { direction: Direction::Both }
    /// A block of the image: its offset and bytes.
    0x0e MCU_OTA_LOAD { direction: Direction::ToHost }
    /// Outcome of an offer, of the blocks or of a boot: one error number.
    0x0f MCU_OTA_STAT { direction: Direction::ToModule }
    /// Boot the image that was sent.
    0x10 MCU_OTA_BOOT { direction: Direction::ToHost }
    /// Configuration items that changed, such as the time.
    0x11 CONF_UPDATE { direction: Direction::ToHost }
    /// Join a Wi-Fi network.
    0x12 WIFI_JOIN { direction: Direction::ToModule }
    /// Forget a Wi-Fi network.
    0x13 WIFI_DELETE { direction: Direction::ToModule }
    /// The host should reset.
    0x14 HOST_RESET { direction: Direction::ToHost }
    /// Open Wi-Fi set-up for some seconds.
    0x15 WIFI_ONBOARD { direction: Direction::ToModule }
}

code_space! {
    /// An opcode of [`Protocol::DATA`](super::message::Protocol::DATA).
    pub struct DataOp: OpRow, named;
    gaps [0x10..=0x10];
    /// Obsolete form of SEND_TLV, answered by NAK.
    0x01 SEND_TLV_V1 { direction: Direction::ToModule }
    /// Asks for one to-device property, or for all.
    0x02 REQ_TLV { direction: Direction::ToModule }
    /// A property's value for the host; EOF ends a list.
    0x03 RECV_TLV { direction: Direction::ToHost }
    /// Reserved: an old acknowledgement.
    0x04 ACK_V1 { direction: Direction::Both }
    /// An error number for a request.
    0x05 NAK { direction: Direction::Both }
    /// Asks for a property; without a name: the module has started, say your features.
    0x06 SEND_PROP { direction: Direction::ToHost }
    /// Answer to SEND_PROP: a value, or an error number and the features.
    0x07 SEND_PROP_RESP { direction: Direction::ToModule }
    /// Asks for the next property of a list.
    0x08 SEND_NEXT_PROP { direction: Direction::ToHost }
    /// Posts a property.
    0x09 SEND_TLV { direction: Direction::ToModule }
    /// Asks for a long datapoint.
    0x0a DP_REQ { direction: Direction::ToModule }
    /// Answer to a request for a long datapoint.
    0x0b DP_RESP { direction: Direction::ToModule }
    /// Creates a long datapoint.
    0x0c DP_CREATE { direction: Direction::ToModule }
    /// The datapoint was fetched.
    0x0d DP_FETCHED { direction: Direction::ToModule }
    /// Stop sending the datapoint.
    0x0e DP_STOP { direction: Direction::ToModule }
    /// A piece of a long datapoint.
    0x0f DP_SEND { direction: Direction::ToModule }
    /// Which destinations can be reached.
    0x11 CONNECT { direction: Direction::ToHost }
    /// An echo did not reach every destination.
    0x12 ECHO_FAIL { direction: Direction::ToHost }
    /// The host is ready for property updates.
    0x13 LISTEN_ENB { direction: Direction::ToModule }
    /// An error that belongs to no request.
    0x14 ERROR { direction: Direction::ToHost }
    /// The request with this number has reached its destination.
    0x15 CONFIRM { direction: Direction::ToHost }
    /// A property changed; ask for it.
    0x16 PROP_NOTIFY { direction: Direction::ToHost }
    /// Registration and Wi-Fi events.
    0x17 EVENT { direction: Direction::ToHost }
    /// A batch of properties.
    0x18 BATCH_SEND { direction: Direction::ToModule }
    /// Outcome of a batch.
    0x19 BATCH_STATUS { direction: Direction::ToHost }
}

/// What is known of a opcode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpRow {
    /// The number.
    pub number: u8,
    /// The name, upper case.
    pub name: &'static str,
    /// What it is for, one sentence.
    pub sentence: &'static str,
    /// Who sends it.
    pub direction: Direction,
}
