"""What a judge was asked in a run and what it cost, and the sentences a report says of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gate.model.counting import count


@dataclass(slots=True)
class Ledger:
    """Counts of one run.

    `models` counts votes by the id of the model that gave them, kept ones included. `unproved`: replies whose quotes
    stood nowhere in the conversation, also after they were asked for again.
    """

    calls: int = 0
    cached: int = 0
    repaired: int = 0
    unreadable: int = 0
    unproved: int = 0
    refused: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    models: Counter[str] = field(default_factory=Counter)

    def notes(self) -> Iterator[str]:
        """Sentences on what is not zero, but for the models: of those a run knows more than one process does."""
        if self.cached:
            yield f"judge: {count(self.cached, 'vote was', 'votes were')} paid for earlier and taken from the cache"
        if self.repaired:
            replies = count(self.repaired, "reply", "replies")
            still = [f"{self.unreadable} could not be read then either"] if self.unreadable else []
            still += [f"{self.unproved} then still quoted what nobody said"] if self.unproved else []
            yield f"judge: {replies} had to be asked for again: {', '.join(still) or 'none was wrong then'}"
        if self.refused:
            yield f"judge: gave no judgement {count(self.refused, 'time')} (refusal, filter, or cut off)"


def models_words(models: Iterable[str], model: str, resolved: str) -> Iterator[str]:
    """Which of `models` answered, and what is open without a pin. `model` is the name asked for, `resolved` the pin."""
    names = sorted(filter(None, models))
    if not resolved:
        remedy = f"set `judge.resolved: {names[0]}`" if len(names) == 1 else "set `judge.resolved`"
        unpinned = f"{remedy}: until then another model may answer unnoticed, so it cannot block"
        if len(names) > 1:
            yield f"judge: the model behind {model} changed meanwhile: answered as {', '.join(names)}; {unpinned}"
        elif names:
            yield f"judge: answered as {names[0]}; {unpinned}"
    elif names:
        yield f"judge: answered as {', '.join(names)}"


def hidden_words(masked: Mapping[str, int]) -> Iterator[str]:
    """In how many places something was hidden from the judge, by kind; nothing when it was not."""
    if masked:
        yield "judge: masked in what it saw: " + ", ".join(
            f"{kind} {places:,}" for kind, places in sorted(masked.items())
        )
