//! The wall: slots side by side, to be read from three metres.

use egui::accesskit::Role;
use egui::{
    Align, Align2, Button, CentralPanel, Color32, ComboBox, CornerRadius, FontId, Frame, Label,
    Layout, Margin, Rect, Response, RichText, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo,
    vec2,
};

use super::Commands;
use super::verdict_ui::{class_colour, class_word};
use crate::command::Command;
use crate::model::Model;
use crate::theme::{
    BODY, CAPTION, CONTROL_HEIGHT, EDGE, GAP, PRIMARY_HEIGHT, Palette, TITLE, palette,
};
use crate::units;
use crate::wall::{SLOTS_MAX, Slot, SlotStage, WallCommand};

/// Least width of a slot.
const SLOT_WIDTH: f32 = 236.0;
/// Height of a slot.
const SLOT_HEIGHT: f32 = 178.0;
/// Width of the choice of a host.
const PORT_WIDTH: f32 = 104.0;
/// What stands around the inside of a slot: margin and the widest line, both sides.
const AROUND: f32 = 2.0 * (14.0 + 3.0);
/// The word that is read from afar.
const WORD: f32 = 44.0;
const BAR: f32 = 10.0;

/// Draws the wall.
pub(super) fn wall_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Vec::new();
    let frame = Frame::new()
        .fill(palette(ui).ground)
        .inner_margin(Margin::same(EDGE));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        bar_ui(ui, model, &mut commands);
        ui.add_space(GAP);
        ScrollArea::vertical()
            .id_salt("wall")
            .auto_shrink(false)
            .show(ui, |ui| slots_ui(ui, model, &mut commands));
    });
    commands.into_iter().map(Command::Wall).collect()
}

/// What holds for all slots.
fn bar_ui(ui: &mut Ui, model: &Model, commands: &mut Vec<WallCommand>) {
    let wall = &model.wall;
    ui.horizontal_wrapped(|ui| {
        let startable = wall
            .ready()
            .filter(|index| wall.obstacle(*index, &model.setup).is_none())
            .count();
        let colours = palette(ui);
        let text = format!("Start {startable} ready");
        let start = Button::new(RichText::new(text).size(TITLE).color(colours.on_accent))
            .fill(colours.accent)
            .min_size(vec2(170.0, PRIMARY_HEIGHT));
        if ui.add_enabled(startable > 0, start).clicked() {
            commands.push(WallCommand::StartAll);
        }
        let running = wall.running().count();
        let abort = Button::new("Abort all").min_size(vec2(100.0, PRIMARY_HEIGHT));
        if ui.add_enabled(running > 0, abort).clicked() {
            commands.push(WallCommand::AbortAll);
        }
        ui.add_space(12.0);
        let label = ui.label(RichText::new("Slots").color(colours.weak)).id;
        let count = wall.slots().len();
        ComboBox::from_id_salt("slots")
            .width(64.0)
            .selected_text(count.to_string())
            .show_ui(ui, |ui| {
                for number in 1..=SLOTS_MAX {
                    let chosen = number == count;
                    if ui.selectable_label(chosen, number.to_string()).clicked() {
                        commands.push(WallCommand::SetCount(number));
                    }
                }
            })
            .response
            .labelled_by(label);
        ui.add_space(12.0);
        let what = format!(
            "{} {} over {}, as set up on the first screen",
            model.setup.image_name(),
            model.setup.version,
            model.setup.dialect
        );
        ui.add(Label::new(RichText::new(what).color(colours.weak)).truncate());
    });
}

fn slots_ui(ui: &mut Ui, model: &Model, commands: &mut Vec<WallCommand>) {
    let count = model.wall.slots().len();
    let width = ui.available_width();
    let mut columns = 1;
    let needed = |columns: u8| f32::from(columns) * (SLOT_WIDTH + GAP) - GAP;
    while usize::from(columns) < count.min(8) && needed(columns + 1) <= width {
        columns += 1;
    }
    let each = (width + GAP) / f32::from(columns) - GAP;
    let mut index = 0;
    while index < count {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for _ in 0..columns {
                if let Some(slot) = model.wall.slots().get(index) {
                    slot_ui(ui, model, index, slot, each, commands);
                }
                index += 1;
            }
        });
        ui.add_space(GAP);
    }
}

fn slot_ui(
    ui: &mut Ui,
    model: &Model,
    index: usize,
    slot: &Slot,
    width: f32,
    commands: &mut Vec<WallCommand>,
) {
    let colours = palette(ui);
    let (word, colour) = word_of(slot, colours);
    let frame = Frame::new()
        .fill(colours.surface)
        .stroke(Stroke::new(
            if slot.stage() == SlotStage::Ended {
                3.0
            } else {
                1.0
            },
            colour,
        ))
        .corner_radius(12)
        .inner_margin(Margin::same(14));
    let inside = vec2(width - AROUND, SLOT_HEIGHT);
    frame.show(ui, |ui| {
        ui.push_id(("slot", index), |ui| {
            ui.vertical(|ui| {
                ui.set_width(inside.x);
                ui.set_min_height(inside.y);
                head_ui(ui, model, index, slot, commands);
                word_ui(ui, index, slot, &word, colour);
                progress_ui(ui, index, slot);
                tell_ui(ui, slot);
                unit_ui(ui, model, index, slot, commands);
            });
        });
    });
}

/// Number and unit, and where the host is.
fn head_ui(ui: &mut Ui, model: &Model, index: usize, slot: &Slot, commands: &mut Vec<WallCommand>) {
    let colours = palette(ui);
    ui.horizontal(|ui| {
        let number = RichText::new((index + 1).to_string()).size(TITLE + 6.0);
        ui.label(number.color(colours.weak));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            port_ui(ui, model, index, slot, commands);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let unit = if slot.unit.is_empty() {
                    "–"
                } else {
                    &slot.unit
                };
                ui.add(Label::new(RichText::new(unit).size(TITLE + 6.0)).truncate());
            });
        });
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

/// The field that takes the next unit, and the button beside it.
fn unit_ui(ui: &mut Ui, model: &Model, index: usize, slot: &Slot, commands: &mut Vec<WallCommand>) {
    let number = index + 1;
    let running = slot.stage() == SlotStage::Running;
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if running {
                abort_ui(ui, index, slot, commands);
            } else {
                start_ui(ui, model, index, commands);
            }
            let mut typed = slot.typed.clone();
            let edit = TextEdit::singleline(&mut typed)
                .id_salt("unit")
                .hint_text("scan the next unit")
                .margin(Margin::symmetric(8, 7))
                .desired_width(f32::INFINITY);
            let response = ui.add_enabled(!running, edit);
            let name = format!("Scan unit in slot {number}");
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
        });
    });
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
fn word_ui(ui: &mut Ui, index: usize, slot: &Slot, word: &str, colour: Color32) {
    let size = vec2(ui.available_width(), WORD + 8.0);
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

fn paint_word(ui: &Ui, rect: Rect, text: &str, colour: Color32) {
    let painter = ui.painter();
    let galley =
        |size: f32| painter.layout_no_wrap(text.to_owned(), FontId::proportional(size), colour);
    let wanted = galley(WORD).size().x;
    let room = rect.width() - 16.0;
    let size = if wanted > room {
        WORD * room / wanted
    } else {
        WORD
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
    super::progress_ui::paint_bar(ui, rect, part);
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
        (None, SlotStage::Running) => super::progress_ui::doing(&slot.run).to_owned(),
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
        (Some(verdict), _) => (
            class_word(verdict.class).to_owned(),
            class_colour(verdict.class, colours),
        ),
        (None, SlotStage::Running) => {
            let percent = (slot.run.fraction() * 100.0).floor();
            (format!("{percent:.0} %"), colours.accent)
        }
        (None, SlotStage::Ready) => ("READY".to_owned(), colours.text),
        (None, _) => ("EMPTY".to_owned(), colours.outline),
    }
}
