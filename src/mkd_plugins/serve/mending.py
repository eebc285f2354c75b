"""What would make a request approvable; nothing is written."""

from __future__ import annotations

from typing import Any

from mkd_plugins.forms.answers import mended_data
from mkd_plugins.serve.route import Call, Route
from mkd_plugins.serve.settings import Scope
from mkd_plugins.serve.sight import seen_agreement


def _remedy(call: Call) -> dict[str, Any]:
    agreement = seen_agreement(call, call.values["agreement"])
    by = call.caller.person or agreement.applicant
    return mended_data(agreement.id, call.mkd.remedy(agreement.id, by=by, at=call.at))


ROUTES = (
    Route(
        method="GET",
        path="/v1/agreements/<agreement>/remedy",
        name="remedy",
        summary="The least change of days and dates that the policy would approve, or what else it takes.",
        answer="Remedy",
        scope=Scope.READ,
        handle=_remedy,
    ),
)
