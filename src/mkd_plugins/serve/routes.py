"""What can be asked over HTTP: the addresses, what each takes and gives, and which need a token."""

from __future__ import annotations

from attrs import frozen

_NOT_DECIDED = 400, 401, 404, 413, 415, 422, 500


@frozen(kw_only=True)
class Route:
    """One thing that can be asked: where, what it takes and gives by the names of schemas, who may."""

    method: str
    path: str
    name: str
    summary: str
    answer: str
    body: str = ""
    guarded: bool = True
    problems: tuple[int, ...] = (500,)

    @property
    def shown_path(self) -> str:
        """The path as OpenAPI writes it."""
        return self.path.replace("<", "{").replace(">", "}")


ROUTES = (
    Route(
        method="POST",
        path="/v1/decide",
        name="decide",
        summary="Decide facts by a policy; the answer is the one of mkd decide.",
        body="DecideRequest",
        answer="Decision",
        problems=_NOT_DECIDED,
    ),
    Route(method="GET", path="/health/live", name="live", summary="It runs.", answer="Health", guarded=False),
    Route(
        method="GET",
        path="/health/ready",
        name="ready",
        summary="It can be asked: the journal is reached.",
        answer="Health",
        guarded=False,
        problems=(500, 503),
    ),
    Route(method="GET", path="/openapi.json", name="openapi", summary="This.", answer="OpenApi", guarded=False),
    Route(
        method="GET",
        path="/errors/<code>",
        name="error",
        summary="What a code means and what to do about it.",
        answer="Error",
        guarded=False,
        problems=(404, 500),
    ),
)
