//! Writes the seeds of the decoder's corpus: patches between the project's own images, each in
//! several trials.

#![expect(clippy::disallowed_methods, reason = "its work is to write files")]

use std::path::Path;

use rig_tests::decoder::{Trial, seeds};

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/decoder");
    std::fs::create_dir_all(&folder)?;
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
