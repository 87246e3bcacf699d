//! Whether what was pushed is signed with the secret that we gave to the hub (section 7.1).

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// `header` is the value of X-Hub-Signature: `method=` and the HMAC of the body in hexadecimal digits.
pub fn is_signed(header: &str, secret: &str, body: &[u8]) -> bool {
    let Some((method, digits)) = header.trim().split_once('=') else { return false };
    let Some(claimed) = bytes(digits) else { return false };
    match method.to_ascii_lowercase().as_str() {
        "sha1" => is::<Sha1>(secret, body, &claimed),
        "sha256" => is::<Sha256>(secret, body, &claimed),
        "sha384" => is::<Sha384>(secret, body, &claimed),
        "sha512" => is::<Sha512>(secret, body, &claimed),
        _ => false,
    }
}

/// In constant time, and only the whole signature.
fn is<D: EagerHash>(secret: &str, body: &[u8], claimed: &[u8]) -> bool
where
    Hmac<D>: KeyInit + Mac,
{
    let mut mac = <Hmac<D> as KeyInit>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    mac.verify_slice(claimed).is_ok()
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let is_hex = digits.len() <= 128 && digits.len().is_multiple_of(2) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    is_hex.then(|| (0..digits.len()).step_by(2).map(pair).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "lantern";
    const BODY: &[u8] = b"<rss>tide</rss>";

    /// Made with `openssl dgst -hmac lantern`.
    const SIGNED: [&str; 4] = [
        "sha1=72245ae8c0217d1e2d24966ecb06eb3bec7484fa",
        "sha256=9210649cc423565dc1b357daa6424efc7ce2f34777a97fb4fc4fa440b6642faa",
        "sha384=d2af1c44f812cc6c6dc5c7a6ee6abebd5b4ef3c56057e5fed3ae3fc8d5be84c8e4cc027381f60a4e95e85bac60b9a2e0",
        "sha512=6d62d30f704db377c664780ce5737abb425e0ced8dc03316b8581ae05a5d115dc67f4fae1fc4bb9ab2bace673f03e52350c9593fca7ed9e5a3359d3f347e93a7",
    ];

    #[test]
    fn signatures_of_all_four_methods_are_known() {
        for header in SIGNED {
            assert!(is_signed(header, SECRET, BODY), "{header}");
            assert!(is_signed(&header.to_uppercase(), SECRET, BODY), "{header}");
            assert!(!is_signed(header, "lanterns", BODY), "{header}");
            assert!(!is_signed(header, SECRET, b"<rss>tide</rss> "), "{header}");
            assert!(!is_signed(&header[..header.len() - 2], SECRET, BODY), "a part of {header}");
        }
    }

    #[test]
    fn what_is_no_signature_is_none() {
        let digits = SIGNED[0].split_once('=').unwrap().1;
        for header in ["", "=", "sha1=", "sha1", "md5=00", "sha1=zz", "sha1=0", digits, &format!("sha256={digits}")] {
            assert!(!is_signed(header, SECRET, BODY), "{header}");
        }
    }
}
