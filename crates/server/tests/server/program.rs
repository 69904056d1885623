//! The program itself, as an operator starts it: a process of its own on a data directory.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running `beseda`. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Program(Child);

impl Program {
    /// Starts it on this data directory, at an address of the system's choice.
    pub(crate) fn start(data_dir: &Path) -> Self {
        Self(command(data_dir).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Waits until it accepts connections, and tells where.
    pub(crate) fn addr(&mut self) -> SocketAddr {
        let mut lines = BufReader::new(self.0.stderr.take().expect("it is asked once")).lines();
        let addr = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("listen=")?.1.split_whitespace().next()?.parse().ok());
        // A full pipe would stop the program.
        std::thread::spawn(move || lines.for_each(drop));
        addr.expect("it says where it listens")
    }

    /// SIGKILL, if it has not ended by itself.
    pub(crate) fn kill(&mut self) {
        assert_eq!(self.0.try_wait().unwrap(), None, "it ended by itself");
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn command(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_beseda"));
    command.env_clear().envs([("BESEDA_LIMITS_SENDS", "1000000"), ("BESEDA_LIMITS_REQUESTS", "1000000")]);
    command.arg("--data-dir").arg(data_dir).args(["--listen", "127.0.0.1:0"]).stdin(Stdio::null());
    command
}
