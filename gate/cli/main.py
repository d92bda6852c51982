"""argv in, exit code out. The outermost except is here and nowhere else."""

import sys
import traceback
from argparse import Namespace
from collections.abc import Callable, Sequence
from importlib import import_module

from gate.cli.parser import build_parser
from gate.cli.process import begin, end, loaded


def console() -> None:
    """Entry point of the `agent-gate` program. Being told to end is like being interrupted: sessions are closed."""
    begin()
    end(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run one command; what it answers is the process's exit code.

    Errors the user can act on are printed without a traceback; anything else is a bug of the gate and keeps its own. A
    bug answers "could not tell": Python's own answer to an uncaught error, 1, would read as a blocked merge.
    """
    arguments = build_parser().parse_args(argv)
    from gate.errors import ExitCode, GateError  # noqa: PLC0415 - `--help` does without
    from gate.reports.escape import terminal_lines  # noqa: PLC0415 - same

    try:
        return int(_function(arguments.handler)(arguments))
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


def _function(handler: str) -> Callable[[Namespace], int]:
    """The function of a command, whose modules are imported only when it is chosen."""
    module, _, function = handler.partition(":")
    found: Callable[[Namespace], int] = getattr(import_module(f"gate.cli.{module}"), function)
    loaded()
    return found


def _unusable(error: OSError) -> str:
    """What a file or folder refused, and the remedy."""
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    return f"{what}\n  → make room or mend the permissions; what is already in the run folder is kept"
