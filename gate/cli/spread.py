"""Work on many small items, over the processors of the machine where that pays."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_IT = 1000
"""Items below which starting processes costs more than it saves."""
MOST_PROCESSES = 4
CHUNKS_PER_PROCESS = 16


def spread(function: Callable[[Item], Result], items: Sequence[Item], /) -> Iterable[Result]:
    """The results in the order of the items, as `map` gives them; what `function` raises is raised here.

    Function, items and results must be picklable. Only Linux can fork without surprises: elsewhere it is `map`.
    This process takes part: what it does itself need not be brought over from another one.
    """
    processes = min(len(os.sched_getaffinity(0)), MOST_PROCESSES) if sys.platform == "linux" else 1
    if processes < 2 or len(items) < WORTH_IT:
        return map(function, items)
    size = -(-len(items) // (processes * CHUNKS_PER_PROCESS))
    chunks = [items[start : start + size] for start in range(0, len(items), size)]
    with ProcessPoolExecutor(processes - 1, mp_context=get_context("fork")) as pool:
        others = [pool.submit(_each, function, chunk) for chunk in chunks]
        # They begin at the front and this process at the back; what somebody has begun cannot be cancelled.
        own = {at: _each(function, chunks[at]) for at in reversed(range(len(chunks))) if others[at].cancel()}
        done = [own[at] if at in own else other.result() for at, other in enumerate(others)]
    return [result for chunk in done for result in chunk]


def _each(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    return list(map(function, items))
