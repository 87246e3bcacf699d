//! Durations and sizes as people write them: `90s`, `5m`, `12h`, `7d`; `512KiB`, `15MiB`.
//!
//! Pure. One number and one unit, nothing to guess: `1.5h` and `90` are refused.

use std::time::Duration;

const DURATION_UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
const SIZE_UNITS: [(&str, u64); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// A whole number with `s`, `m`, `h` or `d`; the error is the sentence shown to the user.
pub fn duration(text: &str) -> Result<Duration, String> {
    scaled(text, &DURATION_UNITS)
        .map(Duration::from_secs)
        .ok_or_else(|| "expected a duration such as \"90s\", \"5m\", \"12h\" or \"7d\"".to_owned())
}

/// A whole number with `B`, `KiB`, `MiB` or `GiB`, in bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    scaled(text, &SIZE_UNITS).ok_or_else(|| "expected a size such as \"512KiB\" or \"15MiB\"".to_owned())
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let factor = units.iter().find(|(name, _)| *name == unit)?.1;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// The shortest way to write a duration: `90s`, `5m`, `7d`.
pub(super) fn write_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (name, factor) = DURATION_UNITS
        .into_iter()
        .rev()
        .find(|(_, factor)| seconds >= *factor && seconds.is_multiple_of(*factor))
        .unwrap_or(("s", 1));
    format!("{}{name}", seconds / factor)
}

/// The shortest way to write a size: `512KiB`, `15MiB`.
pub(super) fn write_size(bytes: u64) -> String {
    let (name, factor) = SIZE_UNITS
        .into_iter()
        .rev()
        .find(|(_, factor)| bytes >= *factor && bytes.is_multiple_of(*factor))
        .unwrap_or(("B", 1));
    format!("{}{name}", bytes / factor)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, seconds: Option<u64>) {
        assert_eq!(duration(text).ok(), seconds.map(Duration::from_secs), "{text}");
    }

    #[test]
    fn a_duration_is_one_number_and_one_unit() {
        check("90s", Some(90));
        check("5m", Some(300));
        check("12h", Some(43_200));
        check("7d", Some(604_800));
        check("0s", Some(0));
        for wrong in ["", "5", "m", "5 m", "1.5h", "-5m", "5M", "5min", "99999999999999999999s", "999999999999999999d"]
        {
            check(wrong, None);
        }
    }

    #[test]
    fn a_size_is_in_powers_of_two() {
        assert_eq!(size("15MiB"), Ok(15_728_640));
        assert_eq!(size("1B"), Ok(1));
        for wrong in ["15MB", "15", "15 MiB", "99999999999GiB", "é"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in 0_u64..10_000_000, bytes in 0_u64..1 << 40) {
            let span = Duration::from_secs(seconds);
            prop_assert_eq!(duration(&write_duration(span)), Ok(span));
            prop_assert_eq!(size(&write_size(bytes)), Ok(bytes));
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,12}") {
            let _ = duration(&text);
            let _ = size(&text);
        }
    }
}
