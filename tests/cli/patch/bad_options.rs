//! Options that make no sense, alone or together.

use super::{Folder, assert_told, words};

#[test]
fn numbers_out_of_range_are_usage_errors() {
    let folder = Folder::with_patch();
    let make = ["make", "old.bin", "new.bin", "-o", "out.otp"];
    for more in [
        ["--block-size", "0"],
        ["--block-size", "255"],
        ["--block-size", "1048577"],
        ["--block-size", "99999999999"],
        ["--block-size", "0x"],
        ["--block-size", "4k"],
        ["--load-address", "0x1ffffffff"],
        ["--load-address", "here"],
        ["--load-address", "0xffffffff"],
        ["--load-address", "0x08000001"],
        ["--load-address", "134217728"],
        ["--decode-ram", "0"],
        ["--decode-ram", "6000"],
    ] {
        let out = folder.patch(&[&make[..], &more].concat());
        assert_eq!(out.status.code(), Some(2), "{more:?}");
        assert!(words(&out).contains(more[0]), "{}", words(&out));
    }
    for args in [
        &["make", "old.bin", "-o", "out.otp"][..],
        &["apply", "old.bin"],
        &["check", "p.otp"],
        &[],
    ] {
        assert_eq!(folder.patch(args).status.code(), Some(2), "{args:?}");
    }
    assert!(!folder.path("out.otp").exists());
}

#[test]
fn what_does_not_fit_a_board_is_told_with_its_code() {
    let folder = Folder::with_patch();
    let make = ["make", "old.bin", "new.bin", "-o", "out.otp"];
    for (more, wanted) in [
        (["--board", "stm32"], "name one of"),
        (
            ["--old-version", &"v".repeat(73)],
            "--old-version has more than 72 bytes",
        ),
        (
            ["--new-version", &"v".repeat(73)],
            "--new-version has more than 72 bytes",
        ),
    ] {
        assert_told(&folder.patch(&[&make[..], &more].concat()), 2, wanted);
    }
    let small = ["--board", "stm32f405", "--block-size", "4096"];
    assert_told(
        &folder.patch(&[&make[..], &small].concat()),
        2,
        "make the patch with --block-size 131072",
    );
    let odd = ["--board", "nrf52840", "--block-size", "4095"];
    assert_told(
        &folder.patch(&[&make[..], &odd].concat()),
        2,
        "make the patch with --block-size 4096",
    );
    let large = ["--board", "nrf52840", "--block-size", "1048576"];
    assert_told(
        &folder.patch(&[&make[..], &large].concat()),
        2,
        "34 SCRATCH_SIZE",
    );
    let ram = ["--board", "nrf51822", "--decode-ram", "8192"];
    assert_told(&folder.patch(&[&make[..], &ram].concat()), 2, "3 MEM");
    folder.write("big.bin", &vec![5; 2 << 20]);
    let big = ["make", "old.bin", "big.bin", "-o", "out.otp"];
    assert_told(
        &folder.patch(&[&big[..], &["--board", "nrf52840"]].concat()),
        2,
        "17 OP_LEN",
    );
    let many = folder.patch(&[&big[..], &["--block-size", "256"]].concat());
    assert_told(&many, 2, "choose --block-size 1024 or more");
    assert!(!folder.path("out.otp").exists());
}

#[test]
fn an_image_that_no_patch_can_be_about_is_refused_early() {
    let folder = Folder::with_patch();
    let long = std::fs::File::create(folder.path("long.bin")).unwrap();
    long.set_len(3 << 30).unwrap();
    let out = folder.patch(&["make", "old.bin", "long.bin", "-o", "out.otp"]);
    assert_told(&out, 2, "an image in a patch has at most 16 777 216");
    let out = folder.patch(&["inspect", "long.bin"]);
    assert_told(&out, 2, "too many for a patch");
}

#[test]
fn the_code_of_a_check_follows_the_host() {
    let folder = Folder::with_patch();
    let check = ["check", "p.otp", "--against", "old.bin"];
    for (more, wanted) in [
        (["--decode-ram", "4096"], "code 3 MEM"),
        (["--decode-ram", "0"], "code 3 MEM"),
        (["--board", "stm32f405"], "code 37 NEW_BLKS"),
    ] {
        assert_told(&folder.patch(&[&check[..], &more].concat()), 1, wanted);
    }
    let next = |more: &[&str], wanted: &str| {
        assert_told(&folder.patch(&[&check[..], more].concat()), 1, wanted);
    };
    next(
        &["--decode-ram", "4096"],
        "make the patch with --decode-ram 4096",
    );
    next(&["--decode-ram", "0"], "no patch can work here");
    next(&["--board", "stm32f405"], "--block-size 131072");
    assert_told(
        &folder.patch(&[&check[..], &["--board", "x"]].concat()),
        2,
        "no such board",
    );
    let made = [
        "make", "old.bin", "new.bin", "-o", "f.otp", "--board", "nrf52840",
    ];
    assert_eq!(folder.patch(&made).status.code(), Some(0));
    let other = [
        "check",
        "f.otp",
        "--against",
        "old.bin",
        "--board",
        "stm32l476",
    ];
    assert_told(&folder.patch(&other), 1, "code 23 PHEAD");
    assert_told(&folder.patch(&other), 1, "make the patch for this board");
}

#[test]
fn an_address_where_no_image_can_stand_is_refused() {
    let folder = Folder::with_patch();
    let make = ["make", "old.bin", "new.bin", "-o", "out.otp"];
    let high = [&make[..], &["--load-address", "0xfffffff0"]].concat();
    assert_told(
        &folder.patch(&high),
        2,
        "ends behind the last 32-bit address",
    );
    let odd = b":020000040800F2\n:0400010001020304F1\n:00000001FF\n";
    folder.write("odd.hex", odd);
    let odd = ["make", "odd.hex", "odd.hex", "-o", "out.otp"];
    assert_told(&folder.patch(&odd), 2, "begins at 0x08000001");
    assert_told(&folder.patch(&odd), 2, "an image begins at a multiple of 4");
    assert!(!folder.path("out.otp").exists());
    let given = [&odd[..], &["--load-address", "0x08000000"]].concat();
    assert_eq!(folder.patch(&given).status.code(), Some(0));
}

#[test]
fn a_negative_number_is_told_as_one_that_is_out_of_range() {
    let folder = Folder::with_patch();
    let make = ["make", "old.bin", "new.bin", "-o", "out.otp"];
    let out = folder.patch(&[&make[..], &["--block-size", "-1"]].concat());
    assert_eq!(out.status.code(), Some(2));
    let text = words(&out);
    assert!(text.contains("a number of bytes from 256 to"), "{text}");
    assert!(!text.contains("-- -1"), "{text}");
}
