//! What the next update sends: an image or a patch, and the image that the host runs.

use bridge::job::DialectKind;
use egui::{Button, Ui};

use super::Commands;
use super::controls_ui::{choice_ui, field_gap, text_field_ui, title_ui};
use super::setup_ui::hint_ui;
use crate::command::Command;
use crate::files::{FilesCommand, Purpose};
use crate::model::{ImageChoice, Setup, Target};
use crate::setup::SetupCommand;
use crate::theme::CONTROL_HEIGHT;

/// Draws what is sent.
pub(super) fn object_ui(ui: &mut Ui, setup: &Setup) -> Commands {
    let mut commands = Commands::new();
    title_ui(ui, "Image");
    ui.add_space(4.0);
    let images = [ImageChoice::Made, ImageChoice::File, ImageChoice::Patch];
    let names = ["This project", "A file", "A patch"];
    let chosen = images.iter().position(|image| *image == setup.image);
    let pressed = choice_ui(ui, "Comes from", &names, chosen.unwrap_or(0));
    let image = pressed.and_then(|at| images.get(at));
    commands.extend(image.map(|to| SetupCommand::Image(*to).into()));
    field_gap(ui);
    match setup.image {
        ImageChoice::Made => {}
        ImageChoice::File => commands.extend(image_ui(ui, setup)),
        ImageChoice::Patch => commands.extend(patch_ui(ui, setup)),
    }
    let hint = match setup.image {
        ImageChoice::Patch => "as the patch says",
        ImageChoice::Made | ImageChoice::File => "1.0.0",
    };
    let version = text_field_ui(ui, "Version after the update", setup.version_typed(), hint);
    commands.extend(version.map(|text| SetupCommand::Version(text).into()));
    commands
}

fn image_ui(ui: &mut Ui, setup: &Setup) -> Commands {
    let mut commands = Commands::new();
    let path = text_field_ui(ui, "Image file", &setup.path, "bin, hex, srec, elf or uf2");
    commands.extend(path.map(|path| SetupCommand::Path(path).into()));
    commands.extend(choose_ui(ui, "Choose a file…", Purpose::Image));
    field_gap(ui);
    if setup.dialect == DialectKind::Rig {
        commands.extend(old_image_ui(
            ui,
            setup,
            "Image that the host runs, to send a patch",
        ));
    }
    commands
}

fn patch_ui(ui: &mut Ui, setup: &Setup) -> Commands {
    let mut commands = Commands::new();
    let path = text_field_ui(ui, "Patch file", &setup.patch, "of otarig patch make");
    commands.extend(path.map(|path| SetupCommand::Patch(path).into()));
    commands.extend(choose_ui(ui, "Choose a patch…", Purpose::Patch));
    field_gap(ui);
    commands.extend(old_image_ui(ui, setup, "Image that the host runs"));
    commands
}

fn old_image_ui(ui: &mut Ui, setup: &Setup, caption: &str) -> Commands {
    let mut commands = Commands::new();
    let path = text_field_ui(ui, caption, &setup.from, "old.bin");
    commands.extend(path.map(|path| SetupCommand::From(path).into()));
    commands.extend(choose_ui(ui, "Choose the old image…", Purpose::OldImage));
    if setup.old_image().is_some() && setup.target == Target::Emulated {
        hint_ui(ui, "The emulated host runs it, and is updated in place.");
    }
    field_gap(ui);
    commands
}

fn choose_ui(ui: &mut Ui, text: &str, purpose: Purpose) -> Option<Command> {
    let button = Button::new(text).min_size(egui::vec2(84.0, CONTROL_HEIGHT));
    let pressed = ui.add(button).on_hover_text("Or drop a file on the window");
    pressed
        .clicked()
        .then(|| FilesCommand::Open(purpose).into())
}
