//! The window as those hear it who do not see it: its accessibility tree as indented text.

use std::fmt::Write as _;

use egui::accesskit::{Role, Toggled};
use egui_kittest::Harness;
use egui_kittest::kittest::{AccessKitNode, NodeT as _};
use rig_gui::App;

/// Most characters of a text that are written down.
const TEXT_CHARS_MAX: usize = 100;
/// Most things of one kind in a row that are written down.
const ALIKE_MAX: usize = 8;

/// Each text on a line, in the order of the tree, and below it, moved in, the controls that follow
/// it: role, name, value, state.
pub(crate) fn outline(harness: &Harness<'_, App>) -> String {
    let mut found = Vec::new();
    collect(&harness.root().accesskit_node(), &mut found);
    let mut text = String::new();
    for alike in found.chunk_by(|(one, _), (other, _)| one == other) {
        let (role, _) = alike[0];
        let most = if role == Role::Label {
            alike.len()
        } else {
            ALIKE_MAX
        };
        for (_, line) in alike.iter().take(most) {
            let _ = writeln!(text, "{}", line.trim_end());
        }
        if alike.len() > most {
            let _ = writeln!(text, "  and {} more of these", alike.len() - most);
        }
    }
    text
}

fn collect(node: &AccessKitNode<'_>, found: &mut Vec<(Role, String)>) {
    found.extend(line_of(node).map(|line| (node.role(), line)));
    for child in node.children() {
        collect(&child, found);
    }
}

/// Role, name, value and state; `None` for what says nothing.
fn line_of(node: &AccessKitNode<'_>) -> Option<String> {
    // A text is its own only child.
    if node.role() == Role::TextRun {
        return None;
    }
    // What a label says is its value.
    let (label, value) = match (node.label(), node.value()) {
        (None, value) if node.role() == Role::Label => (value, None),
        both => both,
    };
    let label = label.filter(|text| !text.trim().is_empty());
    let value = value.filter(|text| Some(text) != label.as_ref());
    let number = node.numeric_value();
    if label.is_none() && value.is_none() && number.is_none() {
        return None;
    }
    let mut line = match node.role() {
        Role::Label => String::new(),
        role => format!("  {role:?} "),
    };
    line += &cut(&label.unwrap_or_default());
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        let _ = write!(line, " = {}", cut(&value));
    }
    if let Some(number) = number {
        let _ = write!(line, " = {number}");
    }
    if node.toggled() == Some(Toggled::True) || node.is_selected() == Some(true) {
        line += " (chosen)";
    }
    if node.is_disabled() {
        line += " (disabled)";
    }
    Some(line)
}

/// One line, not too long.
fn cut(text: &str) -> String {
    let line = text.replace('\n', " ");
    let cut: String = line.chars().take(TEXT_CHARS_MAX).collect();
    if cut.len() < line.len() {
        cut + "…"
    } else {
        cut
    }
}
