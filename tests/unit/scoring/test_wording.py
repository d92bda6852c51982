import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.scoring.wording import fold, occurs, quoted, shortened


@pytest.mark.parametrize(
    "text", ["within 30 days", "Within\n30  DAYS", "within **30** days", "within\u00a030\u00a0days", "within `30 days`"]
)
def test_case_blanks_and_emphasis_do_not_matter(text: str) -> None:
    assert occurs("within 30 days", f"You can return it {text}.")


def test_typographic_marks_do_not_matter() -> None:
    assert occurs("I can't - sorry", "I can\u2019t \u2013 sorry")


def test_a_blank_phrase_never_occurs() -> None:
    assert not occurs("  ", "anything")
    assert not quoted("...", "anything")


def test_closing_punctuation_of_a_quote_does_not_matter() -> None:
    assert quoted('"Sure, here it is!"', "Sure, here it is: A1")


def test_an_ellipsis_stands_for_words_left_out_in_order() -> None:
    assert quoted("returns ... thirty days", "Returns are accepted within thirty days.")
    assert quoted("thirty days\u2026", "within thirty days of delivery")
    assert not quoted("thirty days ... returns", "Returns are accepted within thirty days.")


@given(text=st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(before=st.text(), phrase=st.text(alphabet="abc 09", min_size=1), behind=st.text())
def test_a_phrase_occurs_wherever_it_stands_as_words(before: str, phrase: str, behind: str) -> None:
    if phrase.strip():
        assert occurs(phrase, f"{before} {phrase} {behind}")


@given(text=st.text(), limit=st.integers(1, 20))
def test_a_shortened_text_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(shortened(text, limit)) <= limit
