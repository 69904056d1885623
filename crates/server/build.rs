//! Packs the web app's files into the program, compressed beforehand: `web/dist` with the feature `web`, and without it
//! one page that says so.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest as _, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo names the folder of the manifest")?);
    let source = if cfg!(feature = "web") { here.join("../../web/dist") } else { here.join("pages/without-web") };
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names a folder to write to")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", source.display());
    if !source.join("index.html").is_file() {
        let folder = source.display();
        return Err(format!("there is no web app in {folder}: `cargo xtask web` builds it").into());
    }
    let mut names = Vec::new();
    list(&source, "", &mut names)?;
    names.sort_unstable();
    let mut table = "&[\n".to_owned();
    for (number, name) in names.iter().enumerate() {
        let plain = source.join(name).canonicalize()?;
        let content = fs::read(&plain)?;
        let digest = Sha256::digest(&content);
        let tag = digest.iter().take(16).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let packed = |ending: &str, packed: Option<Vec<u8>>| -> Result<String, Box<dyn Error>> {
            let Some(packed) = packed else { return Ok("None".to_owned()) };
            let path = out.join(format!("{number}.{ending}"));
            fs::write(&path, packed)?;
            Ok(format!("Some(include_bytes!({path:?}))"))
        };
        #[cfg(feature = "web")]
        let (brotli, gzip) = (Some(compress::brotli(&content)?), Some(compress::gzip(&content)?));
        // One small page is not worth two more crates.
        #[cfg(not(feature = "web"))]
        let (brotli, gzip) = (None, None);
        let (brotli, gzip) = (packed("br", worthwhile(&content, brotli))?, packed("gz", worthwhile(&content, gzip))?);
        let plain = format!("include_bytes!({plain:?})");
        writeln!(table, "File {{ name: {name:?}, tag: {tag:?}, plain: {plain}, brotli: {brotli}, gzip: {gzip} }},")?;
    }
    table.push_str("]\n");
    fs::write(out.join("site.rs"), table)?;
    Ok(())
}

/// All files below `folder`, but for those that no browser asks for.
fn list(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|_| "a file's name is not UTF-8")?;
        if name.starts_with('.') || name.ends_with(".map") {
            continue;
        }
        let name = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

/// What is compressed already gains nothing.
fn worthwhile(plain: &[u8], packed: Option<Vec<u8>>) -> Option<Vec<u8>> {
    packed.filter(|packed| packed.len() < plain.len() / 20 * 19)
}

/// As small as can be for a release; quickly while somebody waits for the build.
#[cfg(feature = "web")]
mod compress {
    use std::env;
    use std::io::{self, Write as _};

    fn is_release() -> bool {
        env::var_os("PROFILE").is_some_and(|profile| profile == "release")
    }

    pub(super) fn brotli(plain: &[u8]) -> io::Result<Vec<u8>> {
        let params = brotli::enc::BrotliEncoderParams {
            quality: if is_release() { 11 } else { 5 },
            lgwin: 22,
            size_hint: plain.len(),
            ..Default::default()
        };
        let mut packed = Vec::new();
        brotli::BrotliCompress(&mut &*plain, &mut packed, &params)?;
        Ok(packed)
    }

    pub(super) fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
        let level = if is_release() { flate2::Compression::best() } else { flate2::Compression::fast() };
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
        encoder.write_all(plain)?;
        encoder.finish()
    }
}
