//! Who may depend on whom. The tables are the rule; ARCHITECTURE.md explains it.

use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::{shell, source};

/// A crate of the workspace and those of ours that it may depend on. A crate that is not listed fails: a new one needs
/// a decision record and a line here. Tests may use `beseda-testkit` besides, and `beseda-testkit` may use anything.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("beseda-model", &[]),
    ("beseda-wire", &["beseda-model"]),
    ("beseda-crypto", &["beseda-model"]),
    ("beseda-app", &["beseda-crypto", "beseda-model"]),
    ("beseda-infra", &["beseda-app", "beseda-crypto", "beseda-model"]),
    ("beseda-server", &["beseda-app", "beseda-crypto", "beseda-infra", "beseda-model", "beseda-wire"]),
    ("beseda-engine", &["beseda-crypto", "beseda-model", "beseda-wire"]),
    ("beseda-engine-wasm", &["beseda-engine", "beseda-model", "beseda-wire"]),
    ("beseda-cli", &["beseda-engine", "beseda-model", "beseda-wire"]),
    ("beseda-load", &["beseda-app", "beseda-crypto", "beseda-infra", "beseda-model", "beseda-wire"]),
    ("beseda-xtask", &[]),
];

const TESTKIT: &str = "beseda-testkit";

/// A crate from outside and those of ours that may name it. What is not listed is free to all. Dependencies of tests
/// are not held to this, and neither is `beseda-testkit`.
const ONLY_VIA: &[(&str, &[&str])] = &[
    ("rusqlite", &["beseda-infra", "beseda-engine"]),
    ("refinery", &["beseda-infra"]),
    ("axum", &["beseda-server", "beseda-load"]),
    ("rustls", &["beseda-infra", "beseda-cli", "beseda-server", "beseda-load"]),
    ("tokio-rustls", &["beseda-server", "beseda-load"]),
    ("rcgen", &["beseda-server"]),
    ("tower-http", &["beseda-server"]),
    ("openmls", &["beseda-crypto", "beseda-engine"]),
    ("openmls_traits", &["beseda-crypto", "beseda-engine"]),
    ("openmls_rust_crypto", &["beseda-crypto", "beseda-engine"]),
    ("openmls_basic_credential", &["beseda-crypto", "beseda-engine"]),
    ("tokio", &["beseda-infra", "beseda-server", "beseda-cli", "beseda-load"]),
    ("tokio-tungstenite", &["beseda-cli", "beseda-load"]),
    ("phonenumber", &["beseda-app"]),
    ("html5gum", &["beseda-app"]),
    ("encoding_rs", &["beseda-app"]),
    ("ipnet", &["beseda-infra"]),
    ("object_store", &["beseda-infra"]),
    ("opendal", &["beseda-infra"]),
    ("ipnet", &["beseda-infra"]),
    ("dav-server", &[]),
    ("s3s", &[]),
    ("s3s-fs", &[]),
    ("reqwest", &["beseda-infra", "beseda-server", "beseda-cli", "beseda-load"]),
    ("anyhow", &["beseda-server", "beseda-cli", "beseda-load", "beseda-xtask"]),
    ("image", &["beseda-cli"]),
    ("ratatui-image", &["beseda-cli"]),
    ("thumbhash", &["beseda-cli"]),
    ("wasm-bindgen", &["beseda-engine-wasm"]),
    ("js-sys", &["beseda-engine-wasm"]),
    ("sqlite-wasm-vfs", &["beseda-engine-wasm"]),
    ("sqlx", &[]),
];

/// One dependency of a workspace crate, as its manifest says it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edge {
    from: String,
    to: String,
    /// Used by tests only.
    is_dev: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Violation {
    UnknownCrate(String),
    Workspace(Edge),
    External(Edge),
    Source { file: String, rule: &'static str },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCrate(name) => {
                write!(f, "{name} is not in the table of check_arch.rs: a new crate needs a decision record")
            }
            Self::Workspace(edge) => write!(f, "{} may not depend on {}", edge.from, edge.to),
            Self::External(edge) => write!(f, "{} may not name {} in its manifest", edge.from, edge.to),
            Self::Source { file, rule } => write!(f, "{file}: {rule}"),
        }
    }
}

pub(crate) fn run() -> Result<()> {
    let root = shell::root();
    let metadata = MetadataCommand::new().current_dir(&root).no_deps().exec()?;
    let mut violations = check_manifests(&metadata);
    violations.extend(check_sources(&root)?);
    if !violations.is_empty() {
        let lines: Vec<String> = violations.iter().map(Violation::to_string).collect();
        bail!("{}", lines.join("\n    "));
    }
    println!("    the dependencies of {} crates are as agreed", metadata.workspace_packages().len());
    Ok(())
}

fn check_manifests(metadata: &Metadata) -> Vec<Violation> {
    let packages = metadata.workspace_packages();
    let ours: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut violations: Vec<Violation> =
        ours.iter().filter(|name| !is_known(name)).map(|name| Violation::UnknownCrate((*name).to_owned())).collect();
    for package in &packages {
        for dependency in &package.dependencies {
            let edge = Edge {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                is_dev: dependency.kind == DependencyKind::Development,
            };
            if ours.contains(&edge.to.as_str()) {
                if !workspace_edge_is_allowed(&edge) {
                    violations.push(Violation::Workspace(edge));
                }
            } else if !external_edge_is_allowed(&edge) {
                violations.push(Violation::External(edge));
            }
        }
    }
    violations
}

fn is_known(name: &str) -> bool {
    name == TESTKIT || allowed(MAY_DEPEND_ON, name).is_some()
}

fn workspace_edge_is_allowed(edge: &Edge) -> bool {
    let listed = allowed(MAY_DEPEND_ON, &edge.from).is_none_or(|targets| targets.contains(&edge.to.as_str()));
    let for_tests = edge.is_dev && (edge.to == TESTKIT || edge.to == edge.from);
    listed || for_tests
}

fn external_edge_is_allowed(edge: &Edge) -> bool {
    let listed = allowed(ONLY_VIA, &edge.to).is_none_or(|crates| crates.contains(&edge.from.as_str()));
    listed || edge.is_dev || edge.from == TESTKIT
}

fn allowed<'a>(table: &'a [(&str, &[&str])], name: &str) -> Option<&'a [&'a str]> {
    table.iter().find(|(key, _)| *key == name).map(|(_, values)| *values)
}

fn check_sources(root: &Path) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for folder in ["crates", "tests"] {
        for path in source::rust_files(&root.join(folder))? {
            let file = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let code = source::code_only(&source::read(&path)?);
            violations.extend(check_source(&file, &code));
        }
    }
    Ok(violations)
}

/// `file` is relative to the workspace root, `code` is free of comments and literals.
fn check_source(file: &str, code: &str) -> Vec<Violation> {
    let words = source::tokens(code);
    let is_domain = file.contains("/src/domain/") || file.ends_with("/src/domain.rs");
    let rules = [
        (file.ends_with("/mod.rs"), "a module is `foo.rs` beside `foo/`, not `mod.rs`"),
        (is_domain && words.contains(&"usecase"), "the domain may not know its use cases"),
        (file.starts_with("crates/app/") && words.contains(&"beseda_wire"), "the server's core may not know the wire"),
    ];
    let broken = rules.into_iter().filter(|(is_broken, _)| *is_broken);
    broken.map(|(_, rule)| Violation::Source { file: file.to_owned(), rule }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn dependency(name: &str, kind: Option<&str>) -> Value {
        json!({
            "name": name, "req": "*", "kind": kind, "optional": false, "uses_default_features": true, "features": [],
        })
    }

    /// What cargo would say of a workspace of these crates and their dependencies.
    fn metadata(crates: &[(&str, Vec<Value>)]) -> Metadata {
        let id = |name: &str| format!("path+file:///w/{name}#0.1.0");
        let packages: Vec<Value> = crates
            .iter()
            .map(|(name, dependencies)| {
                json!({
                    "name": name, "version": "0.1.0", "id": id(name), "dependencies": dependencies, "targets": [],
                    "features": {}, "manifest_path": format!("/w/{name}/Cargo.toml"),
                })
            })
            .collect();
        let members: Vec<String> = crates.iter().map(|(name, _)| id(name)).collect();
        let value = json!({
            "packages": packages, "workspace_members": members, "workspace_default_members": members,
            "target_directory": "/w/target", "workspace_root": "/w", "version": 1,
        });
        serde_json::from_value(value).unwrap()
    }

    fn violations(crates: &[(&str, Vec<Value>)]) -> Vec<String> {
        check_manifests(&metadata(crates)).iter().map(Violation::to_string).collect()
    }

    #[test]
    fn agreed_dependencies_pass() {
        let found = violations(&[
            ("beseda-model", vec![dependency("serde", None)]),
            ("beseda-app", vec![dependency("beseda-model", None)]),
            ("beseda-infra", vec![dependency("beseda-app", None), dependency("rusqlite", None)]),
            ("beseda-testkit", vec![dependency("beseda-infra", None), dependency("openmls", None)]),
        ]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn the_core_may_not_know_the_wire_or_its_adapters() {
        let found = violations(&[
            ("beseda-wire", vec![]),
            ("beseda-infra", vec![]),
            ("beseda-app", vec![dependency("beseda-wire", None), dependency("beseda-infra", Some("build"))]),
        ]);
        assert_eq!(found, ["beseda-app may not depend on beseda-wire", "beseda-app may not depend on beseda-infra"]);
    }

    #[test]
    fn the_two_cores_never_meet() {
        let found = violations(&[
            ("beseda-app", vec![]),
            ("beseda-engine", vec![dependency("beseda-app", None)]),
            ("beseda-server", vec![dependency("beseda-engine", None)]),
        ]);
        assert_eq!(
            found,
            ["beseda-engine may not depend on beseda-app", "beseda-server may not depend on beseda-engine"]
        );
    }

    #[test]
    fn the_testkit_is_for_tests_only() {
        let crates = |kind| [("beseda-testkit", vec![]), ("beseda-engine", vec![dependency("beseda-testkit", kind)])];
        assert_eq!(violations(&crates(Some("dev"))), Vec::<String>::new());
        assert_eq!(violations(&crates(None)), ["beseda-engine may not depend on beseda-testkit"]);
    }

    #[test]
    fn tests_may_not_reach_across_either() {
        let found =
            violations(&[("beseda-infra", vec![]), ("beseda-engine", vec![dependency("beseda-infra", Some("dev"))])]);
        assert_eq!(found, ["beseda-engine may not depend on beseda-infra"]);
    }

    #[test]
    fn technologies_have_their_places() {
        let found = violations(&[
            ("beseda-model", vec![dependency("tokio", None)]),
            ("beseda-app", vec![dependency("rusqlite", None), dependency("tokio", Some("dev"))]),
            ("beseda-server", vec![dependency("openmls", None)]),
            ("beseda-cli", vec![dependency("axum", None)]),
        ]);
        assert_eq!(
            found,
            [
                "beseda-model may not name tokio in its manifest",
                "beseda-app may not name rusqlite in its manifest",
                "beseda-server may not name openmls in its manifest",
                "beseda-cli may not name axum in its manifest",
            ]
        );
    }

    #[test]
    fn a_crate_that_nobody_decided_on_fails() {
        let found = violations(&[("beseda-helpers", vec![])]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("beseda-helpers is not in the table"), "{found:?}");
    }

    #[test]
    fn sources_keep_the_rules_that_manifests_cannot_state() {
        let broken = |file: &str, source: &str| !check_source(file, &source::code_only(source)).is_empty();
        assert!(broken("crates/app/src/domain/roster.rs", "use crate::{domain::x, usecase::invite};"));
        assert!(broken("crates/engine/src/domain.rs", "fn f() { super::usecase::g() }"));
        assert!(!broken("crates/app/src/domain/roster.rs", "// see crate::usecase\nlet usecases = 1;"));
        assert!(!broken("crates/app/src/usecase/invite.rs", "use crate::usecase::leave;"));

        assert!(broken("crates/app/src/port/bus.rs", "use beseda_wire::Frame;"));
        assert!(!broken("crates/server/src/ws.rs", "use beseda_wire::Frame;"));
        assert!(!broken("crates/app/src/lib.rs", "//! Must not know beseda_wire."));

        assert!(broken("crates/app/src/port/mod.rs", ""));
        assert!(!broken("crates/app/src/mod_rs.rs", ""));
    }

    #[test]
    fn this_workspace_keeps_the_rules() {
        run().unwrap();
    }
}
