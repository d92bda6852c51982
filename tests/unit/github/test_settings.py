"""Inputs of a step: dashes kept, empty is unset, everything wrong told at once, secrets never shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import ProblemsError
from gate.github.settings import WORKFLOW_BOT, Settings, input_names


def test_without_inputs_everything_has_its_default() -> None:
    settings = Settings.from_environ({"PATH": "/bin"})

    assert settings == Settings()
    assert (settings.account, settings.comment, settings.tier) == (WORKFLOW_BOT, True, None)


def test_an_input_keeps_its_dashes_as_the_runner_hands_it_over() -> None:
    settings = Settings.from_environ({"INPUT_RECORD-BASELINE": "true", "INPUT_PULL-REQUEST": "12"})

    assert (settings.record_baseline, settings.pull_request) == (True, 12)


@pytest.mark.parametrize("empty", ["", "  ", "\n"])
def test_an_empty_input_was_not_given(empty: str) -> None:
    assert Settings.from_environ({f"INPUT_{name.upper()}": empty for name in input_names()}) == Settings()


@pytest.mark.parametrize("text", ["a,b", "a b", "a\nb", " a ,\n b, "])
def test_names_are_separated_by_commas_blanks_or_lines(text: str) -> None:
    assert Settings.from_environ({"INPUT_AGENTS": text}).agents == ("a", "b")


def test_every_mistake_is_told_at_once_with_the_nearest_name() -> None:
    wrong = {"INPUT_COMENT": "x", "INPUT_MODE": "strictest", "INPUT_PULL-REQUEST": "0", "INPUT_SHARD": "3/2"}

    with pytest.raises(ProblemsError) as error:
        Settings.from_environ(wrong)

    problems = {problem.key: problem for problem in error.value.problems}
    assert set(problems) == {"with.coment", "with.mode", "with.pull-request", "with.shard"}
    assert problems["with.coment"].hint == "did you mean 'comment'?"
    assert "'fast', 'standard' or 'strict'" in problems["with.mode"].message


def test_a_name_with_an_underscore_is_another_one() -> None:
    with pytest.raises(ProblemsError, match="did you mean 'pull-request'"):
        Settings.from_environ({"INPUT_PULL_REQUEST": "12"})


def test_a_name_like_no_other_is_told_what_there_is() -> None:
    with pytest.raises(ProblemsError, match="there are: token, path"):
        Settings.from_environ({"INPUT_ZZZZZZ": "12"})


@given(st.text(st.characters(categories=["L", "N"]), min_size=8))
def test_a_token_is_never_shown(token: str) -> None:
    settings = Settings.from_environ({"INPUT_TOKEN": token})

    assert settings.token.get_secret_value() == token
    assert token not in repr(settings) + str(settings) + str(settings.model_dump())


@pytest.mark.parametrize(("text", "part"), [("1/1", (1, 1)), ("2/4", (2, 4)), ("", None)])
def test_a_shard_is_a_part_of_how_many(text: str, part: tuple[int, int] | None) -> None:
    assert Settings.from_environ({"INPUT_SHARD": text}).part == part


@pytest.mark.parametrize("text", ["0/2", "3/2", "1-2", "1/2/3", "1/2\n1/2", "x"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(ProblemsError, match="is no part"):
        Settings.from_environ({"INPUT_SHARD": text})


@pytest.mark.parametrize(("given", "whole"), [({}, True), ({"cases": "a"}, False), ({"shard": "1/2"}, False)])
def test_only_a_whole_result_stands_on_the_commit(given: dict[str, str], whole: bool) -> None:
    inputs = {f"INPUT_{name.upper()}": value for name, value in given.items()}

    assert Settings.from_environ(inputs).is_whole is whole
