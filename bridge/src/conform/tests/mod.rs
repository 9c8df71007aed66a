//! Each kind of step against a host that does something else.

use std::sync::Arc;

use fixtures::board::board;
use fixtures::scenario::{Dialect, LayoutName};
use fixtures::script::parse;

use super::ScriptResult;
use super::bench::{BenchHost, run_script};
use crate::verdict::Class;

fn play(dialect: Dialect, personality: &str, steps: &str) -> ScriptResult {
    let name = match dialect {
        Dialect::Ayla => "ayla",
        Dialect::Rig => "rig",
    };
    let text = format!(
        "version = 1\ndialect = \"{name}\"\n[[script]]\nname = \"a\"\ntitle = \"t\"\nlimit_s = 200\n\
         steps = [\n{steps}\n]\n"
    );
    let script = parse(&text).unwrap().pop().unwrap();
    let host = BenchHost {
        personality: personality.to_owned(),
        ..BenchHost::new(board("nrf52840").unwrap(), dialect, LayoutName::TwoSlot)
    };
    run_script(&Arc::new(script), &host)
}

/// Class and words of the end of a script against the reference host of the rig dialect.
fn end(steps: &str) -> (Class, String) {
    let outcome = play(Dialect::Rig, "reference", steps).outcome;
    (outcome.class, outcome.what)
}

fn fails(steps: &str, class: Class, word: &str) {
    let (found, what) = end(steps);
    assert_eq!(found, class, "{steps}: {what}");
    assert!(what.contains(word), "{steps}: {what}");
}

const HELLO: &str = "{ send = \"hello\" }, ";

#[test]
fn a_step_that_holds_passes() {
    for steps in [
        "{ call = \"hello\" }",
        "{ call = \"hello\" }, { check = \"boot_id >= 0\", because = \"x\" }",
        "{ silence_ms = 100 }",
        "{ set = { n = 2 } }, { repeat = \"n\", index = \"i\", steps = [{ call = \"hello\" }] }, \
         { check = \"i == 1\", because = \"two turns\" }",
        "{ if = \"0\", then = [{ check = \"0\", because = \"x\" }], else = [{ wait_ms = 1 }] }",
        "{ repeat = 9, index = \"i\", until = \"i == 2\", steps = [] }",
        "{ send = \"hello\" }, { expect = \"report\", optional = true, within_ms = 50 }, \
         { check = \"!heard\", because = \"no report\" }, { expect = \"hello-answer\" }",
        "{ update = \"new\" }, { update = \"closing\" }",
        "{ call = \"offer\" }, { transfer = 1000 }, { transfer = \"all\" }, { call = \"finish\" }",
        "{ call = \"hello\" }, { call = \"power-cycle\" }, { call = \"old-runs\" }",
    ] {
        let (class, what) = end(steps);
        assert_eq!(class, Class::Pass, "{steps}: {what}");
    }
}

#[test]
fn expectations_fail_for_what_is_wrong() {
    let after = |step: &str| format!("{HELLO}{step}");
    for (step, word) in [
        (
            "{ expect = \"report\", within_ms = 50 }",
            "report is expected; hello-answer",
        ),
        (
            "{ expect = \"hello-answer\", version = 2 }",
            "version is 1, 2 expected",
        ),
        (
            "{ expect = \"hello-answer\", window = \"<5\" }",
            "less than 5 expected",
        ),
        (
            "{ expect = \"hello-answer\", window = \"1..5\" }",
            "1 to 5 expected",
        ),
        (
            "{ expect = \"hello-answer\", board = \"-\" }",
            "nothing expected",
        ),
        (
            "{ expect = \"hello-answer\", board = \"!=nrf52840\" }",
            "anything but nrf52840",
        ),
        (
            "{ expect = \"hello-answer\", board = [\"a\", \"b\"] }",
            "one of a, b",
        ),
        (
            "{ expect = \"hello-answer\", after_ms = 900 }",
            "not before 900 ms",
        ),
        (
            "{ expect = \"report\", seek = true, within_ms = 50 }",
            "did not come within 50 ms",
        ),
        ("{ silence_ms = 100 }", "nothing is expected; hello-answer"),
        (
            "{ expect = \"hello-answer\" }, { check = \"1 == 2\", because = \"why\" }",
            "why (1 == 2",
        ),
    ] {
        fails(&after(step), Class::HostFailed, word);
    }
}

#[test]
fn a_wrong_script_is_no_fault_of_the_host() {
    for (steps, word) in [
        ("{ send = \"finish\", transfer = \"x\" }", "no variable `x`"),
        (
            "{ send = \"finish\", transfer = 70000 }",
            "transfer does not hold",
        ),
        (
            "{ send = \"offer\", of = \"nothing\" }",
            "no object `nothing`",
        ),
        ("{ update = \"nothing\" }", "no object `nothing`"),
        ("{ wait_ms = -1 }", "no time"),
        (
            "{ repeat = 90000, steps = [{ repeat = 90000, steps = [{ set = { a = 1 } }] }] }",
            "steps",
        ),
    ] {
        fails(steps, Class::RigError, word);
    }
}

#[test]
fn numbers_out_of_range_are_refused_with_the_range() {
    for (steps, word) in [
        (
            "{ send = \"data\", of = \"new\", offset = 0, count = 9223372036854775807 }",
            "count does not hold 9223372036854775807: 0 to ",
        ),
        (
            "{ send = \"data\", of = \"new\", offset = 0, count = -1 }",
            "count does not hold -1",
        ),
        ("{ noise = -1 }", "noise does not hold -1: 0 to 65536"),
        ("{ noise = 65537 }", "noise does not hold 65537"),
        (
            "{ call = \"offer\" }, { transfer = \"all\", piece = 0 }",
            "piece does not hold 0: 1 to ",
        ),
        (
            "{ call = \"offer\" }, { transfer = -1 }",
            "transfer does not hold -1",
        ),
    ] {
        fails(steps, Class::RigError, word);
    }
    for (fields, word) in [
        (
            "off = -9223372036854775808, count = 1",
            "off does not hold -9223372036854775808: 0 to 4294967295",
        ),
        ("off = 0, count = 256", "count does not hold 256: 0 to 255"),
        ("off = 0, count = -1", "count does not hold -1"),
        (
            "off = 0, count = 1, len = 4294967296",
            "len does not hold 4294967296: 0 to 4294967295",
        ),
    ] {
        let steps = format!(
            "{{ call = \"greet\" }}, {{ send = \"mcu-ota-load\", of = \"new\", {fields} }}"
        );
        let outcome = play(Dialect::Ayla, "reference", &steps).outcome;
        assert_eq!(outcome.class, Class::RigError, "{fields}: {outcome:?}");
        assert!(outcome.what.contains(word), "{fields}: {outcome:?}");
        assert_eq!(outcome.line, 8, "the line of the step");
    }
}

#[test]
fn what_is_said_waits_for_the_line_within_bounds() {
    for step in [
        "{ noise = 65536 }",
        "{ send = \"query\", damage = \"twice\" }",
    ] {
        let steps = format!("{{ repeat = 99999, steps = [{step}] }}");
        fails(&steps, Class::RigError, "bytes wait for the line");
    }
    // As much as that is no mistake where the line has the time for it.
    let (class, what) = end("{ repeat = 30, steps = [{ noise = 65536 }, { wait_ms = 1000 }] }");
    assert_eq!(class, Class::Pass, "{what}");
}

#[test]
fn messages_that_no_step_takes_are_no_silence_of_the_host() {
    let steps = "{ repeat = 5000, steps = [{ send = \"hello\" }, { wait_ms = 5 }] }";
    fails(steps, Class::RigError, "4096 messages wait for a step");
}

#[test]
fn only_a_frame_that_can_be_read_makes_an_update_a_fault_of_the_host() {
    let class = |personality: &str, steps: &str| {
        let outcome = play(Dialect::Rig, personality, steps).outcome;
        (outcome.class, outcome.what)
    };
    for personality in ["silent", "garbage"] {
        let (class, what) = class(personality, "{ update = \"new\" }");
        assert_eq!(class, Class::LinkError, "{personality}: {what}");
    }
    let heard = "{ call = \"offer\" }, { transfer = \"all\" }, { call = \"finish\" }, \
                 { send = \"boot\" }, { wait_ms = 60000 }, { update = \"closing\" }";
    let (class, what) = class("never-boots", heard);
    assert_eq!(class, Class::HostFailed, "{what}");
    assert!(what.contains("the update does not pass"), "{what}");
}

#[test]
fn a_script_without_an_end_is_ended() {
    let steps = format!("{HELLO}{{ wait_ms = 10000000 }}");
    fails(&steps, Class::HostFailed, "did not end in 200 s");
}

#[test]
fn turns_that_are_not_possible_are_a_mistake_of_the_script() {
    for turns in ["100001", "-1"] {
        let steps = format!("{HELLO}{{ repeat = {turns}, steps = [] }}");
        fails(&steps, Class::RigError, "0 to 100000 turns are possible");
    }
}

#[test]
fn an_update_that_does_not_pass_fails_the_script() {
    let result = play(Dialect::Rig, "keeps-old", "{ update = \"new\" }");
    assert_eq!(result.outcome.class, Class::HostFailed);
    assert!(result.outcome.what.contains("the update does not pass"));
}

#[test]
fn what_fails_in_a_procedure_is_told_with_the_line_of_its_call() {
    let result = play(
        Dialect::Rig,
        "silent",
        "{ wait_ms = 1 },\n{ call = \"hello\" }",
    );
    assert_eq!(result.outcome.line, 9, "{:?}", result.outcome);
}

#[test]
fn a_link_ack_is_waited_for_in_ayla() {
    let steps = "{ send = \"frame\", type = 3 }";
    let outcome = play(
        Dialect::Ayla,
        "reference",
        &format!("{{ call = \"greet\" }}, {steps}"),
    )
    .outcome;
    assert_eq!(outcome.class, Class::HostFailed);
    assert!(
        outcome.what.contains("no link ACK of frame"),
        "{}",
        outcome.what
    );
    let outcome = play(Dialect::Ayla, "silent", "{ call = \"greet\" }").outcome;
    assert_eq!(outcome.class, Class::LinkError);
}

#[test]
fn a_transcript_can_be_read() {
    let result = play(Dialect::Rig, "reference", "{ call = \"hello\" }");
    let text = result.transcript.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "    0.000000 > hello version_min=1 version_max=1 nonce=109"
    );
    assert!(
        lines[1].starts_with("    0.001041 < hello-answer version=1"),
        "{text}"
    );
    assert!(lines[1].ends_with("code=0:DONE"), "{text}");
}
