"""A document made of blocks that fits a size by construction: the least important rows are left out, and it says so."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gate.model.counting import count

Measure = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that belong together. `rows` may be cut from the end; `head` and `tail` go when no row is left.

    A block without rows is always whole. Blocks of lower `importance` get their room first; `noun` names one row and
    several in the line that says what was cut.
    """

    head: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    importance: int = 0
    noun: tuple[str, str] = ("row", "rows")


def utf16_units(text: str) -> int:
    """Length as GitHub's limits count it at worst; never below the number of characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    """Length in the bytes of the file it is written to."""
    return len(text.encode("utf-8", "surrogatepass"))


def fit(blocks: Sequence[Block], limit: int, measure: Measure) -> str:
    """All blocks as one text of at most `limit`, rows left out where needed, the least important first.

    Raises ValueError when `limit` does not even hold the blocks without any rows.
    """
    kept = [0] * len(blocks)
    sizes = [measure(_text(block, 0)) for block in blocks]
    room = limit - sum(sizes)
    if room < 0:
        raise ValueError(f"a limit of {limit} cannot hold this report; {sum(sizes)} is the least it needs")
    for index in sorted(range(len(blocks)), key=lambda index: blocks[index].importance):
        kept[index] = _most_rows(blocks[index], room + sizes[index], measure)
        room += sizes[index] - measure(_text(blocks[index], kept[index]))
    return "".join(_text(block, rows) for block, rows in zip(blocks, kept, strict=True)).rstrip("\n") + "\n"


def _most_rows(block: Block, room: int, measure: Measure) -> int:
    """The most rows of a block that fit; all of them, when they do, since then nothing is said of a cut."""
    if measure(_text(block, len(block.rows))) <= room:
        return len(block.rows)
    return max(bisect_right(range(len(block.rows)), room, key=lambda rows: measure(_text(block, rows))) - 1, 0)


def _text(block: Block, rows: int) -> str:
    """The block with that many rows, a line per entry, an empty line behind it."""
    cut = len(block.rows) - rows
    one, several = block.noun
    said = (f"… and {count(cut, f'more {one}', f'more {several}')} in the report",)
    if not block.rows:
        lines = (*block.head, *block.tail)
    elif not rows:
        lines = said
    else:
        lines = (*block.head, *block.rows[:rows], *(("", *said) if cut else ()), *block.tail)
    return "".join(f"{line}\n" for line in (*lines, ""))
