//! One row for each pair.

use serde_json::{Value, json};

use super::measure::{MeasureError, PairFigures};

/// Columns of the name.
pub(super) const NAME_WIDTH: usize = 25;
/// The heads of the columns.
pub(super) const HEAD: &str =
    "pair                        patch  LZMA     C     A  make apply   RAM  er  scr\n";

/// The row as text.
pub(super) fn text(pair: &PairFigures) -> String {
    let name: String = pair.name.chars().take(NAME_WIDTH).collect();
    let ratio = |ratio: Option<f64>| ratio.map_or_else(|| "-".to_owned(), short);
    format!(
        "{name:<NAME_WIDTH$} {:>7} {:>5} {:>5} {:>5} {:>5.0} {:>5.0} {:>5} {:>3} {:>4}\n",
        pair.patch,
        ratio(Some(pair.to_full())),
        ratio(pair.to_best()),
        ratio(pair.to_in_place()),
        pair.make_ms,
        pair.apply_ms,
        pair.ram,
        pair.flash.erases_max,
        pair.flash.scratch,
    )
}

/// A ratio in five columns, as long as it is below 1000.
fn short(ratio: f64) -> String {
    let digits = match ratio {
        ..10.0 => 3,
        ..100.0 => 2,
        _ => 1,
    };
    format!("{ratio:.digits$}")
}

/// The row as JSON.
pub(super) fn json(pair: &PairFigures) -> Value {
    json!({
        "event": "pair",
        "name": pair.name,
        "new_length": pair.new_len,
        "patch": pair.patch,
        "full_lzma": pair.full,
        "class_c": pair.best,
        "class_a": pair.in_place,
        "to_full_lzma": pair.to_full(),
        "to_class_c": pair.to_best(),
        "to_class_a": pair.to_in_place(),
        "patch_8192": pair.large_patch,
        "cortex_m": pair.cortex_m,
        "relink": pair.is_relink(),
        "blocks": pair.blocks,
        "changed": pair.changed,
        "load_address": pair.load_address,
        "make_ms": pair.make_ms,
        "apply_ms": pair.apply_ms,
        "decoder_ram": pair.ram,
        "erases_max": pair.flash.erases_max,
        "erased_unchanged": pair.flash.erased_unchanged,
        "scratch_blocks": pair.flash.scratch,
    })
}

/// The row of a pair without figures.
pub(super) fn failed(name: &str, error: &MeasureError) -> Value {
    json!({ "event": "pair", "name": name, "failed": error.to_string() })
}
