//! Mistakes in the rig dialect.

use protocol_spec::rig::frame::{Deframer, FRAME_BYTES_MAX, Fed, decode_to_host, encode_to_host};
use protocol_spec::rig::message::{
    Boot, DATA_BYTES_MAX, Data, Hello, Offer, ToHost, VERSION_MAX, VERSION_MIN,
};

use super::plan::{Deed, Extra, Plan, Said, shifted};

/// Nonce of a hello that the engine has not said.
const NONCE: u32 = 0x7001_7001;

/// What mistakes in this dialect must remember.
#[derive(Debug, Default)]
pub(super) struct RigTongue {
    /// Number of the transfer that was offered last.
    transfer: u16,
    offer: Vec<u8>,
    data: Vec<u8>,
}

impl RigTongue {
    pub(super) fn speak(&mut self, plan: &mut Plan, frame: &[u8]) -> Vec<Vec<u8>> {
        let mut buffer = vec![0; FRAME_BYTES_MAX];
        let Some(message) = decoded(frame, &mut buffer) else {
            return vec![frame.to_vec()];
        };
        let deeds = plan.deeds(said(&message));
        match &message {
            ToHost::Offer(offer) => {
                self.transfer = offer.transfer;
                self.offer = frame.to_vec();
            }
            ToHost::Data(_) => self.data = frame.to_vec(),
            _ => {}
        }
        let mut frames: Vec<Vec<u8>> = Vec::new();
        for deed in &deeds {
            if let Deed::Before(extra) = deed {
                frames.extend(self.extra(*extra));
            }
        }
        frames.push(changed(message, &deeds).unwrap_or_else(|| frame.to_vec()));
        for deed in &deeds {
            if let Deed::After(extra) = deed {
                frames.extend(self.extra(*extra));
            }
        }
        frames
    }

    fn extra(&self, extra: Extra) -> Option<Vec<u8>> {
        let transfer = self.transfer;
        match extra {
            Extra::Boot => encoded(&ToHost::Boot(Boot { transfer })),
            Extra::Start => encoded(&ToHost::Hello(Hello {
                version_min: VERSION_MIN,
                version_max: VERSION_MAX,
                nonce: NONCE,
            })),
            Extra::LastData => Some(self.data.clone()),
            Extra::Offer => {
                let mut buffer = vec![0; FRAME_BYTES_MAX];
                let ToHost::Offer(offer) = decoded(&self.offer, &mut buffer)? else {
                    return None;
                };
                // Under its own number it would be a repetition, which changes nothing.
                let transfer = transfer.wrapping_add(1);
                encoded(&ToHost::Offer(Offer { transfer, ..offer }))
            }
        }
    }
}

fn said(message: &ToHost<'_>) -> Said {
    match message {
        ToHost::Offer(offer) => Said::Offer {
            length: offer.length,
        },
        ToHost::Data(data) => Said::Data {
            offset: data.offset,
            len: u32::try_from(data.bytes.len()).unwrap_or(0),
        },
        ToHost::Finish(_) => Said::Finish,
        ToHost::Boot(_) => Said::Boot,
        _ => Said::Other,
    }
}

/// The message with other fields; `None` when no deed is about them.
fn changed(message: ToHost<'_>, deeds: &[Deed]) -> Option<Vec<u8>> {
    let mut filled = Vec::new();
    let mut add = 0;
    for deed in deeds {
        match (deed, &message) {
            (Deed::Shift(by) | Deed::Resize(by), _) => add += by,
            (Deed::Fill, ToHost::Data(data)) => {
                filled = data.bytes.to_vec();
                filled.resize(DATA_BYTES_MAX, 0);
            }
            _ => {}
        }
    }
    if add == 0 && filled.is_empty() {
        return None;
    }
    let message = match message {
        ToHost::Offer(offer) => ToHost::Offer(Offer {
            length: shifted(offer.length, add),
            ..offer
        }),
        ToHost::Data(data) => ToHost::Data(Data {
            offset: shifted(data.offset, add),
            bytes: if filled.is_empty() {
                data.bytes
            } else {
                &filled
            },
            ..data
        }),
        other => other,
    };
    encoded(&message)
}

fn decoded<'b>(frame: &[u8], buffer: &'b mut Vec<u8>) -> Option<ToHost<'b>> {
    let mut deframer = Deframer::new(vec![0; FRAME_BYTES_MAX]);
    let (Fed::Packet(packet), _) = deframer.feed(frame) else {
        return None;
    };
    buffer.clear();
    buffer.extend_from_slice(packet);
    decode_to_host(buffer).ok()
}

fn encoded(message: &ToHost<'_>) -> Option<Vec<u8>> {
    let mut wire = vec![0; FRAME_BYTES_MAX];
    let len = encode_to_host(message, &mut wire).ok()?;
    wire.truncate(len);
    Some(wire)
}
