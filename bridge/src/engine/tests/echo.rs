//! TX joined to RX: what comes back is our own, and that is no host.

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
