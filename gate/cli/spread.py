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
CHUNKS_PER_PROCESS = 4


def spread(function: Callable[[Item], Result], items: Sequence[Item], /) -> Iterable[Result]:
    """The results in the order of the items, as `map` gives them; what `function` raises is raised here.

    Function, items and results must be picklable. Only Linux can fork without surprises: elsewhere it is `map`.
    """
    processes = min(len(os.sched_getaffinity(0)), MOST_PROCESSES) if sys.platform == "linux" else 1
    if processes < 2 or len(items) < WORTH_IT:
        return map(function, items)
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        return list(pool.map(function, items, chunksize=-(-len(items) // (processes * CHUNKS_PER_PROCESS))))
