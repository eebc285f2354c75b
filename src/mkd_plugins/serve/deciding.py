"""``POST /v1/decide``: facts in, the decision out that ``mkd decide`` writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from threading import Lock
from typing import Any

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.policy import Facts, History
from mkd_core.worktime import iso_date
from mkd_plugins.calendar.seasons import seasons_on
from mkd_plugins.host import Host
from mkd_plugins.policies import policy_history, shipped_ids
from mkd_plugins.serve.body import check_keys, choice
from mkd_plugins.serve.problem import HttpProblem

KEYS = ("policy", "on", "at", "layer", "show", "facts")
SHOW = ("findings", "all", "brief")
LAYERS = ("decree", "base")


class Decider:
    """The policies that can be asked for: the deployment's own, those that ship, and those of plugins, by id alone."""

    def __init__(self, host: Host, own: History) -> None:
        self._host = host
        self._ids = {*shipped_ids(), *(pack.id for pack in host.packs), own.id}
        self._own = own
        self._histories = {own.id: own}
        self._lock = Lock()

    def decide(self, body: dict[str, Any], *, today: date) -> Mapping[str, Any]:
        """The answer. Raises ``HttpProblem`` for a body of another form, and what deciding raises."""
        check_keys(body, KEYS, ("facts",))
        if not isinstance(body["facts"], dict):
            raise HttpProblem("MKD707", "must be an object", status=400, where="facts")
        for key in ("policy", "on"):
            if key in body and not isinstance(body[key], str):
                raise HttpProblem("MKD707", "must be text", status=400, where=key)
        moment = choice(body, "at", ("request", "vote"), "request")
        layer = choice(body, "layer", LAYERS, "decree")
        show = choice(body, "show", SHOW, "findings")
        on = iso_date(body["on"], where="on") if "on" in body else today
        history = self._history(body.get("policy", self._own.id))
        policy = history.on(on, seasons_on(on), layer="base" if layer == "base" else None)
        policy = policy.at("vote" if moment == "vote" else "request")
        decision = policy.decide(Facts.from_mapping(body["facts"], vocabulary=policy.vocabulary))
        return decision.to_brief() if show == "brief" else decision.to_data(everything=show == "all")

    def _history(self, id: str) -> History:
        with self._lock:
            if id not in self._histories:
                if id not in self._ids:  # never a path: whoever asks names no file of this machine
                    raise PolicyError(
                        "MKD325", "no policy is called so", where="policy", mend=did_you_mean(id, self._ids)
                    )
                self._histories[id] = policy_history(id, packs=self._host.packs, vocabulary=self._host.vocabulary)
            return self._histories[id]
