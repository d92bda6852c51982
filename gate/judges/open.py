"""From the configuration to the judge."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from gate.config import DEFAULT_KEYS, Config, JudgeConfig
from gate.errors import UsageError
from gate.judges.cache import Cache, cache_home
from gate.judges.kin import Kin, Models
from gate.judges.live import Line, LiveJudge
from gate.judges.providers.anthropic import Anthropic
from gate.judges.providers.ask import Provider
from gate.judges.providers.openai import OpenAI
from gate.judges.providers.salesforce import Salesforce
from gate.judges.veil import Veil
from gate.network.call import Answer, Call
from gate.network.wire import Service, Wire
from gate.org.org import Org
from gate.ports import Judge
from gate.repository.trees import FolderTree
from gate.scoring.recorded import RecordedJudge

OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com/v1"
AZURE_VERSION = "2024-10-21"
_NO_MODELS: Models = {}


def open_judge(
    root: Path,
    config: Config,
    test_data: Mapping[str, str],
    environ: Mapping[str, str] = os.environ,
    *,
    scripted: Models = _NO_MODELS,
) -> Judge | None:
    """The configured judge; None = checks alone. `scripted` are the models that the agents' scripts name.

    Raises `UsageError` when it is of the same family as an agent. That a key is missing is said when it is opened.
    """
    judge = config.judge
    if judge.provider == "none":
        return None
    if judge.provider == "recorded":
        return RecordedJudge(FolderTree(root / judge.verdicts), "")
    kin = Kin(config, scripted)
    kin.refuse()
    line, provider = _connection(judge, environ)
    return LiveJudge(
        line,
        provider,
        (judge.provider, str(judge.base_url or ""), judge.model),
        resolved=judge.resolved,
        cache=Cache(cache_folder(judge, environ)),
        veil=Veil(test_data, config.redaction),
        met=kin.met,
    )


def cache_folder(judge: JudgeConfig, environ: Mapping[str, str]) -> Path | None:
    """Where verdicts are kept: below the user's cache folder, never in the repository; None = nowhere."""
    if not judge.cache:
        return None
    return cache_home(environ) / judge.cache


def _connection(judge: JudgeConfig, environ: Mapping[str, str]) -> tuple[Line, Provider]:
    match judge.provider:
        case "anthropic":
            provider: Provider = Anthropic(model=judge.model, max_tokens=judge.max_tokens)
            return _Endpoint(judge, str(judge.base_url or ANTHROPIC), "x-api-key", "", environ), provider
        case "azure":
            path = f"/openai/deployments/{judge.model}/chat/completions"
            provider = OpenAI(
                model=judge.model,
                max_tokens=judge.max_tokens,
                limit="max_completion_tokens",
                path=path,
                api_version=judge.api_version or AZURE_VERSION,
            )
            return _Endpoint(judge, str(judge.base_url), "api-key", "", environ), provider
        case "salesforce":
            org = Org(
                judge.org, environ, at_once=judge.limits.at_once, per_minute=judge.limits.per_minute, key="judge.org"
            )
            return _OrgLine(org, judge.seconds), Salesforce(model=judge.model)
        case _:
            limit = "max_tokens" if judge.base_url else "max_completion_tokens"
            provider = OpenAI(model=judge.model, max_tokens=judge.max_tokens, limit=limit)
            return _Endpoint(judge, str(judge.base_url or OPENAI), "Authorization", "Bearer ", environ), provider


class _Endpoint:
    """A service that is asked with a key; an address of your own may do without one."""

    def __init__(self, judge: JudgeConfig, url: str, header: str, scheme: str, environ: Mapping[str, str]) -> None:
        self._variable = judge.key or DEFAULT_KEYS[judge.provider]
        key = environ.get(self._variable, "").strip()
        self._missing = not key and bool(judge.needed_variables())
        self._wire = Wire(
            Service(
                name=f"the judge {judge.model}",
                url=url,
                headers={header: f"{scheme}{key}"} if key else {},
                secrets=(key,) if key else (),
                seconds=judge.seconds,
                at_once=judge.limits.at_once,
                per_minute=judge.limits.per_minute,
            )
        )

    def open(self) -> AbstractAsyncContextManager[object]:
        if self._missing:
            secret = f"${{{{ secrets.{self._variable} }}}}"
            raise UsageError(
                f"the judge has no key: the variable {self._variable} is empty",
                f"set it as a secret and give it to the step: `env: {self._variable}: {secret}`",
            )
        return self._wire

    async def send(self, call: Call) -> Answer:
        return await self._wire.send(call)


class _OrgLine:
    """The Models API of an org."""

    def __init__(self, org: Org, seconds: float) -> None:
        self._org, self._seconds = org, seconds

    @asynccontextmanager
    async def open(self) -> AsyncIterator[object]:
        async with self._org.open() as org:
            yield org

    async def send(self, call: Call) -> Answer:
        return await self._org.ask_api(replace(call, seconds=self._seconds))
