//! The run: phases, progress or verdict, figures, log.

use egui::Ui;

use super::Commands;
use super::controls_ui::card_ui;
use super::{log_ui, map_ui, phases_ui, progress_ui, replay_ui, verdict_ui};
use crate::model::Model;
use crate::run_view::Stage;
use crate::theme::{GAP, LOG_HEIGHT_MIN, PAD};

/// Draws the run.
pub(super) fn run_ui(ui: &mut Ui, model: &Model) -> Commands {
    let mut commands = Commands::new();
    card_ui(ui, |ui| phases_ui::phases_ui(ui, &model.run));
    ui.add_space(GAP);
    match (model.run.stage, &model.run.verdict) {
        (Stage::Ended, Some(verdict)) => {
            commands.extend(verdict_ui::verdict_ui(ui, verdict));
            if model.run.progress.total > 0 {
                ui.add_space(GAP);
                card_ui(ui, |ui| progress_ui::run_figures_ui(ui, &model.run));
            }
        }
        (Stage::Running, _) => card_ui(ui, |ui| progress_ui::progress_ui(ui, &model.run)),
        _ => card_ui(ui, |ui| match &model.replay {
            Some(replay) => replay_ui::ready_ui(ui, replay),
            None => progress_ui::ready_ui(ui, &model.setup),
        }),
    }
    if !model.map.is_empty() {
        ui.add_space(GAP);
        commands.extend(card_ui(ui, |ui| map_ui::map_ui(ui, model)));
    }
    ui.add_space(GAP);
    let frame = 2.0 * f32::from(PAD) + 4.0;
    let height = (ui.available_height() - frame).max(LOG_HEIGHT_MIN);
    card_ui(ui, |ui| log_ui::log_ui(ui, model, height));
    commands
}
