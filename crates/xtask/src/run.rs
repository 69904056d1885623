//! Builds the web app, the server and the terminal client, and becomes the server.

use anyhow::Result;

use crate::binaries::{self, Profile};
use crate::{shell, web};

pub(crate) fn run(release: bool, tls: bool, server_args: &[String]) -> Result<()> {
    let profile = if release { Profile::Release } else { Profile::Dev };
    web::build(profile)?;
    let folder = binaries::build(profile, &["beseda", "beseda-cli"])?;
    println!("    The terminal client is {}", folder.join("beseda-cli").display());
    println!("    The server says which address to open in a browser");
    shell::replace_with(shell::interactive(&folder.join("beseda"), &arguments(tls, server_args)))
}

/// What is given wins over what `--tls` stands for.
fn arguments(tls: bool, given: &[String]) -> Vec<String> {
    let mut arguments = Vec::new();
    if tls {
        for (name, value) in [("--tls", "local"), ("--listen", "0.0.0.0:8080")] {
            if !given.iter().any(|argument| argument.split('=').next() == Some(name)) {
                arguments.extend([name.to_owned(), value.to_owned()]);
            }
        }
    }
    arguments.extend_from_slice(given);
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_wins_over_what_tls_stands_for() {
        let given = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let own = given(&["--name", "Home"]);
        assert_eq!(arguments(false, &own), own);
        let expected = given(&["--tls", "local", "--listen", "0.0.0.0:8080", "--name", "Home"]);
        assert_eq!(arguments(true, &own), expected);
        let expected = given(&["--tls", "local", "--listen=127.0.0.1:9"]);
        assert_eq!(arguments(true, &given(&["--listen=127.0.0.1:9"])), expected);
    }
}
