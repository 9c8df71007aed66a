//! While a patch is made, the line waits.

use core::time::Duration;

use protocol_spec::rig::message::ObjectKind;
use protocol_spec::tick::Tick;

use super::super::version;
use super::{TEXT, delta, host_with, in_place, new, old};
use crate::engine::{Command, Engine};
use crate::object::Object;
use crate::verdict::Class;

#[test]
fn a_run_can_be_stopped_while_its_patch_is_made() {
    let mut engine = Engine::new(delta(old(), &new()));
    let mut host = host_with(in_place());
    let (mut now, mut request) = (Tick::ZERO, None);
    while request.is_none() {
        super::super::line::exchange(&mut engine, &mut host, now);
        request = engine.poll_patch_request();
        now += Duration::from_millis(100);
    }
    // The driver takes its time: nothing is sent, nothing fails.
    now += Duration::from_secs(300);
    super::super::line::exchange(&mut engine, &mut host, now);
    assert!(engine.poll_patch_request().is_none(), "asked twice");
    assert!(engine.verdict().is_none() && host.offered.is_empty());
    engine.handle_command(now, Command::Abort);
    engine.provide_patch(now, request.unwrap().make());
    super::super::line::exchange(&mut engine, &mut host, now);
    assert_eq!(engine.verdict().unwrap().class, Class::Aborted);
    assert!(host.offered.is_empty());
}

#[test]
fn a_maker_that_fails_costs_only_time() {
    let mut engine = Engine::new(delta(old(), &new()));
    let mut host = host_with(in_place());
    let mut now = Tick::ZERO;
    while engine.verdict().is_none() {
        super::super::line::exchange(&mut engine, &mut host, now);
        if engine.poll_patch_request().is_some() {
            engine.provide_patch(now, Err("out of memory".to_owned()));
        }
        now += Duration::from_millis(50);
    }
    assert_eq!(engine.verdict().unwrap().class, Class::Pass);
    assert_eq!(host.offered, [ObjectKind::Image]);
    assert_eq!(host.running.version, version(TEXT).as_bytes());
}

#[test]
fn the_load_address_that_is_known_gets_into_the_patch() {
    let mut job = delta(old(), &new());
    if let Object::Delta(delta) = &mut job.object {
        delta.load_address = Some(0x0800_4000);
    }
    let mut engine = Engine::new(job);
    let mut host = host_with(in_place());
    let (mut now, mut request) = (Tick::ZERO, None);
    while request.is_none() {
        super::super::line::exchange(&mut engine, &mut host, now);
        request = engine.poll_patch_request();
        now += Duration::from_millis(100);
    }
    let made = request.unwrap().make().unwrap();
    assert_eq!(made.load_address, Some(0x0800_4000));
}
