"""Deciding everybody at once: who may, who may not, and what a change of the policy would change.

``eligibility`` decides everybody of a deployment, and ``simulate`` compares two policies over one population.
"""

from mkd_plugins.population.comparison import Deciding, Simulation, UnitChange
from mkd_plugins.population.eligibility import eligibility
from mkd_plugins.population.populations import Compared, Everybody, FactsFile, Population
from mkd_plugins.population.report import Against, Eligibility, Lacking, Tally, UnitCount
from mkd_plugins.population.side import Side
from mkd_plugins.population.simulation import simulate
from mkd_plugins.population.template import Template

__all__ = [
    "Against",
    "Compared",
    "Deciding",
    "Eligibility",
    "Everybody",
    "FactsFile",
    "Lacking",
    "Population",
    "Side",
    "Simulation",
    "Tally",
    "Template",
    "UnitChange",
    "UnitCount",
    "eligibility",
    "simulate",
]
