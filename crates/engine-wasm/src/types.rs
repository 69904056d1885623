//! The TypeScript types of everything that crosses the worker's border, as one file.

use std::any::TypeId;
use std::collections::BTreeMap;

use beseda_engine::api::failure::Failure;
use beseda_engine::{Command, Notice};
use ts_rs::{Config, TS, TypeVisitor};

use crate::{Answer, Query};

const HEAD: &str = "// Generated from the engine's Rust types by `cargo xtask gen`. Do not edit.\n";

/// The whole file.
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut found = Declarations { config: &config, by_name: BTreeMap::new() };
    found.visit::<Command>();
    found.visit::<beseda_engine::api::command::Outcome>();
    found.visit::<Failure>();
    found.visit::<Notice>();
    found.visit::<Query>();
    found.visit::<Answer>();
    // What the server answers to what is asked of a cloud drive.
    found.visit::<beseda_wire::http::DrivePage>();
    found.visit::<beseda_wire::http::DriveAuthorization>();
    let mut file = HEAD.to_owned();
    for (_, declaration) in found.by_name.into_values() {
        file.push('\n');
        for line in declaration.lines() {
            file.push_str(line.trim_end());
            file.push('\n');
        }
    }
    file
}

/// Every type that was met, by its name in TypeScript.
struct Declarations<'a> {
    config: &'a Config,
    by_name: BTreeMap<String, (TypeId, String)>,
}

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let id = TypeId::of::<T>();
        // What has no file of its own is part of TypeScript.
        if T::output_path().is_some() {
            let name = T::ident(self.config);
            if let Some((known, _)) = self.by_name.get(&name) {
                assert!(*known == id, "two types are called {name} in TypeScript");
                return;
            }
            let docs = T::docs().unwrap_or_default();
            self.by_name.insert(name, (id, format!("{docs}export {}\n", T::decl(self.config))));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_types_are_those_of_the_engine() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/src/engine/types.gen.ts");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == super::typescript(), "run `cargo xtask gen` and commit what changed");
    }
}
