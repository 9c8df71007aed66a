//! The palette: a field, and below it what can be done.

use egui::accesskit::Role;
use egui::{
    Align, Id, Key, Label, Layout, Modal, RichText, ScrollArea, Sense, TextEdit, Ui, WidgetInfo,
};

use super::Commands;
use super::controls_ui::caption_ui;
use crate::actions::{Action, actions};
use crate::command::Command;
use crate::model::Model;
use crate::palette::{Palette, PaletteCommand};
use crate::theme::{CAPTION, palette};

const WIDTH: f32 = 560.0;
const LIST_HEIGHT: f32 = 360.0;
const ROW_HEIGHT: f32 = 30.0;

/// Draws the palette, if it is open.
pub(super) fn palette_ui(ui: &mut Ui, model: &Model) -> Commands {
    let Some(open) = &model.palette else {
        return Commands::new();
    };
    let mut commands = Commands::new();
    let list = actions(model);
    let found: Vec<&Action> = open.found(&list).collect();
    let width = WIDTH.min(ui.ctx().content_rect().width() - 48.0);
    let shown = Modal::new(Id::unique("palette")).show(ui.ctx(), |ui| {
        ui.set_width(width);
        commands.extend(field_ui(ui, open));
        commands.extend(keys(ui, open, &found));
        list_ui(ui, open, &found, &mut commands);
        line_ui(ui, found.get(open.chosen).copied(), &mut commands);
    });
    if shown.should_close() {
        commands.push(Command::Palette(PaletteCommand::Close));
    }
    commands
}

fn field_ui(ui: &mut Ui, open: &Palette) -> Option<Command> {
    let label = caption_ui(ui, "What shall be done?");
    let mut text = open.search.clone();
    let edit = TextEdit::singleline(&mut text)
        .id_salt("palette search")
        .hint_text("start, board, theme, …")
        .desired_width(f32::INFINITY);
    let response = ui.add(edit).labelled_by(label);
    response.request_focus();
    let search = PaletteCommand::Search(text);
    response.changed().then_some(Command::Palette(search))
}

/// Arrows choose, Enter does.
fn keys(ui: &Ui, open: &Palette, found: &[&Action]) -> Commands {
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    let choose = |to| vec![Command::Palette(PaletteCommand::Choose(to))];
    if pressed(Key::ArrowDown) {
        return choose(open.chosen.saturating_add(1));
    }
    if pressed(Key::ArrowUp) {
        return choose(open.chosen.saturating_sub(1));
    }
    if pressed(Key::Enter) {
        return found.get(open.chosen).map_or_else(Vec::new, |it| done(it));
    }
    Vec::new()
}

fn done(action: &Action) -> Commands {
    match &action.does {
        Ok(command) => vec![Command::Palette(PaletteCommand::Close), command.clone()],
        Err(_) => Vec::new(),
    }
}

fn list_ui(ui: &mut Ui, open: &Palette, found: &[&Action], commands: &mut Commands) {
    let colours = palette(ui);
    if found.is_empty() {
        let text = RichText::new("Nothing is called like that.").color(colours.weak);
        ui.add_space(8.0);
        ui.label(text);
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let area = ScrollArea::vertical()
        .max_height(LIST_HEIGHT)
        .auto_shrink([false, true]);
    area.show(ui, |ui| {
        for (index, action) in found.iter().enumerate() {
            if row_ui(ui, action, index == open.chosen) {
                commands.extend(done(action));
            }
        }
    });
}

/// One action; whether it was pressed.
fn row_ui(ui: &mut Ui, action: &Action, chosen: bool) -> bool {
    let colours = palette(ui);
    let size = egui::vec2(ui.available_width(), ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let enabled = action.does.is_ok();
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, chosen, &action.name));
    if chosen {
        ui.painter().rect_filled(rect, 6, colours.hover);
        response.scroll_to_me(None);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 6, colours.inset);
    }
    let inside = rect.shrink2(egui::vec2(10.0, 0.0));
    let builder = egui::UiBuilder::new()
        .max_rect(inside)
        .layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        let colour = if enabled { colours.text } else { colours.weak };
        let name = RichText::new(action.name.as_str()).color(colour);
        ui.add(Label::new(name).truncate().selectable(false));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let beside = match (&action.does, action.keys) {
                (Err(why), _) => why.clone(),
                (Ok(_), Some(keys)) => ui.ctx().format_shortcut(&keys),
                (Ok(_), None) => String::new(),
            };
            let text = RichText::new(beside).size(CAPTION).color(colours.weak);
            ui.add(Label::new(text).truncate().selectable(false));
        });
    });
    response.clicked() && enabled
}

/// The command line of the chosen action.
fn line_ui(ui: &mut Ui, chosen: Option<&Action>, commands: &mut Commands) {
    let Some(action) = chosen else { return };
    ui.add_space(10.0);
    caption_ui(ui, "The same on the command line");
    ui.add(Label::new(RichText::new(action.line.as_str()).monospace()).wrap());
    ui.add_space(4.0);
    if ui.button("Copy the line").clicked() {
        commands.push(Command::Copy(action.line.clone()));
    }
}
