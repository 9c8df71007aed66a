//! A patch leaves the maker only when the hosts' applier has made the new image from it.

use super::apply::{ApplyError, apply};
use super::make::{Made, MakeError, Options, make};

/// Why there is no patch that gives the new image.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// None can be made.
    #[error(transparent)]
    Make(#[from] MakeError),
    /// The one that was made cannot be applied to the old image: an error of the maker.
    #[error("the patch does not give the new image: {0}")]
    Apply(#[from] ApplyError),
    /// It gives something else: an error of the maker.
    #[error("the patch gives another image than the new one")]
    Other,
}

/// Makes the patch from `old` to `new`, applies it as a host would, and compares: one that does
/// not give the new image must never leave the maker.
///
/// # Errors
/// Why there is none.
pub fn make_proven(old: &[u8], new: &[u8], options: &Options) -> Result<Made, ProofError> {
    proven(old, new, options, make(old, new, options)?)
}

/// `made`, if it gives `new`.
fn proven(old: &[u8], new: &[u8], options: &Options, made: Made) -> Result<Made, ProofError> {
    let ram = options.profile.decode_ram() as usize;
    if apply(old, &made.file, &options.board, ram)? == new {
        Ok(made)
    } else {
        Err(ProofError::Other)
    }
}

#[cfg(test)]
mod tests {
    use host_agent::patch::PatchFault;
    use protocol_spec::patch::head::{CRC, file_crc};

    use super::*;

    fn images() -> (Vec<u8>, Vec<u8>) {
        let old: Vec<u8> = (0..20_000_u32).map(|at| (at * 7 % 253) as u8).collect();
        let mut new = old.clone();
        new[5_000] ^= 0xff;
        (old, new)
    }

    #[test]
    fn a_good_patch_leaves_the_maker() {
        let (old, new) = images();
        let made = make_proven(&old, &new, &Options::default()).unwrap();
        assert!(apply(&old, &made.file, "", 8192).unwrap() == new);
    }

    /// A maker that is broken on purpose: its patch is whole, and for another new image.
    #[test]
    fn a_patch_to_another_image_does_not() {
        let (old, new) = images();
        let options = Options::default();
        let mut other = new.clone();
        other[5_001] ^= 1;
        let made = make(&old, &other, &options).unwrap();
        let refused = proven(&old, &new, &options, made);
        assert!(matches!(refused, Err(ProofError::Other)), "{refused:?}");
    }

    /// Neither does one with a wrong bit of coded data, though the CRC of the file was made after
    /// it, nor one that the host has too little RAM for.
    #[test]
    fn a_patch_that_cannot_be_applied_does_not() {
        let (old, new) = images();
        let options = Options::default();
        let mut made = make(&old, &new, &options).unwrap();
        let last = made.file.len() - 2;
        made.file[last] ^= 0x40;
        let crc = file_crc(&made.file).unwrap();
        made.file[CRC].copy_from_slice(&crc.to_le_bytes());
        let refused = proven(&old, &new, &options, made);
        assert!(matches!(refused, Err(ProofError::Apply(_))), "{refused:?}");

        let small = Options {
            profile: protocol_spec::patch::Profile::Small,
            ..Options::default()
        };
        let made = make(&old, &new, &options).unwrap();
        let Err(ProofError::Apply(error)) = proven(&old, &new, &small, made) else {
            panic!("taken");
        };
        assert_eq!(error.fault, PatchFault::Memory.into());
    }
}
