//! Delivery by a program on this machine (`sendmail` and its like): the mail on its standard input, its exit code as the
//! answer.
//!
//! No shell, no text of feeds among its arguments, nothing of our environment but a plain `PATH`.

use std::{process::Stdio, time::Duration};

use tokio::{io::AsyncReadExt, io::AsyncWriteExt, process::Command};

use super::{maildir::unix_lines, outcome::Outcome};
use crate::message::parse_address;

/// Bytes kept of what it says.
const MAX_WORDS: u64 = 2048;

/// Codes of `sysexits.h` that another message or another day would not change: no such user, no such host, bad data.
const PERMANENT: [i32; 3] = [65, 67, 68];

/// A program that takes mail.
#[derive(Debug)]
pub(super) struct Program {
    argv: Vec<String>,
    from: String,
    deadline: Duration,
}

impl Program {
    pub(super) fn new(argv: Vec<String>, from: String, deadline: Duration) -> Self {
        Self { argv, from, deadline }
    }

    /// Hands the mail over. What the program has read before it is killed at the deadline may have been taken.
    pub(super) async fn deliver(&self, address: &str, bytes: &[u8]) -> Outcome {
        let (Ok(from), Ok(to)) = (parse_address(&self.from), parse_address(address)) else {
            return Outcome::permanent("sender or recipient is not a mail address");
        };
        let Some((program, arguments)) = self.argv.split_first() else {
            return Outcome::permanent("no program is configured");
        };
        let mut command = Command::new(program);
        command.args(arguments).args(["-f", from.as_ref(), "--", to.as_ref()]);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        match tokio::time::timeout(self.deadline, run(command, &unix_lines(bytes))).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome::ambiguous(format!("{program} did not end within {} s", self.deadline.as_secs())),
        }
    }
}

async fn run(mut command: Command, mail: &[u8]) -> Outcome {
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Outcome::transient(format!("the program cannot be started: {error}")),
    };
    let (mut stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let feed = async {
        if let Some(stdin) = &mut stdin {
            // One that ends without reading says why by its code.
            let _ = stdin.write_all(mail).await;
        }
        drop(stdin.take());
    };
    let mut words = Vec::new();
    let listen = async {
        if let Some(stderr) = stderr {
            let mut stderr = stderr.take(MAX_WORDS);
            let _ = stderr.read_to_end(&mut words).await;
            // What it says beyond that is read and forgotten: a full pipe would stop it.
            let _ = tokio::io::copy(&mut stderr.into_inner(), &mut tokio::io::sink()).await;
        }
    };
    let ((), (), status) = tokio::join!(feed, listen, child.wait());
    match status {
        Ok(status) => judge(status.code(), &String::from_utf8_lossy(&words)),
        Err(error) => Outcome::ambiguous(format!("its end could not be waited for: {error}")),
    }
}

fn judge(code: Option<i32>, words: &str) -> Outcome {
    match code {
        Some(0) => Outcome::sent("taken by the program"),
        Some(75) => Outcome::deferred(format!("exit code 75: {words}")),
        Some(code) if PERMANENT.contains(&code) => Outcome::permanent(format!("exit code {code}: {words}")),
        Some(code) => Outcome::transient(format!("exit code {code}: {words}")),
        None => Outcome::ambiguous("it was killed by a signal"),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path};

    use super::*;

    /// A program that writes what it was given into files beside it, and ends with `code`.
    fn program(dir: &Path, code: &str) -> Program {
        let path = dir.join("mta");
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$@\" >'{0}/arguments'\nenv >'{0}/environment'\ncat >'{0}/mail'\n{code}\n",
            dir.display()
        );
        fs::write(&path, script).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("changed");
        let argv = vec![path.display().to_string(), "-i".to_owned(), "$(touch pwned); `id`".to_owned()];
        Program::new(argv, "alerts@example.org".to_owned(), Duration::from_secs(20))
    }

    #[tokio::test]
    async fn the_program_gets_the_mail_its_arguments_and_nothing_of_ours() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let outcome = program(dir.path(), "exit 0").deliver("desk@example.net", b"Subject: x\r\n\r\nbody\r\n").await;
        assert!(outcome.is_sent(), "{outcome:?}");
        let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("written by the program");
        assert_eq!(read("arguments"), "-i\n$(touch pwned); `id`\n-f\nalerts@example.org\n--\ndesk@example.net\n");
        assert_eq!(read("mail"), "Subject: x\n\nbody\n");
        let names: Vec<String> =
            read("environment").lines().filter_map(|l| Some(l.split_once('=')?.0.to_owned())).collect();
        assert!(names.iter().all(|name| ["PATH", "PWD", "SHLVL", "_", "OLDPWD"].contains(&name.as_str())), "{names:?}");
    }

    #[tokio::test]
    async fn an_exit_code_means_what_sysexits_say() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for (code, expected) in [
            ("exit 75", "deferred"),
            ("exit 67", "permanent"),
            ("echo broken >&2; exit 78", "transient"),
            ("kill -9 $$", "ambiguous"),
        ] {
            let outcome = program(dir.path(), code).deliver("desk@example.net", b"x").await;
            assert_eq!(outcome.word(), expected, "{code}: {outcome:?}");
            assert!(code != "echo broken >&2; exit 78" || outcome.reason().contains("broken"));
        }
        let gone = Program::new(vec!["/nowhere/mta".to_owned()], "a@example.org".to_owned(), Duration::from_secs(5));
        assert_eq!(gone.deliver("desk@example.net", b"x").await.word(), "transient");
    }

    #[tokio::test]
    async fn one_that_does_not_end_is_killed() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut slow = program(dir.path(), "exec sleep 600");
        slow.deadline = Duration::from_millis(300);
        assert_eq!(slow.deliver("desk@example.net", b"x").await.word(), "ambiguous");
    }
}
