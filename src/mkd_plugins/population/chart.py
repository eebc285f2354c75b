"""Who gains and who loses as a picture: an SVG file, drawn by pygal (the extra ``charts``)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mkd_core.errors import InvalidInput
from mkd_plugins.extras import needed
from mkd_plugins.population.comparison import Simulation
from mkd_plugins.population.writing import PART
from mkd_plugins.tables.writing import already_there
from mkd_plugins.words import say

BARS = 20
"""The units that change most are drawn, no more of them than can be read."""
_GAIN, _LOSE = "#0072b2", "#d55e00"
"""Blue and vermilion, which the colour-blind can tell apart."""


def ready(path: Path, *, there: bool = False) -> None:
    """Refuse what could not be drawn at the end: another kind of file (MKD492), no extra (MKD259), a file there."""
    if path.suffix != ".svg":
        raise InvalidInput("MKD492", "a chart is an SVG file", where=str(path), mend="end the name in .svg")
    needed("pygal", "charts")
    if path.exists() and not there:
        raise already_there(path)


def draw(simulation: Simulation, path: Path, language: str) -> None:
    """Draw a bar for each unit that changes most, gains to the right and losses to the left.

    Where the population does not say who belongs where, the bars are the rules that decide it.
    """
    pygal = needed("pygal", "charts")
    labels, gains, losses = _by_unit(simulation) if simulation.units else _by_rule(simulation)
    chart = pygal.HorizontalStackedBar(
        js=(),  # nothing from the network
        height=160 + 26 * len(labels),
        legend_at_bottom=True,
        print_values=True,
        print_zeroes=False,
        value_formatter=lambda people: f"{abs(people or 0):.0f}",
        style=pygal.style.Style(colors=(_GAIN, _LOSE), font_family="sans-serif", value_colors=("white", "white")),
        no_data_text=say("nothing", language),
    )
    chart.title = f"{simulation.before.name} → {simulation.after.name}"
    chart.x_labels = labels
    chart.y_labels = _ticks(max(gains, default=0), max(losses, default=0))
    chart.add(f"{say('gain', language)}: {simulation.gain}", gains)
    chart.add(f"{say('lose', language)}: {simulation.lose}", [-people for people in losses])
    part = path.with_name(path.name + PART)
    try:
        part.write_bytes(chart.render())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _ticks(gain: int, lose: int) -> list[int]:
    """Whole numbers of people on both sides of nought, some five on the longer one."""
    step = max(1, -(-max(gain, lose) // 5))
    return list(range(-step * -(-lose // step), gain + step, step))


_Bars = tuple[Sequence[str], Sequence[int], Sequence[int]]


def _by_unit(simulation: Simulation) -> _Bars:
    changing = [unit for unit in simulation.units if unit.gain or unit.lose]
    drawn = sorted(changing, key=lambda unit: (-unit.gain - unit.lose, unit.unit))[:BARS]
    # A horizontal chart begins at the bottom.
    drawn.reverse()
    return [unit.unit for unit in drawn], [unit.gain for unit in drawn], [unit.lose for unit in drawn]


def _by_rule(simulation: Simulation) -> _Bars:
    gains = {f"{rule.rule} ({simulation.before.policy.version})": rule.people for rule in simulation.gaining}
    losses = {f"{rule.rule} ({simulation.after.policy.version})": rule.people for rule in simulation.losing}
    rules = sorted({*gains, *losses}, key=lambda rule: gains.get(rule, 0) + losses.get(rule, 0))[-BARS:]
    return rules, [gains.get(rule, 0) for rule in rules], [losses.get(rule, 0) for rule in rules]
