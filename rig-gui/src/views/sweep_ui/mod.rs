//! The sweep desk: what is swept on the left, what came of it on the right.

mod counts_ui;
mod draft_ui;
mod finds_ui;

use egui::{CentralPanel, Frame, Margin, ScrollArea, Ui};

use super::Commands;
use super::controls_ui::card_ui;
use super::verdict_ui;
use crate::command::Command;
use crate::model::Model;
use crate::sweep::{Ending, SweepCommand, SweepStage};
use crate::theme::{EDGE, GAP, SETUP_WIDTH, WIDE, palette};
use crate::units;

/// Draws the desk.
pub(super) fn sweep_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Commands::new();
    let frame = Frame::new().fill(palette(ui).ground).inner_margin(Margin {
        right: 0,
        ..Margin::same(EDGE)
    });
    CentralPanel::default().frame(frame).show(ui, |ui| {
        let wide = ui.available_width() >= WIDE;
        let area = ScrollArea::vertical()
            .id_salt("sweep")
            .auto_shrink(false)
            .content_margin(Margin {
                right: EDGE,
                ..Margin::ZERO
            });
        area.show(ui, |ui| {
            if wide {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = GAP;
                    ui.vertical(|ui| {
                        ui.set_width(SETUP_WIDTH);
                        card_ui(ui, |ui| draft_ui::draft_ui(ui, model, &mut commands));
                    });
                    ui.vertical(|ui| outcome_ui(ui, model, &mut commands));
                });
            } else {
                card_ui(ui, |ui| draft_ui::draft_ui(ui, model, &mut commands));
                ui.add_space(GAP);
                outcome_ui(ui, model, &mut commands);
            }
        });
    });
    commands
}

/// How far the sweep is or how it ended, and what it has found.
fn outcome_ui(ui: &mut Ui, model: &Model, commands: &mut Commands) {
    let view = &model.sweep.view;
    if let Some(ending) = &view.ending {
        let buttons = [verdict_ui::DISMISS];
        let facts = facts(ending);
        let pressed = verdict_ui::band_ui(ui, ending.class, &ending.headline, &facts, &buttons);
        if pressed.is_some() {
            commands.push(Command::Sweep(SweepCommand::Dismiss));
        }
        ui.add_space(GAP);
    }
    card_ui(ui, |ui| counts_ui::counts_ui(ui, view));
    if view.stage == SweepStage::Idle {
        return;
    }
    ui.add_space(GAP);
    card_ui(ui, |ui| finds_ui::finds_ui(ui, view, commands));
    if !view.counts.rows.is_empty() {
        ui.add_space(GAP);
        card_ui(ui, |ui| counts_ui::rows_ui(ui, &view.counts.rows));
    }
}

/// What there is to say of an ending, as caption and text.
fn facts(ending: &Ending) -> Vec<(&'static str, String)> {
    let class = ending.class;
    let code = format!(
        "{}, exit code {} of otarig",
        class.name(),
        class.exit_code()
    );
    let said = [
        ("Code", code),
        ("Meaning", units::sentence(&ending.meaning)),
        ("Next step", units::sentence(&ending.next_step)),
    ];
    said.into_iter()
        .filter(|(_, text)| !text.is_empty())
        .collect()
}
