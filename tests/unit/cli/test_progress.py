"""What is said of a run while it goes."""

import io

import pytest

from gate.cli.progress import watching
from gate.model.comparison import Request
from gate.model.words import Arm


@pytest.mark.parametrize("running", [True, False])
def test_trials_that_are_only_read_are_not_announced(*, running: bool) -> None:
    """A report that is written again runs nothing."""
    stream = io.StringIO()

    with watching(stream, running=running) as display:
        display.wanted([Request(case="shop/late", arm=Arm.HEAD, trial=number) for number in (1, 2)])

    said = "agent-gate: 2 trials to begin with; cases in doubt get more\n"
    assert stream.getvalue() == (said if running else "")
