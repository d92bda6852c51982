"""`junit.xml` in the form that CI systems read: failed is the agent's, errored is ours or the network's."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from gate.model.comparison import CaseComparison, DimensionComparison
from gate.model.report import Report
from gate.model.words import CaseVerdict, Conclusion, Status
from gate.reports import phrases, view
from gate.reports.escape import xml

_COULD_TELL = frozenset({Conclusion.PASS, Conclusion.ACCEPTED})
_STAND_ASIDE = frozenset({CaseVerdict.QUARANTINED, CaseVerdict.NOT_COMPARABLE, CaseVerdict.NEW})
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
_ANY_TOPIC = "(any topic)"


def junit(report: Report) -> str:
    """One suite per agent and topic, one test per case, and one suite with the gate's own conclusion.

    A regressed case is a failure; one without an answer an error; one that nothing can be said of is skipped, and so
    is an exploratory case that got worse. A selected case that is not in the results is an error: never green.
    """
    root = ET.Element("testsuites", {"name": "agent-gate"})
    _conclusion(root, report)
    compared = sorted(report.comparison.cases, key=lambda case: (case.agent, case.topic, case.case))
    for (agent, topic), cases in groupby(compared, key=lambda case: (case.agent, case.topic)):
        _suite(root, report, f"{agent}/{topic or _ANY_TOPIC}", [_case(report, case) for case in cases])
    missing = [_missing(key) for key in _not_run(report)]
    if missing:
        _suite(root, report, "not run", missing)
    _count(root, root.iter("testcase"))
    root.set("time", f"{report.spend.duration_seconds:.3f}")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, report: Report, name: str, cases: Sequence[ET.Element]) -> None:
    suite = ET.SubElement(root, "testsuite", {"name": xml(name)})
    if found := _TIMESTAMP.match(report.started):
        suite.set("timestamp", found.group())
    suite.extend(cases)
    _count(suite, cases)


def _count(element: ET.Element, cases: Iterable[ET.Element]) -> None:
    cases = list(cases)
    element.set("tests", str(len(cases)))
    for plural, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(plural, str(sum(1 for case in cases if case.find(tag) is not None)))


def _conclusion(root: ET.Element, report: Report) -> None:
    test = ET.Element("testcase", {"classname": "agent-gate", "name": "conclusion"})
    conclusion = report.decision.conclusion
    if conclusion not in _COULD_TELL:
        tag = "failure" if conclusion is Conclusion.BLOCKED else "error"
        details = "\n".join(
            (report.decision.next_action, *view.broken(report), *report.decision.gaps, *report.decision.notes)
        )
        _say(test, tag, phrases.headline(report), details, kind=conclusion.value)
    _suite(root, report, "agent-gate", [test])


def _case(report: Report, case: CaseComparison) -> ET.Element:
    test = _test(case.agent, case.topic, case.id)
    if case.path:
        test.set("file", xml(case.path))
        test.set("line", str(case.line))
    properties = ET.SubElement(test, "properties")
    for name, value in _facts(case):
        ET.SubElement(properties, "property", {"name": name, "value": xml(value)})
    tag = _tag(report, case)
    if tag:
        _say(test, tag, _message(case), _details(case), kind=case.verdict.value)
    return test


def _test(agent: str, topic: str, name: str) -> ET.Element:
    return ET.Element("testcase", {"classname": xml(f"{agent}.{topic or _ANY_TOPIC}"), "name": xml(name)})


def _facts(case: CaseComparison) -> list[tuple[str, str]]:
    facts = [("severity", case.severity.value), ("verdict", case.verdict.value), ("blocks", str(case.blocks).lower())]
    for one in case.dimensions:
        facts.append((f"score.{one.dimension}", phrases.score_change(one)))
        facts.append((f"passed.{one.dimension}", _passed(one)))
    return facts


def _passed(one: DimensionComparison) -> str:
    arms = (("base", one.base), ("head", one.head))
    return ", ".join(f"{arm} {tally.passed:g} of {tally.scored:g}" for arm, tally in arms if tally)


def _tag(report: Report, case: CaseComparison) -> str:
    """The element that says what a case came to; empty = passed."""
    if case.status is Status.EXPLORATORY:
        return "skipped" if case.verdict is CaseVerdict.REGRESSED or view.head_fails(case) else ""
    if case.blocks or case.verdict is CaseVerdict.REGRESSED:
        return "failure"
    if case.verdict is CaseVerdict.INFRA_FAILURE:
        return "error"
    if case.verdict is CaseVerdict.INCONCLUSIVE:
        return "skipped" if report.decision.conclusion in _COULD_TELL else "error"
    aside = case.verdict in _STAND_ASIDE and (case.verdict is not CaseVerdict.NEW or view.head_fails(case))
    return "skipped" if aside else ""


def _message(case: CaseComparison) -> str:
    """The reason in one line: what fell on which dimension, else the sentence that explains the verdict."""
    fell = [_fell(one) for one in view.telling(case)] if case.verdict is CaseVerdict.REGRESSED else []
    said = "; ".join(fell) or case.finding.explanation or view.why_not_comparable(case) or view.counts(case)
    prefix = "exploratory, never blocks: " if case.status is Status.EXPLORATORY else ""
    return f"{prefix}{said or case.verdict.value}"


def _fell(one: DimensionComparison) -> str:
    return f"{one.dimension} {phrases.was_now(one)}" + (f": {one.reason}" if one.reason else "")


def _details(case: CaseComparison) -> str:
    quotes = [view.quote(one.evidence) for one in view.telling(case)]
    return "\n".join(line for line in (case.finding.explanation, view.counts(case), *quotes) if line)


def _not_run(report: Report) -> list[str]:
    done = {case.case for case in report.comparison.cases}
    return [one.case for one in report.plan.selected if one.case not in done and one.status is Status.FROZEN]


def _missing(key: str) -> ET.Element:
    agent, _, name = key.partition("/")
    test = _test(agent, "", name)
    _say(test, "error", "selected but not run", "", kind="not run")
    return test


def _say(test: ET.Element, tag: str, message: str, details: str, *, kind: str) -> None:
    said = ET.SubElement(test, tag, {"message": xml(message)})
    if tag != "skipped":
        said.set("type", kind)
    said.text = xml(details) or None
