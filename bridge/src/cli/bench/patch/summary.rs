//! Means over all pairs, and the bounds that they must keep.

use protocol_spec::patch::Profile;
use serde_json::{Map, Value, json};

use super::measure::{PairFigures, Setting};
use crate::cli::bench::figure::Figure;

/// Bound on the mean of the Cortex-M pairs to class C, by block length: from that many bytes on.
const TO_BEST_MAX: [(u32, f64); 2] = [(16_384, 0.75), (4_096, 0.80)];
/// Bound on any patch to the full image in LZMA.
const TO_FULL_MAX: f64 = 1.02;
/// Bound on the mean of the small profile to the large one.
const SMALL_TO_LARGE_MAX: f64 = 1.05;
/// Bound on the time to make a patch, for each megabyte of the new image.
const MAKE_MS_PER_MB_MAX: f64 = 1000.0;
/// Bounds of known pairs whose two images are nearly one.
const RELINKS: [(&str, RelinkBound); 3] = [
    ("pyboard-relink", RelinkBound::ToBest(0.60)),
    ("due-synth-1-to-2", RelinkBound::Bytes(607)),
    ("microbit2-2.1.1-to-2.1.2", RelinkBound::Bytes(260)),
];
/// Mean of the Cortex-M pairs to class C with tables that were not made from them.
const OTHERS: &str = "cortex_m_class_c_tables_of_others";
/// The same without tables.
const NOTHING: &str = "cortex_m_class_c_without_tables";
/// The block length that the bounds of relinks are for.
const RELINK_BLOCK_LEN: u32 = 4096;

#[derive(Clone, Copy)]
enum RelinkBound {
    ToBest(f64),
    Bytes(u64),
}

/// What all pairs come to.
#[derive(Debug)]
pub(super) struct Summary<'a> {
    pairs: &'a [PairFigures],
    setting: Setting,
}

impl<'a> Summary<'a> {
    pub(super) fn new(pairs: &'a [PairFigures], setting: Setting) -> Self {
        Self { pairs, setting }
    }

    /// Geometric means by name; those of which nothing is known are left out.
    pub(super) fn means(&self) -> Vec<(&'static str, f64)> {
        let group = |known: fn(&PairFigures) -> Option<f64>, chosen: bool| {
            let pairs = self.pairs.iter();
            let pairs = pairs.filter(|pair| !chosen || pair.is_chosen());
            geometric_mean(pairs.filter_map(known))
        };
        let full = |pair: &PairFigures| Some(pair.to_full());
        [
            ("full_lzma", group(full, false)),
            ("class_c", group(PairFigures::to_best, false)),
            ("class_a", group(PairFigures::to_in_place, false)),
            ("cortex_m_full_lzma", group(full, true)),
            ("cortex_m_class_c", group(PairFigures::to_best, true)),
            ("cortex_m_class_a", group(PairFigures::to_in_place, true)),
            (
                OTHERS,
                group(|pair| pair.to_best_of(pair.knowledge?.others), true),
            ),
            (
                NOTHING,
                group(|pair| pair.to_best_of(pair.knowledge?.nothing), true),
            ),
        ]
        .into_iter()
        .filter_map(|(name, mean)| Some((name, mean?)))
        .collect()
    }

    /// The pairs that are not in the Cortex-M means: the others, and the relinks.
    pub(super) fn left_out(&self) -> Vec<&'a str> {
        let left_out = self.pairs.iter().filter(|pair| !pair.is_chosen());
        left_out.map(|pair| pair.name.as_str()).collect()
    }

    /// Every figure that has a bound, and the means.
    pub(super) fn figures(&self) -> Vec<Figure> {
        let mut figures = self.mean_figures();
        figures.extend(self.relinks());
        figures.extend(self.worst());
        figures
    }

    fn mean_figures(&self) -> Vec<Figure> {
        let bound = |name| {
            let least = TO_BEST_MAX
                .iter()
                .find(|(from, _)| self.setting.block_len >= *from);
            least
                .filter(|_| ["cortex_m_class_c", OTHERS].contains(&name))
                .map(|(_, bound)| *bound)
        };
        let figure = |(name, mean): (&'static str, f64)| {
            Figure::ratio(format!("mean to {}", mean_text(name)), mean, bound(name))
        };
        self.means().into_iter().map(figure).collect()
    }

    fn relinks(&self) -> Vec<Figure> {
        let known = |pair: &PairFigures| {
            let (_, bound) = RELINKS.iter().find(|(name, _)| *name == pair.name)?;
            Some(match bound {
                RelinkBound::ToBest(bound) => Figure::ratio(
                    format!("{} to class C", pair.name),
                    pair.to_best()?,
                    Some(*bound),
                ),
                RelinkBound::Bytes(bound) => Figure::count(&pair.name, pair.patch, *bound),
            })
        };
        if self.setting.block_len == RELINK_BLOCK_LEN {
            self.pairs.iter().filter_map(known).collect()
        } else {
            Vec::new()
        }
    }

    fn worst(&self) -> Vec<Figure> {
        let most = |of: fn(&PairFigures) -> f64| self.pairs.iter().map(of).fold(0.0, f64::max);
        let ram = self.setting.profile.decode_ram().into();
        let count = |of: fn(&PairFigures) -> u64| self.pairs.iter().map(of).max().unwrap_or(0);
        let mut figures = vec![
            Figure::ratio(
                "worst to the full image in LZMA".to_owned(),
                most(PairFigures::to_full),
                Some(TO_FULL_MAX),
            ),
            Figure::new(
                "worst time to make, per MB",
                most(PairFigures::make_ms_per_mb),
                MAKE_MS_PER_MB_MAX,
                "ms",
            ),
            Figure::count("most decoder RAM", count(|pair| pair.ram), ram),
            Figure::count(
                "most erases of a unit of the slot",
                count(|pair| pair.flash.erases_max.into()),
                1,
            ),
            Figure::count(
                "erased units of unchanged blocks",
                count(|pair| pair.flash.erased_unchanged.into()),
                0,
            ),
        ];
        if self.setting.profile == Profile::Small {
            let ratio = |pair: &PairFigures| Some(pair.patch as f64 / pair.large_patch? as f64);
            let mean = geometric_mean(self.pairs.iter().filter_map(ratio)).unwrap_or(f64::NAN);
            let what = "mean to the patches for 8192 bytes of RAM".to_owned();
            figures.push(Figure::ratio(what, mean, Some(SMALL_TO_LARGE_MAX)));
        }
        figures
    }

    /// The last JSON line.
    pub(super) fn verdict(&self, figures: &[Figure], failed: &[String], exit_code: u8) -> Value {
        let rounded = |mean: f64| (mean * 10_000.0).round() / 10_000.0;
        let means: Map<String, Value> = self
            .means()
            .into_iter()
            .map(|(name, mean)| (name.to_owned(), rounded(mean).into()))
            .collect();
        let over: Vec<&str> = figures
            .iter()
            .filter(|figure| figure.over())
            .map(|figure| figure.what.as_str())
            .collect();
        json!({
            "event": "verdict",
            "pass": exit_code == 0,
            "exit_code": exit_code,
            "block_len": self.setting.block_len,
            "decode_ram": self.setting.profile.decode_ram(),
            "pairs": self.pairs.len(),
            "means": means,
            "left_out": self.left_out(),
            "over": over,
            "failed": failed,
        })
    }
}

impl PairFigures {
    /// Whether the pair counts in the Cortex-M means.
    fn is_chosen(&self) -> bool {
        self.cortex_m && !self.is_relink()
    }
}

fn mean_text(name: &str) -> &'static str {
    match name {
        "full_lzma" => "full LZMA, all pairs",
        "class_c" => "class C, all pairs",
        "class_a" => "class A, all pairs",
        "cortex_m_full_lzma" => "full LZMA, Cortex-M without relinks",
        "cortex_m_class_c" => "class C, Cortex-M without relinks",
        OTHERS => "class C, tables of the other pairs",
        NOTHING => "class C, without tables",
        _ => "class A, Cortex-M without relinks",
    }
}

fn geometric_mean(ratios: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = ratios.fold((0.0, 0_u32), |(sum, count), ratio| {
        (sum + ratio.ln(), count + 1)
    });
    (count > 0).then(|| (sum / f64::from(count)).exp())
}

#[cfg(test)]
mod tests {
    use super::super::flash::FlashCost;
    use super::*;

    const SETTING: Setting = Setting {
        block_len: 4096,
        profile: Profile::Large,
    };

    fn pair(name: &str, patch: u64, best: u64) -> PairFigures {
        PairFigures {
            name: name.to_owned(),
            new_len: 1_000_000,
            patch,
            large_patch: None,
            full: 1_000,
            best: Some(best),
            in_place: None,
            cortex_m: true,
            blocks: 10,
            changed: 3,
            load_address: None,
            make_ms: 10.0,
            apply_ms: 1.0,
            ram: 8192,
            flash: FlashCost::default(),
            knowledge: None,
        }
    }

    fn over(pairs: &[PairFigures], setting: Setting) -> Vec<String> {
        let figures = Summary::new(pairs, setting).figures();
        let over = figures.into_iter().filter(Figure::over);
        over.map(|figure| figure.what).collect()
    }

    #[test]
    fn means_are_geometric_and_leave_relinks_out() {
        let pairs = [
            pair("a", 50, 100),
            pair("b", 200, 100),
            pair("relink", 49, 49),
        ];
        let summary = Summary::new(&pairs, SETTING);
        assert_eq!(summary.left_out(), ["relink"]);
        let means = summary.means();
        let mean = |name| means.iter().find(|(found, _)| *found == name).unwrap().1;
        assert!((mean("cortex_m_class_c") - 1.0).abs() < 1e-9);
        assert!((mean("class_c") - 1.0).abs() < 1e-9);
        assert!(means.iter().all(|(name, _)| *name != "class_a"));
        assert_eq!(
            over(&pairs, SETTING),
            ["mean to class C, Cortex-M without relinks"]
        );
    }

    #[test]
    fn each_bound_is_kept_or_named() {
        let good = [pair("a", 75, 100)];
        assert_eq!(over(&good, SETTING), Vec::<String>::new());
        let large = Setting {
            block_len: 16_384,
            ..SETTING
        };
        assert_eq!(over(&[pair("a", 76, 100)], large).len(), 1);
        let change = |change: &dyn Fn(&mut PairFigures)| {
            let mut pair = pair("due-synth-1-to-2", 75, 100);
            change(&mut pair);
            over(&[pair], SETTING)
        };
        assert_eq!(change(&|pair| pair.patch = 608).len(), 2);
        assert_eq!(
            change(&|pair| pair.full = 73),
            ["worst to the full image in LZMA"]
        );
        assert_eq!(
            change(&|pair| pair.make_ms = 1000.5),
            ["worst time to make, per MB"]
        );
        assert_eq!(change(&|pair| pair.ram = 8193), ["most decoder RAM"]);
        assert_eq!(change(&|pair| pair.flash.erases_max = 2).len(), 1);
        assert_eq!(change(&|pair| pair.flash.erased_unchanged = 1).len(), 1);
        let small = Setting {
            profile: Profile::Small,
            ..SETTING
        };
        let mut pair = pair("a", 75, 100);
        pair.ram = 4096;
        pair.large_patch = Some(71);
        assert_eq!(
            over(&[pair], small),
            ["mean to the patches for 8192 bytes of RAM"]
        );
    }
}
