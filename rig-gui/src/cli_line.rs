//! The command line that does the same as an action of the panel.

use bridge::bench::When;
use fixtures::scenario::Fault;

use crate::faults::{Armed, words};
use crate::model::{ImageChoice, Model, Setup, Target};
use crate::setup::OLD_VERSION;

/// Name of the pseudo-terminal in lines that need one.
const LINK: &str = "./dut";
/// Name of the made image in lines that need one.
const MADE: &str = "new.bin";

/// The line that does the next update, with the faults that are armed for it.
///
/// What only this program can arm is left out, and a comment at the end of the line says so.
#[must_use]
pub fn next(model: &Model) -> String {
    let armed = &model.faults.armed;
    let on_line = |armed: &&Armed| {
        let port = model.setup.target != Target::Scenario;
        port && matches!(armed.fault, Fault::Line(_) | Fault::Module(_))
    };
    let mut options = String::new();
    let mut told = 0;
    for armed in armed.iter().filter(on_line) {
        options += &format!(" --fault {}", quoted(&armed.words()));
        told += 1;
    }
    if told > 0 {
        options += &format!(" --fault-seed {}", model.seed);
    }
    let line = with_options(&model.setup, model.seed, &options);
    match armed.len() - told {
        0 => line,
        left => format!("{line} # without {left} armed here alone"),
    }
}

/// The line that does the next update with one fault; without it, and said so, where the command line
/// cannot arm it.
#[must_use]
pub fn with_fault(model: &Model, when: When, fault: Fault) -> String {
    let Setup {
        target, scenario, ..
    } = &model.setup;
    let update = |options: &str| with_options(&model.setup, model.seed, options);
    match (fault, target) {
        (_, Target::Scenario) => {
            let fault = quoted(&fault.render());
            format!("otarig run {} --fault {fault}", quoted(scenario.trim()))
        }
        (Fault::Line(_) | Fault::Module(_), _) => {
            update(&format!(" --fault {}", quoted(&words(when, fault))))
        }
        _ => update("") + " # without the fault, which is armed here alone",
    }
}

/// The line that does the update of a setup; several, where an image has to be made or a host to be
/// emulated. `seed` is that of the made image.
#[must_use]
pub fn update(setup: &Setup, seed: u64) -> String {
    with_options(setup, seed, "")
}

/// The same with more options at the end of the command that updates.
fn with_options(setup: &Setup, seed: u64, options: &str) -> String {
    if setup.target == Target::Scenario {
        let name = quoted(setup.scenario.trim());
        return format!("otarig run {name} --seed {seed}{options}");
    }
    let port = match setup.target {
        Target::Emulated => LINK.to_owned(),
        Target::Port | Target::Scenario => quoted(setup.port.trim()),
    };
    let update = format!(
        "otarig update --port {port} --dialect {}{}{}{options}",
        setup.dialect,
        baud(setup),
        object(setup)
    );
    let update = match setup.target {
        Target::Emulated => beside_host(setup, &update),
        Target::Port | Target::Scenario => update,
    };
    let made = (setup.image == ImageChoice::Made).then(|| make_image(setup, seed));
    made.map(|line| line + " && ").unwrap_or_default() + &update
}

/// The line with an emulated host that is there as long as it runs.
fn beside_host(setup: &Setup, line: &str) -> String {
    let host = emulate(setup);
    format!(
        "({host} & trap \"kill $!\" EXIT; while kill -0 $! && ! [ -e {LINK} ]; do sleep 0.1; done; {line})"
    )
}

/// The option of the line's rate, where it is not the dialect's own.
fn baud(setup: &Setup) -> String {
    if setup.states_rate() {
        format!(" --baud {}", quoted(&setup.baud))
    } else {
        String::new()
    }
}

/// The options that say what is sent.
fn object(setup: &Setup) -> String {
    let (option, path) = match setup.image {
        ImageChoice::Made => ("image", MADE),
        ImageChoice::File => ("image", setup.path.trim()),
        ImageChoice::Patch => ("patch", setup.patch.trim()),
    };
    let mut options = format!(" --{option} {}", quoted(path));
    if let Some(old) = setup.old_image() {
        options += &format!(" --from {}", quoted(old));
    }
    if !setup.version().is_empty() {
        options += &format!(" --version {}", quoted(setup.version()));
    }
    options
}

/// The same with a capture of the frames.
#[must_use]
pub fn capture(setup: &Setup, seed: u64) -> String {
    with_options(setup, seed, " --capture capture.pcapng")
}

fn make_image(setup: &Setup, seed: u64) -> String {
    let format = if setup.made_with_head() {
        let target = fixtures::board::board(&setup.board).map(|board| board.ayla.name());
        format!("ayla-head --target {}", target.unwrap_or_default())
    } else {
        "raw".to_owned()
    };
    format!(
        "otarig image make --format {format} --size {} --version {} --seed {seed} -o {MADE}",
        setup.made_bytes(),
        quoted(&setup.version)
    )
}

fn emulate(setup: &Setup) -> String {
    let format = if setup.made_with_head() {
        " --image-format ayla-head"
    } else {
        ""
    };
    let image = setup.old_image().map(|old| {
        let old = quoted(old);
        format!(" --layout in-place --image {old} --version {OLD_VERSION}")
    });
    format!(
        "otarig host --board {} --dialect {}{format}{}{} --link {LINK}",
        setup.board,
        setup.dialect,
        image.unwrap_or_default(),
        baud(setup)
    )
}

/// The line that opens the panel with an option.
#[must_use]
pub fn gui(option: &str, value: &str) -> String {
    format!("otarig gui --{option} {value}")
}

/// A word as a shell reads it back.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=+,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use bridge::event::Phase;
    use bridge::job::DialectKind;

    use super::*;
    use crate::faults::Moment;

    fn port() -> Setup {
        Setup {
            target: Target::Port,
            port: "/dev/ttyUSB0".to_owned(),
            image: ImageChoice::File,
            path: "out/new one.bin".to_owned(),
            ..Setup::default()
        }
    }

    #[test]
    fn a_real_port_has_one_command() {
        let setup = port();
        let line = "otarig update --port /dev/ttyUSB0 --dialect rig \
                    --image 'out/new one.bin' --version 1.0.0";
        assert_eq!(update(&setup, 1), line);
    }

    #[test]
    fn armed_faults_of_line_and_module_are_part_of_the_line() {
        let mut model = Model {
            setup: port(),
            seed: 7,
            ..Model::default()
        };
        let plain = next(&model);
        assert_eq!(plain, update(&model.setup, 7));
        model.faults.draft.moment = Moment::Phase(Phase::Stream);
        model.faults.arm().expect("armed");
        model.faults.draft.kind = "gap";
        model.faults.draft.moment = Moment::Frame;
        model.faults.arm().expect("armed");
        let faults = " --fault 'in phase stream: line = { to = \"host\", what = \"wrong-crc\" }' \
                      --fault 'at frame 0: module = { gap = { at_bytes = 0, len = 64 } }' \
                      --fault-seed 7";
        assert_eq!(next(&model), format!("{plain}{faults}"));
        model.faults.draft.kind = "power-cut";
        model.faults.arm().expect("armed");
        let line = next(&model);
        assert_eq!(
            line,
            format!("{plain}{faults} # without 1 armed here alone")
        );
        model.setup.target = Target::Scenario;
        assert!(next(&model).ends_with("--seed 7 # without 3 armed here alone"));
    }

    #[test]
    fn an_emulated_host_and_a_made_image_are_made_first() {
        let mut setup = Setup::default();
        setup.set_dialect(DialectKind::Ayla);
        setup.board = "stm32f303".to_owned();
        let line = "otarig image make --format ayla-head --target stm32f3 --size 49152 \
                    --version 1.0.0 --seed 7 -o new.bin && (otarig host --board stm32f303 \
                    --dialect ayla --image-format ayla-head --link ./dut & trap \"kill $!\" EXIT; \
                    while kill -0 $! && ! [ -e ./dut ]; do sleep 0.1; done; otarig update --port \
                    ./dut --dialect ayla --image new.bin --version 1.0.0)";
        assert_eq!(update(&setup, 7), line);
    }

    #[test]
    fn a_patch_is_sent_to_a_host_that_runs_the_old_image() {
        let setup = Setup {
            image: ImageChoice::Patch,
            patch: "p.otp".to_owned(),
            from: "old.bin".to_owned(),
            ..Setup::default()
        };
        let line = "(otarig host --board nrf52840 --dialect rig --layout in-place --image old.bin \
                    --version 0.0.0 --link ./dut & trap \"kill $!\" EXIT; while kill -0 $! && ! [ -e \
                    ./dut ]; do sleep 0.1; done; otarig update --port ./dut --dialect rig --patch \
                    p.otp --from old.bin)";
        assert_eq!(update(&setup, 1), line);
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_split_them() {
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("a;b"), "'a;b'");
    }
}
