//! Every method of a port must be called by a conformance test, so that no adapter is trusted untested.

use std::path::Path;

use anyhow::{Result, bail};

use crate::steps::Outcome;
use crate::{shell, source};

#[derive(Debug, PartialEq, Eq)]
struct Method {
    trait_name: String,
    name: String,
}

pub(crate) fn run() -> Result<Outcome> {
    check(&shell::root().join("crates/app/src"))
}

/// `sources` holds `port/*.rs`, and `port.rs` if there is one.
fn check(sources: &Path) -> Result<Outcome> {
    let port = sources.join("port");
    let conformance = port.join("conformance");
    if !conformance.is_dir() {
        return Ok(Outcome::Skipped("there are no conformance tests yet".to_owned()));
    }
    let mut methods = Vec::new();
    for file in source::rust_files(sources)? {
        let is_port = file.parent() == Some(&port) && file.file_name().is_some_and(|name| name != "conformance.rs");
        if is_port || file == sources.join("port.rs") {
            methods.extend(trait_methods(&source::code_only(&source::read(&file)?)));
        }
    }
    let mut suite = String::new();
    for file in source::rust_files(&conformance)? {
        suite.push_str(&source::code_only(&source::read(&file)?));
        suite.push('\n');
    }
    let missing = uncalled(&methods, &suite);
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|m| format!("{}::{}", m.trait_name, m.name)).collect();
        bail!("no conformance test calls {}", names.join(", "));
    }
    println!("    {} port methods are called by conformance tests", methods.len());
    Ok(Outcome::Passed)
}

/// The methods that the traits in `code` declare. `code` is free of comments and literals.
fn trait_methods(code: &str) -> Vec<Method> {
    let tokens = source::tokens(code);
    let mut methods = Vec::new();
    let mut current: Option<(&str, usize)> = None;
    let mut depth = 0_usize;
    let mut header: Option<&str> = None;
    for pair in tokens.windows(2) {
        let [token, next] = pair else { continue };
        match *token {
            "trait" if current.is_none() => header = Some(next),
            "{" => {
                depth += 1;
                if let Some(name) = header.take() {
                    current = Some((name, depth));
                }
            }
            ";" => header = None,
            "}" => {
                if current.is_some_and(|(_, level)| level == depth) {
                    current = None;
                }
                depth = depth.saturating_sub(1);
            }
            "fn" => {
                if let Some((trait_name, _)) = current.filter(|(_, level)| *level == depth) {
                    methods.push(Method { trait_name: trait_name.to_owned(), name: (*next).to_owned() });
                }
            }
            _ => {}
        }
    }
    methods
}

/// The methods that `suite` does not call as `.name(`, `::name(` or with type arguments, nor hands on as `::name`.
fn uncalled<'a>(methods: &'a [Method], suite: &str) -> Vec<&'a Method> {
    let tokens = source::tokens(suite);
    let is_called = |name: &str| {
        tokens.windows(2).any(|pair| matches!(pair, [before, word] if *word == name && [".", ":"].contains(before)))
    };
    methods.iter().filter(|method| !is_called(&method.name)).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const PORT: &str = "
        pub trait AccountRepo: Send {
            /// fn not_this() in a comment
            fn get(&self, id: AccountId) -> Result<Account, PortError>;
            fn find_by_name(&self, name: &str) -> Option<Account> { fn inner() {} inner(); None }
        }
        impl Thing { fn helper(&self) {} }
        trait Empty {}
        pub trait Bus<T> where T: Send { fn publish<E>(&self, event: E); }
        fn free() {}
    ";

    fn names(code: &str) -> Vec<String> {
        let methods = trait_methods(&source::code_only(code));
        methods.iter().map(|m| format!("{}::{}", m.trait_name, m.name)).collect()
    }

    #[test]
    fn only_what_a_trait_declares_is_a_port_method() {
        assert_eq!(names(PORT), ["AccountRepo::get", "AccountRepo::find_by_name", "Bus::publish"]);
    }

    #[test]
    fn a_method_counts_when_it_is_called() {
        let methods = trait_methods(&source::code_only(PORT));
        let missing = |suite: &str| uncalled(&methods, &source::code_only(suite)).len();
        assert_eq!(missing("repo.get(id); Repo::find_by_name(&r, n); bus.publish::<E>(e);"), 0);
        assert_eq!(missing("fn get() {} // repo.get(id), x.find_by_name(n)\nlet publish = 1;"), 3);
        assert_eq!(missing("repo.get_all(id);"), 3);
    }

    #[test]
    fn a_missing_conformance_test_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("port/account.rs", PORT);
        assert!(matches!(check(folder.path()).unwrap(), Outcome::Skipped(_)));

        write("port/conformance/account.rs", "fn a(r: R) { r.get(1); r.find_by_name(n); }");
        assert_eq!(check(folder.path()).unwrap_err().to_string(), "no conformance test calls Bus::publish");

        write("port/conformance/bus.rs", "fn b(b: B) { b.publish(1); }");
        assert_eq!(check(folder.path()).unwrap(), Outcome::Passed);

        write("port.rs", "pub trait Clock { fn now(&self) -> Timestamp; }");
        assert_eq!(check(folder.path()).unwrap_err().to_string(), "no conformance test calls Clock::now");
    }
}
