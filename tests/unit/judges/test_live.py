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
from gate.judges.kin import scripted_models
from gate.judges.ledger import hidden_words, models_words
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
from tests.trees import DictTree

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
    assert "also after a repair: it is not one JSON object and nothing else (it begins: no idea)" in vote.reason
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


@pytest.mark.parametrize("status", [400, 422, 500])
def test_what_an_endpoint_does_not_know_is_left_out_from_then_on(tmp_path: Path, status: int) -> None:
    bench = Bench(lambda system, messages: scores(), unknown=("response_format", "temperature"), refuses_with=status)
    with serving(bench) as server:
        found = votes(judge_of(server.url, tmp_path), 0, 1)
    assert [isinstance(vote, Vote) for vote in found] == [True, True]
    assert len(bench.asked) == 4
    assert "temperature" not in bench.asked[-1]


def test_votes_under_way_that_are_all_refused_the_same_part_are_asked_again(tmp_path: Path) -> None:
    """The first refusal must not make the others look like a wrong configuration."""
    bench = Bench(lambda system, messages: scores(), unknown=("response_format", "temperature"))
    with serving(bench) as server:
        judge = judge_of(server.url, tmp_path)
        found: list[Vote | NoVote] = []

        async def together() -> None:
            async def one(index: int) -> None:
                found.append(await judge.vote(the_question(), index))

            async with judge.open(), anyio.create_task_group() as tasks:
                for index in range(8):
                    tasks.start_soon(one, index)

        anyio.run(together)
    assert [isinstance(vote, Vote) for vote in found] == [True] * 8


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ({"error": {"code": "content_filter", "message": "The response was filtered"}}, "content filter"),
        ({"error": {"code": "context_length_exceeded", "message": "too many"}}, "too long for the model"),
        ({"error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}}, "too long for the"),
    ],
)
def test_a_question_that_is_refused_for_its_text_is_no_vote_and_ends_no_run(
    provider: str, refusal: Any, said: str, tmp_path: Path
) -> None:
    bench = Bench(lambda system, messages: scores())

    def answer(asked: Asked) -> Reply:
        return Reply(400, refusal) if "It is sent to" in str(asked.json) else bench(asked)

    org = FakeOrg(lambda definition, text: ("", []))
    with serving(lambda asked: org(asked) if asked.path.startswith("/services/") else answer(asked)) as server:
        org.url = server.url
        judge = judge_of(server.url, tmp_path, provider)
        [vote] = votes(judge)
        [other] = votes(judge, asked=the_question(a_transcript(a_turn("It is sent."))))
    assert isinstance(vote, NoVote)
    assert said in vote.reason
    assert isinstance(other, Vote)


@pytest.mark.parametrize("content", [[], [{"type": "text", "text": "  "}], "two calls"])
def test_nothing_or_two_answers_of_a_tool_are_repaired(content: Any, tmp_path: Path) -> None:
    def called(value: int) -> Any:
        return {"type": "tool_use", "id": "t", "name": "give_scores", "input": json.loads(scores(value))}

    def answer(asked: Asked) -> Reply:
        given = [called(2), called(0)] if content == "two calls" else content
        again = len(asked.json["messages"]) == 3
        if again:
            assert asked.json["messages"][1]["content"].strip()
        usage = {"input_tokens": 1, "output_tokens": 1}
        return Reply(
            body={"model": "m", "content": [called(1)] if again else given, "stop_reason": "end_turn", "usage": usage}
        )

    with serving(answer) as server:
        [vote] = votes(judge_of(server.url, tmp_path, "anthropic"))
    assert isinstance(vote, Vote)
    assert (vote.scores[Dimension.CORRECTNESS].value, vote.calls) == (1, 2)


@pytest.mark.parametrize(
    ("quote", "wrong"),
    [
        ("It was never sent", "does not occur in the TRANSCRIPT"),
        ("sent", "too short"),
        ("a", "too short"),
        ("I ... is ... s", "too short"),
        ("score 2 ... It is sent", "does not occur"),
        ("It is [their name 2] sent", "does not occur"),
        ("Look at this", "does not occur"),
    ],
)
def test_a_quote_that_proves_nothing_is_mended_once(quote: str, wrong: str, tmp_path: Path) -> None:
    bench = Bench(lambda system, messages: scores(quote="It is sent" if len(messages) == 3 else quote))
    with serving(bench) as server:
        judge = judge_of(server.url, tmp_path)
        [vote] = votes(judge)
    assert isinstance(vote, Vote)
    assert (vote.calls, vote.scores[Dimension.CORRECTNESS].quote) == (2, "It is sent")
    assert wrong in bench.asked[1]["messages"][-1]["content"]


def test_a_vote_without_evidence_is_not_kept(tmp_path: Path) -> None:
    bench = Bench(lambda system, messages: scores(quote="made up by the judge"))
    with serving(bench) as server:
        votes(judge_of(server.url, tmp_path))
        votes(judge_of(server.url, tmp_path))
    assert len(bench.asked) == 4
    assert list(tmp_path.rglob("*.json")) == []


def test_a_short_reply_may_be_quoted_whole(tmp_path: Path) -> None:
    with serving(Bench(lambda system, messages: scores(quote="Done."))) as server:
        [vote] = votes(judge_of(server.url, tmp_path), asked=the_question(a_transcript(a_turn("Done."))))
    assert vote.calls == 1


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
        votes(judge_of(server.url, tmp_path), asked=the_question(a_transcript(a_turn("It is sent late."))))
        votes(judge_of(server.url, tmp_path, model="judge-2"))
    assert len(bench.asked) == 3


def test_a_kept_verdict_that_is_broken_is_left_out_and_said(tmp_path: Path) -> None:
    bench = Bench(lambda system, messages: scores())
    with serving(bench) as server:
        votes(judge_of(server.url, tmp_path))
        [kept] = (tmp_path / "agent-eval-gate" / "verdicts").rglob("*.json")
        good = kept.read_bytes()
        for content in (
            b"{",
            b"[]",
            b"[" * 200_000,
            b"\xff",
            good.replace(b'"value": 2', b'"value": 9'),
            good.replace(b'"value": 2', b'"value": true'),
            good.replace(b'"correctness"', b'"tone"'),
            good.replace(kept.stem.encode(), b"0" * 64),
            json.dumps({**json.loads(good), "scores": {}}).encode(),
        ):
            kept.write_bytes(content)
            judge = judge_of(server.url, tmp_path)
            [vote] = votes(judge)
            assert isinstance(vote, Vote)
            assert not vote.cached
            assert any("1 kept verdict could not be read" in note for note in judge.notes())


def test_the_model_that_gave_a_kept_vote_is_still_named(tmp_path: Path) -> None:
    with serving(Bench(lambda system, messages: scores(), model="judge-1-2026")) as server:
        votes(judge_of(server.url, tmp_path))
    with serving(Bench(lambda system, messages: scores(), model="judge-1-2027")) as moved:
        judge = judge_of(server.url, tmp_path)
        [kept] = votes(judge)
        fresh = judge_of(moved.url, tmp_path)
        votes(fresh)
    assert isinstance(kept, Vote)
    assert (kept.model, kept.cached) == ("judge-1-2026", True)
    assert judge.ledger.models == {"judge-1-2026": 1}


@pytest.mark.parametrize(
    ("models", "resolved", "said"),
    [
        ([], "", ""),
        (["", "j-2026"], "", "answered as j-2026; set `judge.resolved: j-2026`: until then another model may answer"),
        (["j-2027", "j-2026"], "", "the model behind j changed meanwhile: answered as j-2026, j-2027; set"),
        (["j-2026"], "j-2026", "answered as j-2026"),
    ],
)
def test_who_answered_is_said_and_what_to_pin(models: list[str], resolved: str, said: str) -> None:
    assert said in " ".join(models_words(models, "j", resolved))
    assert ("cannot block" in " ".join(models_words(models, "j", resolved))) == (not resolved and bool(models))


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "agent-eval-gate").write_text("in the way")
    with serving(Bench(lambda system, messages: scores())) as server:
        judge = judge_of(server.url, tmp_path)
        assert isinstance(votes(judge)[0], Vote)
    assert any("1 verdict could not be written to the cache" in note for note in judge.notes())


def test_personal_data_lies_in_no_cache(tmp_path: Path) -> None:
    with serving(Bench(lambda system, messages: scores(quote="sent to [their name 1]"))) as server:
        votes(judge_of(server.url, tmp_path))
    [kept] = tmp_path.rglob("*.json")
    assert "Mara" not in kept.read_text()


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
    bench = Bench(lambda system, messages: scores(quote="sent to [their name 1]"))
    with serving(bench) as server:
        judge = judge_of(server.url, tmp_path)
        [vote] = votes(judge)
    assert "Mara" not in json.dumps(bench.asked)
    assert "sent to [their name 1]" in bench.asked[0]["messages"][1]["content"]
    assert isinstance(vote, Vote)
    assert vote.scores[Dimension.CORRECTNESS].quote == "sent to Mara Lindqvist"
    assert vote.masked == {"name": 1}
    assert list(hidden_words(vote.masked)) == ["judge: masked in what it saw: name 1"]


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


def test_a_production_org_is_refused_with_the_key_that_names_it(tmp_path: Path) -> None:
    org = FakeOrg(lambda definition, said: ("", []))
    org.record = {"IsSandbox": False, "OrganizationType": "Enterprise Edition"}
    with serving(org) as server:
        org.url = server.url
        with pytest.raises(UsageError, match="production org") as refused:
            votes(judge_of(server.url, tmp_path, "salesforce"))
    assert refused.value.hint == "name a sandbox in `judge.org`"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_model_that_is_not_there_is_said_with_what_to_look_at(provider: str, tmp_path: Path) -> None:
    org = FakeOrg(lambda definition, said: ("", []))

    def answer(asked: Asked) -> Reply:
        return (
            org(asked) if asked.path.startswith("/services/") else Reply(404, {"error": {"message": "no such model"}})
        )

    with serving(answer) as server:
        org.url = server.url
        with pytest.raises(UsageError, match="no such model") as refused:
            votes(judge_of(server.url, tmp_path, provider))
    assert ("judge-1" if provider == "salesforce" else "judge.model") in refused.value.hint


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


@pytest.mark.parametrize(
    ("driver", "scripted", "judge", "refused"),
    [
        ({"model": "gpt-5"}, (), {"provider": "azure", "base_url": "http://x", "model": "our-judge"}, True),
        ({"model": "gpt-5"}, (), {"provider": "azure", "base_url": "http://x", "model": "llama-4"}, False),
        ({"model": "gpt-5"}, (), {"model": "our-judge", "base_url": "http://x", "resolved": "gpt-5-2026"}, True),
        ({"model": "ours", "base_url": "https://x.openai.azure.com/v1"}, (), {"model": "gpt-5"}, True),
        ({"model": "llama"}, ("sfdc_ai__DefaultGPT41",), {"model": "gpt-5"}, True),
        ({"model": "llama"}, ("sfdc_ai__DefaultGPT41",), {"provider": "anthropic", "model": "house"}, False),
        ({"model": "claude-x"}, (), {"provider": "anthropic", "model": "house"}, True),
    ],
)
def test_an_alias_does_not_hide_the_family(
    driver: Any, scripted: tuple[str, ...], judge: Any, refused: bool, tmp_path: Path
) -> None:
    chat = {"type": "chat", "prompt": ["p.md"], "base_url": "http://x", **driver}
    value = {"version": 1, "agents": {"support": {"source": ["a"], "driver": chat}}}
    config = Config.model_validate({**value, "judge": {"provider": "openai", **judge}})
    if refused:
        with pytest.raises(UsageError, match="same family as agent support's model"):
            open_judge(tmp_path, config, {}, {}, scripted={"support": scripted})
    else:
        assert open_judge(tmp_path, config, {}, {}, scripted={"support": scripted}) is not None


def test_a_family_that_shows_only_in_the_answer_is_refused_then(tmp_path: Path) -> None:
    with serving(Bench(lambda system, messages: scores(), model="gpt-4o-2024-08-06")) as server:
        config = config_of(provider="openai", model="our-judge", base_url=server.url)
        judge = open_judge(
            tmp_path, config, {}, {"OPENAI_API_KEY": KEY}, scripted={"support": ("sfdc_ai__DefaultGPT41",)}
        )
        assert judge is not None
        with pytest.raises(UsageError, match="our-judge, which is gpt-4o-2024-08-06, is of the same family"):
            votes(judge)


def test_agent_scripts_tell_the_models_they_run_on() -> None:
    script = b"""system:
    instructions: "You are an agent."
model_config:
    model: "model://sfdc_ai__DefaultGPT41"
subagent Orders:
    model_config:
        model: "model://sfdc_ai__DefaultBedrockAnthropicClaude45Sonnet"
    reasoning:
        instructions: ->
            | the model: "is good"
"""
    tree = DictTree({"a/bundle/x.agent": script, "a/readme.md": b'model: "model://other"', "b/y.agent": script})
    config = config_of(provider="openai", model="x")
    assert scripted_models(config, tree) == {
        "support": ("sfdc_ai__DefaultBedrockAnthropicClaude45Sonnet", "sfdc_ai__DefaultGPT41")
    }
    assert scripted_models(config_of(), tree) == {}


def test_a_boundary_refuses_every_other_provider() -> None:
    with pytest.raises(ValueError, match="boundary"):
        config_of(provider="openai", model="gpt-5", boundary="salesforce")
    assert config_of(provider="salesforce", model="x", boundary="salesforce").judge.provider == "salesforce"


def test_an_address_beside_the_org_is_refused_and_not_passed_over() -> None:
    with pytest.raises(ValueError, match="takes no `base_url`"):
        config_of(provider="salesforce", model="x", base_url="https://elsewhere.example")


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("no idea", scores(), "none was wrong then"),
        ("no idea", "no idea", "1 could not be read then either"),
        (scores(quote="not so"), scores(quote="not so"), "1 then still quoted what nobody said"),
        (scores(quote="not so"), "no idea", "1 then still quoted what nobody said"),
    ],
)
def test_what_became_of_replies_that_were_asked_for_again_is_told(
    first: str, second: str, said: str, tmp_path: Path
) -> None:
    def rule(system: str, messages: Sequence[Mapping[str, Any]]) -> str:
        return second if len(messages) == 3 else first

    with bench_of(Bench(rule)) as server:
        judge = judge_of(server.url, tmp_path)
        votes(judge)

    assert judge.notes() == (f"judge: 1 reply had to be asked for again: {said}",)
