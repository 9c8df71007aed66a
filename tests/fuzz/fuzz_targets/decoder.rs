//! Any bytes as a patch file: `rig_tests::decoder` says what must hold.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    rig_tests::decoder::decode(data);
});
