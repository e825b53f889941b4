//! A PostgreSQL of a test's own, to be killed.

use std::{
    fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Where PostgreSQL's programs are.
const PROGRAMS: &str = "ROPA_TEST_POSTGRES_PROGRAMS";

/// A PostgreSQL with a data folder of its own.
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    server: Option<Child>,
}

impl Cluster {
    pub fn start() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "tests are told by tests/run where PostgreSQL's programs are"
        )]
        let programs = std::env::var(PROGRAMS).unwrap_or_else(|_| {
            panic!("{PROGRAMS} is not set: run the tests with `tests/run`, which finds them")
        });
        let folder = tempfile::tempdir().unwrap();
        // Free a moment ago, and asked for by nobody else of these tests.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut cluster = Self {
            folder,
            programs: programs.into(),
            port,
            server: None,
        };
        let data = cluster.data();
        if is_root() {
            let owned = Command::new("chown")
                .arg(user())
                .arg(cluster.folder.path())
                .status();
            assert!(owned.unwrap().success());
        }
        let made = cluster
            .program("initdb")
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(made.unwrap().success(), "initdb");
        cluster.restart();
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of PostgreSQL, which does not run as root.
    fn program(&self, name: &str) -> Command {
        let program: PathBuf = self.programs.join(name);
        let mut command = if is_root() {
            let user = user();
            let mut command = Command::new("setpriv");
            command
                .args([format!("--reuid={user}"), format!("--regid={user}")])
                .arg("--clear-groups")
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Kills every process of it.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let group = format!("-{}", server.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = server.wait();
        }
    }

    /// Starts it, and waits until it answers.
    pub fn restart(&mut self) {
        let port = self.port.to_string();
        let patience = Instant::now() + Duration::from_secs(60);
        self.server = Some(self.spawn());
        loop {
            let ready = self
                .program("pg_isready")
                .args(["-q", "-h", "127.0.0.1", "-p", &port])
                .status();
            if ready.is_ok_and(|status| status.success()) {
                return;
            }
            assert!(
                Instant::now() < patience,
                "{}",
                last_lines(&self.folder.path().join("log"))
            );
            // It refuses as long as one of the killed processes still has its memory.
            if self
                .server
                .as_mut()
                .is_none_or(|server| server.try_wait().is_ok_and(|ended| ended.is_some()))
            {
                self.server = Some(self.spawn());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn spawn(&self) -> Child {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .unwrap();
        let mut command = self.program("postgres");
        command
            .args([
                "-D",
                self.data().to_str().unwrap(),
                "-p",
                &self.port.to_string(),
                "-k",
                self.folder.path().to_str().unwrap(),
            ])
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=50"])
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(log);
        command.spawn().unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill();
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.join("\n")
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}

/// Whom PostgreSQL runs as where the tests run as root.
fn user() -> &'static str {
    let there = Command::new("id")
        .arg("postgres")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if there.is_ok_and(|status| status.success()) {
        "postgres"
    } else {
        "nobody"
    }
}
