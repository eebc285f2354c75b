"""Deciding everybody at once: who may, who may not, and what a change of the policy would change.

``eligibility`` decides everybody of a deployment, and ``simulate`` compares two policies over one population.
"""

from mkd_plugins.population.eligibility import eligibility
from mkd_plugins.population.report import Against, Eligibility, Lacking, Tally, UnitCount
from mkd_plugins.population.template import Template

__all__ = ["Against", "Eligibility", "Lacking", "Tally", "Template", "UnitCount", "eligibility"]
