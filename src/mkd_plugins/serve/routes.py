"""Everything that can be asked over HTTP."""

from __future__ import annotations

from mkd_plugins.serve import agreements, deciding, mending, questions, reporting, watching

ROUTES = (
    *deciding.ROUTES,
    *agreements.ROUTES,
    *reporting.ROUTES,
    *questions.ROUTES,
    *mending.ROUTES,
    *watching.ROUTES,
)
