"""Words that a reply must or must not contain, and quotes that show an anti-pattern."""

from collections.abc import Callable, Iterator

from gate.model.case import Case
from gate.model.transcript import Transcript, TurnRecord
from gate.model.words import Dimension
from gate.scoring.expectation import Seen, found, found_nothing, home
from gate.scoring.wording import occurs, quoted

MUST_INCLUDE = "must-include"
MUST_NOT_INCLUDE = "must-not-include"
ANTI_PATTERN = "anti-pattern"


def check_must_include(case: Case, transcript: Transcript) -> Iterator[Seen]:
    """Correctness 0 for each phrase that no reply contains."""
    if not case.must_include:
        return
    dimension = home(case, Dimension.CORRECTNESS)
    absent = [phrase for phrase in case.must_include if not _said(phrase, transcript, occurs)]
    last = transcript.turns[-1] if transcript.turns else None
    for phrase in absent:
        reason = f'no reply contains "{phrase}"'
        turn, reply = (last.number, last.reply) if last else (0, "")
        yield found(MUST_INCLUDE, dimension, 0, reason, turn=turn, quote=reply or "(no reply)")
    if not absent:
        yield found_nothing(MUST_INCLUDE, dimension, "the replies contain every phrase they must")


def check_must_not_include(case: Case, transcript: Transcript) -> Iterator[Seen]:
    """Correctness 0 for each phrase that a reply contains though it must not."""
    if not case.must_not_include:
        return
    dimension = home(case, Dimension.CORRECTNESS)
    clean = True
    for phrase in case.must_not_include:
        for record in _said(phrase, transcript, occurs):
            clean = False
            reason = f'turn {record.number}: the reply contains "{phrase}", which it must not'
            yield found(MUST_NOT_INCLUDE, dimension, 0, reason, turn=record.number, quote=phrase)
    if clean:
        yield found_nothing(MUST_NOT_INCLUDE, dimension, "no reply contains a phrase it must not")


def check_anti_patterns(case: Case, transcript: Transcript) -> Iterator[Seen]:
    """Each anti-pattern whose quote occurs in a reply caps its dimension; one without a quote is the judge's."""
    for pattern in case.anti_patterns:
        if not pattern.quote.strip():
            continue
        dimension = home(case, pattern.dimension)
        said = _said(pattern.quote, transcript, quoted)
        for record in said:
            reason = f'turn {record.number}: the reply shows an anti-pattern: "{pattern.quote}"'
            reason += f" - {pattern.why}" if pattern.why else ""
            yield found(ANTI_PATTERN, dimension, pattern.cap, reason, turn=record.number, quote=pattern.quote)
        if not said:
            yield found_nothing(ANTI_PATTERN, dimension, f'no reply shows the anti-pattern "{pattern.quote}"')


def _said(phrase: str, transcript: Transcript, contains: Callable[[str, str], bool]) -> list[TurnRecord]:
    return [record for record in transcript.turns if contains(phrase, record.reply)]
