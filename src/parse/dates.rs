//! Dates as feeds write them: RFC 822 and RFC 3339, and the many that are neither.
//!
//! Must not know the clock: a date without a year is no date.

use jiff::{Timestamp, civil, tz::Offset};

/// The instant that `text` names; without a zone it is UTC. `None` when no day can be made out.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > 100 {
        return None;
    }
    let lower = text.to_lowercase();
    epoch(&lower).or_else(|| iso(&lower)).or_else(|| words(&lower))
}

/// Seconds or milliseconds since 1970, in as many digits as they have had since 2001.
fn epoch(text: &str) -> Option<Timestamp> {
    let number: i64 = text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))?;
    match text.len() {
        10 => Timestamp::from_second(number).ok(),
        13 => Timestamp::from_millisecond(number).ok(),
        _ => None,
    }
}

/// `2022-09-03`, `2022/9/3 09:37`, `2022-09-03T09:37:11.5+03:00`, `20220903`, `2022-09`.
fn iso(text: &str) -> Option<Timestamp> {
    let (year, rest) = digits(text, 4, 4)?;
    let rest = rest.trim_start_matches(['-', '/', '.']);
    let Some((month, rest)) = digits(rest, 1, 2) else {
        return rest.is_empty().then(|| instant(year, 1, 1, Time::default()))?;
    };
    let rest = rest.trim_start_matches(['-', '/', '.']);
    let (day, rest) = digits(rest, 1, 2).unwrap_or((1, rest));
    let rest = rest.trim_start_matches(['t', ' ', ',']);
    instant(year, month, day, time_and_zone(rest)?)
}

/// Reads `least..=most` digits off the front.
fn digits(text: &str, least: usize, most: usize) -> Option<(i64, &str)> {
    let length = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    (length >= least).then(|| Some((text[..length].parse().ok()?, &text[length..])))?
}

#[derive(Clone, Copy, Default)]
struct Time {
    /// Seconds since midnight, local.
    seconds: i64,
    /// East of Greenwich, in seconds.
    offset: i64,
}

/// A clock time with what follows it; nothing at all is midnight UTC.
fn time_and_zone(text: &str) -> Option<Time> {
    let Some((hour, rest)) = digits(text, 1, 2) else {
        return Some(Time { seconds: 0, offset: zone(text) });
    };
    let rest = rest.trim_start_matches([':', '.', 'h']);
    let (minute, rest) = digits(rest, 1, 2).unwrap_or((0, rest));
    let (second, rest) = digits(rest.trim_start_matches(':'), 2, 2).unwrap_or((0, rest));
    let rest = rest.trim_start_matches(|c: char| c == '.' || c == ',' || c.is_ascii_digit()).trim_start();
    let (hour, rest) = half_of_day(hour, rest);
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    Some(Time { seconds: hour * 3_600 + minute * 60 + second.min(59), offset: zone(rest) })
}

/// Turns a twelve-hour time into a full one where `am` or `pm` follows.
fn half_of_day(hour: i64, rest: &str) -> (i64, &str) {
    for (mark, afternoon) in [("am", false), ("pm", true), ("a.m.", false), ("p.m.", true)] {
        if let Some(rest) = rest.strip_prefix(mark) {
            return (if hour <= 12 { hour % 12 + i64::from(afternoon) * 12 } else { hour }, rest.trim_start());
        }
    }
    (hour, rest)
}

/// Seconds east of Greenwich; what is not known is taken as UTC.
fn zone(text: &str) -> i64 {
    let text = text.trim().trim_start_matches('(');
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let name = &text[..letters];
    let named = ZONES.iter().find(|(known, _)| *known == name).map_or(0, |(_, minutes)| minutes * 60);
    named + if named == 0 { numeric_zone(text[letters..].trim()) } else { 0 }
}

fn numeric_zone(text: &str) -> i64 {
    let (sign, rest) = match text.as_bytes().first() {
        Some(b'+') => (1, &text[1..]),
        Some(b'-') => (-1, &text[1..]),
        _ => return 0,
    };
    let Some((hours, rest)) = digits(rest, 1, 2) else { return 0 };
    let (minutes, _) = digits(rest.trim_start_matches(':'), 2, 2).unwrap_or((0, rest));
    if hours > 15 || minutes > 59 { 0 } else { sign * (hours * 3_600 + minutes * 60) }
}

/// Zone names seen in feeds, in minutes east of Greenwich.
const ZONES: [(&str, i64); 34] = [
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("ast", -240),
    ("adt", -180),
    ("nst", -210),
    ("brt", -180),
    ("art", -180),
    ("bst", 60),
    ("wat", 60),
    ("cet", 60),
    ("mez", 60),
    ("cest", 120),
    ("mesz", 120),
    ("eet", 120),
    ("sast", 120),
    ("eest", 180),
    ("msk", 180),
    ("eat", 180),
    ("ist", 330),
    ("wib", 420),
    ("hkt", 480),
    ("sgt", 480),
    ("jst", 540),
    ("kst", 540),
    ("aest", 600),
];

/// Dates with a month in letters, or of the form 5/17/2019: whatever the order, the parts are told apart by shape.
fn words(text: &str) -> Option<Timestamp> {
    let clock = text.find(':').map(|colon| start_of_digits(text, colon));
    let (date, time) = text.split_at(clock.unwrap_or(text.len()));
    // The last name counts: `mar., 17 août` begins with a Tuesday.
    let (mut month, mut year, mut numbers) = (None, None, Vec::new());
    for part in date.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        match ordinal(part) {
            Some(number) if part.len() == 4 && number > 31 => year = year.or(Some(number)),
            Some(number) => numbers.push(number),
            None => month = month_name(part).or(month),
        }
    }
    let mut numbers = numbers.into_iter();
    if month.is_none() {
        month = numbers.next();
    }
    let (day, month) = match (numbers.next(), month?) {
        // Month first, as the feeds that write slashes do, unless that cannot be.
        (Some(day), month) if month > 12 => (month, day),
        (day, month) => (day.unwrap_or(1), month),
    };
    // `Thu Sep 16 21:24:18 UTC 2021` has its year behind the time.
    let year = year.or_else(|| numbers.next().map(full_year)).or_else(|| trailing_year(time))?;
    instant(year, month, day, time_and_zone(time)?)
}

fn full_year(short: i64) -> i64 {
    if short < 70 { 2_000 + short } else { 1_900 + short }
}

fn start_of_digits(text: &str, end: usize) -> usize {
    end - text.as_bytes()[..end].iter().rev().take_while(|b| b.is_ascii_digit()).count()
}

/// `17`, `1st`, `2nd`, `3rd`, `17th`.
fn ordinal(part: &str) -> Option<i64> {
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|end| part.strip_suffix(end)).unwrap_or(part);
    bare.parse().ok().filter(|_| bare.bytes().all(|b| b.is_ascii_digit()))
}

fn trailing_year(text: &str) -> Option<i64> {
    text.split(|c: char| !c.is_ascii_digit()).rfind(|part| part.len() == 4)?.parse().ok().filter(|year| *year > 1_900)
}

fn month_name(part: &str) -> Option<i64> {
    MONTHS.iter().find(|(start, _)| part.starts_with(start)).map(|(_, month)| *month)
}

/// The beginnings by which month names are known: English, German, French, Spanish, Italian, Portuguese, Dutch,
/// Polish, Czech, Russian, Turkish and the Nordic languages. Longer ones that would be mistaken stand first.
const MONTHS: [(&str, i64); 72] = [
    ("juin", 6),
    ("juil", 7),
    ("jan", 1),
    ("jän", 1),
    ("ene", 1),
    ("gen", 1),
    ("янв", 1),
    ("sty", 1),
    ("oca", 1),
    ("feb", 2),
    ("fev", 2),
    ("fév", 2),
    ("фев", 2),
    ("lut", 2),
    ("úno", 2),
    ("şub", 2),
    ("mar", 3),
    ("mär", 3),
    ("mrz", 3),
    ("maa", 3),
    ("mrt", 3),
    ("мар", 3),
    ("bře", 3),
    ("apr", 4),
    ("abr", 4),
    ("avr", 4),
    ("апр", 4),
    ("kwi", 4),
    ("dub", 4),
    ("nis", 4),
    ("may", 5),
    ("mai", 5),
    ("maj", 5),
    ("mag", 5),
    ("mei", 5),
    ("мая", 5),
    ("май", 5),
    ("kvě", 5),
    ("jun", 6),
    ("giu", 6),
    ("июн", 6),
    ("cze", 6),
    ("haz", 6),
    ("jul", 7),
    ("lug", 7),
    ("июл", 7),
    ("lip", 7),
    ("tem", 7),
    ("aug", 8),
    ("ago", 8),
    ("aoû", 8),
    ("aou", 8),
    ("авг", 8),
    ("sie", 8),
    ("sep", 9),
    ("set", 9),
    ("сен", 9),
    ("wrz", 9),
    ("oct", 10),
    ("okt", 10),
    ("out", 10),
    ("ott", 10),
    ("окт", 10),
    ("paź", 10),
    ("nov", 11),
    ("ноя", 11),
    ("kas", 11),
    ("dec", 12),
    ("dez", 12),
    ("dic", 12),
    ("déc", 12),
    ("дек", 12),
];

fn instant(year: i64, month: i64, day: i64, time: Time) -> Option<Timestamp> {
    let date = civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let midnight = Offset::UTC.to_timestamp(date.to_datetime(civil::Time::midnight())).ok()?;
    Timestamp::from_second(midnight.as_second() + time.seconds - time.offset).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        assert_eq!(parse(given).map(|t| t.to_string()).as_deref(), Some(expected), "{given}");
    }

    #[test]
    fn the_two_standards() {
        check("Fri, 17 May 2019 06:00:00 GMT", "2019-05-17T06:00:00Z");
        check("17 May 19 06:00 EST", "2019-05-17T11:00:00Z");
        check("Fri, 17 May 2019 06:00:00 +0530", "2019-05-17T00:30:00Z");
        check("2022-09-03T09:37:11.250+03:00", "2022-09-03T06:37:11Z");
        check("2022-09-03T09:37:11Z", "2022-09-03T09:37:11Z");
        check("2022-09-03", "2022-09-03T00:00:00Z");
        check("2003-12", "2003-12-01T00:00:00Z");
        check("20220903T093711Z", "2022-09-03T09:37:11Z");
    }

    #[test]
    fn the_many_others() {
        check("2022-09-03 09:37:11+03:00", "2022-09-03T06:37:11Z");
        check("Fri, 17 May 2019 06:00:00 BST", "2019-05-17T05:00:00Z");
        check("January 29, 2021 04:42 PM", "2021-01-29T16:42:00Z");
        check("Thu Sep 16 21:24:18 UTC 2021", "2021-09-16T21:24:18Z");
        check("Пт, 3 сентября 2021 10:00:00 +0300", "2021-09-03T07:00:00Z");
        check("lun, 2 août 2021 10:00:00 +0200", "2021-08-02T08:00:00Z");
        check("Mo, 7 Dez 2020 12:00:00 GMT+1", "2020-12-07T11:00:00Z");
        check("5/17/2019 6:00:00 AM", "2019-05-17T06:00:00Z");
        check("17/05/2019 12:30 am", "2019-05-17T00:30:00Z");
        check("Tue, 1st Jun 2021 24:00:00 GMT", "2021-06-02T00:00:00Z");
        check("1631827458", "2021-09-16T21:24:18Z");
        check("30 Jun 2015 23:59:60 GMT", "2015-06-30T23:59:59Z");
    }

    #[test]
    fn nonsense_is_no_date() {
        for text in ["", "now", "25:61 XYZ", "2021-13-45", "yesterday at 10:00", "12", "é:é", "::", "32 May 2019", "-"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,40}") { parse(&text); }
        #[test]
        fn nearly_dates_do_not_panic(text in "[0-9 :/+.,tzéампm-]{0,30}") { parse(&text); }
    }
}
