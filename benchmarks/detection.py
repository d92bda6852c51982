"""The picture of docs/verdicts.md, from the simulation: what each mode sees, what each policy blocks by mistake.

Usage: .venv/bin/python -m benchmarks.detection   (writes docs/images/detection.svg; about a minute)
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

from gate.model.comparison import CaseInput
from gate.model.words import Outcome
from gate.verdicts.any_drop import AnyDrop
from gate.verdicts.confirm import ConfirmOptions, Mode, confirm_procedure
from gate.verdicts.majority import Majority
from gate.verdicts.procedure import Procedure
from tests.procedures import blocks
from tests.simulation.worlds import SEED, draw_world, first_falls, simulate

SIZE = 40
PRS = 500
PULL_REQUESTS = 2000  # that change nothing
TARGET = Path(__file__).parent.parent / "docs" / "images" / "detection.svg"
MODES: Mapping[Mode, str] = {"fast": "#9a6700", "standard": "#0969da", "strict": "#1a7f37"}
RATES = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
POLICIES: Mapping[str, tuple[str, Callable[[list[CaseInput]], Procedure]]] = {
    "any-drop: one trial": ("#cf222e", AnyDrop),
    "majority of three": ("#cf222e", Majority),
    "confirm: standard": ("#0969da", lambda cases: confirm_procedure(cases, ConfirmOptions())),
}
LEFT, TOP, WIDTH, HEIGHT = 62, 58, 400, 250
BARS, BAR_WIDTH = 520, 330


def detected(mode: Mode, rate: float) -> float:
    """Share of pull requests in which a case that always passed, and now passes at `rate`, is named."""
    tally = simulate(
        lambda random: draw_world(random, "typical", SIZE, first=1.0),
        prs=PRS,
        options=ConfirmOptions(mode=mode),
        change=first_falls(rate),
    )
    return tally.named / tally.prs


def blocked_by_mistake(policy: Callable[[list[CaseInput]], Procedure]) -> float:
    """Share of pull requests that change nothing and are blocked all the same."""
    random = Random(SEED)
    count = 0
    for _ in range(PULL_REQUESTS):
        world = draw_world(random, "typical", SIZE)
        procedure = policy(world.cases)
        while batch := procedure.wanted():
            for request in batch:
                lucky = random.random() < world.base[request.case]
                procedure.observe(request, Outcome.PASSED if lucky else Outcome.FAILED)
        count += blocks(procedure.findings())
    return count / PULL_REQUESTS


def text(x: float, y: float, words: str, extra: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {extra}>{words}</text>'


def at(rate: float, share: float) -> tuple[float, float]:
    return LEFT + rate * WIDTH, TOP + (1 - share) * HEIGHT


def curves(seen: Mapping[Mode, Sequence[float]]) -> list[str]:
    parts = [text(LEFT, 24, "How often a broken case is found", 'class="title"')]
    for percent in range(0, 101, 25):
        x, y = at(percent / 100, percent / 100)
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.0f}" y2="{y:.0f}" class="grid"/>')
        parts.append(text(LEFT - 8, y + 4, f"{percent} %", 'text-anchor="end"'))
        parts.append(text(x, TOP + HEIGHT + 18, f"{percent} %", 'text-anchor="middle"'))
    below = "trials the case still passes on the PR's version (it passed 100 % before)"
    parts.append(text(LEFT + WIDTH / 2, TOP + HEIGHT + 40, below, 'text-anchor="middle"'))
    for place, (mode, shares) in enumerate(seen.items()):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, RATES, shares))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{MODES[mode]}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{MODES[mode]}"/>' for x, y in map(at, RATES, shares)]
        x, y = LEFT + WIDTH - 92, TOP + 20 + 20 * place
        parts.append(
            f'<line x1="{x}" x2="{x + 22}" y1="{y - 4}" y2="{y - 4}" stroke="{MODES[mode]}" stroke-width="3"/>'
        )
        parts.append(text(x + 28, y, mode))
    return parts


def bars(mistakes: Mapping[str, float]) -> list[str]:
    parts = [
        text(BARS, 24, "How often an unchanged PR is blocked", 'class="title"'),
        text(BARS, 44, f"{SIZE} P0 cases of a typical agent"),
    ]
    for place, (name, share) in enumerate(mistakes.items()):
        y = TOP + 22 + 72 * place
        parts.append(text(BARS, y, name))
        parts.append(f'<rect x="{BARS}" y="{y + 8}" width="{BAR_WIDTH}" height="22" fill="#eaeef2"/>')
        width = max(2.0, share * BAR_WIDTH)
        parts.append(f'<rect x="{BARS}" y="{y + 8}" width="{width:.1f}" height="22" fill="{POLICIES[name][0]}"/>')
        inside = share > 0.2
        value = f"{share:.0%}".replace("%", " %")
        if not inside:
            value = f"{round(share * PULL_REQUESTS)} of {PULL_REQUESTS:,} (promised: at most 1 %)"
        x = BARS + width + (-8 if inside else 8)
        style = 'style="fill:#ffffff;font-weight:600" text-anchor="end"' if inside else 'style="font-weight:600"'
        parts.append(text(x, y + 24, value, style))
    return parts


def svg(seen: Mapping[Mode, Sequence[float]], mistakes: Mapping[str, float]) -> str:
    """Both panels as one picture on a white ground, so that it reads in dark themes too."""
    style = (
        "text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:16px;font-weight:600}.grid{stroke:#d8dee4}"
    )
    body = "\n".join([*curves(seen), *bars(mistakes)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 366" role="img" '
        f'aria-label="Detection of a broken case by mode, and share of unchanged pull requests blocked by policy">\n'
        f'<style>{style}</style>\n<rect width="880" height="366" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def main() -> None:
    seen = {mode: [detected(mode, rate) for rate in RATES] for mode in MODES}
    mistakes = {name: blocked_by_mistake(policy) for name, (_, policy) in POLICIES.items()}
    for mode, shares in seen.items():
        print(mode, " ".join(f"{rate:.1f}:{share:.2f}" for rate, share in zip(RATES, shares, strict=True)))
    print(mistakes)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(svg(seen, mistakes), encoding="utf-8")


if __name__ == "__main__":
    main()
