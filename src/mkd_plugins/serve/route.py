"""One thing that can be asked over HTTP, and one request for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mkd_core.usecases.dossier import Dossier
from mkd_plugins.deployment import Deployment
from mkd_plugins.serve.access import Caller
from mkd_plugins.serve.fields import Field
from mkd_plugins.serve.settings import Scope

if TYPE_CHECKING:
    from mkd_plugins.serve.wsgi import Application


@frozen(kw_only=True)
class Call:
    """A request as a handler sees it: who asks, at which moment, what was given by name in path, query and body.

    ``mkd`` is the deployment as far as it is the caller's.
    """

    app: Application
    mkd: Deployment
    caller: Caller
    at: datetime
    values: Mapping[str, Any] = field(factory=dict)
    given: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True, eq=False)
class Route:
    """Where it is asked, what it takes and gives, and who may.

    ``answer``  the name of the schema of what it gives; ``many`` where that is a list of such.
    ``scope``   what a token must be good for; none where no token is asked for.
    ``acts``    a person does something by it: once for each ``Idempotency-Key``. Its handler gives the agreement.
    ``tells``   of one that acts, the answer out of the person's dossier as it stood then, where it is no agreement.
    ``quick``   the answer to a body as it was sent, or nothing where it has to be read and handled.
    ``named``   a schema of the document for the body that has one by name.
    """

    method: str
    path: str
    name: str
    summary: str
    answer: str
    handle: Callable[[Call], Any]
    quick: Callable[[Call, bytes], Any] | None = None
    many: bool = False
    scope: Scope | None = None
    acts: bool = False
    tells: Callable[[Dossier], Mapping[str, Any]] | None = None
    body: tuple[Field, ...] | None = None
    named: str = ""
    query: tuple[Field, ...] = ()
    status: int = 200
    problems: tuple[int, ...] = ()

    @property
    def shown_path(self) -> str:
        """The path as OpenAPI writes it."""
        return self.path.replace("<", "{").replace(">", "}")

    @property
    def all_problems(self) -> list[int]:
        """The statuses of problems that it may be answered with."""
        found = {500, *self.problems}
        if self.scope:
            found |= {400, 401, 403, 404, 422, 429, 502, 503}
        if self.acts:
            found |= {409}
        if self.body is not None:
            found |= {400, 413, 415}
        return sorted(found)
