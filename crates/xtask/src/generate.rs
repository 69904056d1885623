//! Documents that are made from code. To add one, add a line to `GENERATORS`, such as
//! `Generator { document: "docs/openapi.json", binary: "beseda", args: &["openapi"] }`.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::binaries::{self, Profile};
use crate::shell;

/// A program of this workspace and the file that its standard output is.
#[derive(Debug)]
struct Generator {
    /// Relative to the workspace root.
    document: &'static str,
    binary: &'static str,
    args: &'static [&'static str],
}

const GENERATORS: &[Generator] = &[
    Generator { document: "docs/openapi.json", binary: "beseda", args: &["openapi"] },
    Generator { document: "web/src/engine/types.gen.ts", binary: "engine-types", args: &[] },
];

/// Writes every document again.
pub(crate) fn run() -> Result<()> {
    for generator in GENERATORS {
        let path = shell::root().join(generator.document);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, generator.output()?).with_context(|| format!("{} can't be written", generator.document))?;
        println!("    wrote {}", generator.document);
    }
    Ok(())
}

/// Fails if a document is not what its generator prints. Writes nothing, so that a failure leaves the tree as it was.
pub(crate) fn check() -> Result<()> {
    let mut stale = Vec::new();
    for generator in GENERATORS {
        let committed = fs::read(shell::root().join(generator.document)).unwrap_or_default();
        if committed != generator.output()? {
            stale.push(generator.document);
        }
    }
    if !stale.is_empty() {
        bail!("not what the code says: {}", stale.join(", "));
    }
    println!("    {} documents are what the code says", GENERATORS.len());
    Ok(())
}

impl Generator {
    fn output(&self) -> Result<Vec<u8>> {
        let program = binaries::build(Profile::Dev, &[self.binary])?.join(self.binary);
        let program = program.to_str().context("the target folder's name is not UTF-8")?;
        shell::capture(shell::command(program, self.args))
            .with_context(|| format!("{} was not generated", self.document))
    }
}
