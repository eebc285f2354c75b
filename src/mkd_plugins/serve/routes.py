"""Everything that can be asked over HTTP."""

from __future__ import annotations

from mkd_plugins.serve import agreements, deciding, mending, questions, watching

ROUTES = (*deciding.ROUTES, *agreements.ROUTES, *questions.ROUTES, *mending.ROUTES, *watching.ROUTES)
