"""Whether the expected topic handled the conversation and the expected sources were retrieved."""

from collections.abc import Iterator

from gate.model.case import Case, ExpectedRetrieval
from gate.model.score import Unscored
from gate.model.transcript import Transcript
from gate.model.words import Dimension
from gate.scoring.expectation import Seen, by, found, found_nothing, home
from gate.scoring.names import same_topic
from gate.scoring.wording import fold

TOPIC = "topic"
RETRIEVAL = "retrieval"


def check_topic(case: Case, transcript: Transcript) -> Iterator[Seen]:
    """Correctness 0 when no turn was handled by the expected topic."""
    if not case.expected_topic:
        return
    dimension = home(case, Dimension.CORRECTNESS)
    if not transcript.captured.topic:
        yield Unscored(dimension=dimension, reason="topics were not captured", by=by(TOPIC))
        return
    reached = [record.topic for record in transcript.turns if record.topic]
    if any(same_topic(case.expected_topic, topic) for topic in reached):
        yield found_nothing(TOPIC, dimension, f"topic `{case.expected_topic}` handled the conversation")
        return
    route = " → ".join(f"`{topic}`" for topic in dict.fromkeys(reached))
    reason = f"no turn was handled by topic `{case.expected_topic}`; handled by {route or 'no topic'}"
    yield found(TOPIC, dimension, 0, reason, turn=0, quote=route or "(no topic)")


def check_retrieval(case: Case, transcript: Transcript) -> Iterator[Seen]:
    """Grounding 0 when none of the expected sources of a turn was retrieved, 1 when only some were."""
    if not case.expected_retrieval:
        return
    dimension = home(case, Dimension.GROUNDING)
    if not transcript.captured.retrieval:
        yield Unscored(dimension=dimension, reason="retrieval was not captured", by=by(RETRIEVAL))
        return
    complete = True
    for expected in case.expected_retrieval:
        retrieved = _retrieved(expected, transcript)
        known = {fold(source) for source in retrieved}
        missing = [source for source in expected.sources if fold(source) not in known]
        if missing:
            complete = False
            where = f"turn {expected.turn}: " if expected.turn else ""
            reason = f"{where}{', '.join(f'`{source}`' for source in missing)} not retrieved"
            score = 1 if len(missing) < len(expected.sources) else 0
            quote = ", ".join(dict.fromkeys(retrieved)) or "(nothing was retrieved)"
            yield found(RETRIEVAL, dimension, score, reason, turn=expected.turn, quote=quote)
    if complete:
        yield found_nothing(RETRIEVAL, dimension, "the expected sources were retrieved")


def _retrieved(expected: ExpectedRetrieval, transcript: Transcript) -> list[str]:
    return [
        passage.source
        for record in transcript.turns
        if expected.turn in {0, record.number}
        for passage in record.retrieved
    ]
