"""Outputs and summary, in the runner's own formats and sizes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import UsageError
from gate.github.outputs import output_lines, summary_room, write_outputs, write_summary
from gate.reports.markdown import SUMMARY_LIMIT


def runner_reads(text: str) -> dict[str, str]:
    """The outputs of a file, as the runner reads them: on Linux a line ends at a line feed and nowhere else."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n")[:-1])
    for line in lines:
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            found[line[:equals]] = line[equals + 1 :]
            continue
        name, delimiter = line[:heredoc], line[heredoc + 2 :]
        value = []
        while (part := next(lines)) != delimiter:
            value.append(part)
        found[name] = "\n".join(value)
    return found


names = st.sampled_from(["conclusion", "run-folder", "headline"])
values = st.text(st.sampled_from("ab=<\n\r ghadelimiter_\u2028é"), max_size=40)


@given(st.dictionaries(names, values))
def test_the_runner_reads_exactly_what_was_given(given_values: dict[str, str]) -> None:
    assert runner_reads(output_lines(given_values)) == given_values


def test_a_value_cannot_end_itself_and_set_another_output() -> None:
    text = output_lines({"headline": "x\nconclusion=pass\nEOF\nconclusion<<EOF\npass\nEOF"})

    assert set(runner_reads(text)) == {"headline"}


def test_a_value_that_holds_its_delimiter_is_refused() -> None:
    with pytest.raises(UsageError):
        output_lines({"headline": "an EOF in it"}, lambda: "EOF")


def test_delimiters_cannot_be_guessed() -> None:
    first, second = (output_lines({"a": ""}).split("\n")[0] for _ in range(2))

    assert first != second
    assert len(first) > 32


def test_outputs_are_added_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "output"
    write_outputs(path, {"run-folder": "runs/1"})
    write_outputs(path, {"run-folder": "runs/2", "cases": "3"})

    assert runner_reads(path.read_text()) == {"run-folder": "runs/2", "cases": "3"}


def test_without_files_nothing_is_written() -> None:
    write_outputs(None, {"a": "b"})
    write_summary(None, "text")
    assert summary_room(None) == SUMMARY_LIMIT - 1


def test_a_summary_never_grows_beyond_what_is_kept(tmp_path: Path) -> None:
    """A larger one is dropped whole, so a part that does not fit is left out."""
    path = tmp_path / "summary"
    write_summary(path, "é" * (SUMMARY_LIMIT // 2 - 10))
    before = path.stat().st_size
    write_summary(path, "x" * 30)

    assert before == path.stat().st_size
    assert summary_room(path) == SUMMARY_LIMIT - before - 1
    write_summary(path, "x")
    assert path.stat().st_size == before + 1
