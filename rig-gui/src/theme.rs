//! Colours, sizes and spacing: the only place that has any.

use egui::epaint::Shadow;
use egui::style::{Selection, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, Stroke, Style, TextStyle, Theme,
    Ui, Vec2, Visuals, vec2,
};

/// Width of the setup column.
pub const SETUP_WIDTH: f32 = 332.0;
/// From this width on setup and run stand side by side.
pub const WIDE: f32 = 860.0;
/// Below this width figures stand two in a row, not four.
pub const ROOMY: f32 = 560.0;
/// Space between cards.
pub const GAP: f32 = 14.0;
/// Space between the window's edge and the cards.
pub const EDGE: i8 = 16;
/// Space inside a card.
pub const PAD: i8 = 18;
/// Height of a control.
pub const CONTROL_HEIGHT: f32 = 34.0;
/// Height of the button that starts an update.
pub const PRIMARY_HEIGHT: f32 = 44.0;
/// Least height of the log.
pub const LOG_HEIGHT_MIN: f32 = 120.0;

/// Labels of fields and figures.
pub const CAPTION: f32 = 12.0;
/// Running text.
pub const BODY: f32 = 14.5;
/// Titles of cards.
pub const TITLE: f32 = 17.0;
/// Figures.
pub const FIGURE: f32 = 20.0;
/// The one number or word that can be read across the room.
pub const HERO: f32 = 58.0;

/// The colours of one theme.
#[derive(Debug)]
pub struct Palette {
    /// Behind everything.
    pub ground: Color32,
    /// Cards and bars.
    pub surface: Color32,
    /// Fields, tracks, buttons.
    pub inset: Color32,
    /// Under the pointer.
    pub hover: Color32,
    /// Lines.
    pub outline: Color32,
    /// Text.
    pub text: Color32,
    /// Text that can be passed over.
    pub weak: Color32,
    /// What goes on, what can be pressed.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Passed.
    pub good: Color32,
    /// Failed.
    pub bad: Color32,
    /// Worth a look.
    pub warn: Color32,
}

const LIGHT: Palette = Palette {
    ground: Color32::from_rgb(0xf2, 0xf4, 0xf7),
    surface: Color32::from_rgb(0xff, 0xff, 0xff),
    inset: Color32::from_rgb(0xed, 0xf0, 0xf4),
    hover: Color32::from_rgb(0xe2, 0xe7, 0xed),
    outline: Color32::from_rgb(0xd6, 0xdc, 0xe4),
    text: Color32::from_rgb(0x17, 0x20, 0x2b),
    weak: Color32::from_rgb(0x55, 0x63, 0x74),
    accent: Color32::from_rgb(0x1c, 0x62, 0xb8),
    on_accent: Color32::from_rgb(0xff, 0xff, 0xff),
    good: Color32::from_rgb(0x13, 0x7a, 0x4b),
    bad: Color32::from_rgb(0xbd, 0x2c, 0x2c),
    warn: Color32::from_rgb(0x95, 0x5f, 0x00),
};

const DARK: Palette = Palette {
    ground: Color32::from_rgb(0x10, 0x14, 0x1a),
    surface: Color32::from_rgb(0x19, 0x1f, 0x27),
    inset: Color32::from_rgb(0x23, 0x2b, 0x35),
    hover: Color32::from_rgb(0x2e, 0x38, 0x45),
    outline: Color32::from_rgb(0x2f, 0x39, 0x46),
    text: Color32::from_rgb(0xe8, 0xed, 0xf3),
    weak: Color32::from_rgb(0x9b, 0xa8, 0xb8),
    accent: Color32::from_rgb(0x5a, 0xa5, 0xf0),
    on_accent: Color32::from_rgb(0x0a, 0x15, 0x22),
    good: Color32::from_rgb(0x4f, 0xc4, 0x8a),
    bad: Color32::from_rgb(0xf0, 0x7b, 0x74),
    warn: Color32::from_rgb(0xe2, 0xb2, 0x55),
};

/// The colours in force.
#[must_use]
pub fn palette(ui: &Ui) -> &'static Palette {
    palette_of(ui.visuals().dark_mode)
}

/// Sets up both themes; call it once.
pub fn install(ctx: &Context) {
    for (theme, dark) in [(Theme::Dark, true), (Theme::Light, false)] {
        ctx.style_mut_of(theme, |style| set_style(style, dark));
    }
}

fn palette_of(dark: bool) -> &'static Palette {
    if dark { &DARK } else { &LIGHT }
}

fn set_style(style: &mut Style, dark: bool) {
    let font = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Small, font(CAPTION)),
        (TextStyle::Body, font(BODY)),
        (TextStyle::Button, font(BODY)),
        (TextStyle::Heading, font(TITLE)),
        (
            TextStyle::Monospace,
            FontId::new(12.5, FontFamily::Monospace),
        ),
    ]
    .into();
    style.spacing.item_spacing = vec2(8.0, 6.0);
    style.spacing.button_padding = vec2(12.0, 6.0);
    style.spacing.interact_size = Vec2::new(40.0, CONTROL_HEIGHT);
    style.spacing.menu_margin = Margin::same(6);
    style.visuals = visuals(palette_of(dark), dark);
}

fn visuals(colours: &Palette, dark: bool) -> Visuals {
    let mut visuals = if dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    visuals.panel_fill = colours.ground;
    visuals.window_fill = colours.surface;
    visuals.window_stroke = Stroke::new(1.0, colours.outline);
    visuals.popup_shadow = Shadow {
        offset: [0, 6],
        blur: 18,
        spread: 0,
        color: Color32::from_black_alpha(48),
    };
    visuals.extreme_bg_color = colours.inset;
    visuals.text_edit_bg_color = Some(colours.inset);
    visuals.faint_bg_color = colours.inset;
    visuals.disabled_alpha = 0.6;
    visuals.weak_text_color = Some(colours.weak);
    visuals.hyperlink_color = colours.accent;
    visuals.warn_fg_color = colours.warn;
    visuals.error_fg_color = colours.bad;
    visuals.selection = Selection {
        bg_fill: colours.accent.gamma_multiply(0.35),
        stroke: Stroke::new(1.0, colours.text),
    };
    visuals.widgets = widgets(colours);
    visuals
}

fn widgets(colours: &Palette) -> Widgets {
    let widget = |fill, line, text| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, line),
        fg_stroke: Stroke::new(1.0, text),
        corner_radius: CornerRadius::same(7),
        expansion: 0.0,
    };
    let Palette {
        surface,
        inset,
        hover,
        outline,
        text,
        accent,
        ..
    } = *colours;
    Widgets {
        noninteractive: widget(surface, outline, text),
        inactive: widget(inset, outline, text),
        hovered: widget(hover, outline, text),
        active: widget(hover, accent, text),
        open: widget(hover, accent, text),
    }
}
