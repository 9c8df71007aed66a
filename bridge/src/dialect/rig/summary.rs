//! A frame in words: names instead of numbers, peer text escaped.

use core::fmt::Write as _;

use protocol_spec::codes::Status;
use protocol_spec::digest::Digest;
use protocol_spec::rig::message::{
    Accept, Ack, HelloAnswer, HostInfo, LayoutKind, ObjectKind, Offer, Report, Step, StepStatus,
    ToHost, ToModule,
};
use protocol_spec::text::Escaped;

/// A message to the host in words.
pub(super) fn to_host(message: &ToHost<'_>) -> String {
    match message {
        ToHost::Hello(hello) => format!(
            "HELLO versions {}..{} nonce={:08x}",
            hello.version_min, hello.version_max, hello.nonce
        ),
        ToHost::Offer(offer) => offered(offer),
        ToHost::Data(data) => format!(
            "DATA transfer={} offset={} len={}",
            data.transfer,
            data.offset,
            data.bytes.len()
        ),
        ToHost::Finish(finish) => format!("FINISH transfer={}", finish.transfer),
        ToHost::Boot(boot) => format!("BOOT transfer={}", boot.transfer),
        ToHost::Query(_) => "QUERY".to_owned(),
        ToHost::ReportAck(ack) => format!("REPORT_ACK id={}", ack.id),
        ToHost::Abort(abort) => format!("ABORT transfer={}", abort.transfer),
        ToHost::Unsupported(answer) => format!("UNSUPPORTED kind={:02x}", answer.kind),
    }
}

/// A message from the host in words.
pub(super) fn to_module(message: &ToModule<'_>) -> String {
    match message {
        ToModule::HelloAnswer(answer) => hello_answer(answer),
        ToModule::Accept(accept) => accepted(accept),
        ToModule::Ack(ack) => acked(ack),
        ToModule::StepStatus(status) => step_status(status),
        ToModule::Busy(busy) => format!("BUSY {} ms", busy.busy_ms),
        ToModule::BootAnswer(answer) => format!(
            "BOOT_ANSWER transfer={} report within {} ms",
            answer.transfer, answer.report_ms_max
        ),
        ToModule::Report(report) => reported(report),
        ToModule::BlockStatus(block) => format!(
            "BLOCK_STATUS block={} state={} code={}",
            block.block,
            Status(block.state),
            Status(block.code)
        ),
        ToModule::Unsupported(answer) => format!("UNSUPPORTED kind={:02x}", answer.kind),
    }
}

fn offered(offer: &Offer<'_>) -> String {
    let kind = match offer.kind {
        ObjectKind::Image => "image",
        ObjectKind::Patch => "patch",
    };
    format!(
        "OFFER transfer={} {kind} {} bytes version={} digest={}..",
        offer.transfer,
        offer.length,
        Escaped(offer.version),
        Digest(offer.digest).short()
    )
}

fn hello_answer(answer: &HelloAnswer<'_>) -> String {
    let mut text = format!(
        "HELLO_ANSWER version={} of {}..{} nonce={:08x}",
        answer.version, answer.version_min, answer.version_max, answer.nonce
    );
    if let Some(info) = &answer.info {
        text.push_str(&host_info(info));
    }
    text
}

fn host_info(info: &HostInfo<'_>) -> String {
    let layout = match info.layout {
        LayoutKind::TwoSlot => "two-slot".to_owned(),
        LayoutKind::InPlace => format!(
            "in-place staging={} scratch={} decode_ram={}",
            info.staging, info.scratch, info.decode_ram
        ),
    };
    let confirmed = if info.confirmed {
        "confirmed"
    } else {
        "unconfirmed"
    };
    format!(
        " board={} boot={:08x} {layout} image_max={} window={} data_max={} runs {} ({} bytes, \
         {confirmed}) code={}",
        Escaped(info.board),
        info.boot_id,
        info.image_max,
        info.window,
        info.data_max,
        Escaped(info.version),
        info.image_len,
        Status(info.code)
    )
}

fn accepted(accept: &Accept) -> String {
    let mut text = format!(
        "ACCEPT transfer={} offset={} limit={}",
        accept.transfer, accept.offset, accept.limit
    );
    push_busy(&mut text, accept.busy_ms);
    text
}

fn acked(ack: &Ack) -> String {
    let mut text = format!(
        "ACK transfer={} next={} limit={} stored={}",
        ack.transfer, ack.next, ack.limit, ack.stored
    );
    for range in ack.sack.iter().filter(|range| range.start < range.end) {
        let _ = write!(text, " +{}..{}", range.start, range.end);
    }
    push_busy(&mut text, ack.busy_ms);
    text
}

fn push_busy(text: &mut String, busy_ms: u32) {
    if busy_ms > 0 {
        let _ = write!(text, " busy {busy_ms} ms");
    }
}

fn step_status(status: &StepStatus) -> String {
    let step = match status.step {
        Step::Offer => "offer",
        Step::Data => "data",
        Step::Finish => "finish",
        Step::Boot => "boot",
        Step::Abort => "abort",
    };
    let mut text = format!(
        "STEP_STATUS transfer={} {step} code={}",
        status.transfer,
        Status(status.code)
    );
    if status.detail > 0 {
        let _ = write!(text, " detail={}", status.detail);
    }
    text
}

fn reported(report: &Report<'_>) -> String {
    let confirmed = if report.confirmed {
        "confirmed"
    } else {
        "unconfirmed"
    };
    format!(
        "REPORT id={} version={} {} bytes digest={}.. {confirmed} code={}",
        report.id,
        Escaped(report.version),
        report.length,
        Digest(report.digest).short(),
        Status(report.code)
    )
}
