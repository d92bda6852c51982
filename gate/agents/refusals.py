"""What a refusal is about: every conversation of the run, or the one that was refused."""

from dataclasses import dataclass

from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Json
from gate.network.call import Answer

REFUSALS = frozenset({400, 413, 422})
"""The service does not take what it was sent."""


@dataclass(slots=True)
class Known:
    """What a run has learnt of a service: `good` = it has answered a conversation as this agent holds them."""

    good: bool = False

    def expected(self, answer: Answer, what: str, let_in: str) -> Json:
        """The value of a good answer, and what is raised for others, as `Answer.expected` does.

        Where others were answered, what was sent for this one conversation is refused: a `CouldNotTellError` then.
        """
        try:
            return answer.expected(what, let_in)
        except UsageError as refusal:
            if answer.status not in REFUSALS or not self.good:
                raise
            raise CouldNotTellError(
                refusal.message, "others were answered: see what is special in this case", again=False
            ) from refusal
