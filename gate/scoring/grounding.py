"""Facts in a reply that no source of the conversation contains."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gate.model.case import Case
from gate.model.transcript import Transcript
from gate.model.words import Dimension
from gate.scoring.amounts import money, percentages
from gate.scoring.dates import dates
from gate.scoring.expectation import Seen, found, found_nothing
from gate.scoring.identifiers import record_numbers, urls, without_addresses
from gate.scoring.sources import Sources, add_turn, known_beforehand
from gate.scoring.wording import fold, quoted

GROUNDING_FACTS = "grounding-facts"

_QUOTATION = re.compile(r"[\"“„«]([^\"“”„«»\n]{15,600})[\"”“»]|^>\s?(.{15,600})$", re.MULTILINE)
_POLICY = re.compile(
    r"polic|terms|conditions|guarantee|warranty|article|faq\b|document|according to|\bstates?\b|\bsays\b|\breads\b",
    re.IGNORECASE,
)
_POLICY_WINDOW = 120
_QUOTED_WORDS = 4


@dataclass(frozen=True, slots=True)
class _Fact:
    kind: str
    words: str


def check_grounding_facts(case: Case, transcript: Transcript) -> Iterator[Seen]:
    """Grounding 0 for each record number, amount, date, percentage, web address or policy quote without a source.

    Sources are what was known when the reply was given: the user's words, tool results and retrieved text up to that
    turn, session variables, and the case's expected and mock data. Runs where grounding is declared and tool calls and
    retrieval were captured; what was not captured is unknown, so nothing can be called invented then.
    """
    captured = transcript.captured.tool_calls and transcript.captured.retrieval
    if Dimension.GROUNDING not in case.dimensions or not captured:
        return
    sources = known_beforehand(case, transcript)
    reported: set[_Fact] = set()
    for record in transcript.turns:
        add_turn(sources, record)
        for fact in _invented(record.reply, sources):
            if fact not in reported:
                reported.add(fact)
                where = "which is in no tool result, retrieved text or user message"
                reason = f'turn {record.number}: the reply states the {fact.kind} "{fact.words}", {where}'
                yield found(GROUNDING_FACTS, Dimension.GROUNDING, 0, reason, turn=record.number, quote=fact.words)
    if not reported:
        yield found_nothing(GROUNDING_FACTS, Dimension.GROUNDING, "every checked fact in the replies has a source")


def _invented(reply: str, sources: Sources) -> Iterator[_Fact]:
    prose = without_addresses(reply)  # figures within an address are not statements of their own
    yield from _invented_references(reply, sources)
    yield from _invented_figures(prose, sources)


def _invented_references(reply: str, sources: Sources) -> Iterator[_Fact]:
    for words, number in record_numbers(reply, sources.shapes):
        if number not in sources.records:
            yield _Fact("record number", words)
    for words, url in urls(reply):
        if not sources.has_url(url):
            yield _Fact("web address", words)
    for words in _policy_quotes(reply):
        if not any(quoted(words, text) for text in sources.texts):
            yield _Fact("policy quote", words)


def _invented_figures(prose: str, sources: Sources) -> Iterator[_Fact]:
    for words, amounts in money(prose):
        if not amounts & sources.numbers:
            yield _Fact("amount", words)
    for words, shares in percentages(prose):
        if not shares & sources.percentages:
            yield _Fact("percentage", words)
    for words, days in dates(prose):
        if not any(day.is_said_by(known) for day in days for known in sources.days):
            yield _Fact("date", words)


def _policy_quotes(reply: str) -> Iterator[str]:
    """Quoted text of at least four words that is introduced, or followed, as the words of a policy or document."""
    for match in _QUOTATION.finditer(reply):
        words = match[1] or match[2]
        before = reply[max(0, match.start() - _POLICY_WINDOW) : match.start()]
        behind = reply[match.end() : match.end() + _POLICY_WINDOW // 2]
        if len(fold(words).split()) >= _QUOTED_WORDS and (_POLICY.search(before) or _POLICY.search(behind)):
            yield words
