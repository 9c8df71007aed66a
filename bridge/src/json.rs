//! Events as JSON lines, schema [`SCHEMA`]; JSON.md beside this crate's Cargo.toml describes it.
//!
//! A reader must pass over keys and events that it does not know. Within one schema number keys
//! and events are only added.

use fixtures::host::HostNote;
use protocol_spec::rig::message::{FlashInfo, LayoutKind};
use protocol_spec::tick::Tick;
use serde_json::{Map, Value, json};

use crate::bench::Told;
use crate::download::FetchEvent;
use crate::event::{
    BlockState, Direction, Event, FrameRecord, HostFacts, HostStatus, PatchRecord, Piece, Progress,
    ReportFacts, Retransmit, RetransmitReason, Stamped, Start,
};
use crate::object::kind_name;
use crate::transcript::note_text;
use crate::verdict::{Class, Verdict};

/// Version of the JSON lines: grows when a key or an event changes its meaning or goes away.
pub const SCHEMA: u32 = 1;

/// The first line of every command.
#[must_use]
pub fn start_line(command: &str) -> Value {
    json!({
        "event": "start",
        "schema": SCHEMA,
        "command": command,
        "program": concat!("otarig ", env!("CARGO_PKG_VERSION")),
    })
}

/// One event, with its time in microseconds since the start of the run.
#[must_use]
pub fn event_line(stamped: &Stamped) -> Value {
    let (name, facts) = match &stamped.event {
        Event::Started(start) => ("job", job(start)),
        Event::Phase(phase) => ("phase", json!({ "phase": phase.name() })),
        Event::Host(facts) => ("host", host(facts)),
        Event::Patch(patch) => ("patch", patch_facts(patch)),
        Event::Frame(frame) => ("frame", frame_facts(frame)),
        Event::Progress(progress) => ("progress", progress_facts(progress)),
        Event::Resumed { offset } => ("resumed", json!({ "offset": offset })),
        Event::Retransmit(again) => ("retransmit", retransmit(again)),
        Event::BadFrame(bad) => (
            "bad_frame",
            json!({ "reason": bad.reason, "bytes": bad.bytes.len() }),
        ),
        Event::HostStatus(status) => ("host_status", host_status(status)),
        Event::Busy { until } => ("busy", json!({ "until_us": until.as_nanos() / 1_000 })),
        Event::Block(block) => ("block", block_facts(block)),
        Event::Restarted => ("restarted", json!({})),
        Event::Report(report) => ("report", report_facts(report)),
        Event::Note(text) => ("note", json!({ "text": text })),
        Event::Verdict(verdict) => return verdict_line(verdict),
    };
    let mut line = json!({ "event": name, "t_us": stamped.at.as_nanos() / 1_000 });
    if let (Value::Object(line), Value::Object(mut facts)) = (&mut line, facts) {
        line.append(&mut facts);
    }
    line
}

/// What happened on the bench: engine events, what the host did, and the ends of single updates.
#[must_use]
pub fn told_line(told: &Told<'_>) -> Value {
    match told {
        Told::Run(number, of) => json!({ "event": "run", "number": number, "of": of }),
        Told::Engine(Stamped {
            event: Event::Verdict(verdict),
            ..
        }) => {
            let mut line = verdict_line(verdict);
            line["event"] = "update_verdict".into();
            line
        }
        Told::Engine(stamped) => event_line(stamped),
        Told::Host(at, note) => host_note_line(*at, note),
        Told::Download(at, event) => download_line(*at, event),
        Told::Struck(at, struck) => {
            let t_us = at.as_nanos() / 1_000;
            json!({ "event": "struck", "t_us": t_us, "text": struck.to_string() })
        }
    }
}

/// Something that an emulated host did.
#[must_use]
pub fn host_note_line(at: Tick, note: &HostNote) -> Value {
    let t_us = at.as_nanos() / 1_000;
    json!({ "event": "host_note", "t_us": t_us, "text": note_text(note) })
}

/// Something that happened while an image was fetched.
#[must_use]
pub fn download_line(at: Tick, event: &FetchEvent) -> Value {
    let mut line = json!({
        "event": "download",
        "t_us": at.as_nanos() / 1_000,
        "what": event.name(),
        "text": event.to_string(),
    });
    match event {
        FetchEvent::Asked {
            first,
            last,
            attempt,
        } => {
            line["first"] = (*first).into();
            line["last"] = (*last).into();
            line["try"] = (*attempt).into();
        }
        FetchEvent::Got { bytes, of } => {
            line["bytes"] = (*bytes).into();
            line["of"] = (*of).into();
        }
        _ => {}
    }
    line
}

/// The last line of every command that has a verdict.
#[must_use]
pub fn verdict_line(verdict: &Verdict) -> Value {
    let counts = &verdict.counts;
    json!({
        "event": "verdict",
        "pass": verdict.passed(),
        "status": verdict.status.map(|status| status.0),
        "class": verdict.class.name(),
        "exit_code": verdict.class.exit_code(),
        "status_name": verdict.status.and_then(|status| status.row()).map(|row| row.name),
        "host_err": verdict.host_err.map(|code| code.0),
        // A command that failed on this side never entered a phase.
        "phase": (verdict.class != Class::RigError).then(|| verdict.phase.name()),
        "offset": verdict.offset,
        "headline": verdict.headline,
        "what": verdict.what,
        "cause": verdict.cause,
        "next_step": verdict.next_step,
        "content": verdict.content.name(),
        "confirmed": verdict.confirmed.name(),
        "reported_version": verdict.reported_version.map(|version| version.to_string()),
        "reported_digest": verdict.reported_digest.map(|digest| digest.to_string()),
        "length": counts.length,
        "image_length": counts.image_length,
        "blocks": counts.blocks,
        "blocks_done": counts.blocks_done,
        "offset_started": counts.offset_started,
        "acked": counts.acked,
        "wire_sent": counts.wire_sent,
        "wire_received": counts.wire_received,
        "frames_sent": counts.frames_sent,
        "frames_received": counts.frames_received,
        "retransmits": counts.retransmits,
        "bad_frames": counts.bad_frames,
        "faults_armed": verdict.injected.map_or(0, |injected| injected.armed),
        "faults_struck": verdict.injected.map_or(0, |injected| injected.struck),
        "elapsed_us": u64::try_from(verdict.elapsed.as_micros()).unwrap_or(u64::MAX),
        "notes": notes(verdict),
    })
}

/// The notes, and behind them the command that shows the run again.
fn notes(verdict: &Verdict) -> Vec<String> {
    let replay = verdict.replay.iter();
    let replay = replay.map(|command| format!("replay: {command}"));
    verdict.notes.iter().cloned().chain(replay).collect()
}

/// The last line of a command that did its work without a host; `headline` says what was done.
#[must_use]
pub fn done_line(headline: &str) -> Value {
    let mut verdict = Verdict::rig_error(headline.to_owned(), String::new(), String::new());
    verdict.class = Class::Pass;
    let mut line = verdict_line(&verdict);
    // No update went through any phase.
    line["phase"] = Value::Null;
    line
}

fn job(start: &Start) -> Value {
    json!({
        "dialect": start.dialect.to_string(),
        "baud": start.line.baud,
        "bits_per_byte": start.line.bits_per_byte,
        "kind": kind_name(start.kind),
        "length": start.length,
        "version": start.version.to_string(),
        "digest": start.digest.to_string(),
    })
}

fn host(facts: &HostFacts) -> Value {
    let all = json!({
        "dialect_version": facts.dialect_version,
        "board": facts.board.map(|board| board.to_string()),
        "features": facts.features,
        "boot_id": facts.boot_id,
        "layout": facts.layout.map(layout_name),
        "image_start": facts.image_start,
        "image_max": facts.image_max,
        "staging": facts.staging,
        "scratch": facts.scratch,
        "decode_ram": facts.decode_ram,
        "window": facts.window,
        "data_max": facts.data_max,
        "flash": facts.flash.as_ref().map(flash_facts),
        "version": facts.version.map(|version| version.to_string()),
        "image_len": facts.image_len,
        "confirmed": facts.confirmed,
        "last_code": facts.last_code.map(|code| code.0),
    });
    without_nulls(all)
}

fn layout_name(layout: LayoutKind) -> &'static str {
    match layout {
        LayoutKind::TwoSlot => "two-slot",
        LayoutKind::InPlace => "in-place",
    }
}

fn flash_facts(flash: &FlashInfo) -> Value {
    let used = flash.regions.iter().filter(|region| region.count > 0);
    let regions: Vec<Value> = used
        .map(|region| json!({ "start": region.start, "unit": region.unit, "count": region.count }))
        .collect();
    json!({
        "regions": regions,
        "program_unit": flash.program_unit,
        "erased": flash.erased,
        "erase_ms_max": flash.erase_ms_max,
        "program_us_max": flash.program_us_max,
    })
}

fn patch_facts(patch: &PatchRecord) -> Value {
    json!({
        "length": patch.length,
        "digest": patch.digest.to_string(),
        "image_length": patch.image_len,
        "block_len": patch.block_len,
        "changed": patch.changed,
        "blocks": patch.blocks,
    })
}

fn block_facts(block: &BlockState) -> Value {
    json!({
        "block": block.block,
        "state": block.state.0,
        "state_name": block.state.row().map(|row| row.name),
        "code": block.code.0,
        "code_name": block.code.row().map(|row| row.name),
        "meaning": block.code.row().map(|row| row.sentence),
        "done": block.done,
        "of": block.of,
    })
}

fn frame_facts(frame: &FrameRecord) -> Value {
    let direction = match frame.direction {
        Direction::ToHost => "to_host",
        Direction::ToModule => "to_module",
    };
    let mut facts = json!({
        "direction": direction,
        "summary": frame.summary,
        "bytes": frame.bytes.len(),
    });
    if let (Value::Object(facts), Some(piece)) = (&mut facts, frame.piece) {
        facts.append(&mut piece_facts(piece));
    }
    facts
}

fn piece_facts(piece: Piece) -> Map<String, Value> {
    let mut facts = Map::new();
    facts.insert("offset".to_owned(), piece.offset.into());
    facts.insert("len".to_owned(), piece.len.into());
    facts.insert("sends".to_owned(), piece.sends.into());
    facts
}

fn progress_facts(progress: &Progress) -> Value {
    json!({
        "acked": progress.acked,
        "stored": progress.stored,
        "sent": progress.sent,
        "total": progress.total,
        "wire_sent": progress.wire_sent,
        "latency_us": progress.latency_us,
    })
}

fn retransmit(again: &Retransmit) -> Value {
    let reason = match again.reason {
        RetransmitReason::Gap => "gap",
        RetransmitReason::Timeout => "timeout",
        RetransmitReason::Credit => "credit",
    };
    let mut facts = json!({ "what": again.what, "reason": reason });
    if let (Value::Object(facts), Some(piece)) = (&mut facts, again.piece) {
        facts.append(&mut piece_facts(piece));
    }
    facts
}

fn host_status(status: &HostStatus) -> Value {
    json!({
        "phase": status.phase.name(),
        "status": status.status.0,
        "status_name": status.status.row().map(|row| row.name),
        "host_err": status.host_err.map(|code| code.0),
        "detail": status.detail,
        "earlier": status.earlier,
    })
}

fn report_facts(report: &ReportFacts) -> Value {
    without_nulls(json!({
        "version": report.version.to_string(),
        "length": report.length,
        "digest": report.digest.map(|digest| digest.to_string()),
        "confirmed": report.confirmed,
        "code": report.code.map(|code| code.0),
    }))
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(facts) => Value::Object(
            facts
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .collect(),
        ),
        other => other,
    }
}
