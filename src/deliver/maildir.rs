//! Delivery into a maildir: written and synced under `tmp/`, then renamed into `new/`, so that no reader sees half a mail
//! and a power cut loses none that was reported as sent.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::outcome::Outcome;

/// A maildir, made where there is none.
#[derive(Debug)]
pub(super) struct Maildir {
    path: PathBuf,
}

impl Maildir {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Writes the mail. The file's name comes from `id` alone: a repeat replaces what an earlier try left.
    pub(super) async fn deliver(&self, id: &str, bytes: &[u8]) -> Outcome {
        let (path, name, bytes) = (self.path.clone(), file_name(id), bytes.to_vec());
        match tokio::task::spawn_blocking(move || write(&path, &name, &bytes)).await {
            Ok(Ok(())) => Outcome::sent("in the maildir"),
            Ok(Err(error)) => Outcome::transient(format!("cannot write to the maildir: {error}")),
            Err(_) => Outcome::transient("writing to the maildir was given up"),
        }
    }
}

/// Characters that an id and a file name share, and a hash of the whole id: distinct ids never share a name.
fn file_name(id: &str) -> String {
    let plain: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).take(60).collect();
    let hash: String = Sha256::digest(id.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}.{hash}.storywatch", plain.trim_start_matches('.'))
}

fn write(path: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(path.join(part))?;
    }
    let tmp = path.join("tmp").join(name);
    let new = path.join("new");
    let mut file = File::create(&tmp)?;
    file.write_all(&unix_lines(bytes))?;
    file.sync_all()?;
    fs::rename(&tmp, new.join(name))?;
    File::open(&new)?.sync_all()
}

/// Mails in a maildir, and those given to a program, end their lines with LF alone, as local delivery agents write them.
pub(super) fn unix_lines(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(text) => {
                out.extend_from_slice(text);
                out.push(b'\n');
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_repeat_leaves_one_mail() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let maildir = Maildir::new(dir.path().join("new/desk"));
        for _ in 0..2 {
            assert!(maildir.deliver("S1.0.ab@example.org", b"Subject: x\r\n\r\nbody\r\n").await.is_sent());
        }
        let files: Vec<_> = fs::read_dir(dir.path().join("new/desk/new")).expect("made").collect();
        assert_eq!(files.len(), 1);
        let file = files.into_iter().next().expect("one").expect("readable").path();
        assert_eq!(fs::read(&file).expect("readable"), b"Subject: x\n\nbody\n");
        assert_eq!(fs::read_dir(dir.path().join("new/desk/tmp")).expect("made").count(), 0);
    }

    #[test]
    fn names_stay_inside_the_maildir_and_differ() {
        for id in ["../../etc/passwd", "", ".", "..", "a/b:2,S"] {
            let name = file_name(id);
            assert!(!name.contains(['/', ':']) && !name.starts_with("..") && name.len() > 20, "{name}");
        }
        assert_ne!(file_name("a/b"), file_name("ab"));
    }

    #[tokio::test]
    async fn a_file_in_the_way_is_transient() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let outcome = Maildir::new(file.path().to_owned()).deliver("id", b"x").await;
        assert!(outcome.is_transient(), "{outcome:?}");
    }
}
