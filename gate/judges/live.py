"""A judge asked over the network: the cache first, then the provider, one repair of a reply that cannot be read."""

import hashlib
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from gate.judges.cache import Cache, cache_key
from gate.judges.providers.ask import Ask, Completed, Message, Provider
from gate.judges.reply import read_reply, repair_request
from gate.judges.veil import Veil
from gate.model.judge import JudgeQuestion, NoVote, Vote
from gate.network.call import Answer, Call
from gate.scoring.question import prompt, prompt_fingerprint

_BAD_REQUEST = 400


class Line(Protocol):
    """Where a request goes: an endpoint, or an org that renews its own login."""

    def open(self) -> AbstractAsyncContextManager[object]:
        """Connected. Raises `UsageError` when a key is missing."""
        ...

    async def send(self, call: Call) -> Answer:
        """The answer, whatever its status."""
        ...


@dataclass(slots=True)
class Ledger:
    """What a judge was asked and what it cost. `models` counts the resolved ids that answered."""

    calls: int = 0
    cached: int = 0
    repaired: int = 0
    unreadable: int = 0
    refused: int = 0
    masked: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    models: Counter[str] = field(default_factory=Counter)


class LiveJudge:
    """Votes of one model. `resolved` pins the id that must answer; empty = any, and it is said which did.

    `identity` is what the fingerprint is made of beside pin and prompt: provider, address and model.
    """

    def __init__(
        self, line: Line, provider: Provider, identity: Sequence[str], *, resolved: str, cache: Cache, veil: Veil
    ) -> None:
        self._line, self._provider = line, provider
        self._resolved, self._cache, self._veil = resolved, cache, veil
        self._identity = "\n".join([*identity, resolved, prompt_fingerprint()])
        self._left_out: frozenset[str] = frozenset()
        self.ledger = Ledger()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the model, its pinned id and the prompt."""
        return hashlib.sha256(self._identity.encode()).hexdigest()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Connected while votes are taken."""
        async with self._line.open():
            yield

    async def vote(self, question: JudgeQuestion, index: int) -> Vote | NoVote:
        """The kept vote, else a new one, which is kept as soon as it is there."""
        key = cache_key(question.hash, self.fingerprint, index)
        kept = self._cache.get(key)
        if kept is not None:
            self.ledger.cached += 1
            return replace(kept, cached=True)
        veiled, places = self._veil.over(question)
        self.ledger.masked += places
        vote = await self._asked(veiled)
        if isinstance(vote, NoVote):
            return vote
        lifted = self._veil.lifted(vote)
        self._cache.put(key, lifted, max(self.ledger.models, default=""))
        return lifted

    async def _asked(self, question: JudgeQuestion) -> Vote | NoVote:
        first = Message(role="user", text=prompt(question, secrets.token_hex(12)))
        ask = Ask(system=question.instructions, messages=[first], dimensions=question.dimensions)
        said = await self._completed(ask)
        read = self._read(said, question)
        if isinstance(read, str):
            self.ledger.repaired += 1
            answered = Message(role="assistant", text=said.text or "(nothing)")
            again = [first, answered, Message(role="user", text=repair_request(read))]
            second = await self._completed(replace(ask, messages=again))
            said = Completed(
                text=second.text,
                model=second.model,
                stopped=second.stopped,
                input_tokens=said.input_tokens + second.input_tokens,
                output_tokens=said.output_tokens + second.output_tokens,
            )
            read = self._read(said, question)
            if isinstance(read, str):
                self.ledger.unreadable += 1
                read = NoVote(reason=f"the judge's reply could not be read, also after a repair: {read}")
            read = replace(read, calls=2)
        return replace(read, input_tokens=said.input_tokens, output_tokens=said.output_tokens)

    def _read(self, said: Completed, question: JudgeQuestion) -> Vote | NoVote | str:
        """The vote, why there is none, or what has to be repaired."""
        if self._resolved and said.model != self._resolved:
            return NoVote(
                reason=f"the judge answered as {said.model or 'an unnamed model'}, not as {self._resolved}: calibrate "
                "it anew, then set `judge.resolved`"
            )
        if said.stopped:
            self.ledger.refused += 1
            return NoVote(reason=f"no judgement: {said.stopped}")
        return read_reply(said.text, question.dimensions)

    async def _completed(self, ask: Ask) -> Completed:
        """The provider's answer; an optional part of a request that it refuses is left out from then on."""
        while True:
            self.ledger.calls += 1
            answer = await self._line.send(self._provider.call(ask, self._left_out))
            refused = self._refused_part(answer)
            if not refused:
                break
            self._left_out |= {refused}
        said = self._provider.read(answer)
        self.ledger.models[said.model] += 1
        self.ledger.input_tokens += said.input_tokens
        self.ledger.output_tokens += said.output_tokens
        return said

    def _refused_part(self, answer: Answer) -> str:
        if answer.status != _BAD_REQUEST:
            return ""
        text = answer.text
        return next((part for part in sorted(self._provider.optional() - self._left_out) if part in text), "")

    def notes(self) -> tuple[str, ...]:
        """What a reader of the report should know of the judge in this run."""
        used = self.ledger
        found = []
        if names := ", ".join(sorted(filter(None, used.models))):
            pin = "" if self._resolved else "; pin it with `judge.resolved`, so that a change of the model is noticed"
            found.append(f"judge: answered as {names}{pin}")
        if used.cached:
            found.append(f"judge: {used.cached} votes were paid for earlier and taken from the cache")
        if used.repaired:
            found.append(f"judge: {used.repaired} replies could not be read at first, {used.unreadable} not at all")
        if used.refused:
            found.append(f"judge: gave no judgement {used.refused} times (refusal or cut off)")
        if used.masked:
            found.append(f"judge: personal test data was masked in {used.masked} places of what it saw")
        if self._cache.unreadable:
            found.append(f"judge: {self._cache.unreadable} kept verdicts could not be read and were left out")
        return tuple(found)
