//! Results as JUnit XML, as CI servers read it.

use std::fmt::Write as _;

use super::ScriptResult;
use super::suite::Totals;
use crate::verdict::Class;

/// The whole file: one suite, one case for each script.
#[must_use]
pub fn junit_xml(name: &str, results: &[ScriptResult]) -> String {
    let mut totals = Totals::default();
    results.iter().for_each(|result| totals.count(result));
    let is_error = |result: &&ScriptResult| result.failed() && !of_host(result.outcome.class);
    let errors = results.iter().filter(is_error).count();
    let failures = totals.failed - errors;
    let time: f64 = results.iter().map(seconds).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites>\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" \
         errors=\"{errors}\" skipped=\"{}\" time=\"{time:.3}\">",
        escaped(name),
        totals.scripts,
        totals.skipped,
    );
    for result in results {
        add_case(&mut out, name, result);
    }
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}

fn add_case(out: &mut String, suite: &str, result: &ScriptResult) {
    let (suite, name) = (escaped(suite), escaped(&result.name));
    let time = seconds(result);
    let _ = write!(
        out,
        "<testcase classname=\"{suite}\" name=\"{name}\" time=\"{time:.3}\""
    );
    let what = escaped(&result.outcome.what);
    match result.outcome.class {
        Class::Pass => out.push_str("/>\n"),
        Class::Skipped => {
            let _ = writeln!(out, "><skipped message=\"{what}\"/></testcase>");
        }
        class => {
            let tag = if of_host(class) { "failure" } else { "error" };
            let line = result.outcome.line;
            let _ = writeln!(
                out,
                "><{tag} type=\"{class}\" message=\"line {line}: {what}\">{}</{tag}></testcase>",
                escaped(&result.transcript.to_string()),
            );
        }
    }
}

fn of_host(class: Class) -> bool {
    class == Class::HostFailed
}

fn seconds(result: &ScriptResult) -> f64 {
    std::time::Duration::from_nanos(result.elapsed.as_nanos()).as_secs_f64()
}

/// The text as XML text or attribute; what XML cannot hold becomes a question mark.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Outcome, Transcript};
    use super::*;
    use protocol_spec::tick::Tick;

    fn result(name: &str, class: Class, what: &str) -> ScriptResult {
        ScriptResult {
            name: name.to_owned(),
            title: String::new(),
            outcome: Outcome::new(class, 7, what.to_owned()),
            elapsed: Tick::from_millis(1500),
            transcript: Transcript::default(),
        }
    }

    #[test]
    fn classes_and_hostile_texts_have_their_place() {
        let results = [
            result("a", Class::Pass, ""),
            result("b", Class::HostFailed, "<\"&'\x1b>"),
            result("c", Class::LinkError, "silent"),
            result("d", Class::Skipped, "why"),
        ];
        let xml = junit_xml("s & t", &results);
        assert!(
            xml.contains("tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\" time=\"6.000\"")
        );
        assert!(xml.contains("line 7: &lt;&quot;&amp;&apos;?&gt;"));
        assert!(xml.contains("name=\"s &amp; t\""));
        assert!(xml.contains("<skipped message=\"why\"/>"));
        assert!(!xml.contains('\x1b'));
        let opened = xml.matches("<testcase").count();
        let closed = xml.matches("</testcase>").count() + xml.matches("time=\"1.500\"/>").count();
        assert_eq!((opened, closed), (4, 4));
    }
}
