"""Names of people in the test data: which of its values they are, and how they are found in a text. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from gate.scoring.wording import fold

Identity = Callable[[str], str]
"""What makes two ways to write a value the same one; empty = the words are no such value."""
Finder = tuple[str, re.Pattern[str], Identity]
"""Kind, form, identity."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_TELLS_A_NAME = re.compile(r"\w*(?:name|holder)|contact|person|recipient")
_OF_PEOPLE = frozenset(
    {
        *("buyer", "caller", "client", "contact", "customer", "employee", "guest", "holder", "manager", "member"),
        *("owner", "patient", "person", "recipient", "seller", "tester", "user"),
        *(
            "family",
            "first",
            "firstname",
            "full",
            "fullname",
            "given",
            "last",
            "lastname",
            "maiden",
            "middle",
            "surname",
        ),
    }
)
_OF_THINGS = frozenset(
    {
        *("article", "brand", "company", "domain", "file", "filename", "host", "hostname", "item", "product", "shop"),
        *("store", "topic", "username"),
    }
)
_MOST_WORDS = 5
_SHORTEST = 3
_ALIKE = {mark: f"[{marks}]" for marks in ("'\u2019\u2018\u02bc\u00b4`", "\\-\u2010\u2011\u2013") for mark in marks}


def names_in(test_data: Mapping[str, str]) -> Iterator[tuple[str, Finder]]:
    """Whole names first, then the words of those that consist of several; each with what a case-folded text must hold.

    Names match in any case, their words alone as written or in capitals: `will` is not Will Grace.
    """
    names = {value.strip() for key, value in test_data.items() if _is_name(key, value.strip())}
    for name in _longest_first(names):
        yield _telling(name), ("name", re.compile(_bounded(_loosely(name), name), re.IGNORECASE), fold)
    for word in _longest_first({word for name in names for word in _words_of(name)}):
        either = f"(?:{_loosely(word)}|{_loosely(word.upper())})"
        yield _telling(word), ("name", re.compile(_bounded(either, word)), fold)


def _is_name(key: str, value: str) -> bool:
    """Whether a key's last part speaks of a name and the last telling word of the key is none of a thing.

    A name has letters, at least three of them in scripts with capitals and two in others.
    """
    last = key.rpartition(".")[2]
    letters = sum(map(str.isalpha, value))
    if letters < (_SHORTEST if _has_case(value) else 2) or re.sub(r"[\W_]", "", last).casefold() == "username":
        return False
    if not any(map(_TELLS_A_NAME.fullmatch, _split(last))):
        return False
    telling = [word for word in _split(key) if word in _OF_PEOPLE or word in _OF_THINGS]
    return not telling or telling[-1] in _OF_PEOPLE


def _split(key: str) -> list[str]:
    """The words of a key in the singular."""
    return [word.lower().removesuffix("s") for word in _WORDS.findall(key)]


def _words_of(name: str) -> list[str]:
    """The words of a name that are names themselves: `Vincent` and `Gogh` of Vincent van Gogh."""
    words = name.split()
    capital = [word for word in words if word[0].isupper()]
    several = len(capital) > 1 and len(words) <= _MOST_WORDS
    return [word for word in capital if len(word) >= _SHORTEST] if several else []


def _loosely(name: str) -> str:
    """The name with any white space between its words, and any apostrophe or hyphen where it has one."""
    return r"\s+".join("".join(_ALIKE.get(letter, re.escape(letter)) for letter in word) for word in name.split())


def _bounded(expression: str, name: str) -> str:
    """Words of their own, in scripts that set words apart."""
    return rf"(?<!\w){expression}(?!\w)" if _has_case(name) else expression


def _telling(name: str) -> str:
    return max(re.findall(r"\w+", name.casefold()), key=len, default="")


def _has_case(text: str) -> bool:
    return text.upper() != text.lower()


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))
