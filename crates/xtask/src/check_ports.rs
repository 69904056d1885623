//! Every method of a port must be called by a conformance test, so that no adapter is trusted untested.

use std::path::Path;

use anyhow::{Result, bail};

use crate::steps::Outcome;
use crate::{shell, source};

/// Methods that tests reach through another function, and which one. An entry for a method that does not exist fails.
const REACHED_THROUGH: &[(&str, &str)] = &[
    ("Store::submit_write", "write_blocking"),
    ("Store::submit_read", "read_blocking"),
    ("Store::append", "append_blocking"),
    ("WriteJob::run", "write_blocking"),
    ("WriteJob::finish", "write_blocking"),
    ("ReadJob::run", "read_blocking"),
    ("EventSink::take", "subscribe"),
];

#[derive(Debug, PartialEq, Eq)]
struct Method {
    trait_name: String,
    name: String,
    /// The traits that its result hands out: `accounts() -> &dyn AccountView`.
    opens: Vec<String>,
}

impl Method {
    fn path(&self) -> String {
        format!("{}::{}", self.trait_name, self.name)
    }
}

pub(crate) fn run() -> Result<Outcome> {
    check(&shell::root().join("crates/app/src"), REACHED_THROUGH)
}

/// `sources` holds `port/*.rs`, and `port.rs` if there is one.
fn check(sources: &Path, reached_through: &[(&str, &str)]) -> Result<Outcome> {
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
    let mut wrong: Vec<String> = uncalled(&methods, &suite, reached_through)
        .iter()
        .map(|method| format!("no conformance test calls {}; {}", method.path(), hint(method, &methods)))
        .collect();
    let paths: Vec<String> = methods.iter().map(Method::path).collect();
    for (path, _) in reached_through.iter().filter(|(path, _)| !paths.iter().any(|known| known == path)) {
        wrong.push(format!("check_ports.rs excuses {path}, which is not a port method"));
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n    "));
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
    for (at, pair) in tokens.windows(2).enumerate() {
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
                    let opens = traits_in_result(&tokens[at..]);
                    methods.push(Method { trait_name: trait_name.to_owned(), name: (*next).to_owned(), opens });
                }
            }
            _ => {}
        }
    }
    methods
}

/// The traits that are named after `dyn` in the result type of the signature that `tokens` begins with.
fn traits_in_result(tokens: &[&str]) -> Vec<String> {
    let end = tokens.iter().position(|token| [";", "{"].contains(token)).unwrap_or(tokens.len());
    let signature = &tokens[..end];
    let arrow = signature.windows(2).rposition(|pair| pair == ["-", ">"]).unwrap_or(end);
    let result = signature[arrow..].windows(2);
    result.filter(|pair| pair[0] == "dyn").map(|pair| pair[1].to_owned()).collect()
}

/// The methods that `suite` does not call. `suite` is free of comments and literals.
///
/// A name that one port alone has counts wherever it is called. One that several have must show whose it is: the
/// receiver is named after the trait or is what opens it, as in `store.append(…)` or `links_mut().insert(…)`.
fn uncalled<'a>(methods: &'a [Method], suite: &str, reached_through: &[(&str, &str)]) -> Vec<&'a Method> {
    let tokens = source::tokens(suite);
    let is_called_somewhere = |name: &str| tokens.windows(2).any(|pair| pair == [".", name] || pair == [":", name]);
    let is_called = |method: &Method| {
        let name = method.name.as_str();
        let path = [method.trait_name.as_str(), ":", ":", name];
        let through = reached_through.iter().find(|(known, _)| *known == method.path());
        let is_shared = methods.iter().any(|other| other.name == name && other.trait_name != method.trait_name);
        through.is_some_and(|(_, function)| is_called_somewhere(function))
            || tokens.windows(path.len()).any(|window| window == path)
            || (!is_shared && is_called_somewhere(name))
            || receivers(method, methods).iter().any(|receiver| {
                let (direct, opened) = ([receiver, ".", name], [receiver, "(", ")", ".", name]);
                tokens.windows(direct.len()).any(|window| window == direct)
                    || tokens.windows(opened.len()).any(|window| window == opened)
            })
    };
    methods.iter().filter(|method| !is_called(method)).collect()
}

/// What an implementation of the method's trait is called in tests.
fn receivers(method: &Method, methods: &[Method]) -> Vec<String> {
    let openers = methods.iter().filter(|other| other.opens.contains(&method.trait_name));
    openers.map(|other| other.name.clone()).chain([snake_case(&method.trait_name)]).collect()
}

fn hint(method: &Method, methods: &[Method]) -> String {
    let receivers = receivers(method, methods);
    let calls: Vec<String> = receivers.iter().map(|receiver| format!("{receiver}.{}", method.name)).collect();
    format!("if one does, let it show: {}", calls.join(" or "))
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
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

    fn missing(port: &str, suite: &str) -> Vec<String> {
        let methods = trait_methods(&source::code_only(port));
        uncalled(&methods, &source::code_only(suite), &[("Bus::push", "send_all")]).iter().map(|m| m.path()).collect()
    }

    #[test]
    fn a_method_counts_when_it_is_called() {
        assert_eq!(missing(PORT, "repo.get(id); AccountRepo::find_by_name(&r, n); bus.publish::<E>(e);").len(), 0);
        assert_eq!(missing(PORT, "fn get() {} // repo.get(id), x.find_by_name(n)\nlet publish = 1;").len(), 3);
        assert_eq!(missing(PORT, "repo.get_all(id);").len(), 3);
    }

    #[test]
    fn a_shared_name_must_show_whose_it_is() {
        let port = "trait Store { fn insert(&self); fn unit(&self, f: Box<dyn Sink>) -> Box<dyn Unit>; }
                    trait Unit { fn links_mut(&mut self) -> &mut dyn LinkRepo; }
                    trait LinkRepo { fn insert(&mut self); }
                    trait Sink { fn insert(&mut self); }";
        let rest = "x.unit(); x.links_mut();";
        let all = ["Store::insert", "LinkRepo::insert", "Sink::insert"];
        assert_eq!(missing(port, &format!("{rest} it.insert(1);")), all);
        assert_eq!(missing(port, &format!("{rest} world.store.insert(1);")), all[1..]);
        assert_eq!(missing(port, &format!("{rest} uow\n.links_mut()\n.insert(1); sink.insert(1);")), all[..1]);
        assert_eq!(missing(port, &format!("{rest} links_mut.insert(1); Store::insert(&s); sink.insert(2);")).len(), 0);
    }

    #[test]
    fn a_method_may_be_reached_through_a_function() {
        let port = "trait Bus { fn push(&self); }";
        assert_eq!(missing(port, "bus.send_all();").len(), 0);
        assert_eq!(missing(port, "bus.send();"), ["Bus::push"]);
    }

    #[test]
    fn a_missing_conformance_test_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let error = || check(folder.path(), &[]).unwrap_err().to_string();
        write("port/account.rs", PORT);
        assert!(matches!(check(folder.path(), &[]).unwrap(), Outcome::Skipped(_)));

        write("port/conformance/account.rs", "fn a(r: R) { r.get(1); r.find_by_name(n); }");
        assert!(error().starts_with("no conformance test calls Bus::publish; "), "{}", error());

        write("port/conformance/bus.rs", "fn b(b: B) { b.publish(1); }");
        assert_eq!(check(folder.path(), &[]).unwrap(), Outcome::Passed);

        write("port.rs", "pub trait Clock { fn now(&self) -> Timestamp; }");
        assert!(error().starts_with("no conformance test calls Clock::now; "), "{}", error());

        write("port.rs", "");
        let stale = check(folder.path(), &[("Clock::now", "tick")]).unwrap_err().to_string();
        assert_eq!(stale, "check_ports.rs excuses Clock::now, which is not a port method");
    }
}
