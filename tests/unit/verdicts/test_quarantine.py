"""Cases set aside by hand."""

from datetime import date

from gate.config import QuarantineConfig
from gate.verdicts.quarantine import quarantine

CASES = ("sales/quote", "support/bulk-items", "support/late-parcel")
ENTRY = QuarantineConfig(owner="ana", reason="carrier sandbox is down", until=date(2026, 11, 30))


def test_an_entry_counts_until_its_last_day() -> None:
    aside = quarantine({"support/bulk-items": ENTRY}, CASES, date(2026, 11, 30))

    assert aside.cases == {"support/bulk-items"}
    assert aside.notes == ("support/bulk-items is quarantined until 2026-11-30 by ana: carrier sandbox is down",)


def test_the_day_after_the_case_counts_again_and_that_is_said() -> None:
    aside = quarantine({"support/bulk-items": ENTRY}, CASES, date(2026, 12, 1))

    assert aside.cases == frozenset()
    assert aside.notes == ("quarantine of support/bulk-items expired on 2026-11-30: it counts again (ana owned it)",)


def test_an_id_alone_names_the_case_in_every_agent() -> None:
    cases = (*CASES, "sales/bulk-items")

    assert quarantine({"bulk-items": ENTRY}, cases, date(2026, 1, 1)).cases == {
        "sales/bulk-items",
        "support/bulk-items",
    }


def test_an_entry_that_names_no_case_is_said() -> None:
    aside = quarantine({"bulk-itms": ENTRY}, CASES, date(2026, 1, 1))

    assert (aside.cases, aside.notes) == (
        frozenset(),
        ("quarantine of bulk-itms: no such case; remove the entry",),
    )
