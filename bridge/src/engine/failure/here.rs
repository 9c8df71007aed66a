//! Failures of this end: the image, the line, the operator.

use super::meaning::{Meaning, reach};
use crate::engine::LinkFailure;
use crate::engine::context::Context;
use crate::image_source::ImageReadError;
use crate::verdict::Class;

pub(super) fn empty_image() -> Meaning {
    Meaning::uncoded(Class::RigError, "the image is empty")
        .what("The image has no byte; nothing was sent.")
        .cause("The build failed, or the wrong file was given.")
        .next("Give an image with content.")
}

pub(super) fn image_read(error: &ImageReadError) -> Meaning {
    Meaning::uncoded(Class::RigError, "the image cannot be read")
        .what(format!("{error}."))
        .cause("The file was moved, cut or is on a medium that failed.")
        .next("Restore the file and repeat the update: it resumes where the dialect can.")
}

pub(super) fn link_closed(run: &Context, failure: &LinkFailure) -> Meaning {
    Meaning::uncoded(Class::LinkError, format!("the line broke: {failure}"))
        .what(format!(
            "In phase {} the line went away; {}.",
            run.phase,
            reach(run)
        ))
        .cause("The adapter was unplugged, the other program ended, or the port vanished.")
        .next("Plug it in again and repeat the update: it resumes where the dialect can.")
}

pub(super) fn aborted(run: &Context) -> Meaning {
    Meaning::uncoded(Class::Aborted, "stopped by the operator")
        .what(format!("Stopped in phase {}; {}.", run.phase, reach(run)))
        .cause("The operator asked for it.")
        .next("Repeat the update when ready: it resumes where the dialect can.")
}
