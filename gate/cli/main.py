"""argv in, exit code out. The outermost except is here and nowhere else."""

import gc
import signal
import sys
import traceback
from collections.abc import Sequence

from gate.cli.parser import build_parser

COLLECT_EVERY = 50_000
"""New objects between two looks for garbage: a short process that keeps nearly all it makes has little to find."""


def console() -> None:
    """Entry point of the `agent-gate` program. Being told to end is like being interrupted: sessions are closed."""
    signal.signal(signal.SIGTERM, interrupt)
    gc.set_threshold(COLLECT_EVERY)
    sys.exit(main(sys.argv[1:]))


def interrupt(*_: object) -> None:
    """Answer a signal as SIGINT, which the event loop meets by ending what is under way in order."""
    signal.raise_signal(signal.SIGINT)


def main(argv: Sequence[str]) -> int:
    """Run one command; what it answers is the process's exit code.

    Errors the user can act on are printed without a traceback; anything else is a bug of the gate and keeps its own. A
    bug answers "could not tell": Python's own answer to an uncaught error, 1, would read as a blocked merge.
    """
    arguments = build_parser().parse_args(argv)
    from importlib import import_module  # noqa: PLC0415 - commands are imported only when chosen

    from gate.errors import ExitCode, GateError  # noqa: PLC0415 - same
    from gate.reports.escape import terminal_lines  # noqa: PLC0415 - same

    module, _, function = arguments.handler.partition(":")
    try:
        return int(getattr(import_module(f"gate.cli.{module}"), function)(arguments))
    except GateError as error:
        print(terminal_lines(f"agent-gate: {error}"), file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        print("agent-gate: interrupted; what was paid for is kept in the run folder", file=sys.stderr)
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        return int(ExitCode.PASS)
    except OSError as error:
        print(terminal_lines(f"agent-gate: {_unusable(error)}"), file=sys.stderr)
        return int(ExitCode.CONFIGURATION)
    except Exception:  # noqa: BLE001 - the outermost except
        traceback.print_exc()
        print(
            "agent-gate: this is a bug of the gate, and says nothing of the change; please report it", file=sys.stderr
        )
        return int(ExitCode.COULD_NOT_TELL)


def _unusable(error: OSError) -> str:
    """What a file or folder refused, and the remedy."""
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    return f"{what}\n  → make room or mend the permissions; what is already in the run folder is kept"
