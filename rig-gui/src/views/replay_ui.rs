//! The run that is played again, in place of what is set up.

use egui::{Button, Label, RichText, Ui, vec2};

use super::controls_ui::{card_ui, field_gap, title_ui};
use crate::command::Command;
use crate::replay::Replay;
use crate::theme::{BODY, CAPTION, CONTROL_HEIGHT, HERO, palette};
use crate::units;

/// Draws which run it is, and the button that leaves it.
pub(super) fn replay_ui(ui: &mut Ui, replay: &Replay) -> Option<Command> {
    card_ui(ui, |ui| {
        title_ui(ui, "Replay");
        ui.add(Label::new(units::sentence(&replay.title)).wrap());
        let weak = palette(ui).weak;
        let place = RichText::new(replay.place.as_str()).size(CAPTION);
        ui.add(Label::new(place.color(weak)).wrap());
        let hint = RichText::new("Any change of the setup below leaves it, too.").size(CAPTION);
        ui.add(Label::new(hint.color(weak)).wrap());
        field_gap(ui);
        let leave = Button::new("Leave the replay").min_size(vec2(84.0, CONTROL_HEIGHT));
        ui.add(leave).clicked().then_some(Command::LeaveReplay)
    })
}

/// Draws what the start button would do.
pub(super) fn ready_ui(ui: &mut Ui, replay: &Replay) {
    let weak = palette(ui).weak;
    ui.label(RichText::new("Ready").size(HERO));
    let text = format!("Plays {} again: {}.", replay.title, replay.place);
    ui.add(Label::new(RichText::new(text).size(BODY).color(weak)).wrap());
}
