//! The recipient's clock: digests at local times, and hours in which nothing is told.
//!
//! A time of day that a change of the clocks leaves out comes as much later as the clocks moved; one that comes twice
//! counts the first time.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};

/// Days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays(u8);

impl Weekdays {
    pub const ALL: Self = Self(0b111_1111);

    pub fn of(days: impl IntoIterator<Item = Weekday>) -> Self {
        Self(days.into_iter().fold(0, |set, day| set | 1 << day.to_monday_zero_offset()))
    }

    fn has(self, day: Weekday) -> bool {
        self.0 >> day.to_monday_zero_offset() & 1 == 1
    }
}

/// Hours in which nothing is told; they belong to the day on which they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    pub from: Time,
    /// Of the next day when it is not after `from`; `None` is midnight at the end of the day.
    pub to: Option<Time>,
    pub days: Weekdays,
}

/// When a recipient is told what.
#[derive(Clone, Debug, PartialEq)]
pub struct Hours {
    pub zone: TimeZone,
    /// Of digests.
    pub digest: Vec<Time>,
    pub quiet: Option<Quiet>,
}

/// Periods that follow on each other without a gap are one; nobody is quiet for longer than these.
const MOST_PERIODS: usize = 14;

impl Hours {
    /// The end of the quiet hours that `now` lies in.
    pub fn quiet_until(&self, now: Timestamp) -> Option<Timestamp> {
        let quiet = self.quiet?;
        let mut until = None;
        for _ in 0..MOST_PERIODS {
            match self.end_of_period(quiet, until.unwrap_or(now)) {
                Some(end) => until = Some(end),
                None => break,
            }
        }
        until
    }

    fn end_of_period(&self, quiet: Quiet, now: Timestamp) -> Option<Timestamp> {
        let today = now.to_zoned_datetime(self.zone.clone()).date();
        [today.checked_sub(1.day()).ok()?, today].into_iter().find_map(|date| {
            let start = self.instant(date, quiet.from)?;
            let end = match quiet.to {
                Some(to) if to > quiet.from => self.instant(date, to)?,
                to => self.instant(date.checked_add(1.day()).ok()?, to.unwrap_or(Time::midnight()))?,
            };
            (quiet.days.has(date.weekday()) && start <= now && now < end).then_some(end)
        })
    }

    /// The latest time of a digest after `after` and not after `now`: what was missed meanwhile is caught up once.
    pub fn last_digest(&self, after: Timestamp, now: Timestamp) -> Option<Timestamp> {
        self.around(now).into_iter().filter(|time| *time > after && *time <= now).max()
    }

    /// The next time of a digest after `now`; at the end of the quiet hours where it lies in them.
    pub fn next_digest(&self, now: Timestamp) -> Option<Timestamp> {
        let next = self.around(now).into_iter().filter(|time| *time > now).min()?;
        Some(self.quiet_until(next).unwrap_or(next))
    }

    /// The times of digests from yesterday to tomorrow.
    fn around(&self, now: Timestamp) -> Vec<Timestamp> {
        let today = now.to_zoned_datetime(self.zone.clone()).date();
        let days = [today.checked_sub(1.day()), Ok(today), today.checked_add(1.day())];
        let times = days.into_iter().flatten().flat_map(|date| self.digest.iter().map(move |time| (date, *time)));
        times.filter_map(|(date, time)| self.instant(date, time)).collect()
    }

    fn instant(&self, date: Date, time: Time) -> Option<Timestamp> {
        Some(self.zone.to_ambiguous_zoned_datetime(date.to_datetime(time)).compatible().ok()?.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;
    use proptest::prelude::*;

    use super::*;

    fn hours(zone: &str) -> Hours {
        Hours { zone: TimeZone::get(zone).unwrap(), digest: vec![time(7, 0, 0, 0), time(17, 30, 0, 0)], quiet: None }
    }

    fn quiet(from: (i8, i8), to: (i8, i8), days: Weekdays) -> Option<Quiet> {
        Some(Quiet { from: time(from.0, from.1, 0, 0), to: Some(time(to.0, to.1, 0, 0)), days })
    }

    #[track_caller]
    fn check_quiet(hours: &Hours, now: &str, expected: Option<&str>) {
        let until = hours.quiet_until(now.parse().unwrap());
        assert_eq!(until, expected.map(|time| time.parse().unwrap()), "{now}");
    }

    #[test]
    fn quiet_hours_belong_to_the_day_on_which_they_begin() {
        let weekdays =
            Weekdays::of([Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday]);
        let hours = Hours { quiet: quiet((22, 0), (6, 30), weekdays), ..hours("America/New_York") };
        // Tuesday evening, in winter five hours behind.
        check_quiet(&hours, "2026-01-14T02:59:59Z", None);
        check_quiet(&hours, "2026-01-14T03:00:00Z", Some("2026-01-14T11:30:00Z"));
        check_quiet(&hours, "2026-01-14T11:29:59Z", Some("2026-01-14T11:30:00Z"));
        check_quiet(&hours, "2026-01-14T11:30:00Z", None);
        // The night to Saturday is Friday's, the night to Sunday nobody's.
        check_quiet(&hours, "2026-01-17T05:00:00Z", Some("2026-01-17T11:30:00Z"));
        check_quiet(&hours, "2026-01-18T05:00:00Z", None);
    }

    #[test]
    fn hours_without_a_gap_are_one() {
        let weekend = Weekdays::of([Weekday::Saturday, Weekday::Sunday]);
        let whole = Quiet { from: Time::midnight(), to: None, days: weekend };
        let hours = Hours { quiet: Some(whole), ..hours("UTC") };
        check_quiet(&hours, "2026-01-17T09:00:00Z", Some("2026-01-19T00:00:00Z"));
        check_quiet(&hours, "2026-01-16T23:59:59Z", None);
        let always = Hours { quiet: Some(Quiet { days: Weekdays::ALL, ..whole }), ..hours };
        assert!(always.quiet_until("2026-01-17T09:00:00Z".parse().unwrap()).is_some());
    }

    #[test]
    fn the_night_in_which_the_clocks_change_is_shorter_or_longer() {
        let hours = Hours { quiet: quiet((22, 0), (6, 30), Weekdays::ALL), ..hours("Europe/Berlin") };
        check_quiet(&hours, "2026-03-28T21:00:00Z", Some("2026-03-29T04:30:00Z"));
        check_quiet(&hours, "2026-10-24T20:00:00Z", Some("2026-10-25T05:30:00Z"));
        // An end that the clocks leave out comes an hour later.
        let early = Hours { quiet: quiet((22, 0), (2, 30), Weekdays::ALL), ..hours };
        check_quiet(&early, "2026-03-28T23:00:00Z", Some("2026-03-29T01:30:00Z"));
    }

    #[track_caller]
    fn check_digest(hours: &Hours, after: &str, now: &str, expected: Option<&str>) {
        let last = hours.last_digest(after.parse().unwrap(), now.parse().unwrap());
        assert_eq!(last, expected.map(|time| time.parse().unwrap()), "{after} {now}");
    }

    #[test]
    fn digests_come_at_local_times_and_late_ones_once() {
        let hours = hours("America/New_York");
        check_digest(&hours, "2026-01-14T10:00:00Z", "2026-01-14T11:59:59Z", None);
        check_digest(&hours, "2026-01-14T10:00:00Z", "2026-01-14T12:00:00Z", Some("2026-01-14T12:00:00Z"));
        check_digest(&hours, "2026-01-14T12:00:00Z", "2026-01-14T13:00:00Z", None);
        // Three days off: the last one only.
        check_digest(&hours, "2026-01-11T12:00:00Z", "2026-01-14T13:00:00Z", Some("2026-01-14T12:00:00Z"));
        assert_eq!(
            hours.next_digest("2026-01-14T13:00:00Z".parse().unwrap()),
            Some("2026-01-14T22:30:00Z".parse().unwrap())
        );
    }

    #[test]
    fn a_digest_comes_once_on_the_days_on_which_the_clocks_change() {
        let at_half_past_two = Hours { digest: vec![time(2, 30, 0, 0)], ..hours("Europe/Berlin") };
        // Left out: an hour later by the clock. Twice there: the first.
        check_digest(&at_half_past_two, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", Some("2026-03-29T01:30:00Z"));
        check_digest(&at_half_past_two, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z", Some("2026-10-25T00:30:00Z"));
        check_digest(&at_half_past_two, "2026-10-25T00:30:00Z", "2026-10-25T01:45:00Z", None);
        let leap_day = Hours { digest: vec![time(7, 0, 0, 0)], ..hours("UTC") };
        check_digest(&leap_day, "2028-02-28T08:00:00Z", "2028-02-29T08:00:00Z", Some("2028-02-29T07:00:00Z"));
    }

    #[test]
    fn a_digest_inside_quiet_hours_comes_at_their_end() {
        let quiet = quiet((22, 0), (8, 0), Weekdays::ALL);
        let hours = Hours { quiet, ..hours("UTC") };
        assert_eq!(
            hours.next_digest("2026-01-14T20:00:00Z".parse().unwrap()),
            Some("2026-01-15T08:00:00Z".parse().unwrap())
        );
    }

    proptest! {
        #[test]
        fn whatever_the_time_a_digest_is_within_a_day_and_quiet_hours_end(
            second in -2_000_000_000_i64..4_000_000_000,
            zone in prop::sample::select(vec!["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]),
        ) {
            let now = Timestamp::from_second(second).unwrap();
            let hours = Hours { quiet: quiet((22, 0), (6, 30), Weekdays::ALL), ..hours(zone) };
            let next = hours.next_digest(now).unwrap();
            prop_assert!(next > now && next.duration_since(now).as_hours() <= 26);
            prop_assert_eq!(hours.last_digest(now, next.max(now)).is_some(), true);
            if let Some(until) = hours.quiet_until(now) {
                prop_assert!(until > now && until.duration_since(now).as_hours() <= 10);
                prop_assert_eq!(hours.quiet_until(until), None);
            }
        }
    }
}
