//! One slot: its unit, the word that is read from afar, and what can be done.

use egui::accesskit::Role;
use egui::{
    Align, Align2, Button, Color32, ComboBox, CornerRadius, FontId, Frame, Label, Layout, Margin,
    Rect, Response, RichText, Sense, Stroke, TextEdit, Ui, Vec2, WidgetInfo, vec2,
};

use crate::model::Model;
use crate::theme::{BODY, CAPTION, CONTROL_HEIGHT, Palette, TITLE, palette};
use crate::units;
use crate::views::progress_ui::{doing, paint_bar};
use crate::views::verdict_ui::{class_colour, class_word};
use crate::wall::{Slot, SlotStage, WallCommand};

/// Width of the choice of a host.
const PORT_WIDTH: f32 = 104.0;
/// Below this width the choice of a host has a row of its own.
const ONE_ROW: f32 = 300.0;
/// Margin and line around the inside of a slot.
const AROUND: i8 = 13;
/// Lines around a slot with a verdict, and around any other.
const LINES: (i8, i8) = (3, 1);
/// Space between two rows of a slot.
const BETWEEN: f32 = 5.0;
/// What stands above and below the word, without the row of the host.
const BESIDE_WORD: f32 = 118.0;
/// Height of the row of the host.
const HOST_ROW: f32 = CONTROL_HEIGHT + BETWEEN;
/// Least and largest height of the word that is read from afar.
const WORD: (f32, f32) = (36.0, 130.0);
const BAR: f32 = 10.0;

/// Least height of a slot of a width.
pub(super) fn least_height(width: f32) -> f32 {
    let around = 2.0 * f32::from(AROUND);
    around + beside_word(width - around >= ONE_ROW) + WORD.0
}

/// Height of everything in a slot but the word.
fn beside_word(one_row: bool) -> f32 {
    BESIDE_WORD + if one_row { 0.0 } else { HOST_ROW }
}

/// Draws a slot of a size.
pub(super) fn slot_ui(
    ui: &mut Ui,
    model: &Model,
    index: usize,
    slot: &Slot,
    size: Vec2,
    commands: &mut Vec<WallCommand>,
) {
    let colours = palette(ui);
    let (word, colour) = word_of(slot, colours);
    let line = if slot.stage() == SlotStage::Ended {
        LINES.0
    } else {
        LINES.1
    };
    let frame = Frame::new()
        .fill(colours.surface)
        .stroke(Stroke::new(f32::from(line), colour))
        .corner_radius(12)
        .inner_margin(Margin::same(AROUND - line));
    let inside = size - Vec2::splat(2.0 * f32::from(AROUND));
    let one_row = inside.x >= ONE_ROW;
    let height = (inside.y - beside_word(one_row)).clamp(WORD.0, WORD.1);
    frame.show(ui, |ui| {
        ui.push_id(("slot", index), |ui| {
            ui.vertical(|ui| {
                ui.set_width(inside.x);
                ui.set_min_height(inside.y);
                ui.spacing_mut().item_spacing.y = BETWEEN;
                head_ui(ui, index, slot);
                word_ui(ui, index, slot, (&word, colour), height);
                progress_ui(ui, index, slot);
                tell_ui(ui, slot);
                if one_row {
                    unit_ui(ui, model, index, slot, commands);
                } else {
                    unit_row_ui(ui, model, index, slot, commands);
                    port_ui(ui, model, index, slot, commands);
                }
            });
        });
    });
}

/// Number and unit.
fn head_ui(ui: &mut Ui, index: usize, slot: &Slot) {
    let colours = palette(ui);
    ui.horizontal(|ui| {
        let number = RichText::new((index + 1).to_string()).size(TITLE + 6.0);
        ui.label(number.color(colours.weak));
        let unit = if slot.unit.is_empty() {
            "–"
        } else {
            &slot.unit
        };
        ui.add(Label::new(RichText::new(unit).size(TITLE + 6.0)).truncate());
    });
}

fn port_ui(ui: &mut Ui, model: &Model, index: usize, slot: &Slot, commands: &mut Vec<WallCommand>) {
    let free = slot.stage() != SlotStage::Running;
    let emulated = format!("emulated {}", model.setup.board);
    let last = slot.port.rsplit('/').next().unwrap_or_default();
    let chosen = if slot.port.is_empty() {
        "emulated"
    } else {
        last
    };
    ui.add_enabled_ui(free, |ui| {
        let combo = ComboBox::from_id_salt("port")
            .width(PORT_WIDTH)
            .selected_text(RichText::new(chosen).size(CAPTION))
            .truncate();
        let shown = combo.show_ui(ui, |ui| {
            if ui
                .selectable_label(slot.port.is_empty(), &emulated)
                .clicked()
            {
                commands.push(WallCommand::SetPort(index, String::new()));
            }
            for port in &model.ports {
                let text = format!("{}  {}", port.path, port.adapter);
                let it = ui.selectable_label(port.path == slot.port, text.trim_end());
                if it.clicked() {
                    commands.push(WallCommand::SetPort(index, port.path.clone()));
                }
            }
        });
        let name = format!("Host of slot {}: {chosen}", index + 1);
        shown
            .response
            .widget_info(|| WidgetInfo::labeled(Role::ComboBox, free, &name));
    });
}

/// The field that takes the next unit, where the host is, and the button.
fn unit_ui(ui: &mut Ui, model: &Model, index: usize, slot: &Slot, commands: &mut Vec<WallCommand>) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            button_ui(ui, model, index, slot, commands);
            port_ui(ui, model, index, slot, commands);
            field_ui(ui, index, slot, commands);
        });
    });
}

/// The same without the host.
fn unit_row_ui(
    ui: &mut Ui,
    model: &Model,
    index: usize,
    slot: &Slot,
    commands: &mut Vec<WallCommand>,
) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            button_ui(ui, model, index, slot, commands);
            field_ui(ui, index, slot, commands);
        });
    });
}

fn field_ui(ui: &mut Ui, index: usize, slot: &Slot, commands: &mut Vec<WallCommand>) {
    let running = slot.stage() == SlotStage::Running;
    let mut typed = slot.typed.clone();
    let edit = TextEdit::singleline(&mut typed)
        .id_salt("unit")
        .hint_text("scan the next unit")
        .margin(Margin::symmetric(8, 7))
        .desired_width(f32::INFINITY);
    let response = ui.add_enabled(!running, edit);
    let name = format!("Scan unit in slot {}", index + 1);
    response.widget_info(|| {
        let mut info = WidgetInfo::text_edit(!running, &slot.typed, &typed, "");
        info.label = Some(name.clone());
        info
    });
    if response.changed() {
        commands.push(WallCommand::Type(index, typed.clone()));
    }
    let entered = ui.input(|input| input.key_pressed(egui::Key::Enter));
    if response.lost_focus() && entered {
        commands.push(WallCommand::Scan(index));
    }
}

fn button_ui(
    ui: &mut Ui,
    model: &Model,
    index: usize,
    slot: &Slot,
    commands: &mut Vec<WallCommand>,
) {
    if slot.stage() == SlotStage::Running {
        abort_ui(ui, index, slot, commands);
    } else {
        start_ui(ui, model, index, commands);
    }
}

fn abort_ui(ui: &mut Ui, index: usize, slot: &Slot, commands: &mut Vec<WallCommand>) {
    let abort = Button::new("Abort").min_size(vec2(64.0, CONTROL_HEIGHT));
    let response = ui.add_enabled(!slot.run.stopping, abort);
    name_button(&response, &format!("Abort slot {}", index + 1));
    if response.clicked() {
        commands.push(WallCommand::Abort(index));
    }
}

fn start_ui(ui: &mut Ui, model: &Model, index: usize, commands: &mut Vec<WallCommand>) {
    let obstacle = model.wall.obstacle(index, &model.setup);
    let start = Button::new("Start").min_size(vec2(64.0, CONTROL_HEIGHT));
    let response = ui.add_enabled(obstacle.is_none(), start);
    name_button(&response, &format!("Start slot {}", index + 1));
    if response.clicked() {
        commands.push(WallCommand::Start(index));
    }
    if let Some(why) = obstacle {
        response.on_disabled_hover_text(why);
    }
}

/// Sixteen buttons say the same; each has a name of its own for those who do not see where it is.
fn name_button(response: &Response, name: &str) {
    response.widget_info(|| WidgetInfo::labeled(Role::Button, response.enabled(), name));
}

/// The word that is read from afar; a verdict is filled, everything else is not.
fn word_ui(ui: &mut Ui, index: usize, slot: &Slot, (word, colour): (&str, Color32), height: f32) {
    let size = vec2(ui.available_width(), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let unit = if slot.unit.is_empty() {
        "no unit"
    } else {
        &slot.unit
    };
    let label = format!("Slot {}, {unit}: {word}", index + 1);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
    if slot.run.verdict.is_some() {
        let colours = palette(ui);
        let radius = CornerRadius::same(8);
        ui.painter().rect_filled(rect, radius, colour);
        paint_word(ui, rect, word, colours.surface);
    } else {
        paint_word(ui, rect, word, colour);
    }
}

/// As large as the room allows.
fn paint_word(ui: &Ui, rect: Rect, text: &str, colour: Color32) {
    let painter = ui.painter();
    let high = rect.height() * 0.85;
    let wanted = painter
        .layout_no_wrap(text.to_owned(), FontId::proportional(high), colour)
        .size()
        .x;
    let room = rect.width() - 16.0;
    let size = if wanted > room {
        high * room / wanted
    } else {
        high
    };
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        text,
        FontId::proportional(size.max(CAPTION)),
        colour,
    );
}

fn progress_ui(ui: &mut Ui, index: usize, slot: &Slot) {
    let size = vec2(ui.available_width(), BAR);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let part = slot.run.fraction();
    response.widget_info(|| {
        let text = format!("Slot {}, image sent, per cent", index + 1);
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, text);
        info.value = Some((part * 100.0).floor());
        info
    });
    paint_bar(ui, rect, part);
}

/// What goes on, or what to do about the verdict.
fn tell_ui(ui: &mut Ui, slot: &Slot) {
    let colours = palette(ui);
    let text = match (&slot.run.verdict, slot.stage()) {
        (Some(verdict), _) if verdict.passed() => {
            format!("{} in {}", verdict.headline, units::span(verdict.elapsed))
        }
        (Some(verdict), _) => match verdict.status {
            Some(status) => format!("{status}: {}", verdict.headline),
            None => verdict.headline.clone(),
        },
        (None, SlotStage::Running) => doing(&slot.run).to_owned(),
        (None, SlotStage::Ready) => "Ready.".to_owned(),
        (None, _) => "Scan a unit.".to_owned(),
    };
    let text = RichText::new(units::sentence(&text)).size(BODY);
    let label = ui.add(Label::new(text.color(colours.text)).truncate());
    if let Some(verdict) = &slot.run.verdict {
        label.on_hover_text(format!("{}\n{}", verdict.cause, verdict.next_step));
    }
}

fn word_of(slot: &Slot, colours: &Palette) -> (String, Color32) {
    match (&slot.run.verdict, slot.stage()) {
        (Some(verdict), _) => {
            let word = class_word(verdict.class);
            // Nobody is to take it for a unit of the line.
            let word = if slot.port.is_empty() {
                format!("{word} emulated")
            } else {
                word.to_owned()
            };
            (word, class_colour(verdict.class, colours))
        }
        (None, SlotStage::Running) => {
            let percent = (slot.run.fraction() * 100.0).floor();
            (format!("{percent:.0} %"), colours.accent)
        }
        (None, SlotStage::Ready) => ("READY".to_owned(), colours.text),
        (None, _) => ("EMPTY".to_owned(), colours.weak),
    }
}
