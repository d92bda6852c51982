"""A map is drawn only where Mermaid will draw it, and an agent that is no Salesforce agent has none."""

from pathlib import Path

import pytest

from gate.cli import charts
from gate.cli.charts import charts as drawn
from gate.cli.workspace import Workspace
from gate.config import Config
from tests.plans import agent_config, config, plan_case, plan_of, side
from tests.shop_project import BUNDLE, FILES, SCRIPT

SUITE = (plan_case("returns", agent="shop-agent"),)


EDITED = {BUNDLE: SCRIPT.replace("You help", "You serve"), "service/classes/Orders.cls": "class Orders {}"}


def _charts(settings: Config) -> tuple[str, ...]:
    base, head = side(FILES, SUITE), side({**FILES, **EDITED}, SUITE)
    workspace = Workspace(
        root=Path(), config=settings, config_text="", base=base, head=head, baselines={}, calibrations={}, test_data={},
        scripted={},
    )  # fmt: skip
    return drawn(workspace, plan_of(base, head, settings=settings))


def test_the_map_of_an_affected_agent_is_folded() -> None:
    (chart,) = _charts(config(agents={"shop-agent": agent_config("force-app")}))
    assert "<summary>Map of shop-agent</summary>" in chart
    assert '["Shop_Agent"]' in chart


@pytest.mark.parametrize("limit", ["LONGEST_CHART", "MOST_EDGES"])
def test_a_map_that_mermaid_will_not_draw_is_named(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, limit, 3)
    (chart,) = _charts(config(agents={"shop-agent": agent_config("force-app")}))
    assert "Too large to draw" in chart
    assert "mermaid" not in chart


def test_an_affected_agent_that_is_no_salesforce_agent_has_no_map() -> None:
    settings = config(agents={"shop-agent": agent_config("service")})
    base, head = side(FILES, SUITE), side({**FILES, **EDITED}, SUITE)
    assert plan_of(base, head, settings=settings).agents[0].affected
    assert _charts(settings) == ()
