"""A judge asked over the network: the cache first, then the provider, one repair of a reply that cannot be used."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Protocol

from gate.judges.cache import Cache, cache_key
from gate.judges.ledger import Ledger
from gate.judges.providers.ask import Ask, Completed, Message, Provider
from gate.judges.reply import read_reply, repair_request, unproved
from gate.judges.veil import Veil
from gate.model.counting import count
from gate.model.judge import JudgeQuestion, NoVote, Vote
from gate.network.call import Answer, Call
from gate.scoring.question import prompt, prompt_fingerprint
from gate.scoring.wording import shortened

_REFUSED_PART = frozenset({400, 422, 500})
"""How endpoints refuse a part of a request: llama-cpp-python, for one, says 500."""

_BEGINNING = 60
"""Characters of a reply that cannot be read which are shown: enough to see a code fence, prose or thoughts."""


class Line(Protocol):
    """Where a request goes: an endpoint, or an org that renews its own login."""

    def open(self) -> AbstractAsyncContextManager[object]:
        """Connected. Raises `UsageError` when a key is missing."""
        ...

    async def send(self, call: Call) -> Answer:
        """The answer, whatever its status."""
        ...


class LiveJudge:
    """Votes of one model. `resolved` pins the id that must answer; empty = any, and each vote says which did.

    `identity` is what the fingerprint is made of beside pin and prompt: provider, address and model. `met` is told the
    id of each model that answers, and raises `UsageError` when it may not judge.
    """

    def __init__(
        self,
        line: Line,
        provider: Provider,
        identity: Sequence[str],
        *,
        resolved: str,
        cache: Cache,
        veil: Veil,
        met: Callable[[str], None],
    ) -> None:
        self._line, self._provider, self._met = line, provider, met
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

    async def greeted(self) -> Answer | None:
        """What the endpoint says to a request that costs nothing; None where to be open says it already."""
        call = self._provider.greeting()
        return await self._line.send(call) if call is not None else None

    async def vote(self, question: JudgeQuestion, index: int) -> Vote | NoVote:
        """The kept vote, else a new one, which is kept as soon as it is there."""
        veiled = self._veil.over(question)
        key = cache_key(veiled.question.hash, self.fingerprint, index)
        kept = self._cache.get(key, question.dimensions)
        if kept is not None:
            self.ledger.cached += 1
            self.ledger.models[kept.model] += 1
            return veiled.lifted(kept)
        vote = replace(await self._asked(veiled.question), masked=veiled.places)
        if isinstance(vote, NoVote):
            return vote
        if not unproved(vote, veiled.question):
            self._cache.put(key, vote)
        return veiled.lifted(vote)

    async def _asked(self, question: JudgeQuestion) -> Vote | NoVote:
        """The answer, after one repair where it cannot be read or its quotes prove nothing."""
        first = Message(role="user", text=prompt(question, secrets.token_hex(12)))
        ask = Ask(system=question.instructions, messages=[first], dimensions=question.dimensions)
        said = await self._completed(ask)
        read = self._read(said, question)
        wrong = _wrong(read, question)
        if not isinstance(read, str) and not wrong:
            return _with_cost(read, said)
        self.ledger.repaired += 1
        answered = Message(role="assistant", text=said.text if said.text.strip() else "(nothing)")
        again = [first, answered, Message(role="user", text=repair_request(wrong))]
        mended = await self._completed(replace(ask, messages=again))
        second = self._read(mended, question)
        if isinstance(second, Vote) or isinstance(read, str):
            read = second
        self.ledger.unproved += isinstance(read, Vote) and bool(unproved(read, question))
        if isinstance(read, str):
            self.ledger.unreadable += 1
            begins = shortened(" ".join(mended.text.split()), _BEGINNING)
            begun = f" (it begins: {begins})" if begins else " (it is empty)"
            read = NoVote(reason=f"the judge's reply could not be read, also after a repair: {read}{begun}")
        return _with_cost(read, said, mended)

    def _read(self, said: Completed, question: JudgeQuestion) -> Vote | NoVote | str:
        """The vote, why there is none, or what has to be repaired."""
        if said.stopped:
            self.ledger.refused += 1
            return NoVote(reason=f"no judgement: {said.stopped}")
        if self._resolved and said.model != self._resolved:
            return NoVote(
                reason=f"the judge answered as {said.model or 'an unnamed model'}, not as {self._resolved}: calibrate "
                "it anew, then set `judge.resolved`"
            )
        return read_reply(said.text, question.dimensions)

    async def _completed(self, ask: Ask) -> Completed:
        """The provider's answer; an optional part of a request that it refuses is left out from then on."""
        while True:
            self.ledger.calls += 1
            left_out = self._left_out
            call = replace(self._provider.call(ask, left_out), last_words=self._provider.optional() - left_out)
            answer = await self._line.send(call)
            refused = self._refused_part(answer, left_out)
            if not refused:
                break
            self._left_out |= {refused}
        said = self._provider.read(answer)
        if said.model:
            self._met(said.model)
        self.ledger.models[said.model] += 1
        self.ledger.input_tokens += said.input_tokens
        self.ledger.output_tokens += said.output_tokens
        return said

    def _refused_part(self, answer: Answer, left_out: frozenset[str]) -> str:
        """The part of this request that is refused; others under way may have been told the same meanwhile."""
        if answer.status not in _REFUSED_PART:
            return ""
        text = answer.text
        return next((part for part in sorted(self._provider.optional() - left_out) if part in text), "")

    def notes(self) -> tuple[str, ...]:
        """What a reader of the report should know of the judge in this run."""
        found = list(self.ledger.notes())
        if self._cache.unreadable:
            kept = count(self._cache.unreadable, "kept verdict")
            found.append(f"judge: {kept} could not be read: left out")
        if self._cache.unkept:
            verdicts = count(self._cache.unkept, "verdict")
            found.append(
                f"judge: {verdicts} could not be written to the cache: a run that breaks off would pay again; make "
                "~/.cache (or XDG_CACHE_HOME) writable"
            )
        return tuple(found)


def _wrong(read: Vote | NoVote | str, question: JudgeQuestion) -> str:
    """What the judge is asked to mend; empty = nothing."""
    if isinstance(read, str):
        return read
    return unproved(read, question) if isinstance(read, Vote) else ""


def _with_cost(read: Vote | NoVote, *said: Completed) -> Vote | NoVote:
    return replace(
        read,
        model=said[-1].model,
        calls=len(said),
        input_tokens=sum(one.input_tokens for one in said),
        output_tokens=sum(one.output_tokens for one in said),
    )
