//! Writes the seeds of the corpora, all of the project's own making: patches between its images, each
//! in several trials, and what the other parsers start from.

#![expect(clippy::disallowed_methods, reason = "its work is to write files")]

use std::path::Path;

use rig_tests::decoder::{Trial, seeds};
use rig_tests::parsers;

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, _) in parsers::ENTRIES {
        let folder = corpus.join(name);
        std::fs::create_dir_all(&folder)?;
        for (number, seed) in parsers::seeds(name).iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
    }
    decoder(&corpus.join("decoder"))
}

fn decoder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let repaired = Trial {
        repair: true,
        ..Trial::default()
    };
    let trials = [
        repaired,
        Trial {
            unchecked: true,
            ..repaired
        },
        Trial {
            fails: Some(20),
            ..repaired
        },
    ];
    for (number, file) in seeds().iter().enumerate() {
        for (index, trial) in trials.iter().enumerate() {
            let seed = [&trial.bytes()[..], file].concat();
            std::fs::write(folder.join(format!("seed-{number}-{index}")), seed)?;
        }
    }
    Ok(())
}
