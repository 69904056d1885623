#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| beseda_fuzz::run("sticker_pack", data));
