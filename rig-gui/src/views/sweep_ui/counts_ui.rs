//! How far a sweep is: runs, rate, what was found, and all counts.

use bridge::sweep::words::CountRow;
use bridge::text::grouped;
use egui::accesskit::Role;
use egui::{Align, Grid, Label, Layout, RichText, Sense, Ui, WidgetInfo, vec2};

use crate::sweep::{SweepStage, SweepView};
use crate::theme::{BODY, HERO, ROOMY, TITLE, palette};
use crate::units;
use crate::views::controls_ui::{figures_ui, title_ui};
use crate::views::progress_ui::paint_bar;

const BAR_HEIGHT: f32 = 12.0;

/// Draws them.
pub(super) fn counts_ui(ui: &mut Ui, view: &SweepView) {
    let weak = palette(ui).weak;
    if view.stage == SweepStage::Idle {
        ui.label(RichText::new("Ready").size(HERO));
        let text = "Runs the update again and again, each time with another fault, and looks for what \
                    must hold in every run: no verdict that lies, no end without a word, no mix of \
                    images, and a host that takes the next image.";
        ui.add(Label::new(RichText::new(text).size(BODY).color(weak)).wrap());
        return;
    }
    ui.add(Label::new(RichText::new(view.title.as_str()).size(TITLE)).truncate());
    ui.add(Label::new(RichText::new(view.about.as_str()).color(weak)).wrap());
    if view.goes_on() {
        progress_ui(ui, view);
    }
    if view.counts.rows.is_empty() {
        return;
    }
    ui.add_space(12.0);
    figures_ui(ui, &figures(view));
}

/// The big number, and a bar where it is known how many runs there are.
fn progress_ui(ui: &mut Ui, view: &SweepView) {
    let weak = palette(ui).weak;
    let fraction = view.fraction();
    let big = match fraction {
        Some(part) => format!("{:.0} %", (part * 100.0).floor()),
        None => grouped(view.counts.done),
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new(big).size(HERO));
        ui.add_space(10.0);
        let words = RichText::new(doing(view)).size(TITLE).color(weak);
        ui.add(Label::new(words).wrap());
    });
    if let Some(part) = fraction {
        let size = vec2(ui.available_width(), BAR_HEIGHT);
        let (track, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| {
            let text = "Runs made, per cent";
            let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, text);
            info.value = Some((part * 100.0).floor());
            info
        });
        paint_bar(ui, track, part);
    }
}

/// What the sweep does now, in words.
fn doing(view: &SweepView) -> String {
    match (view.stage, view.time_left()) {
        _ if view.stopping => "stopping".to_owned(),
        (SweepStage::Preparing, _) => "the update runs once without a fault".to_owned(),
        (SweepStage::Shrinking { at, of }, _) => {
            format!("what was found is made small: {at} of {of}")
        }
        (_, Some(left)) if left.as_secs() > 0 => format!("about {} to go", units::span(left)),
        (_, Some(_)) => "under 1 s to go".to_owned(),
        (_, None) if view.counts.of.is_none() => "runs executed".to_owned(),
        (_, None) => "runs are made".to_owned(),
    }
}

fn figures(view: &SweepView) -> [(&'static str, String); 4] {
    let counts = &view.counts;
    let done = grouped(counts.done);
    let runs = match counts.of {
        Some(of) => format!("{done} of {}", grouped(of)),
        None => done,
    };
    let rate = view
        .rate()
        .map_or_else(|| "–".to_owned(), |rate| format!("{rate:.0} a second"));
    [
        ("Runs", runs),
        ("Rate", rate),
        ("Found", grouped(counts.found)),
        ("Time", units::span(counts.elapsed)),
    ]
}

/// All counts, with what is counted where there is room.
pub(super) fn rows_ui(ui: &mut Ui, rows: &[CountRow]) {
    title_ui(ui, "Counts");
    ui.add_space(4.0);
    ui.spacing_mut().interact_size.y = BODY;
    let weak = palette(ui).weak;
    let roomy = ui.available_width() >= ROOMY;
    let grid = Grid::new("counts").num_columns(3).spacing([18.0, 5.0]);
    grid.show(ui, |ui| {
        for row in rows {
            ui.label(row.name);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(RichText::new(grouped(row.count)).monospace());
            });
            if roomy {
                ui.label(RichText::new(row.text).color(weak));
            }
            ui.end_row();
        }
    });
}
