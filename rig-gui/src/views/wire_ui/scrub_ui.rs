//! The time bar: from the first frame to the last, with a handle at the frame that is looked at.

use egui::{
    Button, EventFilter, FontId, Key, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};
use protocol_spec::tick::Tick;

use super::WireCommands;
use super::rows::{at_fraction, cell, fraction};
use crate::theme::{CAPTION, palette};
use crate::wire::WireView;
use crate::wire::command::WireCommand;

/// Height of the bar.
const HEIGHT: f32 = 22.0;
/// Width of a button at the end.
const STEP: f32 = 32.0;
/// Room for a time at either end.
const ENDS: f32 = 84.0;
/// A key moves by one part of so many.
const KEY_PARTS: u64 = 200;

/// Draws the bar with a button on either side; dragging it selects the frame of that time.
pub(super) fn scrub_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    if view.entries.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        if step_ui(ui, "<", "Previous frame") {
            commands.push(WireCommand::Step(-1));
        }
        let width = ui.available_width() - STEP - ui.spacing().item_spacing.x;
        ui.allocate_ui(vec2(width, HEIGHT), |ui| bar_ui(ui, view, commands));
        if step_ui(ui, ">", "Next frame") {
            commands.push(WireCommand::Step(1));
        }
    });
}

fn step_ui(ui: &mut Ui, text: &str, name: &str) -> bool {
    let button = Button::new(RichText::new(text).monospace()).min_size(vec2(STEP, HEIGHT));
    let response = ui.add(button).on_hover_text(name);
    response.accessible_name(name).clicked()
}

fn bar_ui(ui: &mut Ui, view: &WireView, commands: &mut WireCommands) {
    let Some((first, last)) = view.times() else {
        return;
    };
    let size = vec2(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let here = view.here().and_then(|it| view.entry(it));
    let here = here.map_or(first, |entry| entry.at);
    let nanos = |tick: Tick| tick.as_nanos().saturating_sub(first.as_nanos());
    let whole = nanos(last);
    response.widget_info(|| {
        let mut info = WidgetInfo::slider(true, here.since(Tick::ZERO).as_secs_f64(), "Time, s");
        info.role = Role::Slider;
        info
    });
    let colours = palette(ui);
    let font = FontId::monospace(CAPTION - 1.0);
    let left = rect.with_max_x(rect.left() + ENDS);
    cell(
        ui.painter(),
        left,
        here.to_string(),
        font.clone(),
        colours.text,
    );
    let right = rect.with_min_x(rect.right() - ENDS + 12.0);
    cell(ui.painter(), right, last.to_string(), font, colours.weak);
    let track = Rect::from_min_max(
        pos2(left.right(), rect.center().y - 3.0),
        pos2(rect.right() - ENDS, rect.center().y + 3.0),
    );
    if track.width() < 20.0 {
        return;
    }
    ui.painter().rect_filled(track, 3, colours.inset);
    let x = track.left()
        + track.width() * crate::units::narrow(fraction(nanos(here).min(whole), whole));
    ui.painter()
        .rect_filled(track.with_max_x(x), 3, colours.accent.gamma_multiply(0.6));
    ui.painter()
        .circle_filled(pos2(x, track.center().y), 6.0, colours.accent);
    let seek = |nanos: u64| {
        let nanos = first.as_nanos().saturating_add(nanos.min(whole));
        WireCommand::Seek(Tick::from_nanos(nanos))
    };
    if let Some(pointer) = response.interact_pointer_pos() {
        let part = f64::from((pointer.x - track.left()) / track.width());
        commands.push(seek(at_fraction(whole, part)));
    }
    if response.has_focus() {
        // The arrow keys move the handle, not to another control.
        let arrows = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        let step = (whole / KEY_PARTS).max(1);
        let [back, on] =
            [Key::ArrowLeft, Key::ArrowRight].map(|key| ui.input(|input| input.key_pressed(key)));
        if back {
            commands.push(seek(nanos(here).saturating_sub(step)));
        }
        if on {
            commands.push(seek(nanos(here).saturating_add(step)));
        }
    }
}
