"""YAML text to plain values: what it reads, what it refuses, and where it says things stand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.documents import MAX_DEPTH, Document, load_yaml, plain_value
from gate.errors import ProblemsError
from gate.model.problem import Problem

BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    + [f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
)


def problems(text: str, first_line: int = 1) -> tuple[Problem, ...]:
    with pytest.raises(ProblemsError) as caught:
        load_yaml(text, "f.yml", first_line=first_line)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2026-04-03", "2026-04-03"),
        ("0042", "0042"),
        ("12E45", "12E45"),
        ("1.", "1."),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1e999", "1e999"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("-3", -3),
        ("29.90", 29.9),
        (".5", 0.5),
        ("1e+3", 1000.0),
        ("1.5e3", 1500.0),
        ("0.05", 0.05),
        ("0", 0),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("|\n 12", "12"),
        ("<<", "<<"),
    ],
)
def test_unquoted_text_is_what_the_core_schema_of_yaml_1_2_says(text: str, value: object) -> None:
    """Dates, times, `no` and codes with leading zeros stay text; quoted text always does."""
    read = load_yaml(f"- {text}", "f.yml").value

    assert read == [value]
    assert isinstance(read, list)
    assert type(read[0]) is type(value)


def test_each_key_knows_its_line_in_the_file_and_unknown_ones_that_of_their_parent() -> None:
    """`first_line` is where the text begins in its file."""
    document = load_yaml("a: 1\nb:\n  - c: 2\n    d: 3\n", "f.md", first_line=2)

    assert document.line(("a",)) == 2
    assert document.line(("b",)) == 3
    assert document.line(("b", 0, "d")) == 5
    assert document.line(("b", 0, "missing", "deep")) == 4
    assert Document(None).line(("a",)) == 0


def test_numbers_are_also_kept_as_they_were_written() -> None:
    """29.90 is a number, but it is printed as the author wrote it."""
    document = load_yaml("total: 29.90\nid: '0042'\n", "f.yml")

    assert document.texts == {("total",): "29.90"}


def test_an_empty_or_commented_document_is_null() -> None:
    """Nothing written is nothing said, not an error."""
    assert load_yaml("", "f.yml").value is None
    assert load_yaml("# words\n", "f.yml") == Document(None, {(): 1})


def test_every_duplicate_key_foreign_tag_and_odd_key_of_a_text_is_said_at_once() -> None:
    """One run tells all of it, each with its line and the dotted key."""
    text = "a: 1\na: 2\nb: !!python/object/apply:os.system [ls]\n<<: {c: 1}\n? [x]\n: y\nd:\n  e: 1\n  e: 2\n"

    found = {(problem.line, problem.key) for problem in problems(text, first_line=10)}

    assert found == {(11, "a"), (12, "b"), (13, ""), (14, ""), (18, "d.e")}


def test_the_first_value_of_a_duplicate_key_says_where_it_stands() -> None:
    """The remedy needs both places."""
    (problem,) = problems("a: {x: 1}\nb: 1\na: {x: 2}\n")

    assert problem.message == "key 'a' stands twice, first on line 1"
    assert problem.line == 3


@pytest.mark.parametrize("tag", ["!!python/name:os.system", "!!int", "!!binary", "!mine"])
def test_tags_other_than_text_are_refused_and_never_constructed(tag: str) -> None:
    """YAML here holds plain values only."""
    (problem,) = problems(f"a: {tag} '1'")

    assert "is not allowed" in problem.message


def test_an_alias_repeats_the_value_of_its_anchor() -> None:
    """A few aliases are fine; lines of a repeated value are that of the alias."""
    document = load_yaml("a: &x {k: [1, 2]}\nb: *x\n", "f.yml")

    assert document.value == {"a": {"k": [1, 2]}, "b": {"k": [1, 2]}}
    assert document.line(("b", "k", 1)) == 2


@pytest.mark.parametrize("text", ["a: &x [*x]", "a: *nowhere"])
def test_an_alias_without_a_finished_anchor_is_refused(text: str) -> None:
    """A value that holds itself has no plain form."""
    (problem,) = problems(text)

    assert "has no anchor above it" in problem.message


@pytest.mark.parametrize(
    "text",
    [BOMB, "[" * 100_000, "{a: " * 50_000, "- " * 100_000, "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2)],
    ids=["aliases", "lists", "mappings", "dashes", "just too deep"],
)
def test_bombs_are_refused_before_they_grow(text: str) -> None:
    """Neither aliases nor depth can exhaust memory or the stack."""
    (problem,) = problems(text)

    assert "holds more than" in problem.message
    assert len(problem.key) < 20


@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\nb: [1\nc: 2", 4), ("a: 1\nb: @x", 3), ("a: 1\nb: \x00", 3), ("a: b: c", 2), ("'", 2)]
)
def test_broken_syntax_is_said_with_its_line(text: str, line: int) -> None:
    """Lines count in the file, not in the block."""
    (problem,) = problems(text, first_line=2)

    assert problem.message.startswith("not valid YAML")
    assert problem.line == line
    assert problem.hint


def test_a_second_document_is_refused() -> None:
    """One file, one document."""
    (problem,) = problems("a: 1\n---\nb: 2\n")

    assert problem.message == "a second document begins here"


LEAVES = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(
    st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=12
)  # YAML joins no surrogate pairs
VALUES = st.recursive(LEAVES | TEXTS, lambda v: st.lists(v, max_size=3) | st.dictionaries(TEXTS, v, max_size=3))


@given(VALUES)
def test_json_is_read_as_json_reads_it(value: object) -> None:
    """JSON is YAML's flow style, so both must agree."""
    assert load_yaml(json.dumps(value), "f.yml").value == value


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever stands in the file: a value or problems, nothing else."""
    try:
        document = load_yaml(text, "f.yml")
    except ProblemsError as error:
        assert error.problems  # noqa: PT017 - both ways out are fine
    else:
        assert document.lines[()] >= 1


@given(st.from_regex(r"[-+.0-9eE]{1,12}|[a-zA-Z~]{1,6}", fullmatch=True).filter(lambda text: text.strip("-") != ""))
def test_an_unquoted_word_is_its_plain_value(text: str) -> None:
    """The printer relies on this rule to know which text needs quotes."""
    assert load_yaml(f"k: {text}", "f.yml").value == {"k": plain_value(text)}
