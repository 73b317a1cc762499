//! When a schedule is due, in local wall time: time zones and their changes are Postgres's business.
//!
//! Five fields (minute, hour, day of month, month, day of week) with `*`, lists, ranges, steps and names; `$` for the last day
//! of the month; `@hourly` and its like; `n seconds` for 1 to 59. As pg_cron has them.

/// A schedule, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Every so many seconds, counted from 1970.
    Seconds(u8),
    Fields(Fields),
}

/// Bit `n` is set where the field takes the value `n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    last_day: bool,
    /// A day must satisfy both fields, or (both are given) either: the rule of cron since Version 7.
    both: bool,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DAY: i64 = 86_400;
/// 29 February may be eight years away (around 2100); a weekday on it forty.
const HORIZON: i64 = 366 * 41;

/// Reads a schedule.
///
/// # Errors
/// What is wrong, in words.
pub fn parse(text: &str) -> Result<Schedule, String> {
    let text = text.trim().to_ascii_lowercase();
    let fields = match text.as_str() {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        other => other,
    };
    if let Some(number) = fields.strip_suffix("seconds").or_else(|| fields.strip_suffix("second")) {
        return match digits(number.trim()).and_then(|n| u8::try_from(n).ok()) {
            Some(n @ 1..=59) => Ok(Schedule::Seconds(n)),
            _ => Err("seconds are 1 to 59".into()),
        };
    }
    let parts: Vec<&str> = fields.split_ascii_whitespace().collect();
    let [minute, hour, day, month, weekday] = parts.as_slice() else {
        return Err("a schedule has five fields, or is @daily …, or n seconds".into());
    };
    let last_day = *day == "$";
    let weekdays = field(weekday, 0, 7, &WEEKDAYS, 0, "day of week")?;
    let fields = Fields {
        minutes: field(minute, 0, 59, &[], 0, "minute")?,
        hours: field(hour, 0, 23, &[], 0, "hour")?,
        days: if last_day { 0 } else { field(day, 1, 31, &[], 0, "day of month")? },
        months: field(month, 1, 12, &MONTHS, 1, "month")?,
        // 7 is Sunday too.
        weekdays: (weekdays | weekdays >> 7) & 0x7f,
        last_day,
        both: day.starts_with('*') || weekday.starts_with('*'),
    };
    Ok(Schedule::Fields(fields))
}

/// One or two digits, and nothing else.
fn digits(word: &str) -> Option<u32> {
    let plain = matches!(word.len(), 1 | 2) && word.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| word.parse().ok()).flatten()
}

/// One field: a list of values, ranges and steps.
fn field(
    text: &str,
    low: u32,
    high: u32,
    names: &[&str],
    first: u32,
    what: &str,
) -> Result<u64, String> {
    let wrong = || format!("{text} is no {what}: {low} to {high}, *, a-b, a,b, */n");
    let number = |word: &str| -> Result<u32, String> {
        let named = names.iter().position(|name| *name == word);
        let value = match named.and_then(|at| u32::try_from(at).ok()) {
            Some(at) => at + first,
            None => digits(word).ok_or_else(wrong)?,
        };
        if (low..=high).contains(&value) { Ok(value) } else { Err(wrong()) }
    };
    let mut bits = 0;
    for item in text.split(',') {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, digits(step).ok_or_else(wrong)?),
            None => (item, 1),
        };
        if step == 0 || step > high {
            return Err(wrong());
        }
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (low, if names.len() == 7 { 6 } else { high }),
            Some((from, to)) => (number(from)?, number(to)?),
            // `5/15` is `5-59/15`.
            None if item.contains('/') => (number(range)?, high),
            None => (number(range)?, number(range)?),
        };
        if from > to {
            return Err(wrong());
        }
        let mut value = from;
        while value <= to {
            bits |= 1_u64 << value;
            value += step;
        }
    }
    Ok(bits)
}

/// The first slot after `after`, both in local seconds since 1970; `None` if there is none in sight (30 February).
#[must_use]
pub fn next(schedule: &Schedule, after: i64) -> Option<i64> {
    match schedule {
        Schedule::Seconds(n) => {
            let n = i64::from(*n);
            after.div_euclid(n).checked_add(1)?.checked_mul(n)
        }
        Schedule::Fields(fields) => fields.next(after),
    }
}

impl Fields {
    fn next(&self, after: i64) -> Option<i64> {
        let first = after.checked_add(60)?.div_euclid(60) * 60;
        let mut day = first.div_euclid(DAY);
        let mut minute = first.rem_euclid(DAY) / 60;
        let end = day.checked_add(HORIZON)?;
        while day < end {
            if self.has_day(day)
                && let Some(found) = self.minute_from(minute)
            {
                return Some(day * DAY + found * 60);
            }
            day += 1;
            minute = 0;
        }
        None
    }

    /// The first minute of the day from `minute` on.
    fn minute_from(&self, minute: i64) -> Option<i64> {
        let wanted = |n: &i64| self.hours >> (n / 60) & 1 == 1 && self.minutes >> (n % 60) & 1 == 1;
        (minute..1440).find(wanted)
    }

    fn has_day(&self, day: i64) -> bool {
        let (year, month, date) = civil(day);
        if self.months >> month & 1 == 0 {
            return false;
        }
        let by_date = self.days >> date & 1 == 1 || self.last_day && date == days_in(year, month);
        // 1 January 1970 was a Thursday.
        let by_weekday = self.weekdays >> (day + 4).rem_euclid(7) & 1 == 1;
        if self.both { by_date && by_weekday } else { by_date || by_weekday }
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a day counted from 1970 (proleptic Gregorian): years are taken to begin in March, so that the
/// leap day is their last.
fn civil(day: i64) -> (i64, i64, i64) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `2026-03-01 12:30` as local seconds.
    fn at(text: &str) -> i64 {
        let number = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap();
        let (year, month, date) = (number(0, 4), number(5, 7), number(8, 10));
        let day = (0..).find(|d| civil(*d) == (year, month, date)).unwrap();
        day * DAY + number(11, 13) * 3600 + number(14, 16) * 60
    }

    fn shown(seconds: i64) -> String {
        let (year, month, date) = civil(seconds.div_euclid(DAY));
        let minute = seconds.rem_euclid(DAY) / 60;
        format!("{year:04}-{month:02}-{date:02} {:02}:{:02}", minute / 60, minute % 60)
    }

    fn slots(cron: &str, after: &str, count: usize) -> Vec<String> {
        let schedule = parse(cron).unwrap();
        let mut last = at(after);
        (0..count)
            .map(|_| {
                last = next(&schedule, last).unwrap();
                shown(last)
            })
            .collect()
    }

    #[test]
    fn finds_the_next_slots() {
        for (cron, after, wanted) in [
            ("* * * * *", "2026-01-01 00:00", ["2026-01-01 00:01", "2026-01-01 00:02"]),
            ("*/15 9-17 * * mon-fri", "2026-11-20 17:44", ["2026-11-20 17:45", "2026-11-23 09:00"]),
            ("0 0 29 2 *", "2026-01-01 00:00", ["2028-02-29 00:00", "2032-02-29 00:00"]),
            ("0 12 $ * *", "2028-01-31 12:00", ["2028-02-29 12:00", "2028-03-31 12:00"]),
            ("30 4 1,15 * 5", "2026-05-01 04:30", ["2026-05-08 04:30", "2026-05-15 04:30"]),
            ("0 6 * * 7", "2026-11-21 00:00", ["2026-11-22 06:00", "2026-11-29 06:00"]),
            ("0 6 * * 5-7", "2026-11-20 06:00", ["2026-11-21 06:00", "2026-11-22 06:00"]),
            ("5/20 * * * *", "2026-11-20 06:05", ["2026-11-20 06:25", "2026-11-20 06:45"]),
            ("@weekly", "2026-11-20 06:05", ["2026-11-22 00:00", "2026-11-29 00:00"]),
            ("@yearly", "2026-11-20 06:05", ["2027-01-01 00:00", "2028-01-01 00:00"]),
            ("0 0 1 jan,jul *", "2026-11-20 06:05", ["2027-01-01 00:00", "2027-07-01 00:00"]),
            ("0 0 */2 * mon", "2026-11-20 06:05", ["2026-11-23 00:00", "2026-12-07 00:00"]),
        ] {
            assert_eq!(slots(cron, after, 2), wanted, "{cron}");
        }
    }

    #[test]
    fn seconds_are_counted_from_1970() {
        let schedule = parse("30 seconds").unwrap();
        assert_eq!(next(&schedule, 100), Some(120));
        assert_eq!(next(&schedule, 120), Some(150));
        assert_eq!(next(&schedule, -1), Some(0));
    }

    #[test]
    fn what_never_comes_is_none() {
        let schedule = parse("0 0 30 2 *").unwrap();
        assert_eq!(next(&schedule, 0), None);
        assert_eq!(next(&parse("* * * * *").unwrap(), i64::MAX), None);
    }

    #[test]
    fn refuses_what_is_no_schedule() {
        for text in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 13 *",
            "* * * * 8",
            "*/0 * * * *",
            "5-1 * * * *",
            "a * * * *",
            "1,,2 * * * *",
            "-1 * * * *",
            "@reboot",
            "0 seconds",
            "60 seconds",
            "1.5 seconds",
            "*/99 * * * *",
            "1-2-3 * * * *",
            "+1 * * * *",
            "* * $-1 * *",
            "mon * * * *",
            "٣ * * * *",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_slot_is_found_and_none_between() {
        // Against the definition, minute by minute, over a leap February.
        for cron in ["7,37 */5 * * *", "0 0 28-31 * *", "*/7 3 * 2,3 tue", "59 23 $ * *"] {
            let Schedule::Fields(fields) = parse(cron).unwrap() else { panic!() };
            let mut wanted = Vec::new();
            let mut minute = at("2028-02-01 00:00") + 60;
            let end = at("2028-03-31 00:00");
            while minute < end {
                let of_day = minute.rem_euclid(DAY) / 60;
                if fields.has_day(minute.div_euclid(DAY))
                    && fields.hours >> (of_day / 60) & 1 == 1
                    && fields.minutes >> (of_day % 60) & 1 == 1
                {
                    wanted.push(shown(minute));
                }
                minute += 60;
            }
            assert_eq!(slots(cron, "2028-02-01 00:00", wanted.len()), wanted, "{cron}");
        }
    }
}
