//! `rig_tests::captures::capture` says what must hold.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    rig_tests::captures::capture(data);
});
