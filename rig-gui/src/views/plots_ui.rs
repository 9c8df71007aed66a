//! The plots: rate, latency, repetitions, and what the flash has spent on each block.

use egui::accesskit::Role;
use egui::{CentralPanel, Color32, Frame, Margin, RichText, ScrollArea, Ui, Vec2b, WidgetInfo};
use egui_plot::{Bar, BarChart, Line, Plot, PlotPoints};

use super::controls_ui::{card_ui, title_ui};
use crate::block_map::{BlockMap, Part};
use crate::model::Model;
use crate::plots::Plots;
use crate::theme::{CAPTION, EDGE, GAP, ROOMY, palette};
use crate::units;

const HEIGHT: f32 = 190.0;
const KB: f64 = 1024.0;
/// Lines of the grid from left to right only: bars stand on the others.
const ACROSS: [bool; 2] = [false, true];

/// Draws all plots: two in a row where there is room.
pub(super) fn plots_ui(ui: &mut Ui, model: &Model) {
    let frame = Frame::new()
        .fill(palette(ui).ground)
        .inner_margin(Margin::same(EDGE));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let plots = &model.plots;
            let flash = flash_bars(&model.map);
            if ui.available_width() >= 2.0 * ROOMY {
                ui.columns_const(|[one, other]| {
                    rate_ui(one, plots);
                    latency_ui(other, plots);
                    again_ui(one, plots);
                    flash_ui(other, &flash);
                });
            } else {
                rate_ui(ui, plots);
                latency_ui(ui, plots);
                again_ui(ui, plots);
                flash_ui(ui, &flash);
            }
        });
    });
}

fn rate_ui(ui: &mut Ui, plots: &Plots) {
    let points = plots.throughput();
    let most = points.iter().map(|point| point[1]).fold(0.0, f64::max);
    let told =
        (!points.is_empty()).then(|| format!("at most {} over half a second", units::rate(most)));
    // In KB, so that the marks of the axis are round numbers of them.
    let points: Vec<[f64; 2]> = points.iter().map(|[at, rate]| [*at, rate / KB]).collect();
    plot_card_ui(ui, "Throughput", told.as_deref(), |ui, colour| {
        plot(ui, "throughput", "s")
            .y_axis_formatter(|mark, _| format!("{} KB/s", mark.value))
            .show(ui, |plot| {
                let points = PlotPoints::from(points);
                plot.line(Line::new("throughput", points).color(colour).width(2.0));
            });
    });
}

fn again_ui(ui: &mut Ui, plots: &Plots) {
    let points = plots.retransmits();
    let last = points.last().map(|point| point[1]);
    let told = last.map(|count| format!("{count:.0} in all"));
    plot_card_ui(ui, "Sent again", told.as_deref(), |ui, colour| {
        plot(ui, "again", "s")
            .include_y(1.0)
            .y_axis_formatter(|mark, _| whole_number(mark.value))
            .show(ui, |plot| {
                let points = PlotPoints::from(points);
                plot.line(Line::new("sent again", points).color(colour).width(2.0));
            });
    });
}

fn latency_ui(ui: &mut Ui, plots: &Plots) {
    let classes = plots.latencies();
    let most = classes.iter().max_by_key(|class| class.count);
    let told = most.map(|class| format!("most often {}", class.name));
    let names: Vec<String> = classes.iter().map(|class| class.name.clone()).collect();
    plot_card_ui(
        ui,
        "Acknowledgement after",
        told.as_deref(),
        |ui, colour| {
            let bars = (0_u32..).zip(&classes).map(|(index, class)| {
                Bar::new(f64::from(index), units::as_f64(class.count)).width(0.8)
            });
            let chart = BarChart::new("latency", bars.collect()).color(colour);
            plot(ui, "latency", "")
                .show_grid(ACROSS)
                .y_axis_formatter(|mark, _| whole_number(mark.value))
                .x_axis_formatter(move |mark, _| name_at(&names, mark.value))
                .x_grid_spacer(|input| whole_marks(input.bounds))
                .show(ui, |plot| plot.bar_chart(chart));
        },
    );
}

fn flash_ui(ui: &mut Ui, bars: &[f64]) {
    let most = bars.iter().copied().fold(0.0, f64::max);
    let told = (most > 0.0).then(|| format!("at most {most:.1} ms"));
    plot_card_ui(
        ui,
        "Flash time of each block",
        told.as_deref(),
        |ui, colour| {
            let bars = (0_u32..)
                .zip(bars)
                .map(|(index, ms)| Bar::new(f64::from(index), *ms).width(0.8));
            let chart = BarChart::new("flash", bars.collect()).color(colour);
            plot(ui, "flash", "block")
                .show_grid(ACROSS)
                .y_axis_formatter(|mark, _| format!("{} ms", mark.value))
                .show(ui, |plot| plot.bar_chart(chart));
        },
    );
}

/// A plot with its title; `told` says in words what it shows, where there is anything.
fn plot_card_ui(
    ui: &mut Ui,
    title: &str,
    told: Option<&str>,
    content: impl FnOnce(&mut Ui, Color32),
) {
    let colours = palette(ui);
    card_ui(ui, |ui| {
        ui.horizontal(|ui| {
            title_ui(ui, title);
            let text = told.unwrap_or("nothing yet");
            let label = ui.label(RichText::new(text).size(CAPTION).color(colours.weak));
            let name = format!("{title}: {text}");
            label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
        });
        if told.is_some() {
            content(ui, colours.accent);
        } else {
            let text = "It is drawn while an update runs.";
            ui.add_space(8.0);
            ui.label(RichText::new(text).color(colours.weak));
        }
    });
    ui.add_space(GAP);
}

fn plot<'a>(ui: &Ui, name: &'static str, below: &'static str) -> Plot<'a> {
    Plot::new(name)
        .grid_color(palette(ui).outline)
        .height(HEIGHT)
        .allow_scroll(false)
        .allow_drag(Vec2b::new(true, false))
        .include_y(0.0)
        .x_axis_label(below)
        .show_background(false)
}

/// A count; nothing between two of them.
fn whole_number(value: f64) -> String {
    if (value - value.round()).abs() < 1e-6 {
        format!("{value:.0}")
    } else {
        String::new()
    }
}

fn name_at(names: &[String], value: f64) -> String {
    let found = (0_u32..)
        .zip(names)
        .find(|(index, _)| (f64::from(*index) - value).abs() < 0.01);
    found.map(|(_, name)| name.clone()).unwrap_or_default()
}

/// A mark at each whole number in sight.
fn whole_marks((from, to): (f64, f64)) -> Vec<egui_plot::GridMark> {
    let numbers = (0_u32..64).map(f64::from);
    let seen = numbers.filter(|number| (from..=to).contains(number));
    seen.map(|value| egui_plot::GridMark {
        value,
        step_size: 1.0,
    })
    .collect()
}

/// Milliseconds of flash time of each block of the object, or of the slot.
fn flash_bars(map: &BlockMap) -> Vec<f64> {
    let section = |part| map.sections().iter().find(|section| section.part == part);
    let section = section(Part::Object).or_else(|| section(Part::Slot));
    let cells = section.map(|section| section.cells.as_slice());
    let times = cells.unwrap_or_default().iter();
    times
        .map(|cell| cell.flash.as_secs_f64() * 1000.0)
        .collect()
}
