//! Which step comes next: lists of steps inside each other.

use std::sync::Arc;

use fixtures::script::{EvalError, Expr, Repeat, Step, Value, Vars};

/// Most turns of one repetition.
const TURNS_MAX: i64 = 100_000;

/// The lists that are being worked on, the innermost last.
#[derive(Debug)]
pub(super) struct Stack(Vec<Level>);

#[derive(Debug)]
struct Level {
    steps: Arc<[Step]>,
    at: usize,
    turns: Option<Turns>,
    /// They are those of a procedure, which may stand in another file.
    called: bool,
}

#[derive(Debug)]
struct Turns {
    done: i64,
    count: i64,
    index: Option<String>,
    until: Option<Expr>,
}

impl Stack {
    pub(super) fn new(steps: Arc<[Step]>) -> Self {
        let mut stack = Self(Vec::new());
        stack.enter(steps);
        stack
    }

    /// Does these steps before all others.
    pub(super) fn enter(&mut self, steps: Arc<[Step]>) {
        self.push(steps, false);
    }

    /// Does the steps of a procedure before all others.
    pub(super) fn call(&mut self, steps: Arc<[Step]>) {
        self.push(steps, true);
    }

    fn push(&mut self, steps: Arc<[Step]>, called: bool) {
        self.0.push(Level {
            steps,
            at: 0,
            turns: None,
            called,
        });
    }

    /// Whether the last step was one of a procedure.
    pub(super) fn in_call(&self) -> bool {
        self.0.iter().any(|level| level.called)
    }

    /// Does the steps of a repetition before all others.
    pub(super) fn repeat(&mut self, repeat: &Repeat, vars: &mut Vars) -> Result<(), EvalError> {
        let count = repeat.count.eval(vars)?;
        if !(0..=TURNS_MAX).contains(&count) {
            let most = TURNS_MAX;
            return Err(EvalError::Turns { count, most });
        }
        if count == 0 {
            return Ok(());
        }
        let turns = Turns {
            done: 0,
            count,
            index: repeat.index.clone(),
            until: repeat.until.clone(),
        };
        turns.tell(vars);
        self.0.push(Level {
            steps: Arc::clone(&repeat.steps),
            at: 0,
            turns: Some(turns),
            called: false,
        });
        Ok(())
    }

    /// The next step; `None` when all are done.
    pub(super) fn next(&mut self, vars: &mut Vars) -> Result<Option<Step>, EvalError> {
        while let Some(level) = self.0.last_mut() {
            if let Some(step) = level.steps.get(level.at) {
                level.at += 1;
                return Ok(Some(step.clone()));
            }
            let again = match &mut level.turns {
                None => false,
                Some(turns) => turns.again(vars)?,
            };
            // A list without steps would be repeated without end.
            if again && !level.steps.is_empty() {
                level.at = 0;
            } else {
                self.0.pop();
            }
        }
        Ok(None)
    }
}

impl Turns {
    fn again(&mut self, vars: &mut Vars) -> Result<bool, EvalError> {
        let stop = match &self.until {
            None => false,
            Some(until) => until.eval(vars)? != 0,
        };
        self.done += 1;
        if stop || self.done >= self.count {
            return Ok(false);
        }
        self.tell(vars);
        Ok(true)
    }

    fn tell(&self, vars: &mut Vars) {
        if let Some(index) = &self.index {
            vars.insert(index.clone(), Value::Number(self.done));
        }
    }
}
