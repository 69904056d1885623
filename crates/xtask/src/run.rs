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
    shell::replace_with(shell::interactive(&folder.join("beseda"), &with_phones(&arguments(tls, server_args))))
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

/// Phone numbers can be tried at once, with codes that go nowhere but to a page of the server; unless somebody has said how
/// they want it.
fn with_phones(args: &[String]) -> Vec<String> {
    let mut args = args.to_vec();
    let is_decided = |option: &str| args.iter().any(|arg| arg == option || arg.starts_with(&format!("{option}=")));
    let is_decided = ["--config", "--phone", "--sms"].into_iter().any(is_decided)
        || ["BESEDA_CONFIG", "BESEDA_PHONE", "BESEDA_SMS"].iter().any(|name| std::env::var_os(name).is_some());
    if !is_decided {
        println!("    Codes to phone numbers are shown at /dev/sms of the server, and by `beseda admin sms`");
        let defaults = ["--phone", "optional", "--sms", "outbox"];
        args.splice(0..0, defaults.map(str::to_owned));
    }
    args
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

    fn started_with(args: &[&str]) -> Vec<String> {
        with_phones(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn phones_can_be_tried_unless_somebody_has_decided() {
        assert_eq!(started_with(&["--name", "x"]), ["--phone", "optional", "--sms", "outbox", "--name", "x"]);
        for decided in [&["--phone", "off"][..], &["--sms=http"], &["--config", "beseda.toml"]] {
            assert_eq!(started_with(decided), decided);
        }
    }
}
