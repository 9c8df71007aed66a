//! The file dialog.

use std::path::Path;

use bridge::text::printable;
use bridge::trouble::Trouble;
use egui::accesskit::Role;
use egui::{
    Align, Button, Id, Label, Layout, Modal, RichText, ScrollArea, Sense, TextEdit, Ui, WidgetInfo,
};

use super::Commands;
use super::controls_ui::{caption_ui, title_ui};
use crate::command::Command;
use crate::files::{Dialog, Entry, FilesCommand, Listing, Purpose};
use crate::model::Model;
use crate::theme::{CAPTION, CONTROL_HEIGHT, palette};
use crate::units;
use crate::wire::view::Saving;

const WIDTH: f32 = 620.0;
const LIST_HEIGHT: f32 = 320.0;
const ROW_HEIGHT: f32 = 26.0;

/// Draws the dialog, if it is open.
pub(super) fn files_ui(ui: &mut Ui, model: &Model) -> Commands {
    let Some(dialog) = &model.dialog else {
        return Commands::new();
    };
    let mut commands = Vec::new();
    let width = WIDTH.min(ui.ctx().content_rect().width() - 48.0);
    let shown = Modal::new(Id::unique("file dialog")).show(ui.ctx(), |ui| {
        ui.set_width(width);
        title_ui(ui, dialog.purpose.title());
        commands.extend(steps_ui(ui, dialog));
        listing_ui(ui, dialog, &mut commands);
        commands.extend(foot_ui(ui, dialog, &model.wire.saving));
    });
    if shown.should_close() {
        commands.push(FilesCommand::Cancel);
    }
    commands.into_iter().map(Command::Files).collect()
}

/// The folders from the root on, each a button.
fn steps_ui(ui: &mut Ui, dialog: &Dialog) -> Option<FilesCommand> {
    let mut go = None;
    ui.horizontal_wrapped(|ui| {
        for step in dialog.steps() {
            let name = match step.file_name() {
                Some(name) => name.to_string_lossy().into_owned(),
                None => step.display().to_string(),
            };
            if ui.small_button(name).clicked() {
                go = Some(FilesCommand::Go(step.to_owned()));
            }
        }
    });
    go
}

fn listing_ui(ui: &mut Ui, dialog: &Dialog, commands: &mut Vec<FilesCommand>) {
    let colours = palette(ui);
    let area = ScrollArea::vertical()
        .id_salt("files")
        .max_height(LIST_HEIGHT)
        .min_scrolled_height(LIST_HEIGHT)
        .auto_shrink(false);
    area.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let say = |ui: &mut Ui, text: String| {
            ui.add(Label::new(RichText::new(text).color(colours.weak)).wrap());
        };
        match &dialog.listing {
            Listing::Loading => say(ui, "Reading the folder…".to_owned()),
            Listing::Failed(trouble) => {
                say(ui, format!("{}: {}", trouble.headline, trouble.what));
                say(ui, trouble.next_step.clone());
            }
            Listing::Entries { more, .. } => {
                let mut any = false;
                for entry in dialog.shown() {
                    any = true;
                    commands.extend(entry_ui(ui, dialog, entry));
                }
                if !any {
                    say(
                        ui,
                        "Nothing here that fits. Show all files below.".to_owned(),
                    );
                }
                if *more > 0 {
                    say(ui, format!("{more} more are not shown: type the name."));
                }
            }
        }
    });
}

fn entry_ui(ui: &mut Ui, dialog: &Dialog, entry: &Entry) -> Vec<FilesCommand> {
    let colours = palette(ui);
    let size = egui::vec2(ui.available_width(), ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let chosen = dialog.name == entry.name;
    let kind = if entry.folder { "Folder" } else { "File" };
    let label = format!("{kind} {}", entry.name);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &label));
    if chosen || response.hovered() || response.has_focus() {
        let fill = if chosen { colours.hover } else { colours.inset };
        ui.painter().rect_filled(rect, 5, fill);
    }
    let inside = rect.shrink2(egui::vec2(8.0, 0.0));
    let builder = egui::UiBuilder::new()
        .max_rect(inside)
        .layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        let end = if entry.folder { "/" } else { "" };
        let name = RichText::new(format!("{}{end}", entry.name)).color(colours.text);
        ui.add(Label::new(name).truncate().selectable(false));
        if !entry.folder {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let len = RichText::new(units::bytes(entry.len));
                let len = len.size(CAPTION).color(colours.weak);
                ui.add(Label::new(len).selectable(false));
            });
        }
    });
    if response.double_clicked() || (response.clicked() && entry.folder) {
        let path = dialog.folder.join(&entry.name);
        return if entry.folder {
            vec![FilesCommand::Go(path)]
        } else {
            vec![FilesCommand::Name(entry.name.clone()), FilesCommand::Take]
        };
    }
    let name = FilesCommand::Name(entry.name.clone());
    response.clicked().then_some(name).into_iter().collect()
}

fn foot_ui(ui: &mut Ui, dialog: &Dialog, saving: &Saving) -> Vec<FilesCommand> {
    let mut commands = Vec::new();
    ui.add_space(6.0);
    let label = caption_ui(ui, "Name, or a path");
    let mut name = dialog.name.clone();
    let edit = TextEdit::singleline(&mut name)
        .id_salt("file name")
        .desired_width(f32::INFINITY);
    let response = ui.add(edit).labelled_by(label);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if response.changed() {
        commands.push(FilesCommand::Name(name));
    }
    ui.add_space(6.0);
    if dialog.purpose == Purpose::Capture {
        match saving {
            Saving::There(path) => {
                commands.extend(replace_ui(ui, path));
                return commands;
            }
            Saving::Failed(trouble) => trouble_ui(ui, trouble),
            _ => {}
        }
    }
    ui.horizontal(|ui| {
        let mut all = dialog.all;
        if ui.checkbox(&mut all, "All files").changed() {
            commands.push(FilesCommand::ShowAll(all));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let verb = match saving {
                Saving::Going => "Saving…",
                _ => dialog.purpose.verb(),
            };
            let can = dialog.path().is_some() && *saving != Saving::Going;
            if button_ui(ui, verb, can) || entered && can {
                commands.push(FilesCommand::Take);
            }
            if button_ui(ui, "Cancel", true) {
                commands.push(FilesCommand::Cancel);
            }
        });
    });
    commands
}

fn button_ui(ui: &mut Ui, text: &str, enabled: bool) -> bool {
    let size = egui::vec2(110.0, CONTROL_HEIGHT);
    ui.add_enabled(enabled, Button::new(text).min_size(size))
        .clicked()
}

/// Asks before a file goes.
fn replace_ui(ui: &mut Ui, path: &Path) -> Vec<FilesCommand> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let question = format!(
        "{} is there already. Replace it?",
        printable(&name.to_string_lossy())
    );
    let warn = palette(ui).warn;
    ui.add(Label::new(RichText::new(question).color(warn)).wrap());
    let mut commands = Vec::new();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if button_ui(ui, "Replace it", true) {
            commands.push(FilesCommand::Replace);
        }
        if button_ui(ui, "Keep it", true) {
            commands.push(FilesCommand::Keep);
        }
    });
    commands
}

/// Tells why the file was not written; another name can be given at once.
fn trouble_ui(ui: &mut Ui, trouble: &Trouble) {
    let (bad, text) = (palette(ui).bad, palette(ui).text);
    ui.add(Label::new(RichText::new(&trouble.headline).color(bad)).wrap());
    for line in [&trouble.what, &trouble.cause, &trouble.next_step] {
        ui.add(Label::new(RichText::new(line).size(CAPTION).color(text)).wrap());
    }
    ui.add_space(6.0);
}
