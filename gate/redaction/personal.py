"""What personal data looks like in running text: e-mail addresses, payment card numbers, phone numbers. Pure."""

import re

EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@(?:[\w-]+\.)+[A-Za-z]{2,}(?![\w-])")
CARD = re.compile(r"(?<![\w-])(?:\d[ -]?){12,18}\d(?![\w-])")
PHONE = re.compile(
    r"(?<![\w.+-])(?:(?:\+\d{1,3}[ .-]?|00[1-9]\d{0,2}[ .-])(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ ./-]?\d{2,4}){2,4}"
    r"|(?:1[ .-])?\(\d{3}\) ?\d{3}[ .-]\d{4}|(?:1[ .-])?\d{3}([ .-])\d{3}\1\d{4}"
    r"|0[1-9]\d{1,3}[ /-]\d{3,4}(?:[ -]?\d{2,4}){1,2})"
    r"(?![\w-]|[.,]\d)"
)
PHONE_DIGITS = 9
"""Digits compared from the end, so that a country code said or left out does not matter."""

_NETWORKS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}"
    r"|(?:6011|65\d\d|64[4-9]\d|35(?:2[89]|[3-8]\d))\d{12}|3(?:0[0-5]|[68]\d)\d{11}"
)


def emails(text: str) -> list[str]:
    """Each e-mail address as written."""
    return [match[0] for match in EMAIL.finditer(text)]


def is_card_number(digits: str) -> bool:
    """Whether text is digits numbered like a payment card: of a known network, the last one right by the Luhn formula.

    The formula is that of ISO/IEC 7812-1, annex B.
    """
    if not _NETWORKS.fullmatch(digits):
        return False
    doubled = sum(sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (doubled + sum(int(digit) for digit in digits[-1::-2])) % 10 == 0


def digits_of(text: str) -> str:
    """The digits of a text, without what stands between them."""
    return re.sub(r"\D", "", text)
