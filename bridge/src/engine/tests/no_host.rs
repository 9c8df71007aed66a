//! A line that carries bytes and no host: our own echo, or a console.

use std::collections::VecDeque;

use protocol_spec::tick::Tick;

use super::line::{TestHost, run_calm};
use super::{ayla_job, image, rig_job};
use crate::engine::Engine;
use crate::job::UpdateJob;
use crate::verdict::Class;

/// A wire from TX to RX.
#[derive(Default)]
struct Wire(VecDeque<Vec<u8>>);

impl TestHost for Wire {
    fn handle_input(&mut self, _: Tick, bytes: &[u8]) {
        self.0.push_back(bytes.to_vec());
    }

    fn poll_transmit(&mut self, _: Tick) -> Option<Vec<u8>> {
        self.0.pop_front()
    }

    fn poll_timeout(&self) -> Option<Tick> {
        None
    }
}

fn assert_told(job: UpdateJob) {
    let line = job.line;
    let verdict = run_calm(Engine::new(job), &mut Wire::default(), line).verdict;
    assert_eq!(verdict.class, Class::LinkError, "{verdict:?}");
    assert!(verdict.headline.contains("our own frames"), "{verdict:?}");
}

#[test]
fn an_echo_is_a_link_error_in_both_dialects() {
    assert_told(rig_job(&image(2_000), b"1.1.0"));
    assert_told(ayla_job(&image(2_000), b"1.1.0"));
}

/// A console that answers everything with its prompt.
#[derive(Default)]
struct Console(bool);

impl TestHost for Console {
    fn handle_input(&mut self, _: Tick, _: &[u8]) {
        self.0 = true;
    }

    fn poll_transmit(&mut self, _: Tick) -> Option<Vec<u8>> {
        core::mem::take(&mut self.0).then(|| b"boot> ".to_vec())
    }

    fn poll_timeout(&self) -> Option<Tick> {
        None
    }
}

#[test]
fn what_a_foreign_line_carries_is_shown() {
    for job in [rig_job(&image(10), b"1"), ayla_job(&image(10), b"1")] {
        let line = job.line;
        let verdict = run_calm(Engine::new(job), &mut Console::default(), line).verdict;
        assert_eq!(verdict.class, Class::LinkError, "{verdict:?}");
        assert!(verdict.what.contains("62 6f 6f 74 3e 20"), "{verdict:?}");
        assert!(verdict.what.contains("(boot> boot>"), "{verdict:?}");
    }
}
