"""``POST /v1/decide``: facts in, the decision out that ``mkd decide`` writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from threading import Lock
from typing import Any

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.policy import Facts, History, Policy
from mkd_plugins.calendar.seasons import seasons_on
from mkd_plugins.host import Host
from mkd_plugins.policies import policy_history, shipped_ids, today
from mkd_plugins.serve.brief import Asked, BriefReader
from mkd_plugins.serve.fields import Field, Kind
from mkd_plugins.serve.route import Call, Route
from mkd_plugins.serve.settings import Scope

_KEPT = 128
"""Policies of a day that are remembered."""
SHOW = ("findings", "all", "brief")
BODY = (
    Field(name="policy", says="The id of a policy; left out: the deployment's."),
    Field(name="on", kind=Kind.DATE, says="The day whose version decides; left out: today where the policy holds."),
    Field(name="at", choices=("request", "vote"), default="request"),
    Field(name="layer", choices=("decree", "base"), default="decree", says="base: look past decrees."),
    Field(name="show", choices=SHOW, default="findings", says="all: rules that passed, too."),
    Field(name="facts", kind=Kind.OBJECT, needed=True, schema="Facts"),
)


class Decider:
    """The policies that can be asked for: the deployment's own, those that ship, and those of plugins, by id alone."""

    def __init__(self, host: Host, own: History) -> None:
        self._host = host
        self._ids = {*shipped_ids(), *(pack.id for pack in host.packs), own.id}
        self._own = own
        self._histories = {own.id: own}
        self._last: dict[Asked, Policy] = {}
        self._brief = BriefReader(self._policy, self._today, own.id)
        self._lock = Lock()

    def decide(self, given: Mapping[str, Any], *, at: datetime) -> Mapping[str, Any]:
        """The answer to what a body holds. Raises what deciding raises."""
        id = given.get("policy", self._own.id)
        on = given["on"] if "on" in given else self._today(id, at)
        policy = self._policy((id, on, given["layer"], given["at"]))
        decision = policy.decide(Facts.from_mapping(given["facts"], vocabulary=policy.vocabulary))
        return decision.to_brief() if given["show"] == "brief" else decision.to_data(everything=given["show"] == "all")

    def brief(self, raw: bytes, *, at: datetime) -> Mapping[str, Any] | None:
        """The answer to a body without a fault that asks for a brief decision; else nothing, and ``decide`` knows."""
        return self._brief.answer(raw, at)

    def _today(self, id: str, at: datetime) -> date:
        """The day of that moment where the policy holds."""
        return today(self._history(id), at)

    def _policy(self, asked: Asked) -> Policy:
        """The policy of a day and moment; those asked for last are kept, as most ask for today's."""
        policy = self._last.get(asked)
        if policy is None:
            id, on, layer, at = asked
            policy = self._history(id).on(on, seasons_on(on), layer="base" if layer == "base" else None)
            policy = policy.at("vote" if at == "vote" else "request")
            if len(self._last) >= _KEPT:
                self._last.clear()
            self._last[asked] = policy
        return policy

    def _history(self, id: str) -> History:
        if (known := self._histories.get(id)) is not None:  # most ask for the same one; nobody waits for that
            return known
        with self._lock:
            if id not in self._histories:
                if id not in self._ids:  # never a path: whoever asks names no file of this machine
                    raise PolicyError(
                        "MKD325", "no policy is called so", where="policy", mend=did_you_mean(id, self._ids)
                    )
                self._histories[id] = policy_history(id, packs=self._host.packs, vocabulary=self._host.vocabulary)
            return self._histories[id]


def _decide(call: Call) -> Mapping[str, Any]:
    return call.app.decider.decide(call.given, at=call.at)


def _quick(call: Call, raw: bytes) -> Mapping[str, Any] | None:
    return call.app.decider.brief(raw, at=call.at)


ROUTES = (
    Route(
        method="POST",
        path="/v1/decide",
        name="decide",
        summary="Decide facts by a policy; the answer is the one of mkd decide.",
        body=BODY,
        named="DecideRequest",
        answer="Decision",
        scope=Scope.DECIDE,
        handle=_decide,
        quick=_quick,
    ),
)
