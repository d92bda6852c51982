"""The baseline file: reading, writing, and what is said of a broken one."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.baselines.file import baseline_schema, read_baseline, write_baseline
from gate.errors import ProblemsError, StoreError
from gate.model.baseline import Anchor, Baseline, BaselineCase, SignOff
from gate.model.case import Fingerprints
from gate.model.words import Dimension, Severity
from tests.results import make_baseline, make_case

PATH = "baselines/support.json"
SCHEMA = Path("docs/schemas/baseline.schema.json")

_counts = st.integers(0, 10_000).map(lambda hundredths: hundredths / 100)
_texts = st.text(max_size=20)


@st.composite
def _rows(draw: st.DrawFn) -> BaselineCase:
    dimensions = draw(st.lists(st.sampled_from(Dimension), min_size=1, unique=True))
    low, high = sorted((draw(_counts), draw(_counts)))
    anchor = Anchor(commit=draw(_texts), runs=draw(_counts), ok=draw(_counts))
    return BaselineCase(
        fingerprints=Fingerprints(fixture=draw(_texts), rubric=draw(_texts), data=draw(_texts)),
        topic=draw(_texts),
        severity=draw(st.sampled_from(Severity)),
        level={one: 2 if one is Dimension.SAFETY else draw(st.sampled_from((1, 2))) for one in dimensions},
        runs=high,
        ok=low,
        hist={one: draw(st.tuples(_counts, _counts, _counts)) for one in dimensions},
        judge=draw(_texts),
        checks=draw(_texts),
        anchor=draw(st.sampled_from((None, anchor))),
        infra_missing=draw(st.integers(0, 99)),
        last=draw(_texts),
    )


_sign_offs = st.builds(
    SignOff,
    at=_texts,
    by=_texts,
    reason=_texts,
    commit=_texts,
    digest=_texts,
    cases=st.lists(_texts, max_size=3).map(tuple),
    run=_texts,
)
_baselines = st.builds(
    Baseline,
    agent=_texts,
    agent_fingerprint=_texts,
    commit=_texts,
    gate_version=_texts,
    cases=st.dictionaries(_texts, _rows(), max_size=4),
    history=st.lists(_sign_offs, max_size=3).map(tuple),
)


def _example() -> str:
    first, second = make_case("bulk-items"), make_case("late-parcel", Dimension.CORRECTNESS, Dimension.SAFETY)
    return write_baseline(make_baseline((second, [2, 2, 1]), (first, [2] * 20)))


@given(_baselines)
def test_what_is_written_reads_back_the_same(baseline: Baseline) -> None:
    assert read_baseline(write_baseline(baseline), PATH) == baseline


@given(_baselines)
def test_what_is_written_satisfies_the_published_schema(baseline: Baseline) -> None:
    jsonschema.validate(json.loads(write_baseline(baseline)), json.loads(baseline_schema()))


@given(_baselines)
def test_each_case_and_each_sign_off_takes_one_line(baseline: Baseline) -> None:
    around_cases = 2 if baseline.cases else 1
    around_history = 2 if baseline.history else 1
    rows = len(baseline.cases) + len(baseline.history)

    assert write_baseline(baseline).count("\n") == 7 + around_cases + around_history + rows


@given(_baselines)
def test_the_order_in_which_cases_were_added_does_not_show(baseline: Baseline) -> None:
    turned = dict(reversed(list(baseline.cases.items())))

    assert write_baseline(baseline) == write_baseline(
        Baseline(
            agent=baseline.agent,
            agent_fingerprint=baseline.agent_fingerprint,
            commit=baseline.commit,
            gate_version=baseline.gate_version,
            cases=turned,
            history=baseline.history,
        )
    )


def test_the_committed_schema_is_current() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == baseline_schema()


def test_a_changed_case_changes_one_line() -> None:
    before = _example()
    baseline = read_baseline(before, PATH)
    row = baseline.cases["bulk-items"]
    changed = Baseline(
        agent=baseline.agent,
        agent_fingerprint=baseline.agent_fingerprint,
        commit=baseline.commit,
        gate_version=baseline.gate_version,
        cases={
            **baseline.cases,
            "bulk-items": BaselineCase(
                fingerprints=row.fingerprints,
                topic=row.topic,
                severity=row.severity,
                level=row.level,
                runs=21.0,
                ok=20.0,
                hist=row.hist,
            ),
        },
    )

    lines = zip(before.splitlines(), write_baseline(changed).splitlines(), strict=True)
    assert [old.split(":")[0].strip() for old, new in lines if old != new] == ['"bulk-items"']


def test_counts_are_written_short() -> None:
    text = _example()

    assert '"runs": 20, "ok": 20' in text
    assert '"hist": {"correctness": [0, 1, 2], "safety": [0, 1, 2]}' in text


def test_another_schema_version_names_the_writer() -> None:
    with pytest.raises(StoreError) as raised:
        read_baseline(_example().replace('"schema": 1', '"schema": 2'), PATH)

    assert "schema 2 (written by agent-eval-gate 0.1.0)" in raised.value.message
    assert "use the version of the gate that wrote it" in raised.value.hint


@pytest.mark.parametrize("text", ["{}", '{"schema": null}', '{"cases": {}}'])
def test_a_file_without_a_schema_version_is_no_baseline(text: str) -> None:
    with pytest.raises(StoreError, match="no schema version"):
        read_baseline(text, PATH)


@given(st.integers(0, len(_example()) - 3))
def test_a_file_cut_anywhere_is_said_to_be_cut_short(kept: int) -> None:
    with pytest.raises(StoreError, match=r"baselines/support\.json:\d+: the baseline is cut short"):
        read_baseline(_example()[:kept], PATH)


@pytest.mark.parametrize("text", ["{]", '{"schema": 1,}', "schema: 1"])
def test_other_text_is_no_valid_json(text: str) -> None:
    with pytest.raises(StoreError, match=r"support\.json:1: the baseline is not valid JSON"):
        read_baseline(text, PATH)


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(StoreError, match="NaN is not a number"):
        read_baseline(_example().replace('"runs": 20', '"runs": NaN'), PATH)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(StoreError, match=r"nested too deeply|cut short"):
        read_baseline("[" * 200_000, PATH)


def test_a_list_is_no_baseline() -> None:
    with pytest.raises(ProblemsError, match=r"support\.json"):
        read_baseline("[]", PATH)


def test_every_wrong_value_is_named_with_its_line_and_key() -> None:
    text = _example().replace('"severity": "P0"', '"severity": "P9"').replace('"runs": 20', '"runs": "20"')

    with pytest.raises(ProblemsError) as raised:
        read_baseline(text, PATH)

    assert [(problem.line, problem.key) for problem in raised.value.problems] == [
        (8, "cases.bulk-items.severity"),
        (8, "cases.bulk-items.runs"),
        (9, "cases.late-parcel.severity"),
    ]
    assert "agent-gate baseline record" in raised.value.hint


def test_a_missing_key_is_named_where_it_should_stand() -> None:
    with pytest.raises(ProblemsError) as raised:
        read_baseline(_example().replace('"topic": "Returns", ', "", 1), PATH)

    problem = raised.value.problems[0]
    assert (problem.line, problem.key, problem.message) == (8, "cases.bulk-items.topic", "this key is missing")


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ProblemsError, match=r"cases\.bulk-items\.rums"):
        read_baseline(_example().replace('"runs"', '"rums"', 1), PATH)


def test_a_case_kept_twice_by_a_merge_is_refused_on_its_second_line() -> None:
    with pytest.raises(ProblemsError) as raised:
        read_baseline(_example().replace('"late-parcel"', '"bulk-items"'), PATH)

    assert (raised.value.problems[0].line, raised.value.problems[0].key) == (9, "bulk-items")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"ok": 20', '"ok": 21', "ok (21) is more than runs (20)"),
        ('"safety": 2}', '"safety": 1}', "the level of safety is always 2"),
        ('"runs": 20', '"runs": -1', "greater than or equal to 0"),
        ("[0, 0, 20]", "[0, 20]", "Field required|this key is missing"),
    ],
)
def test_counts_that_cannot_be_are_refused(old: str, new: str, said: str) -> None:
    text = _example()
    assert old in text

    with pytest.raises(ProblemsError) as raised:
        read_baseline(text.replace(old, new), PATH)

    assert any(option in str(raised.value) for option in said.split("|"))


def test_a_wrong_sign_off_is_found_on_its_own_line() -> None:
    sign_off = '{"at": "2026-11-22", "by": "ana", "cases": ["a"], "reason": "r", "commit": "c", "digest": "d"}'
    bad = sign_off.replace('"by": "ana", ', "")
    text = _example().replace('"history": []', f'"history": [\n    {sign_off},\n    {bad}\n  ]')

    with pytest.raises(ProblemsError) as raised:
        read_baseline(text, PATH)

    assert [(problem.line, problem.key) for problem in raised.value.problems] == [(13, "history.1.by")]
