"""Asks people about judged trials, a comment each, and reads what they answer by a reaction.

A comment shows what the judge saw and not what it said. It holds no state: which trial it is about is its marker, what
the judge said of that trial lies in the run folder.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from gate.calibration.sample import Judged
from gate.calibration.sheet import shown, trial_name
from gate.github import sticky
from gate.github.host import Comment, Host, Permission, Reacted
from gate.model.calibration import Item, Rating
from gate.model.words import Dimension
from gate.reports.escape import code, visible

SCORES: Mapping[str, int] = {"+1": 2, "confused": 1, "-1": 0}
"""What a reaction says: 👍 2, 😕 1, 👎 0. Any other says nothing."""
_MAY_RATE: frozenset[Permission] = frozenset({"admin", "write"})
_LONGEST = 60_000
"""Characters of a conversation that are shown; GitHub takes 65,536 in a comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One judged trial and the dimension people are asked about."""

    agent: str
    trial: Judged
    dimension: Dimension


def ask(host: Host, number: int, account: str, questions: Sequence[Question], most: int) -> int:
    """Ask up to `most` questions that were not asked yet, below an issue; how many were asked."""
    known = host.comments(number)
    fresh = [one for one in questions if not sticky.find(known, _marker(one.agent, _key(one)), [account])][:most]
    for one in fresh:
        sticky.post(host, number, text(one), account)
    return len(fresh)


def text(one: Question) -> str:
    """The comment: whom it is about, how to answer, and what the judge saw, as code that nothing in it can leave."""
    seen = "\n".join(visible(line) for line in shown(one.trial.question))
    if len(seen) > _LONGEST:
        seen = f"{seen[:_LONGEST]}\n\n*cut here: the run folder holds all of it*"
    name, about = trial_name(one.trial.question.hash), f"{code(one.trial.case)} of {code(one.agent)}"
    return "\n".join(
        [
            _marker(one.agent, _key(one)),
            f"**How would you score the {one.dimension} of this conversation?** {about}, trial {name}",
            "",
            "React with 👍 for 2, 😕 for 1, 👎 for 0, by the rubric alone; with nothing when you cannot tell.",
            "",
            "<details><summary>Rubric and conversation</summary>",
            "",
            seen,
            "</details>",
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The asked trials with the ratings people gave by reactions, and what is said of those that do not count."""

    items: tuple[Item, ...]
    told: tuple[str, ...] = ()


def answers(host: Host, number: int, account: str, agent: str, items: Sequence[Item]) -> Answers:
    """What people answered about these trials. Programs, and people who may not write here, count for nothing.

    Nor does somebody who gave two different scores. The rater is the login, the day that of the reaction.
    """
    comments = host.comments(number)
    rights: dict[str, bool] = {}
    refused: set[str] = set()
    found, told = [], []
    for item in items:
        asked = sticky.find(comments, _marker(agent, (item.question, item.dimension)), [account])
        by_login = _by_login(host, asked)
        for login in by_login:
            if login not in rights:
                rights[login] = host.permission(login) in _MAY_RATE
        refused |= {login for login in by_login if not rights[login]}
        ratings = []
        for login, said in sorted(by_login.items()):
            if not rights[login]:
                continue
            scores = {SCORES[one.content] for one in said}
            if len(scores) > 1:
                told.append(
                    f"{login} gave {item.dimension} of trial {trial_name(item.question)} two scores: none counts"
                )
                continue
            date = max(one.at for one in said).date().isoformat()
            ratings.append(Rating(rater=login, score=scores.pop(), date=date))
        if ratings:
            found.append(replace(item, ratings=tuple(ratings)))
    if refused:
        told.append(f"reactions of {', '.join(sorted(refused))} count for nothing: they may not write here")
    return Answers(items=tuple(found), told=tuple(told))


def _by_login(host: Host, comments: Sequence[Comment]) -> Mapping[str, Sequence[Reacted]]:
    said: dict[str, list[Reacted]] = defaultdict(list)
    for one in _reactions(host, comments):
        if not one.is_bot and one.content in SCORES:
            said[one.login].append(one)
    return said


def _reactions(host: Host, comments: Sequence[Comment]) -> Iterator[Reacted]:
    for comment in comments:
        yield from host.reactions(comment.id)


def _key(one: Question) -> tuple[str, Dimension]:
    return one.trial.question.hash, one.dimension


def _marker(agent: str, key: tuple[str, Dimension]) -> str:
    name = quote(agent, safe="").replace("--", "-%2D")
    return f"<!-- agent-eval-gate:spot-check:{name}:{key[0]}:{key[1]} -->"
