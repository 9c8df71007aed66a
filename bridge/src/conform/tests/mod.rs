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
fn a_script_without_an_end_is_ended() {
    let steps = format!("{HELLO}{{ wait_ms = 10000000 }}");
    fails(&steps, Class::HostFailed, "did not end in 200 s");
}

#[test]
fn an_update_that_does_not_pass_fails_the_script() {
    let result = play(Dialect::Rig, "keeps-old", "{ update = \"new\" }");
    assert_eq!(result.outcome.class, Class::HostFailed);
    assert!(result.outcome.what.contains("the update does not pass"));
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
