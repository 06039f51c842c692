use proptest::prelude::*;

use super::*;

/// Easter Sundays of 1990 to 2050 as the churches' tables have them.
const WESTERN: &str = "04-15 03-31 04-19 04-11 04-03 04-16 04-07 03-30 04-12 04-04 04-23 04-15 03-31 04-20 04-11 03-27 04-16 04-08 \
    03-23 04-12 04-04 04-24 04-08 03-31 04-20 04-05 03-27 04-16 04-01 04-21 04-12 04-04 04-17 04-09 03-31 04-20 \
    04-05 03-28 04-16 04-01 04-21 04-13 03-28 04-17 04-09 03-25 04-13 04-05 04-25 04-10 04-01 04-21 04-06 03-29 \
    04-17 04-09 03-25 04-14 04-05 04-18 04-10";
const ORTHODOX: &str = "04-15 04-07 04-26 04-18 05-01 04-23 04-14 04-27 04-19 04-11 04-30 04-15 05-05 04-27 04-11 05-01 04-23 04-08 \
    04-27 04-19 04-04 04-24 04-15 05-05 04-20 04-12 05-01 04-16 04-08 04-28 04-19 05-02 04-24 04-16 05-05 04-20 \
    04-12 05-02 04-16 04-08 04-28 04-13 05-02 04-24 04-09 04-29 04-20 04-05 04-25 04-17 05-06 04-21 04-13 05-03 \
    04-24 04-09 04-29 04-21 04-05 04-25 04-17";

const SHIPPED: [(&str, &str); 5] = [
    ("de", include_str!("../../../jobs/calendar/de.toml")),
    ("fr", include_str!("../../../jobs/calendar/fr.toml")),
    ("gb", include_str!("../../../jobs/calendar/gb.toml")),
    ("ua", include_str!("../../../jobs/calendar/ua.toml")),
    ("us", include_str!("../../../jobs/calendar/us.toml")),
];

fn shipped(name: &str) -> Calendar {
    let (_, text) = SHIPPED.iter().find(|(n, _)| *n == name).expect("a calendar of ours");
    read_calendar(name, &format!("jobs/calendar/{name}.toml"), text).expect("a calendar without problems")
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect(text)
}

/// The days off of a year that are no weekend, as `01-01 Neujahr`.
fn days_off(calendar: &Calendar, year: i32) -> Vec<String> {
    let days = date(&format!("{year}-01-01")).iter_days().take_while(|day| day.year() == year);
    let weekdays = days.filter(|day| !calendar.weekend.contains(&day.weekday()));
    weekdays.filter_map(|day| Some(format!("{} {}", day.format("%m-%d"), calendar.holiday(day)?))).collect()
}

fn dates_off(name: &str, year: i32) -> Vec<String> {
    days_off(&shipped(name), year).into_iter().map(|day| day[..5].to_owned()).collect()
}

#[test]
fn easter_is_where_the_churches_tables_have_it() {
    for (church, table) in [(Church::Western, WESTERN), (Church::Orthodox, ORTHODOX)] {
        assert_eq!(table.split(' ').count(), 61);
        for (year, day) in (1990..).zip(table.split(' ')) {
            assert_eq!(easter(church, year), Some(date(&format!("{year}-{day}"))), "{church:?} {year}");
        }
    }
}

#[test]
fn germany_is_off_on_nine_days_wherever_they_fall() {
    let expected = [
        "01-01 Neujahr",
        "04-03 Karfreitag",
        "04-06 Ostermontag",
        "05-01 Tag der Arbeit",
        "05-14 Christi Himmelfahrt",
        "05-25 Pfingstmontag",
        "12-25 1. Weihnachtstag",
    ];
    assert_eq!(days_off(&shipped("de"), 2026), expected);
    let de = shipped("de");
    assert_eq!(de.off_reason(date("2026-10-03")).as_deref(), Some("Tag der Deutschen Einheit"), "a Saturday too");
    assert_eq!(de.off_reason(date("2026-10-04")).as_deref(), Some("Sunday"));
    assert!(dates_off("de", 2017).contains(&"10-31".to_owned()));
}

#[test]
fn american_holidays_move_to_the_nearest_weekday_even_into_the_year_before() {
    assert_eq!(
        dates_off("us", 2026),
        ["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25"]
    );
    assert_eq!(shipped("us").holiday(date("2021-12-31")).as_deref(), Some("New Year's Day (observed)"));
    assert_eq!(shipped("us").holiday(date("2022-12-26")).as_deref(), Some("Christmas Day (observed)"));
    assert!(!dates_off("us", 2020).contains(&"06-19".to_owned()));
}

#[test]
fn british_holidays_in_lieu_come_one_after_the_other() {
    assert_eq!(dates_off("gb", 2021), ["01-01", "04-02", "04-05", "05-03", "05-31", "08-30", "12-27", "12-28"]);
    assert_eq!(
        dates_off("gb", 2022),
        ["01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"]
    );
    assert_eq!(shipped("gb").holiday(date("2022-12-27")).as_deref(), Some("Christmas Day (observed)"));
    assert_eq!(dates_off("gb", 2020), ["01-01", "04-10", "04-13", "05-08", "05-25", "08-31", "12-25", "12-28"]);
}

#[test]
fn france_and_ukraine_keep_their_own() {
    assert_eq!(
        dates_off("fr", 2026),
        ["01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "11-11", "12-25"]
    );
    // Easter 12 April and Trinity 31 May on Sundays, Constitution Day 28 June too.
    assert_eq!(
        dates_off("ua", 2026),
        ["01-01", "03-09", "04-13", "05-01", "05-08", "06-01", "06-29", "07-15", "08-24", "10-01", "12-25"]
    );
}

#[test]
fn every_problem_of_a_calendar_comes_at_once_with_its_place() {
    let text = "weekend = [\"sat\", \"sunn\"]\nobservd = \"next\"\n[[holiday]]\nname = \"A\"\non = \"13-01\"\n\
                [[holiday]]\nname = \"B\"\n[[holiday]]\non = \"01-01\"\nfrom = 2020\nuntil = 2019\n";
    let found = read_calendar("x", "jobs/calendar/x.toml", text).expect_err("problems").to_string();
    for expected in [
        "x.toml:1:19: unknown weekday `sunn` (did you mean `sun`?)",
        "x.toml:2:1: unknown key `observd` (did you mean `observed`?)",
        "x.toml:5:6: `13-01` is no day of the year (expected `01-01`",
        "x.toml:6:1: a holiday has either `on` or `dates`",
        "missing key `name`",
        "x.toml:11:9: `until` is 2019, which is before `from`, 2020",
    ] {
        assert!(found.contains(expected), "{expected} in:\n{found}");
    }
    assert_eq!(found.lines().count(), 6, "{found}");
}

#[test]
fn a_calendar_survives_the_ledger() {
    for (name, _) in SHIPPED {
        let stored = serde_json::to_value(shipped(name)).expect("JSON");
        assert_eq!(serde_json::from_value::<Calendar>(stored).expect("a calendar"), shipped(name));
    }
}

proptest! {
    #[test]
    fn business_days_are_what_is_left_of_a_period(calendar in 0..SHIPPED.len(), offset in 0u64..18_000, length in 0u64..800) {
        let calendar = shipped(SHIPPED[calendar].0);
        let from = plus_days(date("2000-01-01"), offset);
        let period = Period { from, until: plus_days(from, length) };
        let counted = from.iter_days().take(length as usize).filter(|day| calendar.is_business_day(*day)).count();
        prop_assert_eq!(calendar.business_day_count(period), counted);
        let (next, last) = (calendar.business_day_from(from), calendar.business_day_until(from));
        let (next, last) = (next.expect("people work"), last.expect("people work"));
        prop_assert!(last <= from && from <= next);
        prop_assert!(calendar.is_business_day(next) && calendar.is_business_day(last));
        prop_assert_eq!(calendar.business_day_count(Period { from, until: next }), 0);
        prop_assert_eq!(calendar.business_day_count(Period { from: plus_days(last, 1), until: plus_days(from, 1) }), 0);
        prop_assert_eq!(last == from, next == from);
    }
}
