"""What can be typed: every command leads somewhere, help is quick and readable, errors go to stderr."""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from gate.cli.main import main
from gate.cli.parser import build_parser
from gate.errors import ExitCode


def commands(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, command in action.choices.items():
                yield f"{name} {word}".strip(), command
                yield from commands(command, f"{name} {word}".strip())


ALL = dict(commands(build_parser()))


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_command_has_a_handler_and_a_description(name: str) -> None:
    """No command is listed that leads nowhere."""
    command = ALL[name]

    module, _, function = command.get_default("handler").partition(":")
    assert callable(getattr(import_module(f"gate.cli.{module}"), function))
    assert command.description
    for action in command._actions:
        assert action.help, f"{name}: {action.option_strings or action.dest}"


def test_help_imports_nothing_heavy() -> None:
    """Cold start is short because the parser imports neither pydantic nor yaml nor rich."""
    code = "import sys; from gate.cli.parser import build_parser; build_parser().format_help(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"pydantic", "yaml", "rich", "httpx", "github", "anyio"} & set(done.stdout.split())


def test_an_error_of_the_user_has_no_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Message and remedy on stderr, nothing on stdout, exit code 2."""
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))

    code = main(["run"])

    out, err = capsys.readouterr()
    assert code == ExitCode.CONFIGURATION
    assert out == ""
    assert err.startswith("agent-gate: ")
    assert "→" in err
    assert "Traceback" not in err


def test_arguments_that_contradict_each_other_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """One selection at a time."""
    assert main(["run", "--full", "--case", "x"]) == ExitCode.CONFIGURATION
    assert "contradict each other" in capsys.readouterr().err


def test_what_an_error_quotes_cannot_command_the_terminal_or_the_runner(capsys: pytest.CaptureFixture[str]) -> None:
    """File, branch and case names are the pull request's author's."""
    main(["report", "x\n::stop-commands::y\n\x1b]0;title\x07##[group]z"])

    err = capsys.readouterr().err
    assert "stop-commands" in err
    assert not any(mark in err for mark in ("::", "##[", "\x1b"))


def test_a_file_that_cannot_be_written_has_no_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What refused, and the remedy; never the 1 that means a regression."""
    (tmp_path / "taken").write_text("")
    monkeypatch.chdir(tmp_path)

    code = main(["demo", "--keep", "taken/below"])

    err = capsys.readouterr().err
    assert code == ExitCode.CONFIGURATION
    assert "taken" in err
    assert "→" in err
    assert "Traceback" not in err


def test_a_bug_does_not_answer_that_the_merge_is_blocked(capsys: pytest.CaptureFixture[str]) -> None:
    """Its traceback is kept, and the exit code says that the gate could not tell."""
    code = main(["demo", "--keep", "\0"])  # no command line can hold this byte, so no command looks for it

    assert code == ExitCode.COULD_NOT_TELL
    assert "Traceback" in capsys.readouterr().err
