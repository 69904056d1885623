//! Prints the TypeScript types of the engine.

#![expect(clippy::print_stdout, reason = "its output is the file")]

fn main() {
    print!("{}", beseda_engine_wasm::typescript());
}
