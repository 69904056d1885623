//! `bindgen <input.wasm> <output folder>`: makes `engine.js`, `engine.d.ts` and `engine_bg.wasm`.

use std::env;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let input = args.next().context("the first argument is the wasm that cargo has built")?;
    let output = args.next().context("the second argument is the folder to write to")?;
    Bindgen::new()
        .input_path(input)
        .out_name("engine")
        .web(true)?
        .typescript(true)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(output)
}
