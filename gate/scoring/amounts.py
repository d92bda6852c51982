"""Money amounts and percentages in running text, as exact numbers."""

import re
from collections.abc import Iterator
from decimal import Decimal

# Every repetition is bounded: replies come from outside, and a long run of digits must not take long to read.
_NUMBER = r"(?<!\d)(?:\d{1,3}(?:[ \u00a0\u202f'\u2019]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,15}(?:[.,]\d{1,15}){0,4})(?!\d)"
_CODE = "USD|EUR|GBP|CHF|CAD|AUD|NZD|JPY|CNY|INR|SEK|NOK|DKK|PLN|BRL|MXN|SGD|HKD|ZAR"
_SIGN = "[$€£¥₹₩₺₪₫₱₽]"
_BEFORE = rf"(?:\b[A-Z]{{1,3}}{_SIGN}|{_SIGN}|\b(?:{_CODE})(?![A-Za-z]))\s?(?P<after>{_NUMBER})"
_BEHIND = rf"(?<![\w.,])(?P<before>{_NUMBER})\s?(?:{_SIGN}|(?:{_CODE}|[Dd]ollars?|[Ee]uros?)\b)"
_MONEY = re.compile(f"{_BEFORE}|{_BEHIND}")
_PERCENT = re.compile(rf"(?<![\w.,])(?P<number>{_NUMBER})\s?(?:%|(?:percent|per\s?cent|pct)\b)", re.IGNORECASE)
_OF_MONEY = re.compile(r"\s{1,3}(?:of|off|refund|discount|cash|credit|reimburse)", re.IGNORECASE)
_PLAIN = re.compile(rf"(?<![\w.,]){_NUMBER}")
_DURATION = re.compile(
    rf"{_NUMBER}(?:\s?(?:-|\u2013|to)\s?{_NUMBER})?[\s-]{{1,3}}(?:(?:business|working|calendar)[\s-]{{1,3}})?"
    r"(?:second|minute|hour|day|week|month|year)s?\b",
    re.IGNORECASE,
)


def readings(number: str) -> frozenset[Decimal]:
    """What a written number can mean: `1,299.00` and `1.299,00` are one thing each, `1.299` may be two."""
    digits = re.sub(r"[ \u00a0\u202f'\u2019]", "", number)
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return frozenset({Decimal(digits)})
    whole, _, rest = digits.rpartition(marks[-1])
    as_decimal = Decimal(f"{_bare(whole)}.{rest}")
    as_thousands = Decimal(_bare(digits))
    if len(marks) > 1 and len(set(marks)) == 1:
        return frozenset({as_thousands})
    if len(marks) == 1 and len(rest) == 3:
        return frozenset({as_decimal, as_thousands})
    return frozenset({as_decimal})


def money(text: str) -> Iterator[tuple[str, frozenset[Decimal]]]:
    """Each amount with a currency sign, code or word: its words and its readings. Nothing for zero."""
    for match in _MONEY.finditer(text):
        values = readings(match["after"] or match["before"])
        if any(values):
            yield match[0].strip(), values


def percentages(text: str) -> Iterator[tuple[str, frozenset[Decimal]]]:
    """Each percentage: its words and its readings. "100 %" counts only where it is of something that costs."""
    for match in _PERCENT.finditer(text):
        values = readings(match["number"])
        if Decimal(100) not in values or _OF_MONEY.match(text, match.end()):
            yield match[0], values


def numbers(text: str) -> set[Decimal]:
    """Every number of a text that may be an amount: any, except those that count time."""
    rest = _DURATION.sub(" ", text)
    return {value for match in _PLAIN.finditer(rest) for value in readings(match[0])} | {
        value for _, values in money(text) for value in values
    }


def _bare(digits: str) -> str:
    return digits.replace(",", "").replace(".", "")
