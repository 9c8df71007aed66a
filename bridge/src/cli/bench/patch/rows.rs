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

/// The patches of all pairs with each kind of tables; empty where they were not measured.
pub(super) fn knowledge(pairs: &[PairFigures]) -> String {
    let line = |name: &str, [shipped, others, to_others, nothing, to_nothing]: [&str; 5]| {
        format!("{name:<28} {shipped:>7} {others:>8} {to_others:>6} {nothing:>8} {to_nothing:>6}\n")
    };
    let mut text = String::new();
    for pair in pairs {
        let Some(knowledge) = pair.knowledge else {
            continue;
        };
        if text.is_empty() {
            text = line(
                "\npatch with tables of",
                ["all", "others", "C", "none", "C"],
            );
        }
        let ratio = |len| pair.to_best_of(len).map_or_else(|| "-".to_owned(), short);
        let name: String = pair.name.chars().take(NAME_WIDTH).collect();
        let [shipped, others, nothing] =
            [pair.patch, knowledge.others, knowledge.nothing].map(|len| len.to_string());
        let ratios = [knowledge.others, knowledge.nothing].map(ratio);
        let [to_others, to_nothing] = ratios.each_ref().map(String::as_str);
        text.push_str(&line(
            &name,
            [&shipped, &others, to_others, &nothing, to_nothing],
        ));
    }
    text
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
    let mut line = json!({
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
    });
    if let Some(knowledge) = pair.knowledge {
        line["patch_tables_of_others"] = knowledge.others.into();
        line["patch_without_tables"] = knowledge.nothing.into();
    }
    line
}

/// The row of a pair without figures.
pub(super) fn failed(name: &str, error: &MeasureError) -> Value {
    json!({ "event": "pair", "name": name, "failed": error.to_string() })
}
