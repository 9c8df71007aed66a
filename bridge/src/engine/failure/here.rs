//! Failures of this end: the image, the line, the operator.

use super::meaning::{Meaning, again, reach};
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

pub(super) fn image_read(run: &Context, error: &ImageReadError) -> Meaning {
    Meaning::uncoded(Class::RigError, "the image cannot be read")
        .what(format!("{error}."))
        .cause("The file was moved, cut or is on a medium that failed.")
        .next(format!("Restore the file, then {}.", again(run)))
}

pub(super) fn link_closed(run: &Context, failure: &LinkFailure) -> Meaning {
    Meaning::uncoded(Class::LinkError, format!("the line broke: {failure}"))
        .what(format!(
            "In phase {} the line went away; {}.",
            run.phase,
            reach(run)
        ))
        .cause("The adapter was unplugged, the other program ended, or the port vanished.")
        .next(format!("Bring the other end back, then {}.", again(run)))
}

pub(super) fn aborted(run: &Context) -> Meaning {
    Meaning::uncoded(Class::Aborted, "stopped by the operator")
        .what(format!("Stopped in phase {}; {}.", run.phase, reach(run)))
        .cause("The operator asked for it.")
        .next(format!("When ready, {}.", again(run)))
}
