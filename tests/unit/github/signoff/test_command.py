import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.github.signoff.command import COMMAND, MOST_REASON, Command, Malformed, parse_command

IDS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)
NAMES = IDS | st.builds(lambda agent, case: f"{agent}/{case}", IDS, IDS)
WORDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=["Zs", "Cc"]), min_size=1, max_size=20
)
REASONS = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)


@given(st.lists(NAMES, max_size=6, unique=True), REASONS)
def test_what_is_printed_is_read_back(cases: list[str], reason: str) -> None:
    parsed = parse_command(f"{COMMAND} {' '.join(cases)} reason: {reason}")

    assert isinstance(parsed, Command)
    assert parsed.cases == tuple(cases)


@given(st.text())
def test_no_comment_breaks_the_parser(body: str) -> None:
    parsed = parse_command(body)

    assert parsed is None or isinstance(parsed, Command | Malformed)


@given(st.text(st.characters(blacklist_characters="\r\n"), min_size=1), REASONS)
def test_a_command_that_does_not_begin_its_line_is_none(before: str, reason: str) -> None:
    assert parse_command(f"{before}{COMMAND} reason: {reason}") is None


@given(st.sampled_from(["```", "~~~", "````", "~~~~~"]), st.text(st.sampled_from("ab \n")), REASONS)
def test_a_command_in_a_code_block_is_none(fence: str, between: str, reason: str) -> None:
    assert parse_command(f"see:\n{fence}\n{between}\n{COMMAND} reason: {reason}\n{fence}\n") is None


@pytest.mark.parametrize(
    "body",
    [
        "looks good",
        "> /accept-baseline reason: x",
        "> he said\n/accept-baseline reason: x",
        "/accept-baselines reason: x",
        "/Accept-Baseline reason: x",
        "- ```\n  /accept-baseline reason: x\n  ```",
        "    /accept-baseline reason: x",
        "<!--\n/accept-baseline reason: x\n-->",
        "\u200b/accept-baseline reason: x",
        "text\u2028/accept-baseline reason: x",
    ],
)
def test_what_is_not_the_command(body: str) -> None:
    assert parse_command(body) is None


@pytest.mark.parametrize(
    ("body", "cases", "reason"),
    [
        ("/accept-baseline reason: agreed with Ana", (), "agreed with Ana"),
        ("Fine.\r\n\r\n/accept-baseline a-1 b-2 REASON: shorter\r\nThanks", ("a-1", "b-2"), "shorter"),
        ("/accept-baseline `a-1`, support/b-2,a-1 reason:because reason: twice", ("a-1", "support/b-2"), None),
        ("> quoted\n\n/accept-baseline a reason: x", ("a",), "x"),
        ("```\n/accept-baseline b reason: no\n```\n/accept-baseline a reason: x", ("a",), "x"),
        ("/accept-baseline\ta\treason:\tx", ("a",), "x"),
    ],
)
def test_what_is_the_command(body: str, cases: tuple[str, ...], reason: str | None) -> None:
    parsed = parse_command(body)

    assert isinstance(parsed, Command)
    assert parsed.cases == cases
    assert parsed.reason == (reason or "because reason: twice")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("/accept-baseline", "a reason is missing"),
        ("/accept-baseline case-1", "a reason is missing"),
        ("/accept-baseline reason:   ", "the reason is empty"),
        (f"/accept-baseline reason: {'x' * (MOST_REASON + 1)}", "501 characters"),
        ("/accept-baseline Case_1 reason: x", "no case is called `Case_1`"),
        ("/accept-baseline ../../etc/passwd reason: x", "no case is called"),
        ("/accept-baseline a reason: x\n/accept-baseline b reason: y", "2 commands"),
    ],
)
def test_a_wrong_command_is_told_what_is_wrong(body: str, says: str) -> None:
    parsed = parse_command(body)

    assert isinstance(parsed, Malformed)
    assert says in parsed.text


def test_a_reason_hides_nothing() -> None:
    """Overrides and zero-width characters in it are written out, where people read who accepted what."""
    parsed = parse_command("/accept-baseline reason: fine\u202egnp.exe")

    assert isinstance(parsed, Command)
    assert parsed.reason == "fine⟨U+202E⟩gnp.exe"
