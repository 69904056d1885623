//! What fuzzing found stays mended: every committed input is run again, on the stable compiler.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../../tests/fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "a library elsewhere")]
mod targets;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz").join(name)
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned()).collect()
}

fn replay(target: &str) {
    let corpus = folder("corpus").join(target);
    let inputs = names(&corpus);
    assert!(!inputs.is_empty(), "no corpus for {target}");
    let broken: Vec<_> = inputs
        .into_iter()
        .filter(|name| {
            let input = fs::read(corpus.join(name)).expect("a readable file");
            std::panic::catch_unwind(|| targets::run(target, &input)).is_err()
        })
        .collect();
    assert!(broken.is_empty(), "of {target}: {}", broken.join(", "));
    targets::run(target, &[]);
}

macro_rules! replayed {
    ($($target:ident),+ $(,)?) => {
        $(#[test]
        fn $target() {
            replay(stringify!($target));
        })+

        #[test]
        fn every_target_is_replayed_and_built() {
            let targets: BTreeSet<_> = targets::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
            let replayed: BTreeSet<_> = [$(stringify!($target)),+].map(str::to_owned).into();
            assert_eq!(replayed, targets);
            assert_eq!(names(&folder("corpus")), targets);
            let programs = names(&folder("fuzz_targets"));
            assert_eq!(programs, targets.iter().map(|name| format!("{name}.rs")).collect());
            let manifest = fs::read_to_string(folder("Cargo.toml")).expect("a manifest");
            for name in &targets {
                assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} is not built");
            }
        }
    };
}

replayed!(
    device_log,
    group_commit,
    group_load,
    group_proposal,
    key_package,
    markup,
    page,
    mls_fields,
    mls_header,
    search,
    sticker_pack,
    vcard,
    wire_client_frame,
    wire_content,
    wire_http,
    wire_server_frame,
);
