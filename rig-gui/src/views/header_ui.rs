//! The bar at the top: name, what is going on, theme.

use egui::{Align, Button, Frame, Layout, Margin, Panel, RichText, Ui};

use super::Commands;
use crate::command::Command;
use crate::model::{Model, ThemeChoice};
use crate::palette::PaletteCommand;
use crate::screen::Screen;
use crate::theme::{ROOMY, TITLE, palette};

/// Draws the bar.
pub(super) fn header_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Commands::new();
    let colours = palette(ui);
    let roomy = ui.available_width() >= ROOMY;
    let frame = Frame::new()
        .fill(colours.surface)
        .inner_margin(Margin::symmetric(16, 10));
    Panel::top("header")
        .frame(frame)
        .resizable(false)
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.label(
                    RichText::new("otarig")
                        .size(TITLE + 3.0)
                        .color(colours.accent),
                );
                if roomy {
                    ui.add_space(8.0);
                    commands.extend(tabs_ui(ui, model.screen));
                }
                let subject = if model.run.title.is_empty() {
                    "Firmware update bench"
                } else {
                    &model.run.title
                };
                if roomy {
                    ui.add_space(8.0);
                    ui.add(egui::Label::new(RichText::new(subject).color(colours.weak)).truncate());
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    commands.extend(theme_ui(ui));
                    commands.extend(palette_button_ui(ui));
                });
            });
            if !roomy {
                ui.horizontal_wrapped(|ui| commands.extend(tabs_ui(ui, model.screen)));
            }
        });
    commands
}

/// A tab for each screen.
fn tabs_ui(ui: &mut Ui, front: Screen) -> Option<Command> {
    let mut show = None;
    for screen in Screen::ALL {
        let chosen = screen == front;
        let response = ui.selectable_label(chosen, screen.title());
        if response.clicked() && !chosen {
            show = Some(Command::Show(screen));
        }
    }
    show
}

/// The button that opens the palette.
fn palette_button_ui(ui: &mut Ui) -> Option<Command> {
    let weak = palette(ui).weak;
    let button = Button::new(RichText::new("Find an action").color(weak)).frame(false);
    let pressed = ui.add(button).on_hover_text("Ctrl+K").clicked();
    pressed.then_some(Command::Palette(PaletteCommand::Open))
}

/// The button that changes between light and dark.
fn theme_ui(ui: &mut Ui) -> Option<Command> {
    let (text, other) = if ui.visuals().dark_mode {
        ("Light theme", ThemeChoice::Light)
    } else {
        ("Dark theme", ThemeChoice::Dark)
    };
    let weak = palette(ui).weak;
    let button = Button::new(RichText::new(text).color(weak)).frame(false);
    ui.add(button).clicked().then_some(Command::SetTheme(other))
}
