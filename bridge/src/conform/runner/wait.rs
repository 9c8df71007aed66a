//! What a step waits for, and what is wrong when it does not come.

use fixtures::script::{Expect, Silence, Value};
use protocol_spec::tick::Tick;

use super::super::heard::Heard;
use super::super::matching::mismatch;
use super::super::speaker::{Fields, Order};
use super::super::transfer::{Move, Progress};
use super::{Fault, PowerOrder, Runner, State};
use crate::verdict::Class;

impl Runner {
    /// Looks whether what is waited for is there; whether the script goes on.
    pub(super) fn look(&mut self) -> Result<bool, Fault> {
        match std::mem::replace(&mut self.state, State::Next) {
            State::Next | State::Done => Ok(false),
            State::Clear(send) => {
                self.send(send)?;
                Ok(!matches!(self.state, State::Clear(_)))
            }
            State::Acking { seq, until } => self.look_for_ack(seq, until),
            State::Expecting { expect, until } => self.look_for(expect, until),
            State::Silent { silence, until } => self.look_for_silence(silence, until),
            State::Waiting { until } => Ok(self.wait_until(until, State::Waiting { until })),
            State::Off { until } => Ok(self.look_for_power(until)),
            State::Transferring(progress) => self.look_for_progress(progress),
            State::Updating(engine) => {
                let Some(verdict) = engine.verdict().cloned() else {
                    self.state = State::Updating(engine);
                    return Ok(false);
                };
                let told = match verdict.class {
                    Class::Pass => format!("updated version={}", text(verdict.reported_version)),
                    _ => format!("update failed: {}", verdict.headline),
                };
                self.note(told);
                self.speaker.restart(true);
                if verdict.class == Class::Pass {
                    self.step_done(self.now);
                    return Ok(true);
                }
                let what = format!("the update does not pass: {}", verdict.headline);
                Err(Fault::Update(verdict.class, what))
            }
        }
    }

    fn wait_until(&mut self, until: Tick, state: State) -> bool {
        let over = self.now >= until;
        if over {
            self.step_done(until);
        } else {
            self.state = state;
        }
        over
    }

    fn look_for_power(&mut self, until: Tick) -> bool {
        let on = self.wait_until(until, State::Off { until });
        if on {
            self.note("the power is on".to_owned());
            self.power.push_back(PowerOrder::On);
            self.inbox.clear();
            self.speaker.restart(false);
        }
        on
    }

    fn look_for_ack(&mut self, seq: u8, until: Tick) -> Result<bool, Fault> {
        let is_it =
            |heard: &Heard| heard.name == "link-ack" && heard.number_of("seq") == Some(seq.into());
        if let Some(place) = self.inbox.iter().position(is_it) {
            let at = self.inbox.remove(place).map_or(self.now, |heard| heard.at);
            // What was heard before the ACK counts from the frame, not from the ACK.
            self.mark = self
                .mark
                .max(self.inbox.front().map_or(at, |heard| heard.at.min(at)));
            self.state = State::Next;
            return Ok(true);
        }
        if self.now >= until {
            return Err(Fault::Host(format!("no link ACK of frame {seq} came")));
        }
        self.state = State::Acking { seq, until };
        Ok(false)
    }

    fn look_for(&mut self, expect: Box<Expect>, until: Tick) -> Result<bool, Fault> {
        let mut at = 0;
        let mut last = String::new();
        while let Some(heard) = self.inbox.get(at) {
            if heard.at > until {
                break;
            }
            let named = heard.name == expect.message;
            let passed = expect.seek || expect.pass.contains(&heard.name);
            if named {
                match mismatch(&expect, heard, &self.vars)? {
                    None => return self.found(&expect, at),
                    Some(wrong) if !passed && !expect.optional => {
                        let what = format!("{} came, but {wrong}", heard.name);
                        return Err(Fault::Host(what));
                    }
                    Some(wrong) => last = format!("; the last one: {wrong}"),
                }
            } else if !passed && !heard.auto && !expect.optional {
                let words = heard.words(self.script.dialect, false);
                let what = format!("{} is expected; {words} came", expect.message);
                return Err(Fault::Host(what));
            }
            at += 1;
        }
        if self.now < until {
            self.state = State::Expecting { expect, until };
            return Ok(false);
        }
        if expect.optional {
            self.vars.insert("heard".to_owned(), Value::Number(0));
            self.step_done(until);
            return Ok(true);
        }
        let span = until.since(self.mark).as_millis();
        Err(Fault::Host(format!(
            "{} did not come within {span} ms{last}",
            expect.message
        )))
    }

    fn found(&mut self, expect: &Expect, place: usize) -> Result<bool, Fault> {
        // Whatever came before it was passed over; an optional one leaves it to the next step.
        let before = if expect.optional { 0 } else { place };
        self.inbox.drain(..before);
        let Some(heard) = self.inbox.remove(place - before) else {
            return Ok(false);
        };
        if let Some(after) = &expect.after_ms {
            let after = self.millis(after)?;
            if heard.at < self.mark + after {
                let early = heard.at.since(self.mark).as_millis();
                let what = format!(
                    "{} came after {early} ms, not before {} ms expected",
                    heard.name,
                    after.as_millis()
                );
                return Err(Fault::Host(what));
            }
        }
        for (name, field) in &expect.save {
            let value = heard.field(field.name).cloned();
            let value = value
                .ok_or_else(|| Fault::Host(format!("{} has no {}", heard.name, field.name)))?;
            self.vars.insert(name.clone(), value);
        }
        let elapsed = heard.at.since(self.mark).as_millis();
        let elapsed = i64::try_from(elapsed).unwrap_or(i64::MAX);
        self.vars.insert("heard".to_owned(), Value::Number(1));
        self.vars
            .insert("elapsed_ms".to_owned(), Value::Number(elapsed));
        self.step_done(heard.at.max(self.mark));
        Ok(true)
    }

    fn look_for_silence(&mut self, silence: Silence, until: Tick) -> Result<bool, Fault> {
        let counts = |heard: &&Heard| {
            let named = silence.of.is_empty() || silence.of.contains(&heard.name);
            !heard.auto && named && !silence.pass.contains(&heard.name)
        };
        if let Some(heard) = self.inbox.iter().find(counts) {
            let words = heard.words(self.script.dialect, false);
            return Err(Fault::Host(format!("nothing is expected; {words} came")));
        }
        let over = self.wait_until(until, State::Silent { silence, until });
        if over {
            self.inbox.clear();
        }
        Ok(over)
    }

    pub(super) fn transfer_due(&self, progress: &Progress) -> Tick {
        let mut progress = progress.clone();
        let next = if self.speaker.stop_and_wait() {
            progress.single_move(self.now)
        } else {
            progress.window_move(self.now, &self.speaker.flow())
        };
        match next {
            Move::Wait(due) => due,
            _ => self.now,
        }
    }

    fn look_for_progress(&mut self, mut progress: Box<Progress>) -> Result<bool, Fault> {
        let status = |heard: &Heard| matches!(heard.name.as_str(), "step-status" | "mcu-ota-stat");
        self.inbox
            .retain(|heard| !matches!(heard.name.as_str(), "ack" | "busy"));
        if self.inbox.iter().any(status) {
            self.step_done(self.now);
            return Ok(true);
        }
        if self.speaker.stop_and_wait() {
            return self.single_piece(progress);
        }
        loop {
            match progress.window_move(self.now, &self.speaker.flow()) {
                Move::Send(offset, count, _) => {
                    self.piece(&progress, offset, count, None)?;
                }
                Move::Wait(due) if due <= self.now => {}
                Move::Wait(_) => {
                    self.state = State::Transferring(progress);
                    return Ok(false);
                }
                Move::Done => {
                    self.step_done(self.now);
                    return Ok(true);
                }
                Move::Stuck => return Err(stuck(&progress)),
            }
        }
    }

    fn single_piece(&mut self, mut progress: Box<Progress>) -> Result<bool, Fault> {
        loop {
            match progress.single_move(self.now) {
                Move::Send(offset, count, seq) => {
                    let busy = self.speaker.busy_until();
                    if busy.is_some_and(|until| until > self.now) {
                        break;
                    }
                    let seq = self.piece(&progress, offset, count, seq)?;
                    progress.sent(self.now, seq.unwrap_or(0), offset, count);
                }
                Move::Wait(due) if due <= self.now => {}
                Move::Wait(_) => break,
                Move::Done => {
                    self.step_done(self.now);
                    return Ok(true);
                }
                Move::Stuck => return Err(stuck(&progress)),
            }
        }
        self.state = State::Transferring(progress);
        Ok(false)
    }

    /// Sends a piece of the object; the seq of its frame in ayla.
    fn piece(
        &mut self,
        progress: &Progress,
        offset: i64,
        count: i64,
        seq: Option<u8>,
    ) -> Result<Option<u8>, Fault> {
        let (message, place) = if self.speaker.stop_and_wait() {
            ("mcu-ota-load", "off")
        } else {
            ("data", "offset")
        };
        let mut fields = Fields::from([
            (place, Value::Number(offset)),
            ("count", Value::Number(count)),
        ]);
        if let Some(seq) = seq {
            fields.insert("seq", Value::Number(seq.into()));
        }
        let order = Order {
            message,
            fields: &fields,
            object: self.stage.objects.get(&progress.of),
            damage: None,
        };
        let (frame, seq, shown) = self.speaker.encode(self.now, &order)?;
        self.say(frame, &shown);
        Ok(seq)
    }
}

fn stuck(progress: &Progress) -> Fault {
    let at = progress.acked_to();
    Fault::Host(format!("the host takes nothing beyond offset {at}"))
}

fn text(version: Option<protocol_spec::text::Version>) -> String {
    version.map_or("none".to_owned(), |version| version.to_string())
}
