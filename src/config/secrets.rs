//! Secrets: where they may stand, and how they are fetched. Never shown, neither by `Debug` nor in a message.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use url::Url;

use super::{
    diagnostic::{Faults, quote},
    place::{Place, Sources},
    written::{At, Reader, Wrong, text, wrong},
};

/// Bytes that a file with a secret may have at most.
const LONGEST: u64 = 64 * 1024;

/// A secret text: never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// Secret bytes, such as a decoded key: never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// Parts of names (of headers, of parameters in URLs) that give away a secret.
pub(super) const TELLING: [&str; 6] = ["auth", "key", "pass", "secret", "sig", "token"];

pub(super) fn is_telling(name: &str) -> bool {
    let name = name.to_lowercase();
    TELLING.iter().any(|word| name.contains(word))
}

/// A URL as it may be logged: without login and fragment, and without the query where that carries a token.
pub fn without_secrets(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    // Both fail only for URLs that cannot have a login anyway.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    if url.query_pairs().any(|(key, _)| is_telling(&key)) {
        url.set_query(None);
    }
    url
}

/// Where relative names lead.
pub(super) struct Surroundings {
    /// The directory of the main file.
    pub base: PathBuf,
    /// `$CREDENTIALS_DIRECTORY`, as systemd sets it.
    pub credentials: Option<PathBuf>,
}

impl Surroundings {
    pub fn path(&self, written: &str) -> PathBuf {
        self.base.join(written)
    }

    /// A bare name is looked for among the credentials first.
    fn secret_path(&self, written: &str) -> PathBuf {
        let credential = self.credentials.as_ref().filter(|_| !written.contains('/')).map(|dir| dir.join(written));
        credential.filter(|path| path.exists()).unwrap_or_else(|| self.path(written))
    }

    /// systemd grants the service its credentials by an access list, whose mask shows up as rights of the group;
    /// the directory itself is closed to others.
    fn forbidden_mode(&self, path: &Path) -> u32 {
        let is_credential = self.credentials.as_ref().is_some_and(|dir| path.starts_with(dir));
        if is_credential { 0o007 } else { 0o077 }
    }
}

/// Reads `KEY` or `KEY_file` of a table. `None`: not written; a value of `None`: written, but of no use, as is told.
pub(super) fn read_secret(
    reader: &mut Reader<'_>,
    key: &'static str,
    file_key: &'static str,
    surroundings: &Surroundings,
    sources: &mut Sources,
) -> Option<At<Option<Secret>>> {
    read_with(reader, key, file_key, surroundings, sources, from_file)
}

/// The same for what may have several lines.
pub(super) fn read_secret_lines(
    reader: &mut Reader<'_>,
    key: &'static str,
    file_key: &'static str,
    surroundings: &Surroundings,
    sources: &mut Sources,
) -> Option<At<Option<Secret>>> {
    read_with(reader, key, file_key, surroundings, sources, lines_from_file)
}

type Load = fn(&At<String>, &Surroundings, &mut Faults) -> Option<Secret>;

fn read_with(
    reader: &mut Reader<'_>,
    key: &'static str,
    file_key: &'static str,
    surroundings: &Surroundings,
    sources: &mut Sources,
    load: Load,
) -> Option<At<Option<Secret>>> {
    let inline = reader.take(key).and_then(|node| {
        sources.hide(node.place);
        let found = text(&node).map_err(|wrong| wrong.tell(node.place, reader.faults)).ok()?;
        Some(At { place: node.place, value: found })
    });
    let file = reader.optional(file_key, text);
    if let (Some(inline), Some(file)) = (&inline, &file) {
        let message = format!("both `{key}` and `{file_key}` are given");
        reader.faults.error(file.place, message).other("the other is here", inline.place);
    }
    match (inline, file) {
        (_, Some(file)) => Some(At { place: file.place, value: load(&file, surroundings, reader.faults) }),
        (Some(inline), None) => {
            check_inline(inline.place, file_key, sources, reader.faults);
            Some(At { place: inline.place, value: check_filled(inline, reader.faults) })
        }
        (None, None) => None,
    }
}

/// A secret may stand in a file only if nobody but its owner can read that.
pub(super) fn check_inline(place: Place, file_key: &str, sources: &Sources, faults: &mut Faults) {
    if sources.is_exposed(place) {
        let help = format!("put it into a file of its own and name that in `{file_key}`");
        faults.error(place, "a secret stands in a file that other users can read").help(help);
    }
}

fn check_filled(found: At<String>, faults: &mut Faults) -> Option<Secret> {
    if found.value.is_empty() {
        faults.error(found.place, "this secret is empty");
        return None;
    }
    if found.value.chars().any(char::is_control) {
        faults.error(found.place, "this secret has a line break or another control character in it");
        return None;
    }
    Some(Secret::new(found.value))
}

/// The secret that a file holds; line breaks at its end are not part of it.
pub(super) fn from_file(name: &At<String>, surroundings: &Surroundings, faults: &mut Faults) -> Option<Secret> {
    let found = lines_from_file(name, surroundings, faults)?;
    check_filled(At { place: name.place, value: found.expose().to_owned() }, faults)
}

/// All that a file holds, in as many lines as it has.
pub(super) fn lines_from_file(name: &At<String>, surroundings: &Surroundings, faults: &mut Faults) -> Option<Secret> {
    let path = surroundings.secret_path(&name.value);
    match read_file(&path, surroundings.forbidden_mode(&path)) {
        Ok(content) => Some(Secret::new(content.trim_end_matches(['\r', '\n']).to_owned())),
        Err(wrong) => {
            wrong.tell(name.place, faults);
            None
        }
    }
}

fn read_file(path: &Path, forbidden: u32) -> Result<String, Wrong> {
    let shown = quote(&path.display().to_string());
    let unreadable = |error: std::io::Error| wrong(format!("cannot read the secret file {shown}: {error}"));
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(wrong(format!("the secret file {shown} is no regular file")));
    }
    if mode(&metadata) & forbidden != 0 {
        let message = format!("other users have rights on the secret file {shown} (mode {:03o})", mode(&metadata));
        return Err(wrong(message).help(format!("chmod 600 {}", path.display())));
    }
    let mut content = String::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(LONGEST + 1).read_to_string(&mut content).map_err(unreadable)?;
    if content.len() as u64 > LONGEST {
        return Err(wrong(format!("the secret file {shown} is longer than {LONGEST} bytes")));
    }
    Ok(content)
}

/// The permission bits.
pub(super) fn mode(metadata: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o777
}
