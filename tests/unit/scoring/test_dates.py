from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.scoring.dates import Day, dates, source_days, without_dates

WRITTEN = [
    "{d:%Y-%m-%d}",
    "{d:%d.%m.%Y}",
    "{d:%m/%d/%Y}",
    "{d:%B} {d.day}, {d.year}",
    "{d:%b} {d.day} {d.year}",
    "{d.day} {d:%B} {d.year}",
    "the {d.day}th of {d:%B}",
    "{d:%B} {d.day}",
]


@given(day=st.dates(date(2001, 1, 1), date(2099, 12, 31)), form=st.sampled_from(WRITTEN))
def test_every_form_is_said_by_the_iso_date(day: date, form: str) -> None:
    ((_, readings),) = dates(f"It arrives {form.format(d=day)}.")
    assert any(reading.is_said_by(Day(day.year, day.month, day.day)) for reading in readings)


@given(day=st.dates(date(2001, 1, 1), date(2099, 12, 31)), form=st.sampled_from(WRITTEN))
def test_a_source_may_use_every_form_too(day: date, form: str) -> None:
    assert any(Day(day.year, day.month, day.day).is_said_by(known) for known in source_days(form.format(d=day)))


@pytest.mark.parametrize(
    "text",
    ["24/7", "5-7 business days", "30 days", "You may 5 times", "10:30", "1.2.3", "2026", "tomorrow", "13/13/2026"],
)
def test_what_is_no_date(text: str) -> None:
    assert list(dates(text)) == []


def test_a_month_with_a_year_is_said_by_any_of_its_days() -> None:
    ((_, readings),) = dates("since April 2026")
    assert readings == {Day(2026, 4, 0)}
    assert Day(2026, 4, 0).is_said_by(Day(2026, 4, 17))
    assert not Day(2026, 4, 17).is_said_by(Day(2026, 4, 0))


def test_another_year_is_another_date() -> None:
    assert not Day(2027, 4, 3).is_said_by(Day(2026, 4, 3))
    assert Day(2026, 4, 3).is_said_by(Day(0, 4, 3))


def test_a_time_stamp_gives_the_days_a_time_zone_may_move_it_to() -> None:
    assert source_days("2026-03-31T23:30:00Z") == {Day(2026, 3, 30), Day(2026, 3, 31), Day(2026, 4, 1)}
    assert source_days("2026-03-31") == {Day(2026, 3, 31)}


def test_a_date_is_read_once() -> None:
    assert [words for words, _ in dates("on 3 April 2026, or April 5th, 2026")] == ["April 5th, 2026", "3 April 2026"]


def test_figures_of_dates_can_be_blanked() -> None:
    assert not any(character.isdigit() for character in without_dates("2026-04-03 or April 3, 2026 or 03/04/2026"))
