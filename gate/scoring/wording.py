"""How texts are compared: folded, so that case, white space, typographic marks and emphasis do not matter."""

import json
import re
import unicodedata
from functools import lru_cache

from gate.model.case import Json

_MARKS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("`\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
        "\u2026": "...",
    }
)
_EMPHASIS = re.compile(r"[*_]*\*[*_]*|__+")  # markdown bold and italics
_GAP = re.compile(r" ?(?:\.{3,}|\[\.{3,}\]) ?")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The text in one form: NFKC, case-folded, plain quotes and dashes, no markdown emphasis, single blanks."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).translate(_MARKS).casefold())
    bare = _EMPHASIS.sub("", plain)
    return " ".join((bare if bare.strip() else plain).split())


def occurs(phrase: str, text: str) -> bool:
    """Whether the phrase occurs in the text, both folded; a blank phrase never does."""
    wanted = fold(phrase)
    return bool(wanted) and wanted in fold(text)


def quoted(quote: str, text: str) -> bool:
    """Whether a quote occurs in the text, both folded.

    An ellipsis in the quote stands for words left out: the pieces must follow in order. Closing punctuation of the
    quote is not held against the text. A quote without a letter or digit never occurs.
    """
    pieces = [piece.rstrip(" .,;:!?") for piece in _GAP.split(fold(quote).strip("\"' "))]
    pieces = [piece for piece in pieces if any(character.isalnum() for character in piece)]
    folded, position = fold(text), 0
    for piece in pieces:
        found = folded.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return bool(pieces)


def shown(value: Json) -> str:
    """A value as a reader sees it: JSON with sorted keys and its own letters."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def shortened(text: str, limit: int = 300) -> str:
    """The text, cut to at most `limit` characters with an ellipsis at the cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
