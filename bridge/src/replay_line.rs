//! The line that shows a run again, as a shell takes it.

use std::borrow::Cow;

use fixtures::scenario::Fault;
use fixtures::sweep::Cut;

/// The line for a scenario with faults in addition.
#[must_use]
pub fn with_faults(scenario: &str, seed: u64, faults: &[Fault]) -> String {
    let faults = faults.iter().map(Fault::render);
    let faults: String = faults
        .map(|fault| format!(" --fault {}", quoted(&fault)))
        .collect();
    format!("otarig run {} --seed {seed}{faults}", path(scenario))
}

/// The line for a scenario with power cuts.
#[must_use]
pub fn with_cuts(scenario: &str, seed: u64, cuts: &[Cut]) -> String {
    let cuts: String = cuts.iter().map(|cut| format!(" --cut {cut}")).collect();
    format!("otarig run {} --seed {seed}{cuts}", path(scenario))
}

/// The path as a shell reads it as one word, and otarig as no option.
#[must_use]
pub fn path(path: &str) -> String {
    let here = if path.starts_with('-') { "./" } else { "" };
    quoted(&format!("{here}{path}")).into_owned()
}

/// The word as a shell reads it as one.
#[must_use]
pub fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', "'\\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_never_taken_for_an_option() {
        for (name, word) in [
            ("-x.toml", "./-x.toml"),
            ("--my x", "'./--my x'"),
            ("a-x.toml", "a-x.toml"),
        ] {
            assert_eq!(path(name), word);
        }
    }

    #[test]
    fn a_name_that_a_shell_would_take_apart_is_quoted() {
        for (word, text) in [
            ("rig-nrf51822", "rig-nrf51822"),
            ("found/mixed-7.toml", "found/mixed-7.toml"),
            ("my runs/a.toml", "'my runs/a.toml'"),
            ("a$(b).toml", "'a$(b).toml'"),
            ("it's.toml", "'it'\\''s.toml'"),
            ("~/a.toml", "'~/a.toml'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), text);
            let line = with_cuts(word, 3, &["17:prefix".parse().unwrap()]);
            assert_eq!(line, format!("otarig run {text} --seed 3 --cut 17:prefix"));
        }
        let faults = [fixtures::scenario::parse_fault("wear_out = { erases = 9 }").unwrap()];
        let line = with_faults("a b", 1, &faults);
        let wanted = "otarig run 'a b' --seed 1 --fault 'wear_out = { erases = 9 }'";
        assert_eq!(line, wanted);
    }
}
