"""Topics and the whole suite: many small falls that no single case would show, proved by fresh pairs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import NamedTuple

from gate.model.comparison import GroupFinding, Request
from gate.model.words import CaseVerdict, Outcome
from gate.verdicts.confirm.ledger import TOPIC, Answers, Ledger, Standing, Steps
from gate.verdicts.confirm.options import ConfirmOptions
from gate.verdicts.confirm.screening import stratum
from gate.verdicts.confirm.words import odds, percent
from gate.verdicts.confirm.words import pairs as pair_words
from gate.verdicts.statistics import Stratum, log_e_pairs, stratified_p

SUITE = ""
"""The group of all cases."""
TRIGGER_P = 0.02
_ROUNDS = 12
_PAIRS_A_ROUND = 20
_PATIENCE = 3  # rounds before a group is given up
_SMALLEST_SHARE = 0.02


@dataclass(slots=True)
class Group:
    """A topic or the suite: its cases, how far screening fell below the stored counts, and its fresh pairs."""

    name: str
    members: Sequence[Standing]
    p: float
    worse: int = 0
    better: int = 0
    pairs: int = 0
    open: Sequence[tuple[Request, Request]] = ()

    def ask(self, ledger: Ledger) -> list[Request]:
        """One round: a fresh pair per case, more for a small group."""
        each = ceil(_PAIRS_A_ROUND / len(self.members))
        self.open = [ledger.ask_pair(standing) for _ in range(each) for standing in self.members]
        return [request for pair in self.open for request in pair]

    def learn(self, answers: Answers) -> bool:
        """Count the pairs of the round in which both trials were scored; False when there was none."""
        before = self.pairs
        for base, head in self.open:
            outcomes = (answers[base], answers[head])
            self.pairs += all(outcome in (Outcome.PASSED, Outcome.FAILED) for outcome in outcomes)
            self.worse += outcomes == (Outcome.PASSED, Outcome.FAILED)
            self.better += outcomes == (Outcome.FAILED, Outcome.PASSED)
        return self.pairs > before


class Member(NamedTuple):
    """A case that counts in groups, with what its screening came to."""

    standing: Standing
    screened: Stratum


def group_members(standings: Iterable[Standing]) -> Mapping[str, Sequence[Member]]:
    """The cases that count, by topic, and all of them as the suite; taken right after screening.

    Quarantined cases count (their rate may fall as well as any); cases that may never block do not. Topics of several
    agents are told apart by the agent's name.
    """
    counting = [Member(standing, stratum(standing)) for standing in standings if _counts(standing)]
    several = len({_agent(member) for member in counting}) > 1
    groups: dict[str, list[Member]] = {}
    for member in counting:
        topic = member.standing.case.topic
        if topic:
            groups.setdefault(f"{_agent(member)}/{topic}" if several else topic, []).append(member)
    return {**dict(sorted(groups.items())), SUITE: counting}


def fallen(members: Mapping[str, Sequence[Member]], drifted: Collection[str] = ()) -> list[Group]:
    """The topics whose screening lies below the stored counts; else the suite, when that does.

    Cases that were found to fail on base as well (`drifted`) explain themselves and count no more.
    """
    left = {
        name: [member for member in group if member.standing.case.case not in drifted]
        for name, group in members.items()
    }
    return _fallen(left, [name for name in left if name != SUITE]) or _fallen(left, [SUITE])


def suite_p(members: Mapping[str, Sequence[Member]]) -> float:
    """How likely so many screening failures are when nothing changed since the baseline."""
    return stratified_p(member.screened for member in members[SUITE])


def examine(ledger: Ledger, options: ConfirmOptions, groups: Sequence[Group]) -> Steps:
    """Rounds of fresh pairs over the fallen groups until each is proved or given up."""
    active = groups
    needed = log(len(groups) / options.alpha_topic) if groups else 0.0
    for done in range(1, _ROUNDS + 1):
        if not active:
            return
        asked = [(TOPIC, group.ask(ledger)) for group in active]
        answers = yield from ledger.perform(*asked)
        silent = [group for group in active if not group.learn(answers)]
        ledger.groups += [_undecided(group) for group in silent]
        active = [group for group in active if group not in silent]
        ledger.groups += [_proved(group, needed) for group in active if _evidence(group) >= needed]
        given_up = [group for group in active if _evidence(group) < needed and _hopeless(group, done)]
        ledger.groups += [_alike(group) for group in given_up]
        active = [group for group in active if _evidence(group) < needed and group not in given_up]
        if _ends(ledger, options):
            break
    ledger.groups += [_undecided(group) for group in active]


def _ends(ledger: Ledger, options: ConfirmOptions) -> bool:
    if any(finding.verdict is CaseVerdict.REGRESSED for finding in ledger.groups):
        return options.fail_fast
    return bool(ledger.missing_too_many(options.infra_missing))


def _fallen(members: Mapping[str, Sequence[Member]], names: Iterable[str]) -> list[Group]:
    groups = (
        Group(name, [member.standing for member in members[name]], stratified_p(one.screened for one in members[name]))
        for name in names
    )
    return [group for group in groups if group.p <= TRIGGER_P]


def _counts(standing: Standing) -> bool:
    case = standing.case
    judged = case.may_block and case.comparable and not case.quarantined and case.stored_runs > 0
    return judged and standing.head.scored > 0


def _evidence(group: Group) -> float:
    return log_e_pairs(group.worse, group.better)


def _hopeless(group: Group, rounds: int) -> bool:
    return rounds >= _ROUNDS or (
        rounds >= _PATIENCE and group.worse - group.better < _SMALLEST_SHARE * max(1, group.pairs)
    )


def _proved(group: Group, needed: float) -> GroupFinding:
    words = f"{_words(group)} ({odds(_evidence(group), needed)})"
    return GroupFinding(group=group.name, verdict=CaseVerdict.REGRESSED, explanation=words)


def _alike(group: Group) -> GroupFinding:
    words = (
        f"head passed less often than the stored trials (by chance in {percent(group.p)} of unchanged PRs), but beside "
        f"base it is alike: {_words(group)}; if it stays, the platform has drifted"
    )
    return GroupFinding(group=group.name, verdict=CaseVerdict.UNCHANGED, explanation=words)


def _undecided(group: Group) -> GroupFinding:
    words = f"{_words(group)}; stopped before this was decided"
    return GroupFinding(group=group.name, verdict=CaseVerdict.INCONCLUSIVE, explanation=words)


def _words(group: Group) -> str:
    return f"{pair_words(group.worse, group.better, group.pairs)}, drawn afresh"


def _agent(member: Member) -> str:
    return member.standing.case.case.partition("/")[0]
