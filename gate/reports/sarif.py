"""`report.sarif` (SARIF 2.1.0): regressions at the line of their fixture, for code-scanning views and editors."""

import json
from hashlib import sha256
from urllib.parse import quote as percent_encode

from gate.model.case import Json
from gate.model.comparison import CaseComparison, DimensionComparison
from gate.model.report import Report
from gate.model.words import Dimension
from gate.reports import phrases, view
from gate.reports.escape import visible

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_CASE_RULE = "regressed/case"
_RULES = {_CASE_RULE: "the case as a whole", **{f"regressed/{one}": one.value for one in Dimension}}


def sarif(report: Report, version: str) -> str:
    """The regressed cases as results: an error where one holds the merge, else a warning. `version` is the gate's."""
    results: list[Json] = [
        _result(case, one) for case in view.regressed(report) for one in view.telling(case) or (None,)
    ]
    run: dict[str, Json] = {
        "tool": {"driver": {"name": "agent-gate", "semanticVersion": version, "rules": _rules()}},
        "automationDetails": {"id": visible(f"agent-gate/{'+'.join(view.agents(report))}/")},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "invocations": [
            {"executionSuccessful": report.decision.exit_code in (0, 1), "exitCode": report.decision.exit_code}
        ],
    }
    value: Json = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=True).replace("##[", "#\\u0023[") + "\n"


def _rules() -> list[Json]:
    return [
        {
            "id": rule,
            "name": "Regressed" + "".join(part.capitalize() for part in rule.partition("/")[2].split()),
            "shortDescription": {"text": f"A case regressed: {what} fell below what the base branch has accepted"},
            "defaultConfiguration": {"level": "error"},
        }
        for rule, what in _RULES.items()
    ]


def _result(case: CaseComparison, one: DimensionComparison | None) -> Json:
    rule = f"regressed/{one.dimension}" if one else _CASE_RULE
    identity = sha256(f"{case.case}\0{rule}".encode("utf-8", "surrogatepass")).hexdigest()
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(rule),
        "level": "error" if case.blocks else "warning",
        "message": {"text": visible(_message(case, one))},
        "locations": _locations(case),
        "partialFingerprints": {"agentGateCase/v1": identity},
        "properties": {"severity": case.severity.value, "topic": visible(case.topic), "blocks": case.blocks},
    }


def _message(case: CaseComparison, one: DimensionComparison | None) -> str:
    said = f"{case.id}: {one.dimension} {phrases.was_now(one)}" if one else f"{case.id} regressed"
    if one and one.reason:
        said += f": {one.reason}"
    if one and (quote := view.quote(one.evidence)):
        said += f" ({quote})"
    return f"{said}. {case.finding.explanation}" if case.finding.explanation else said


def _locations(case: CaseComparison) -> list[Json]:
    if not case.path:
        return []
    uri = percent_encode(case.path.encode("utf-8", "surrogatepass"))
    location: Json = {
        "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": max(case.line, 1)},
    }
    return [{"physicalLocation": location}]
