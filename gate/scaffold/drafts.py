"""First draft fixtures of an agent, from what its definition tells of topics and actions.

Each topic gets a happy path, an escalation (where it can hand over) or a refusal, and a failure of its actions; the
agent gets an unclear request, an attempted injection and a question about somebody else. All are exploratory: a draft
must not hold a merge before somebody has written what is really expected.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gate.fixtures.rubric import standard_rubric
from gate.model.agent_map import MappedTopic
from gate.model.case import Case
from gate.planning.names import canonical
from gate.planning.outline import Outline
from gate.scaffold import scenarios
from gate.scaffold.naming import unused
from gate.scaffold.scenarios import Draft

_FREEZE = "Remove `status: exploratory` when the case says what you mean: from then on it can hold a merge."


def drafts(outline: Outline, existing: Sequence[Case], day: str) -> tuple[Draft, ...]:
    """The drafts of an agent, dated `day`; none for topics that have a case, none of the agent when it has any."""
    own = [case for case in existing if case.agent == outline.name]
    covered = {canonical(case.topic) for case in own}
    made = [
        draft
        for topic in _parts(outline)
        if (canonical(topic.name) not in covered if topic.name else not own)
        for draft in _of_topic(topic)
    ]
    made += [] if own else _of_agent(outline)
    used = {case.id for case in own}
    result: list[Draft] = []
    for draft in made:
        identity = unused(draft.case.id, used)
        used.add(identity)
        rubrics = tuple(standard_rubric(dimension) for dimension in draft.case.dimensions)
        case = replace(draft.case, id=identity, agent=outline.name, created=day, rubrics=rubrics)
        if outline.topic_patterns:  # topics by file: no driver of such an agent shows which one it was in
            case = replace(case, expected_topic="")
        result.append(replace(draft, case=case, advice=(*draft.advice, _FREEZE)))
    return tuple(result)


def _parts(outline: Outline) -> Sequence[MappedTopic]:
    """The topics; what belongs to none of them, and an agent whose topics are unknown, is a part without a name."""
    if outline.topics and not outline.actions:
        return outline.topics
    return (*outline.topics, MappedTopic(name="", actions=outline.actions))


def _of_topic(topic: MappedTopic) -> Iterator[Draft]:
    yield scenarios.happy(topic)
    yield scenarios.escalation(topic) if scenarios.hands_over(topic) else scenarios.refusal(topic)
    if topic.actions:
        yield scenarios.failure(topic)


def _of_agent(outline: Outline) -> list[Draft]:
    start = next((topic.name for topic in outline.topics if topic.start), "")
    return [scenarios.unclear(start), scenarios.injection(), scenarios.somebody_else()]
