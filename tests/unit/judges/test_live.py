"""Judges over real sockets: every provider, replies that need a repair, refusals, the cache, the pinned model."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from gate.config import Config
from gate.errors import CouldNotTellError, UsageError
from gate.judges.live import LiveJudge
from gate.judges.open import open_judge
from gate.model.judge import JudgeQuestion, NoVote, Vote
from gate.model.words import Dimension
from gate.ports import Judge
from gate.scoring.checks import check
from gate.scoring.question import question
from tests.conversations import a_case, a_transcript, a_turn
from tests.loopback.judge import KEY, Bench, scores
from tests.loopback.org import SECRETS, FakeOrg
from tests.loopback.server import RESET, Asked, Loopback, Reply, serving

CASE, TRANSCRIPT = a_case(), a_transcript(a_turn("It is sent to Mara Lindqvist."))
DATA = {"customer.name": "Mara Lindqvist", "customer.email": "mara@post.example", "product.name": "Blue scarf"}


def the_question(transcript: Any = TRANSCRIPT) -> JudgeQuestion:
    asked = question(CASE, transcript, check(CASE, transcript, {}))
    assert asked is not None
    return asked


def config_of(**judge: Any) -> Config:
    agent = {"source": ["a"], "driver": {"type": "replay", "recordings": "r"}}
    return Config.model_validate({"version": 1, "agents": {"support": agent}, "judge": judge})


def judge_of(url: str, home: Path, provider: str = "openai", **more: Any) -> LiveJudge:
    settings = {"provider": provider, "model": "judge-1", "base_url": url, **more}
    if provider == "salesforce":
        settings = {**settings, "base_url": None, "org": {"instance_url": url}}
    keys = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY"), KEY)
    environ = {**keys, **SECRETS, "XDG_CACHE_HOME": str(home)}
    judge = open_judge(home, config_of(**settings), DATA, environ)
    assert isinstance(judge, LiveJudge)
    return judge


@contextmanager
def bench_of(bench: Bench) -> Iterator[Loopback]:
    """The bench behind an org, so that the provider `salesforce` can log in."""
    org = FakeOrg(lambda definition, said: ("", []))

    def answer(asked: Asked) -> Reply:
        return org(asked) if asked.path.startswith("/services/") else bench(asked)

    with serving(answer) as server:
        org.url = server.url
        yield server


def votes(judge: Judge, *indices: int, asked: JudgeQuestion | None = None) -> list[Vote | NoVote]:
    async def all_of_them() -> list[Vote | NoVote]:
        async with judge.open():
            return [await judge.vote(asked or the_question(), index) for index in indices or (0,)]

    return anyio.run(all_of_them)


PROVIDERS = ("openai", "anthropic", "azure", "salesforce")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_gives_the_vote_its_cost_and_its_model(provider: str, tmp_path: Path) -> None:
    with bench_of(Bench(lambda system, messages: scores(1))) as server:
        judge = judge_of(server.url, tmp_path, provider)
        [vote] = votes(judge)
    assert isinstance(vote, Vote)
    score = vote.scores[Dimension.CORRECTNESS]
    assert (score.value, score.reason, score.quote) == (1, "turn 1 is 1", "It is sent")
    assert (vote.calls, vote.input_tokens, vote.output_tokens) == (1, 100, 20)
    assert judge.ledger.models == {"judge-1-2026": 1}
    assert any("judge-1-2026" in note for note in judge.notes())


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_malformed_reply_is_repaired_once(provider: str, tmp_path: Path) -> None:
    def rule(system: str, messages: Sequence[Mapping[str, Any]]) -> str:
        return scores() if len(messages) == 3 else "I would say 2, all in all."

    with bench_of(Bench(rule)) as server:
        [vote] = votes(judge_of(server.url, tmp_path, provider))
        repair = server.asked[-1].json["messages"][-1]["content"]
    assert isinstance(vote, Vote)
    assert (vote.calls, vote.input_tokens) == (2, 200)
    assert "cannot be read: it is not one JSON object" in repair


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_second_malformed_reply_is_no_vote(provider: str, tmp_path: Path) -> None:
    with bench_of(Bench(lambda system, messages: "no idea")) as server:
        judge = judge_of(server.url, tmp_path, provider)
        [vote] = votes(judge)
    assert isinstance(vote, NoVote)
    assert "also after a repair" in vote.reason
    assert (vote.calls, judge.ledger.unreadable) == (2, 1)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("settings", "said"),
    [({"finish": "length"}, "cut off: raise `judge.max_tokens`"), ({"refusal": "I must not"}, "it refused to judge")],
)
def test_refusals_and_truncation_are_no_votes_and_cost_no_repair(
    provider: str, settings: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with bench_of(Bench(lambda system, messages: scores()[:30], **settings)) as server:
        [vote] = votes(judge_of(server.url, tmp_path, provider))
    assert isinstance(vote, NoVote)
    assert said in vote.reason
    assert vote.calls == 1


def test_what_an_endpoint_does_not_know_is_left_out_from_then_on(tmp_path: Path) -> None:
    bench = Bench(lambda system, messages: scores(), unknown=("response_format", "temperature"))
    with serving(bench) as server:
        found = votes(judge_of(server.url, tmp_path), 0, 1)
    assert [isinstance(vote, Vote) for vote in found] == [True, True]
    assert len(bench.asked) == 4
    assert "temperature" not in bench.asked[-1]


def test_a_vote_is_paid_once_and_the_next_one_is_another(tmp_path: Path) -> None:
    bench = Bench(lambda system, messages: scores())
    with serving(bench) as server:
        first = votes(judge_of(server.url, tmp_path), 0, 1)
        again = judge_of(server.url, tmp_path)
        second = votes(again, 0, 1, 2)
    assert len(bench.asked) == 3
    assert [vote.cached for vote in second if isinstance(vote, Vote)] == [True, True, False]
    assert [vote.scores for vote in second[:2] if isinstance(vote, Vote)] == [
        vote.scores for vote in first if isinstance(vote, Vote)
    ]
    assert any("2 votes were paid for earlier" in note for note in again.notes())


def test_another_question_or_model_is_another_vote(tmp_path: Path) -> None:
    bench = Bench(lambda system, messages: scores())
    with serving(bench) as server:
        votes(judge_of(server.url, tmp_path))
        votes(judge_of(server.url, tmp_path), asked=the_question(a_transcript(a_turn("It is lost."))))
        votes(judge_of(server.url, tmp_path, model="judge-2"))
    assert len(bench.asked) == 3


def test_a_kept_verdict_that_is_broken_is_left_out_and_said(tmp_path: Path) -> None:
    bench = Bench(lambda system, messages: scores())
    with serving(bench) as server:
        votes(judge_of(server.url, tmp_path))
        [kept] = (tmp_path / "agent-eval-gate" / "verdicts").rglob("*.json")
        for content in (b"{", b"[]", kept.read_bytes().replace(b'"value": 2', b'"value": 9')):
            kept.write_bytes(content)
            judge = judge_of(server.url, tmp_path)
            [vote] = votes(judge)
            assert isinstance(vote, Vote)
            assert not vote.cached
            assert any("1 kept verdicts could not be read" in note for note in judge.notes())


def test_judges_side_by_side_share_a_cache(tmp_path: Path) -> None:
    bench = Bench(lambda system, messages: scores())
    with serving(bench) as server:
        judges = [judge_of(server.url, tmp_path) for _ in range(8)]

        async def all_at_once() -> None:
            async def one(judge: LiveJudge) -> None:
                async with judge.open():
                    for index in range(5):
                        assert isinstance(await judge.vote(the_question(), index), Vote)

            async with anyio.create_task_group() as tasks:
                for judge in judges:
                    tasks.start_soon(one, judge)

        anyio.run(all_at_once)
    assert len(list((tmp_path / "agent-eval-gate" / "verdicts").rglob("*.json"))) == 5
    assert list(tmp_path.rglob("*.part")) == []
    assert all(judge.ledger.calls + judge.ledger.cached == 5 for judge in judges)


def test_another_model_behind_a_pinned_name_gives_no_vote(tmp_path: Path) -> None:
    with serving(Bench(lambda system, messages: scores(), model="judge-1-2027")) as server:
        pinned = judge_of(server.url, tmp_path, resolved="judge-1-2026")
        [vote] = votes(pinned)
        fitting = judge_of(server.url, tmp_path, resolved="judge-1-2027")
        assert isinstance(votes(fitting)[0], Vote)
    assert isinstance(vote, NoVote)
    assert "answered as judge-1-2027, not as judge-1-2026" in vote.reason
    assert pinned.fingerprint != fitting.fingerprint


def test_people_of_the_test_data_are_masked_for_the_judge_and_not_in_its_quote(tmp_path: Path) -> None:
    bench = Bench(lambda system, messages: scores(quote="sent to [name 1]"))
    with serving(bench) as server:
        judge = judge_of(server.url, tmp_path)
        [vote] = votes(judge)
    assert "Mara" not in json.dumps(bench.asked)
    assert "sent to [name 1]" in bench.asked[0]["messages"][1]["content"]
    assert isinstance(vote, Vote)
    assert vote.scores[Dimension.CORRECTNESS].quote == "sent to Mara Lindqvist"
    assert judge.ledger.masked > 0


def test_a_faulty_endpoint_is_asked_again_and_then_given_up(tmp_path: Path) -> None:
    with serving(Bench(lambda system, messages: scores())) as server:
        server.faults += [Reply(429, {}, {"Retry-After": "0"}), RESET]
        assert isinstance(votes(judge_of(server.url, tmp_path))[0], Vote)
        server.faults += [Reply(401, {"error": {"message": f"bad key {KEY}"}})]
        with pytest.raises(UsageError) as refused:
            votes(judge_of(server.url, tmp_path), 1)
        server.faults += [Reply(200, b"<html>")]
        with pytest.raises(CouldNotTellError, match="no JSON"):
            votes(judge_of(server.url, tmp_path), 2)
    assert KEY not in str(refused.value)


def test_a_missing_key_is_said_when_the_judge_is_opened(tmp_path: Path) -> None:
    judge = open_judge(tmp_path, config_of(provider="anthropic", model="claude-x"), {}, {})
    assert judge is not None
    with pytest.raises(UsageError, match="the variable ANTHROPIC_API_KEY is empty"):
        votes(judge)


@pytest.mark.parametrize(
    ("agent", "judge", "refused"),
    [
        ("gpt-5", {"model": "gpt-5-mini"}, True),
        ("claude-opus", {"model": "gpt-5-mini"}, False),
        ("house-model", {"model": "house-model"}, True),
        ("llama-4", {"model": "house-judge", "family": "meta"}, True),
        ("", {"model": "gpt-5-mini"}, False),
    ],
)
def test_a_judge_of_the_agents_own_family_is_refused(
    agent: str, judge: dict[str, str], refused: bool, tmp_path: Path
) -> None:
    config = config_of(provider="openai", **judge)
    known = config.agents["support"].model_copy(update={"model": agent})
    config = config.model_copy(update={"agents": {"support": known}})
    if refused:
        with pytest.raises(UsageError, match="same family as agent support's model"):
            open_judge(tmp_path, config, {}, {})
    else:
        assert open_judge(tmp_path, config, {}, {}) is not None


def test_a_boundary_refuses_every_other_provider() -> None:
    with pytest.raises(ValueError, match="boundary"):
        config_of(provider="openai", model="gpt-5", boundary="salesforce")
    assert config_of(provider="salesforce", model="x", boundary="salesforce").judge.provider == "salesforce"
