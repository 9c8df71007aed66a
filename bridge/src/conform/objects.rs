//! The images and patches of a script.

use std::collections::BTreeMap;
use std::sync::Arc;

use fixtures::board::Board;
use fixtures::rng::Seed;
use fixtures::scenario::{Dialect, FormatName, LayoutName, Scenario, ScenarioImage};
use fixtures::script::{ObjectSpec, Script, Value, Vars};
use protocol_spec::digest::Digest;
use protocol_spec::rig::message::ObjectKind;
use sha2::{Digest as _, Sha256};

use crate::bench::make_patch_file;
use crate::object::PatchObject;

/// Bytes of the image that scripts send unless they say otherwise.
const NEW_BYTES: u32 = 8192;
/// Bytes of the image that scripts end with.
const CLOSING_BYTES: u32 = 6144;

/// An object that is ready to be sent.
#[derive(Clone, PartialEq, Debug)]
pub struct MadeObject {
    /// Image or patch.
    pub kind: ObjectKind,
    /// What is sent.
    pub bytes: Arc<Vec<u8>>,
    /// SHA-256 of what is sent.
    pub digest: Digest,
    /// Version text of the image.
    pub version: String,
    /// SHA-256 of the image that is to run.
    pub image_digest: Digest,
    /// Bytes of that image.
    pub image_len: u32,
    /// The patch, for the engine.
    pub patch: Option<PatchObject>,
}

/// Objects by name.
pub type Objects = BTreeMap<String, MadeObject>;

/// An object cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the object `{name}` cannot be made: {why}")]
pub struct ObjectError {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: String,
}

/// What objects are made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recipe {
    /// The board; its defaults are the patch's.
    pub board: &'static Board,
    /// How the host lays out an update.
    pub layout: LayoutName,
    /// Whether images carry a head.
    pub format: FormatName,
    /// Part of every version and content, so that no run offers what another has installed.
    pub number: u32,
    /// Decode RAM that patches are made for, where the script does not say.
    pub decode_ram: Option<u32>,
}

impl MadeObject {
    /// An image.
    #[must_use]
    pub fn image(bytes: Vec<u8>, version: &str) -> Self {
        let digest = sha256(&bytes);
        Self {
            kind: ObjectKind::Image,
            digest,
            image_digest: digest,
            image_len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            bytes: Arc::new(bytes),
            version: version.to_owned(),
            patch: None,
        }
    }

    /// Bytes that are sent.
    #[must_use]
    pub fn length(&self) -> u32 {
        u32::try_from(self.bytes.len()).unwrap_or(u32::MAX)
    }

    /// `count` bytes from `offset` on; zeros behind the end.
    pub(super) fn piece(&self, offset: i64, count: i64) -> Vec<u8> {
        let byte = |at: i64| usize::try_from(at).ok().and_then(|at| self.bytes.get(at));
        (offset..offset.saturating_add(count))
            .map(|at| byte(at).copied().unwrap_or(0))
            .collect()
    }
}

/// SHA-256 of bytes.
fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// The objects of `script` for a host that takes made images.
///
/// # Errors
/// Which of them cannot be made, and why.
pub(super) fn make_objects(script: &Script, recipe: &Recipe) -> Result<Objects, ObjectError> {
    let mut objects = Objects::new();
    let usual = [("new", 2, NEW_BYTES), ("closing", 3, CLOSING_BYTES)];
    for (name, major, size) in usual {
        let spec = usual_image(recipe, major, size);
        objects.insert(name.to_owned(), make(script, recipe, name, &spec)?);
    }
    for (name, spec) in &script.objects {
        objects.insert(name.clone(), make(script, recipe, name, spec)?);
    }
    let old = scenario(script, recipe, "old", &usual_image(recipe, 1, NEW_BYTES))?;
    let bytes = old
        .make_old_image()
        .map_err(|error| failed("old", &error))?;
    let version = script.host.old.as_ref();
    let version = version.map_or(fixtures::image::PROJECT_VERSION, |old| &old.version);
    objects.insert("old".to_owned(), MadeObject::image(bytes, version));
    Ok(objects)
}

fn usual_image(recipe: &Recipe, major: u32, size: u32) -> ObjectSpec {
    ObjectSpec {
        image: ScenarioImage {
            format: recipe.format,
            target: None,
            size,
            version: format!("{major}.0.{}", recipe.number),
            seed: Seed(u64::from(major)).split_index(recipe.number.into()).0 >> 1,
            edits: None,
        },
        patch: None,
        flips: Vec::new(),
    }
}

fn failed(name: &str, why: &dyn std::fmt::Display) -> ObjectError {
    ObjectError {
        name: name.to_owned(),
        why: why.to_string(),
    }
}

/// A scenario with the parts that an image maker asks for.
fn scenario(
    script: &Script,
    recipe: &Recipe,
    name: &str,
    spec: &ObjectSpec,
) -> Result<Scenario, ObjectError> {
    const PLAIN: &str = "version = 1\ntitle = \"script\"\nboard = \"nrf52840\"\n\
                         dialect = \"rig\"\nimage = { size = 4096, version = \"1\" }\n\
                         expect = { class = \"pass\" }\n";
    let mut scenario = fixtures::scenario::parse(PLAIN).map_err(|error| failed(name, &error))?;
    recipe.board.name.clone_into(&mut scenario.board);
    scenario.layout = recipe.layout;
    scenario.dialect = script.dialect;
    scenario.decode_ram = script.host.decode_ram.or(recipe.decode_ram);
    scenario.staging = script.host.staging;
    scenario.scratch = script.host.scratch;
    scenario.image = spec.image.clone();
    scenario.old_image.clone_from(&script.host.old);
    Ok(scenario)
}

fn make(
    script: &Script,
    recipe: &Recipe,
    name: &str,
    spec: &ObjectSpec,
) -> Result<MadeObject, ObjectError> {
    let mut spec = spec.clone();
    if recipe.format == FormatName::AylaHead {
        spec.image.format = FormatName::AylaHead;
    }
    let scenario = scenario(script, recipe, name, &spec)?;
    let mut image = scenario
        .make_image()
        .map_err(|error| failed(name, &error))?;
    for (at, xor) in &spec.flips {
        if let Some(byte) = image.get_mut(*at as usize) {
            *byte ^= xor;
        }
    }
    let version = spec.image.version.as_str();
    let Some(patch) = &spec.patch else {
        return Ok(MadeObject::image(image, version));
    };
    let patch = make_patch_file(&scenario, patch, recipe.board, &image)
        .map_err(|error| failed(name, &error))?;
    Ok(MadeObject {
        kind: ObjectKind::Patch,
        digest: sha256(&patch.file),
        bytes: Arc::clone(&patch.file),
        patch: Some(patch),
        ..MadeObject::image(image, version)
    })
}

/// The variables that come with the objects.
pub(super) fn object_vars(objects: &Objects, vars: &mut Vars) {
    for (name, object) in objects {
        let mut set = |part: &str, value| vars.insert(format!("{name}.{part}"), value);
        set("length", Value::Number(object.length().into()));
        set("version", Value::Text(object.version.clone().into_bytes()));
        set("digest", Value::Bytes(object.digest.0.to_vec()));
        set("image", Value::Bytes(object.image_digest.0.to_vec()));
        set("image_len", Value::Number(object.image_len.into()));
    }
}

/// The dialect of a script, as jobs name it.
pub(super) fn dialect_kind(dialect: Dialect) -> crate::job::DialectKind {
    match dialect {
        Dialect::Ayla => crate::job::DialectKind::Ayla,
        Dialect::Rig => crate::job::DialectKind::Rig,
    }
}
