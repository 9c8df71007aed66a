//! What each kind of step begins with.

use fixtures::script::{Action, LinkAck, Send, Term, Transfer, Value};
use protocol_spec::text::Version;

use super::super::matching::of_kind;
use super::super::objects::dialect_kind;
use super::super::speaker::{ANSWER_TIME, Fields, Order, in_range};
use super::super::transfer::Progress;
use super::{Fault, PowerOrder, Runner, State};
use crate::engine::Engine;
use crate::image_head::content_check;
use crate::job::{ModuleFaults, UpdateJob};
use crate::object::Object;

/// Most bytes of noise in one step.
const NOISE_BYTES_MAX: i64 = 65_536;

impl Runner {
    pub(super) fn perform(&mut self, action: Action) -> Result<(), Fault> {
        match action {
            Action::Send(send) => self.send(send),
            Action::Raw(bytes) => {
                self.raw(bytes, "bytes");
                Ok(())
            }
            Action::Noise { count, byte } => {
                let count = in_range("noise", count.eval(&self.vars)?, 0, NOISE_BYTES_MAX)?;
                let count = usize::try_from(count).unwrap_or(0);
                self.raw(vec![byte; count], "noise");
                Ok(())
            }
            Action::Expect(expect) => {
                let until = self.mark + self.millis(&expect.within_ms)?;
                self.state = State::Expecting { expect, until };
                Ok(())
            }
            Action::Silence(silence) => {
                let until = self.now + self.millis(&silence.ms)?;
                self.state = State::Silent { silence, until };
                Ok(())
            }
            Action::Wait(ms) => {
                let until = self.now + self.millis(&ms)?;
                self.state = State::Waiting { until };
                Ok(())
            }
            Action::Repeat(repeat) => Ok(self.stack.repeat(&repeat, &mut self.vars)?),
            Action::If { cond, then, other } => {
                let yes = cond.eval(&self.vars)? != 0;
                self.stack.enter(if yes { then } else { other });
                Ok(())
            }
            Action::Set(values) => self.set(&values),
            Action::Check { cond, because } => {
                if cond.eval(&self.vars)? == 0 {
                    return Err(Fault::Host(format!("{because} ({cond} does not hold)")));
                }
                Ok(())
            }
            Action::Auto(auto) => {
                self.speaker.set_auto(auto);
                Ok(())
            }
            Action::Call { args, steps } => {
                self.set(&args)?;
                self.stack.call(steps);
                Ok(())
            }
            Action::PowerCycle(ms) => {
                let until = self.now + self.millis(&ms)?;
                self.note("the power is off".to_owned());
                self.power.push_back(PowerOrder::Off);
                self.state = State::Off { until };
                Ok(())
            }
            Action::Transfer(transfer) => self.transfer(&transfer),
            Action::Update(name) => self.update(&name),
        }
    }

    fn raw(&mut self, bytes: Vec<u8>, what: &str) {
        self.transcript
            .add(self.elapsed(), '>', format!("{what} count={}", bytes.len()));
        self.outbox.push(self.now, bytes);
        self.mark = self.now;
    }

    fn set(&mut self, values: &[(String, Term)]) -> Result<(), Fault> {
        for (name, term) in values {
            let value = term.eval(&self.vars)?;
            self.vars.insert(name.clone(), value);
        }
        Ok(())
    }

    /// Sends a message, when nothing of ours is in its way.
    pub(super) fn send(&mut self, send: Box<Send>) -> Result<(), Fault> {
        if self
            .speaker
            .busy_until()
            .is_some_and(|until| until > self.now)
        {
            self.state = State::Clear(send);
            return Ok(());
        }
        let mut fields = Fields::new();
        for (field, term) in &send.fields {
            fields.insert(field.name, of_kind(term.eval(&self.vars)?, field.kind));
        }
        if let Some(of) = &send.of {
            if !self.stage.objects.contains_key(of) {
                return Err(Fault::Script(format!("there is no object `{of}`")));
            }
            self.offered.clone_from(of);
        }
        let pieces = matches!(send.message.as_str(), "data" | "mcu-ota-load");
        let given = send.of.is_some() || pieces && send.message == "data";
        let counted = fields.contains_key("count");
        let object = (given || counted).then_some(&self.offered);
        let order = Order {
            message: &send.message,
            fields: &fields,
            object: object.and_then(|name| self.stage.objects.get(name)),
            damage: send.damage,
        };
        let (frame, seq, shown) = self.speaker.encode(self.now, &order)?;
        self.say(frame, &shown);
        for name in ["seq", "request", "transfer", "nonce"] {
            if let Some(number) = shown.number_of(name) {
                self.vars.insert(name.to_owned(), Value::Number(number));
            }
        }
        self.step_done(self.now);
        if let Some(seq) = seq {
            self.await_ack(seq, send.ack);
        }
        Ok(())
    }

    fn await_ack(&mut self, seq: u8, ack: LinkAck) {
        match ack {
            LinkAck::Await => {
                let until = self.now + ANSWER_TIME;
                self.state = State::Acking { seq, until };
            }
            LinkAck::Maybe => {
                self.maybe.insert(seq);
            }
            LinkAck::Expect => {}
        }
    }

    fn transfer(&mut self, transfer: &Transfer) -> Result<(), Fault> {
        if let Some(of) = &transfer.of {
            self.offered.clone_from(of);
        }
        let object = self.stage.objects.get(&self.offered);
        let object = object.ok_or_else(|| Fault::Script("no object was offered".to_owned()))?;
        let to = match &transfer.to {
            None => object.length().into(),
            Some(to) => in_range("transfer", to.eval(&self.vars)?, 0, u32::MAX.into())?
                .min(object.length().into()),
        };
        let piece = match &transfer.piece {
            None => self.speaker.piece_max(),
            Some(piece) => {
                let most = self.speaker.piece_limit();
                in_range("piece", piece.eval(&self.vars)?, 1, most)?
            }
        };
        let from = self.speaker.flow().next;
        let progress = Progress::new(self.offered.clone(), self.now, from, to, piece);
        self.note(format!("transfer from={from} to={to}"));
        self.state = State::Transferring(Box::new(progress));
        Ok(())
    }

    fn update(&mut self, name: &str) -> Result<(), Fault> {
        let unknown = || Fault::Script(format!("there is no object `{name}`"));
        let object = self.stage.objects.get(name).ok_or_else(unknown)?;
        let mut bytes = object.bytes.to_vec();
        let version = Version::from_bytes(object.version.as_bytes())
            .ok_or_else(|| Fault::Script("the version text is too long".to_owned()))?;
        let content = content_check(&mut bytes);
        let job = UpdateJob {
            object: match &object.patch {
                Some(patch) => Object::Patch(patch.clone()),
                None => Object::image(Box::new(bytes), object.digest),
            },
            version,
            content,
            dialect: dialect_kind(self.script.dialect).default_config(),
            line: self.stage.line,
            faults: ModuleFaults {
                skip_preflight: true,
                ..ModuleFaults::default()
            },
            seed: self.stage.seed.wrapping_add(0x4000),
        };
        self.note(format!("update of={name} version={}", object.version));
        let mut engine = Engine::new(job);
        engine.handle_timeout(self.now);
        self.inbox.clear();
        self.state = State::Updating(Box::new(engine));
        Ok(())
    }
}
