"""A write done once for each key, also when the server was killed while it did it.

Before a command its key is put on record with the moment that its events will bear. When the key comes again and it is
not known how that ended, the stream tells: either there are events of that moment and author, or nothing happened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from attrs import evolve

from mkd_core.agreements import Agreement
from mkd_core.errors import CommandRefused, Conflict, InvalidInput
from mkd_core.usecases.dossier import Dossier, applicant_of, assemble
from mkd_plugins.forms.answers import agreement_data
from mkd_plugins.serve.keys import Begun
from mkd_plugins.serve.problem import HttpProblem
from mkd_plugins.serve.route import Call, Route

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,200}")
_ATTEMPTS = 3
_BEHIND = "MKD446"
"""The code of a moment that lies before the last event: somebody else was faster by a breath."""


def key_of(header: str | None) -> str:
    """The key of that header, in the quotes of the standard or bare. Raises ``HttpProblem``."""
    text = (header or "").strip()
    key = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if not _KEY.fullmatch(key):
        raise HttpProblem(
            "MKD714", "a write needs a key of 1 to 200 printable characters of ASCII", status=400, where=HEADER
        )
    return key


def digest(method: str, path: str, person: str, body: Mapping[str, Any]) -> str:
    """By which two requests are told apart."""
    told = json.dumps([method, path, person, body], sort_keys=True, separators=(",", ":"))
    return sha256(told.encode()).hexdigest()


def once(call: Call, route: Route, *, key: str, request: str) -> tuple[Mapping[str, Any], bool]:
    """Do it, or tell what came of it when it was done; whether it had been done before."""
    keys, caller = call.app.keys, call.caller.id
    with keys.at_work(caller, key):
        begun = keys.find(caller, key)
        if begun is not None and begun.request != request:
            raise HttpProblem("MKD715", "the key was used for another request", status=422, where=HEADER)
        done = begun and _ended(call, begun)
        if done is not None:
            keys.keep(done)
            return _answer(call, route, done), True
        done = _done(call, route.handle, key, request)
        keys.keep(done)
        return _answer(call, route, done), False


def _done(call: Call, handle: Callable[[Call], Agreement], key: str, request: str) -> Begun:
    keys, author = call.app.keys, call.caller.acting()
    person = _stream(call) or author
    for attempt in range(1, _ATTEMPTS + 1):
        moment = datetime.now(UTC).astimezone()
        begun = Begun(
            caller=call.caller.id,
            key=key,
            request=request,
            person=person,
            before=call.mkd.dossier(person).number,
            author=author,
            moment=moment,
        )
        keys.keep(begun)
        try:
            agreement = handle(evolve(call, at=moment))
        except (CommandRefused, InvalidInput) as refusal:
            # Somebody else wrote in between: it is as if this had come a moment later.
            if attempt < _ATTEMPTS and (isinstance(refusal, Conflict) or refusal.code == _BEHIND):
                continue
            keys.drop(call.caller.id, key)
            raise
        return _ended(call, begun) or evolve(begun, agreement=agreement.id, done=call.mkd.dossier(person).number)
    raise AssertionError("the last attempt returns or raises")


def _ended(call: Call, begun: Begun) -> Begun | None:
    """How it ended, by what is on record; None where nothing happened."""
    if begun.done is not None:
        return begun
    own = [
        item
        for item in call.mkd.dossier(begun.person).history
        if item.number > begun.before and item.at == begun.moment and item.by == begun.author
    ]
    if not own:
        return None
    return evolve(begun, agreement=getattr(own[-1].event, "agreement", ""), done=own[-1].number)


def _stream(call: Call) -> str:
    """Whose stream a path is about; nobody's where it names none."""
    return applicant_of(call.values["agreement"]) if "agreement" in call.values else call.values.get("person", "")


def _answer(call: Call, route: Route, done: Begun) -> Mapping[str, Any]:
    """The agreement as it stood then, or what else the route tells."""
    dossier: Dossier = call.mkd.dossier(done.person)
    then = assemble(done.person, [item for item in dossier.history if item.number <= (done.done or 0)])
    if route.tells is not None:
        return route.tells(then)
    return agreement_data(then.agreement(done.agreement), call.app.today(done.person, done.moment))
