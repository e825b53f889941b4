//! The program as its users start it.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use crate::app::Database;

/// A running program.
pub struct Program {
    pub child: Child,
    pub address: SocketAddr,
    /// What it logs.
    log: Option<std::thread::JoinHandle<String>>,
}

impl Program {
    /// Starts it on a database, migrated.
    pub fn start(database: &Database) -> Self {
        Self::start_with(database, &[])
    }

    /// Starts it with more arguments.
    pub fn start_with(database: &Database, more: &[&str]) -> Self {
        // A file that may not grow is an error to be told, and no reason to be killed.
        let mut child = Command::new("sh")
            .args([
                "-c",
                "trap '' XFSZ; exec \"$0\" \"$@\"",
                env!("CARGO_BIN_EXE_ropa"),
                "serve",
                "--migrate",
                "--listen",
                "127.0.0.1:0",
                "--database-url",
                &database.text,
            ])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = Vec::new();
        let address = lines.by_ref().map(Result::unwrap).find_map(|line| {
            let address = line.split_once("listening on ").and_then(|(_, rest)| {
                let address = rest.split_whitespace().next()?;
                address.parse().ok()
            });
            log.push(line);
            address
        });
        // The rest is read away, or the program would wait for somebody to read it.
        let log = std::thread::spawn(move || {
            log.extend(lines.map_while(Result::ok));
            log.join("\n")
        });
        Self {
            child,
            address: address.expect("the program says where it listens"),
            log: Some(log),
        }
    }

    /// Asks it to stop, and answers what it has logged.
    pub fn stop(&mut self) -> String {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        assert!(self.child.wait().unwrap().success(), "it ends as asked");
        self.log.take().unwrap().join().unwrap()
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A test that fails leaves no program behind.
impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a command of the program came to.
pub struct Ran {
    pub code: i32,
    /// What it printed, and what it complained of.
    pub said: String,
}

/// Runs a command of the program to its end.
pub fn run(arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_ropa"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        said: [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .concat(),
    }
}
