"""Set-up and tear-down around all trials of an agent and around each: commands and HTTP calls of the configuration."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio

from gate.agents.command.family import KEPT_VARIABLES, MOST_SAID, TooMuchSaidError, run_program
from gate.config import Hook, HooksConfig
from gate.errors import CouldNotTellError, GateError, UsageError
from gate.model.case import Case, Json, Variable
from gate.model.words import Arm
from gate.network.call import Call
from gate.network.json_text import parse
from gate.network.wire import Service, Wire

_SHOWN = 300
_IDEMPOTENT = frozenset({"GET", "PUT", "DELETE"})
"""Methods by which asking twice does no more than asking once: RFC 9110 section 9.2.2."""


class Hooks:
    """The hooks of one agent. Commands start in `root` with a cleaned environment."""

    def __init__(self, hooks: HooksConfig, root: Path, environ: Mapping[str, str]) -> None:
        self._hooks, self._root, self._environ = hooks, root, environ

    @asynccontextmanager
    async def around_suite(self) -> AsyncIterator[None]:
        """`before_suite` first; `after_suite` in any case, also when what came first failed."""
        try:
            for hook in self._hooks.before_suite:
                await self._do(hook, "before_suite", {})
            yield
        finally:
            await self._tidy(self._hooks.after_suite, "after_suite", {})

    @asynccontextmanager
    async def around_trial(self, case: Case, arm: Arm, trial: int) -> AsyncIterator[Case]:
        """`before_case` first, which may set session variables of the case given back; `after_case` in any case.

        Raises `CouldNotTellError` when one fails: nobody knows what the trial would have met, or the next one will.
        """
        about = {"case": case.id, "arm": arm.value, "trial": str(trial)}
        try:
            for hook in self._hooks.before_case:
                case = _with_variables(case, await self._do(hook, "before_case", about))
            yield case
        finally:
            await self._tidy(self._hooks.after_case, "after_case", about)

    async def _tidy(self, hooks: Sequence[Hook], when: str, about: Mapping[str, str]) -> None:
        """Each of them, also when one before it failed or the run is stopped; then the first fault is raised.

        It is none that passes by trying again: what came before would be paid for once more.
        """
        faults: list[GateError] = []
        with anyio.CancelScope(shield=True):
            for hook in hooks:
                try:
                    await self._do(hook, when, about)
                except GateError as fault:
                    faults.append(fault)
        match faults:
            case [CouldNotTellError() as first, *_]:
                raise CouldNotTellError(first.message, first.hint, again=False) from first
            case [first, *_]:
                raise first

    async def _do(self, hook: Hook, when: str, about: Mapping[str, str]) -> str:
        """What the hook says."""
        return await (self._command(hook, when, about) if hook.command else self._http(hook, when, about))

    async def _command(self, hook: Hook, when: str, about: Mapping[str, str]) -> str:
        given = {name: self._environ[name] for name in (*KEPT_VARIABLES, *hook.environment) if name in self._environ}
        told = {f"AGENT_GATE_{name.upper()}": value for name, value in about.items()}
        name = f"the hook {when} ({hook.command[0]})"
        try:
            with anyio.fail_after(hook.seconds):
                code, said, complained = await run_program(hook.command, self._root, {**given, **told})
        except TimeoutError as error:
            raise CouldNotTellError(f"{name} took longer than {hook.seconds:g} s", "raise its `seconds`") from error
        except TooMuchSaidError as error:
            raise CouldNotTellError(
                f"{name} said more than {MOST_SAID >> 20} MiB", "have it say less, or write to a file", again=False
            ) from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise UsageError(f"{name} cannot be started: {reason}", "correct `hooks` in agent-gate.yml") from error
        if code:
            words = self._masked(hook, " ".join((complained or said).split()))[-_SHOWN:]
            raise CouldNotTellError(f"{name} failed with code {code}: {words}", _hint(when))
        return said

    async def _http(self, hook: Hook, when: str, about: Mapping[str, str]) -> str:
        headers = {header: self._environ.get(variable, "").strip() for header, variable in hook.headers.items()}
        told = {f"X-Agent-Gate-{name.capitalize()}": value for name, value in about.items()}
        body: Json = hook.body if hook.body is not None else {**about} if hook.method != "GET" else None
        service = Service(name=f"the hook {when}", url=str(hook.http), secrets=tuple(filter(None, headers.values())))
        async with Wire(service) as wire:
            answer = await wire.send(
                Call(
                    method=hook.method,
                    path="",
                    body=body,
                    headers={**headers, **told},
                    seconds=hook.seconds,
                    repeatable=hook.method in _IDEMPOTENT,
                )
            )
        if not answer.good:
            said = self._masked(hook, answer.excerpt())
            raise CouldNotTellError(f"the hook {when} ({hook.http}) answered {answer.status}: {said}", _hint(when))
        return answer.text

    def _masked(self, hook: Hook, words: str) -> str:
        for name in hook.secret_variables():
            if len(value := self._environ.get(name, "")) >= 8:
                words = words.replace(value, "***")
        return words


def _hint(when: str) -> str:
    kept = "the trials are kept: mend the hook, and `agent-gate run --resume DIR` makes none of them again"
    return kept if when == "after_suite" else "see what it says, and whether it is given the variables it needs"


def _with_variables(case: Case, said: str) -> Case:
    """The case with the variables a hook gives: `{"variables": {"orderId": "A1"}}`; any other words are a log."""
    try:
        value = parse(said)
    except ValueError:
        return case
    given = value.get("variables") if isinstance(value, dict) else None
    if not isinstance(given, dict):
        return case
    types = {one.name: one.type for one in case.variables}
    fresh = [Variable(name=name, type=types.get(name, _type(one)), value=one) for name, one in given.items()]
    kept = [one for one in case.variables if one.name not in given]
    return replace(case, variables=(*kept, *fresh))


def _type(value: Json) -> str:
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int | float):
        return "Number"
    return "Text" if isinstance(value, str) else "List" if isinstance(value, list) else "Json"
