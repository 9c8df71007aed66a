//! What a MANIFEST.md beside the pairs says of them: processors and the sizes of other tools.
//!
//! Two of its tables are read, found by their heads: `| pair | CPU | ...` with one pair a line, and
//! `| tool | PAIR | PAIR | ...` with one tool a line. All else is passed over.

use std::collections::BTreeMap;

/// Tools whose rows are no patch sizes: what a row's name begins with.
const FULL: &str = "full image, LZMA";
/// Estimates, of which no file was ever written.
const ESTIMATE: &str = "prototype model";
/// The one tool that is in place and resumes after a power cut.
const CLASS_A: &str = "detools in-place heatshrink";

/// What is known of one pair.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Reference {
    /// Bytes of the new image in LZMA.
    pub(super) full: Option<u64>,
    /// Class C: the smallest patch of any tool.
    pub(super) best: Option<u64>,
    /// Class A: the patch of the tool that is in place and resumes.
    pub(super) in_place: Option<u64>,
    /// The processor, in words.
    pub(super) cpu: Option<String>,
}

impl Reference {
    /// Whether the images are for a Cortex-M.
    pub(super) fn is_cortex_m(&self) -> bool {
        self.cpu
            .as_ref()
            .is_some_and(|cpu| cpu.contains("Cortex-M"))
    }
}

/// Everything that the tables of a manifest say, by name of the pair.
pub(super) fn parse(text: &str) -> BTreeMap<String, Reference> {
    let mut pairs: BTreeMap<String, Reference> = BTreeMap::new();
    let mut head: Vec<&str> = Vec::new();
    for line in text.lines() {
        let Some(cells) = cells(line) else {
            head.clear();
            continue;
        };
        if head.is_empty() {
            head = cells;
        } else if head.starts_with(&["pair", "CPU"]) {
            if let [pair, cpu, ..] = cells.as_slice() {
                let pair = pairs.entry((*pair).to_owned()).or_default();
                pair.cpu = Some((*cpu).to_owned());
            }
        } else if head.first() == Some(&"tool") {
            let tool = cells.first().copied().unwrap_or_default();
            for (name, cell) in head.iter().zip(&cells).skip(1) {
                let size = cell.parse().ok();
                let pair = pairs.entry((*name).to_owned()).or_default();
                pair.take(tool, size);
            }
        }
    }
    // The line of dashes below a head is a row like any other; it names no pair.
    pairs.retain(|name, _| !name.starts_with('-'));
    pairs
}

impl Reference {
    fn take(&mut self, tool: &str, size: Option<u64>) {
        let Some(size) = size else {
            return;
        };
        if tool.starts_with(FULL) {
            self.full = Some(size);
        } else if !tool.starts_with(ESTIMATE) {
            self.best = Some(self.best.map_or(size, |best| best.min(size)));
            if tool == CLASS_A {
                self.in_place = Some(size);
            }
        }
    }
}

/// The cells of a table's line.
fn cells(line: &str) -> Option<Vec<&str>> {
    let line = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(line.split('|').map(str::trim).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Pairs\n\
| pair | file | bytes |\n|---|---|---|\n| a | old.bin | 5 |\n\n\
| pair | CPU | note |\n|---|---|---|\n| a | X1 Cortex-M0 | - |\n| b | Xtensa | - |\n\n\
## Reference sizes\n\n\
| tool | a | b |\n|---|---|---|\n| full image, LZMA | 1000 | 2000 |\n| one | 300 | 90 |\n\
| detools in-place heatshrink | 400 | - |\n| prototype model, big | 100 | - |\n";

    #[test]
    fn both_tables_are_read() {
        let found = parse(TEXT);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["a", "b"]);
        let a = Reference {
            full: Some(1000),
            best: Some(300),
            in_place: Some(400),
            cpu: Some("X1 Cortex-M0".to_owned()),
        };
        assert_eq!(found["a"], a);
        assert!(found["a"].is_cortex_m() && !found["b"].is_cortex_m());
        assert_eq!((found["b"].best, found["b"].in_place), (Some(90), None));
    }

    #[test]
    fn any_other_text_says_nothing() {
        assert!(parse("").is_empty());
        assert!(parse("| tool |\n| x | 5 | 6 |\n|\n||\n| pair |\n| a |\n").is_empty());
    }
}
