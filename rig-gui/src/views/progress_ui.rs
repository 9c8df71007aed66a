//! The big number while an update runs, and its figures.

use std::time::Duration;

use bridge::event::Phase;
use egui::accesskit::Role;
use egui::{CornerRadius, Label, Rect, RichText, Sense, Ui, WidgetInfo, vec2};

use super::controls_ui::figures_ui;
use crate::model::{ImageChoice, Setup, Target};
use crate::run_view::{RunView, Stage};
use crate::theme::{BODY, HERO, TITLE, palette};
use crate::units;

const BAR_HEIGHT: f32 = 12.0;

/// Draws a running update.
pub(super) fn progress_ui(ui: &mut Ui, run: &RunView) {
    let colours = palette(ui);
    let percent = format!("{:.0} %", (run.fraction() * 100.0).floor());
    ui.horizontal(|ui| {
        ui.label(RichText::new(percent).size(HERO));
        ui.add_space(10.0);
        let words = RichText::new(doing(run)).size(TITLE).color(colours.weak);
        ui.add(Label::new(words).wrap());
    });
    bar_ui(ui, run.fraction());
    ui.add_space(12.0);
    run_figures_ui(ui, run);
}

/// Draws what the start button would do.
pub(super) fn ready_ui(ui: &mut Ui, setup: &Setup) {
    let weak = palette(ui).weak;
    ui.label(RichText::new("Ready").size(HERO));
    if setup.target == Target::Scenario {
        let text = format!(
            "Runs the scenario {} at the pace of its own time.",
            setup.scenario
        );
        ui.add(Label::new(RichText::new(text).size(BODY).color(weak)).wrap());
        return;
    }
    let size = match setup.image {
        ImageChoice::Made => format!(
            "a {} image of this project",
            units::bytes(setup.made_bytes().into())
        ),
        ImageChoice::File | ImageChoice::Patch => setup.image_name(),
    };
    let version = match setup.version() {
        "" => String::new(),
        version => format!(", version {version},"),
    };
    let text = format!(
        "Sends {size}{version} to {} over the {} dialect at {} bit/s. The host stores it, restarts into it \
         and reports what it runs; only then the update has passed.",
        setup.host_name(),
        setup.dialect,
        setup.baud,
    );
    ui.add(Label::new(RichText::new(text).size(BODY).color(weak)).wrap());
}

/// Draws bytes, rate and times.
pub(super) fn run_figures_ui(ui: &mut Ui, run: &RunView) {
    figures_ui(ui, &figures(run));
}

/// What the update does now, in words.
pub(super) fn doing(run: &RunView) -> &'static str {
    if run.stopping {
        return "stopping";
    }
    match run.active() {
        None => "preparing",
        Some(Phase::Download) => "fetching the image",
        Some(Phase::Hello) => "looking for the host",
        Some(Phase::Offer) => "offering the image",
        Some(Phase::Erase) => "the host makes room",
        Some(Phase::Stream) => "sending the image",
        Some(Phase::Verify) => "the host checks the image",
        Some(Phase::Boot) => "the host restarts",
        Some(Phase::Report) => "the host reports what it runs",
    }
}

fn bar_ui(ui: &mut Ui, fraction: f64) {
    let (track, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), BAR_HEIGHT), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, "Image sent, per cent");
        info.value = Some((fraction * 100.0).floor());
        info
    });
    paint_bar(ui, track, fraction);
}

/// Paints how much is done.
pub(super) fn paint_bar(ui: &Ui, track: Rect, fraction: f64) {
    let colours = palette(ui);
    let radius = CornerRadius::same(6);
    ui.painter().rect_filled(track, radius, colours.inset);
    let filled = egui::lerp(
        track.left()..=track.right(),
        units::narrow(fraction.clamp(0.0, 1.0)),
    );
    if fraction > 0.0 {
        let right = filled.max(track.left() + track.height());
        let done = Rect::from_min_max(track.min, egui::pos2(right, track.bottom()));
        ui.painter().rect_filled(done, radius, colours.accent);
    }
}

fn figures(run: &RunView) -> [(&'static str, String); 4] {
    let progress = &run.progress;
    let none = || "–".to_owned();
    let rate = run.rate().map_or_else(none, units::rate);
    let third = match run.line_use() {
        Some(part) => ("Of the line's limit", format!("{:.0} %", part * 100.0)),
        None => ("Sent again", run.retransmits.to_string()),
    };
    let fourth = if run.stage == Stage::Running && run.active() <= Some(Phase::Stream) {
        (
            "Time left",
            run.time_left().map_or_else(none, whole_seconds),
        )
    } else {
        ("Total time", units::span(run.elapsed()))
    };
    [
        (
            "Acknowledged",
            units::bytes_of(progress.acked.into(), progress.total.into()),
        ),
        ("Rate", rate),
        third,
        fourth,
    ]
}

/// A time that is guessed: no decimals from a second on.
fn whole_seconds(time: Duration) -> String {
    match time.as_secs() {
        0 => "under 1 s".to_owned(),
        _ => units::span(time),
    }
}
