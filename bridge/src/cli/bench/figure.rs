//! A figure and the bound that it must keep.

use serde_json::{Value, json};

/// A figure beside its bound.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Figure {
    pub(super) what: String,
    pub(super) figure: f64,
    /// `None` where the figure is only told.
    pub(super) bound: Option<f64>,
    /// The bound is the least that it may be, not the most.
    pub(super) least: bool,
    /// Empty for a ratio.
    pub(super) unit: &'static str,
    /// Digits behind the point.
    pub(super) digits: usize,
}

impl Figure {
    /// A figure with a unit, one digit behind the point, and a bound.
    pub(super) fn new(what: &str, figure: f64, bound: f64, unit: &'static str) -> Self {
        Self {
            what: what.to_owned(),
            figure,
            bound: Some(bound),
            least: false,
            unit,
            digits: 1,
        }
    }

    /// A rate, which must be at least the bound; no digits behind the point.
    pub(super) fn rate(what: &str, figure: f64, bound: f64, unit: &'static str) -> Self {
        Self {
            least: true,
            digits: 0,
            ..Self::new(what, figure, bound, unit)
        }
    }

    /// A ratio, three digits behind the point.
    pub(super) fn ratio(what: String, figure: f64, bound: Option<f64>) -> Self {
        Self {
            what,
            figure,
            bound,
            least: false,
            unit: "",
            digits: 3,
        }
    }

    /// A count.
    pub(super) fn count(what: &str, figure: u64, bound: u64) -> Self {
        Self {
            what: what.to_owned(),
            figure: figure as f64,
            bound: Some(bound as f64),
            least: false,
            unit: "",
            digits: 0,
        }
    }

    /// Whether the figure is beyond its bound; what is no number is beyond every bound.
    pub(super) fn over(&self) -> bool {
        let beyond = |bound| {
            if self.least {
                self.figure < bound
            } else {
                self.figure > bound
            }
        };
        self.bound
            .is_some_and(|bound| self.figure.is_nan() || beyond(bound))
    }

    pub(super) fn text(&self) -> String {
        let Self {
            what,
            figure,
            unit,
            digits,
            ..
        } = self;
        let gap = if unit.is_empty() { "" } else { " " };
        let mut text = format!("{what:<46} {figure:>7.digits$}{gap}{unit}");
        if let Some(bound) = self.bound {
            let digits = if *digits > 1 { 2 } else { 0 };
            let word = if self.least { "at least" } else { "at most" };
            text.push_str(&format!(", {word} {bound:.digits$}{gap}{unit}"));
        }
        let mark = if self.over() { "  OVER" } else { "" };
        format!("{text}{mark}\n")
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "event": "figure",
            "what": self.what,
            "figure": self.figure,
            "bound": self.bound,
            "at_least": self.least,
            "unit": self.unit,
            "over": self.over(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(figure: f64) -> Figure {
        Figure::new("x", figure, 10.0, "ms")
    }

    #[test]
    fn a_figure_over_its_bound_is_marked() {
        assert!(!figure(10.0).over() && figure(10.1).over() && figure(f64::NAN).over());
        assert!(figure(10.1).text().ends_with("OVER\n"));
        assert!(!figure(10.0).text().contains("OVER"));
        assert_eq!(figure(10.1).json()["over"], true);
        let rate = |figure| Figure::rate("x", figure, 10.0, "runs/s");
        assert!(!rate(10.0).over() && rate(9.9).over() && rate(f64::NAN).over());
        assert!(
            rate(11.0)
                .text()
                .ends_with("11 runs/s, at least 10 runs/s\n")
        );
    }

    #[test]
    fn a_ratio_has_no_unit_and_may_have_no_bound() {
        let ratio = |bound| Figure::ratio("x".to_owned(), 0.7654, bound);
        assert!(
            ratio(Some(0.75))
                .text()
                .ends_with("0.765, at most 0.75  OVER\n")
        );
        assert!(ratio(None).text().ends_with(" 0.765\n") && !ratio(None).over());
    }
}
