//! What an update sends, and what the host must run afterwards.

use core::fmt;
use std::sync::Arc;

use protocol_spec::digest::Digest;
use protocol_spec::patch::{DIGEST_BYTES, Head, HeadError, ImageId, Profile};
use protocol_spec::rig::message::ObjectKind;
use protocol_spec::text::Version;
use sha2::{Digest as _, Sha256};

use crate::image_source::ImageSource;

/// The object of an update.
pub enum Object {
    /// The new image as it is.
    Image {
        /// The bytes.
        source: Box<dyn ImageSource + Send>,
        /// Their SHA-256.
        digest: Digest,
    },
    /// A patch that exists.
    Patch(PatchObject),
    /// A patch that is made when the host has said what it is, or the new image where the host
    /// takes no patch.
    Delta(DeltaObject),
}

/// A patch file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatchObject {
    /// The file.
    pub file: Arc<Vec<u8>>,
    /// What its head says.
    pub facts: PatchFacts,
}

/// Two images, and what is known of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeltaObject {
    /// The image that is expected to run.
    pub old: Arc<Vec<u8>>,
    /// The image that is to run.
    pub new: Arc<Vec<u8>>,
    /// SHA-256 of `new`.
    pub digest: Digest,
    /// Address of the images' first byte, where their file says it.
    pub load_address: Option<u32>,
}

/// What the head of a patch file says, for itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatchFacts {
    /// Bytes of the file.
    pub file_len: u32,
    /// Decode RAM that is needed.
    pub profile: Profile,
    /// The image that must run.
    pub old: PatchImage,
    /// The image that runs afterwards.
    pub new: PatchImage,
    /// Bytes of a block.
    pub block_len: u32,
    /// Blocks that change.
    pub changed: u32,
    /// Blocks of the new image.
    pub blocks: u32,
    /// Board that it is for, any bytes; empty for any.
    pub board: Vec<u8>,
}

/// What a patch says of one of its two images.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PatchImage {
    /// Bytes.
    pub length: u32,
    /// First bytes of the SHA-256.
    pub digest: [u8; DIGEST_BYTES],
    /// Version text; may be empty.
    pub version: Version,
}

/// What the host must run in the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Length of the new image, bytes.
    pub length: u32,
    /// SHA-256 of the new image.
    pub digest: ImageDigest,
}

/// The SHA-256 of an image, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImageDigest {
    /// All of it.
    Whole(Digest),
    /// Its first bytes: all that the head of a patch holds.
    Start([u8; DIGEST_BYTES]),
}

impl Object {
    /// The image in `source`, whose SHA-256 is `digest`.
    #[must_use]
    pub fn image(source: Box<dyn ImageSource + Send>, digest: Digest) -> Self {
        Self::Image { source, digest }
    }

    /// Bytes that are sent, as far as it is known before the host is.
    #[must_use]
    pub fn len(&self) -> u32 {
        match self {
            Self::Image { source, .. } => source.len(),
            Self::Patch(patch) => patch.facts.file_len,
            Self::Delta(delta) => ImageSource::len(&*delta.new),
        }
    }

    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the host must run in the end.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        match self {
            Self::Image { source, digest } => Wanted {
                length: source.len(),
                digest: ImageDigest::Whole(*digest),
            },
            Self::Patch(patch) => Wanted {
                length: patch.facts.new.length,
                digest: ImageDigest::Start(patch.facts.new.digest),
            },
            Self::Delta(delta) => Wanted {
                length: ImageSource::len(&*delta.new),
                digest: ImageDigest::Whole(delta.digest),
            },
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Image { .. } => "Image",
            Self::Patch(_) => "Patch",
            Self::Delta(_) => "Delta",
        };
        f.debug_struct(name)
            .field("length", &self.len())
            .finish_non_exhaustive()
    }
}

impl PatchObject {
    /// The patch in the bytes of `file`.
    ///
    /// # Errors
    /// Why its head cannot be used; neither length nor CRC of the file are looked at.
    pub fn new(file: Vec<u8>) -> Result<Self, HeadError> {
        let (head, _) = Head::decode(&file)?;
        let facts = PatchFacts {
            file_len: ImageSource::len(&file),
            profile: head.profile,
            old: head.old.into(),
            new: head.new.into(),
            block_len: head.block_len,
            changed: head.sections.into(),
            blocks: head.blocks(),
            board: head.board.to_vec(),
        };
        Ok(Self {
            file: Arc::new(file),
            facts,
        })
    }

    /// SHA-256 of the file.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(&*self.file).into())
    }
}

impl From<ImageId<'_>> for PatchImage {
    fn from(id: ImageId<'_>) -> Self {
        Self {
            length: id.length,
            digest: id.digest,
            version: Version::from_bytes(id.version).unwrap_or_default(),
        }
    }
}

impl PatchImage {
    /// Whether an image of this length and digest is the one.
    #[must_use]
    pub fn is(&self, length: u32, digest: &Digest) -> bool {
        length == self.length && ImageDigest::Start(self.digest).is_of(digest)
    }
}

impl ImageDigest {
    /// Whether an image with this digest is the one.
    #[must_use]
    pub fn is_of(&self, digest: &Digest) -> bool {
        match self {
            Self::Whole(whole) => whole == digest,
            Self::Start(start) => digest.0.starts_with(start),
        }
    }

    /// Prints the first eight digits.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

impl fmt::Display for ImageDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(digest) => digest.fmt(f),
            Self::Start(start) => start.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
        }
    }
}

/// The name of a kind of object, as printed.
#[must_use]
pub const fn kind_name(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Image => "image",
        ObjectKind::Patch => "patch",
    }
}
