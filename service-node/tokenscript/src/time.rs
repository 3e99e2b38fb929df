//! Points in time as ASN.1 writes them.

use std::{cmp::Ordering, fmt};

/// An ASN.1 `GeneralizedTime`, such as `20200612210000+0200`. Two are equal if they are the same instant.
#[derive(Clone, Debug)]
pub struct GeneralizedTime {
	text: String,
	seconds: i64,
}

impl GeneralizedTime {
	/// Reads year, month, day and hour, then, if they are there, minutes, seconds, a fraction (which is not counted)
	/// and the distance from UTC. Without a distance it is UTC.
	pub fn parse(text: &str) -> Option<Self> {
		let text = text.trim();
		if !text.is_ascii() || text.len() > 40 {
			return None;
		}
		let zone_at = text.find(['Z', '+', '-']).unwrap_or(text.len());
		let (clock, zone) = text.split_at(zone_at);
		let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, "0"));
		let digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
		if !digits(clock) || !digits(fraction) || !matches!(clock.len(), 10 | 12 | 14) {
			return None;
		}
		let number =
			|from: usize, to: usize| clock.get(from..to).unwrap_or("0").parse::<i64>().ok();
		let days = days_since_1970(number(0, 4)?, number(4, 6)?, number(6, 8)?)?;
		let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
		if hour > 23 || minute > 59 || second > 60 {
			return None;
		}
		let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset(zone)?;
		Some(Self { text: text.to_owned(), seconds })
	}

	/// The time of a number of seconds since 1970.
	pub fn of_seconds(seconds: u64) -> Self {
		let seconds = i64::try_from(seconds).unwrap_or(i64::MAX).min(MOST_SECONDS);
		let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
		let (year, month, day) = date_of(days);
		let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
		let text = format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
		Self { text, seconds }
	}

	/// Seconds since 1970, UTC.
	pub const fn seconds(&self) -> i64 {
		self.seconds
	}

	/// As it was written.
	pub fn as_str(&self) -> &str {
		&self.text
	}
}

/// The last second of the year 9999.
const MOST_SECONDS: i64 = 253_402_300_799;

fn offset(zone: &str) -> Option<i64> {
	let (sign, digits) = match zone.as_bytes().first() {
		None => return Some(0),
		Some(b'Z') => return (zone.len() == 1).then_some(0),
		Some(b'-') => (-1, &zone[1..]),
		Some(_) => (1, &zone[1..]),
	};
	let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
	if !plain || !matches!(digits.len(), 2 | 4) {
		return None;
	}
	let hours: i64 = digits[..2].parse().ok()?;
	let minutes: i64 =
		digits.get(2..).filter(|it| !it.is_empty()).map_or(Ok(0), str::parse).ok()?;
	(hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// Days from 1970-01-01 to a date of the Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
	let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	let length = match month {
		2 if leap => 29,
		2 => 28,
		4 | 6 | 9 | 11 => 30,
		1..=12 => 31,
		_ => return None,
	};
	if day < 1 || day > length {
		return None;
	}
	let shifted = if month <= 2 { year - 1 } else { year };
	let era = shifted.div_euclid(400);
	let of_era = shifted.rem_euclid(400);
	let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
	Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The date of a day since 1970-01-01: the inverse of the above.
fn date_of(days: i64) -> (i64, i64, i64) {
	let shifted = days + 719_468;
	let era = shifted.div_euclid(146_097);
	let of_era = shifted.rem_euclid(146_097);
	let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
	let of_year = of_era - (365 * year + year / 4 - year / 100);
	let month = (5 * of_year + 2) / 153;
	let day = of_year - (153 * month + 2) / 5 + 1;
	let month = if month < 10 { month + 3 } else { month - 9 };
	(year + era * 400 + i64::from(month <= 2), month, day)
}

impl PartialEq for GeneralizedTime {
	fn eq(&self, other: &Self) -> bool {
		self.seconds == other.seconds
	}
}

impl Eq for GeneralizedTime {}

impl PartialOrd for GeneralizedTime {
	fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
		Some(self.cmp(other))
	}
}

impl Ord for GeneralizedTime {
	fn cmp(&self, other: &Self) -> Ordering {
		self.seconds.cmp(&other.seconds)
	}
}

impl fmt::Display for GeneralizedTime {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(&self.text)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn seconds(text: &str) -> Option<i64> {
		GeneralizedTime::parse(text).map(|it| it.seconds())
	}

	#[test]
	fn known_times_have_their_seconds() {
		// From a published file, which names the command that made them.
		assert_eq!(seconds("20180614180000+0300"), Some(1_528_988_400));
		assert_eq!(seconds("20180714170000+0300"), Some(1_531_576_800));
		assert_eq!(seconds("19700101000000Z"), Some(0));
		assert_eq!(seconds("20000229120000"), Some(951_825_600));
		assert_eq!(seconds("2000022912"), Some(951_825_600));
		assert_eq!(seconds("20000229120000.5-0100"), Some(951_829_200));
	}

	#[test]
	fn what_is_no_time_is_refused() {
		for text in [
			"",
			"2020",
			"20200230000000Z",
			"20201301000000Z",
			"20200101240000Z",
			"20200101000000X",
			"20200101000000+1",
			"20200101000000+9900",
			"2020010100000",
			"２０２００１０１００",
			"+",
		] {
			assert_eq!(seconds(text), None, "{text}");
		}
	}

	#[test]
	fn one_instant_is_equal_in_two_zones() {
		let there = GeneralizedTime::parse("20200612210000+0200");
		assert_eq!(there, GeneralizedTime::parse("20200612190000Z"));
	}

	proptest! {
		#[test]
		fn writing_and_reading_is_the_identity(at in 0u64..253_402_300_799) {
			let written = GeneralizedTime::of_seconds(at);
			let read = GeneralizedTime::parse(written.as_str()).unwrap();
			prop_assert_eq!(read.seconds(), i64::try_from(at).unwrap());
		}

		#[test]
		fn no_text_breaks_reading(text in ".{0,50}", digits in "[0-9Z+.-]{0,30}") {
			let _ = (seconds(&text), seconds(&digits));
		}
	}
}
