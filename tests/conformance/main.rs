//! Frozen bytes: if a test here fails, revert your change; do not edit the bytes.
